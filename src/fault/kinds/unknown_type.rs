//! `unknown-type`: a message of a type that nobody knows.

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
    name: "unknown-type",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "unknown-type [incoming|outgoing] [<kind of message>] [type <n>]",
        about: "the type of a message is one that there is not: 255, or the one given",
        example: "unknown-type outgoing keepalive type 9",
        recovery: "who receives it ends the session with Bad Message Type (1/3); it is set up again and the routes are sent anew",
    },
    parse,
};

/// Where the type is (RFC 4271 section 4.1).
const PLACE: usize = 18;

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    let frames = Frames::parse(words);
    let kind = if words.keyword("type") { parse_type(words)? } else { u8::MAX };
    Ok(Box::new(UnknownType { frames, kind }))
}

fn parse_type(words: &mut Words<'_>) -> Result<u8, WordError> {
    let word = words.expect("a type")?;
    let unknown = number::u8(word.text).filter(|code| wire::Kind::from_code(*code).is_none());
    unknown.ok_or_else(|| WordError::expected(word, "a type of message that there is not: 0, or 7 to 255"))
}

#[derive(Clone, Copy, Debug)]
struct UnknownType {
    frames: Frames,
    kind: u8,
}

impl Fault for UnknownType {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.frames.are_at(site)
    }

    fn strike(&mut self, _: Moment, site: &Site<'_>, _: &mut Rng) -> Verdict {
        changed(site, |bytes| {
            if let Some(octet) = bytes.get_mut(PLACE) {
                *octet = self.kind;
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

impl fmt::Display for UnknownType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown-type {} type {}", self.frames, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use wire::Words;

    use super::super::trial::{keepalive, replaced};

    #[test]
    fn the_type_is_another() {
        assert_eq!(replaced("unknown-type", &keepalive())[18], 255);
        assert_eq!(replaced("unknown-type type 9", &keepalive())[18], 9);
        assert!(crate::parse(&mut Words::new("unknown-type type 4")).is_err());
    }
}
