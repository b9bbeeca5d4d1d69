//! `bad-length`: the length of a message is none that a message has.

use std::fmt;

use wire::{WordError, Words, number};

use super::{
    Entry, Fault, ONCE, PEERS, Usage,
    frames::{Frames, changed},
};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "bad-length",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "bad-length [incoming|outgoing] [<kind of message>] [length <n>]",
        about: "the length field of a message is one that no message has: below 19, or the one given",
        example: "bad-length outgoing keepalive length 18",
        recovery: "who receives it ends the session with Bad Message Length (1/2), the length as data; it is set up again and the routes are sent anew",
    },
    parse,
};

/// The length field follows the marker (RFC 4271 section 4.1).
const FIELD: std::ops::Range<usize> = 16..18;

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    let frames = Frames::parse(words);
    let length = if words.keyword("length") { Some(parse_length(words)?) } else { None };
    Ok(Box::new(BadLength { frames, length }))
}

fn parse_length(words: &mut Words<'_>) -> Result<u16, WordError> {
    let word = words.expect("a length")?;
    number::u16(word.text).ok_or_else(|| WordError::expected(word, "a length: 0 to 65535"))
}

#[derive(Clone, Copy, Debug)]
struct BadLength {
    frames: Frames,
    length: Option<u16>,
}

impl Fault for BadLength {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.frames.are_at(site)
    }

    fn strike(&mut self, _: Moment, site: &Site<'_>, rng: &mut Rng) -> Verdict {
        let length = self.length.unwrap_or_else(|| u16::try_from(rng.below(wire::frame::HEADER)).unwrap_or_default());
        changed(site, |bytes| {
            if let Some(field) = bytes.get_mut(FIELD) {
                field.copy_from_slice(&length.to_be_bytes());
            }
        })
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.frames.are_at(site)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for BadLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad-length {}", self.frames)?;
        self.length.map_or(Ok(()), |length| write!(f, " length {length}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{header_error, keepalive, replaced, update};

    #[test]
    fn no_message_has_that_length() {
        assert_eq!(header_error(&replaced("bad-length", &update())), Some((1, 2)));
        let bytes = replaced("bad-length length 4097", &keepalive());
        assert_eq!((header_error(&bytes), &bytes[16..18]), (Some((1, 2)), &[0x10, 1][..]));
    }
}
