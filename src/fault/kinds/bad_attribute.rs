//! `bad-attribute`: an attribute of an UPDATE is malformed.

use std::fmt;

use wire::Kind;

use super::{
    Entry, Fault, ONCE, PEERS, Usage,
    frames::{Frames, changed, message},
};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "bad-attribute",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "bad-attribute [incoming|outgoing]",
        about: "the ORIGIN of an UPDATE is none that there is",
        example: "bad-attribute outgoing times 3",
        recovery: "who receives it takes the routes as withdrawn and keeps the session (RFC 7606 section 7.1); once the fault is over, routes are sent anew, or asked for anew where that was agreed on",
    },
    parse: |words| Ok(Box::new(BadAttribute(Frames::of(Kind::Update, words)))),
};

/// The code of ORIGIN (RFC 4271 section 5.1.1).
const ORIGIN: u8 = 1;
/// Flag of a length of two octets (RFC 4271 section 4.3).
const EXTENDED_LENGTH: u8 = 0x10;

#[derive(Clone, Copy, Debug)]
struct BadAttribute(Frames);

/// Where the value of ORIGIN is in an UPDATE.
fn origin(update: &[u8]) -> Option<usize> {
    let length_at = |at: usize| -> Option<usize> {
        let field = update.get(at..at.checked_add(2)?)?;
        Some(usize::from(u16::from_be_bytes(field.try_into().ok()?)))
    };
    let withdrawn = wire::frame::HEADER;
    let attributes = withdrawn + 2 + length_at(withdrawn)?;
    let mut at = attributes + 2;
    let end = at + length_at(attributes)?;
    while at < end {
        let (flags, code) = (*update.get(at)?, *update.get(at + 1)?);
        let (length, head) = match flags & EXTENDED_LENGTH {
            0 => (usize::from(*update.get(at + 2)?), 3),
            _ => (length_at(at + 2)?, 4),
        };
        if code == ORIGIN && length > 0 {
            return Some(at + head);
        }
        at += head + length;
    }
    None
}

impl Fault for BadAttribute {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.counts(site)
    }

    fn strike(&mut self, _: Moment, site: &Site<'_>, _: &mut Rng) -> Verdict {
        let place = origin(message(site));
        changed(site, |bytes| {
            if let Some(octet) = place.and_then(|place| bytes.get_mut(place)) {
                *octet = u8::MAX;
            }
        })
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.0.are_at(site) && origin(message(site)).is_some()
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for BadAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad-attribute {}", self.0.direction())
    }
}

#[cfg(test)]
mod tests {
    use wire::{Frame, Message, Negotiated};

    use super::super::trial::{keepalive, replaced, update, verdicts};
    use super::*;

    #[test]
    fn the_routes_are_to_be_taken_as_withdrawn() {
        let frame = Frame::new(replaced("bad-attribute", &update()).into());
        let Ok(Message::Update(update)) = Message::decode(&frame, &Negotiated::unnegotiated()) else { panic!() };
        assert!(update.announced.is_empty());
        assert_eq!(update.withdrawn.len(), 1);
    }

    #[test]
    fn a_message_without_attributes_is_let_pass() {
        let (keepalive, update) = (keepalive(), update());
        let sites = [Site::FrameOut(&keepalive), Site::FrameIn(&update)];
        assert!(verdicts("bad-attribute", &sites).iter().all(Verdict::is_pass));
    }

    #[test]
    fn lengths_that_lie_are_no_trouble() {
        let whole = update().bytes().to_vec();
        for place in 19..whole.len() {
            for octet in [0, 1, 0x7F, 0xFF] {
                let mut bytes = whole.clone();
                bytes[place] = octet;
                assert!(origin(&bytes).is_none_or(|at| at < usize::from(u16::MAX) * 3));
                let _ = origin(&bytes[..place]);
            }
        }
    }
}
