//! Several NLRIs in one message: the packer does that for IPv4 unicast only, as the reference does.

use wire::{
    attribute::{EXTENDED, OPTIONAL, code},
    frame::HEADER,
};

/// A message cut around the NLRIs of its multiprotocol attribute.
#[derive(PartialEq)]
struct Cut<'a> {
    before: &'a [u8],
    code: u8,
    /// What stands before the NLRIs in the attribute.
    head: &'a [u8],
    after: &'a [u8],
}

fn cut(message: &[u8]) -> Option<(Cut<'_>, &[u8])> {
    let (lengths, attributes) = message.get(HEADER..)?.split_at_checked(4)?;
    // Neither of the fields of IPv4 unicast is in use.
    let [high, low] = u16::try_from(attributes.len()).ok()?.to_be_bytes();
    if lengths != [0, 0, high, low] {
        return None;
    }
    let mut rest = attributes;
    while let [flags, code, low, more @ ..] = rest {
        let before = &attributes[..attributes.len() - rest.len()];
        let (length, values) = match (flags & EXTENDED, more) {
            (0, _) => (usize::from(*low), more),
            (_, [lower, values @ ..]) => (usize::from(*low) << 8 | usize::from(*lower), values),
            _ => return None,
        };
        let (value, after) = values.split_at_checked(length)?;
        let head = match *code {
            code::MP_REACH => 5 + usize::from(*value.get(3)?),
            code::MP_UNREACH => 3,
            _ => {
                rest = after;
                continue;
            }
        };
        let (head, nlris) = value.split_at_checked(head)?;
        return Some((Cut { before, code: *code, head, after }, nlris));
    }
    None
}

/// Joins messages that differ in nothing but their NLRIs, as long as the result is not longer than `size`.
pub fn join(messages: &[&[u8]], size: usize) -> Vec<Vec<u8>> {
    let mut joined = Vec::new();
    let mut messages = messages.iter().peekable();
    while let Some(message) = messages.next() {
        let Some((frame, first)) = cut(message) else {
            joined.push(message.to_vec());
            continue;
        };
        let fixed = HEADER + 4 + frame.before.len() + 4 + frame.head.len() + frame.after.len();
        let mut nlris = first.to_vec();
        while let Some((_, more)) = messages.peek().and_then(|next| cut(next)).filter(|(other, _)| *other == frame) {
            if fixed + nlris.len() + more.len() > size {
                break;
            }
            nlris.extend(more);
            messages.next();
        }
        let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        let value = [frame.head, &nlris].concat();
        let attribute = [&[OPTIONAL | EXTENDED, frame.code][..], &short(value.len()), &value].concat();
        let attributes = [frame.before, &attribute, frame.after].concat();
        let marker = [0xFF; 16];
        let length = short(HEADER + 4 + attributes.len());
        joined.push([&marker[..], &length, &[2, 0, 0], &short(attributes.len()), &attributes].concat());
    }
    joined
}
