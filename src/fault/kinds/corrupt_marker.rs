//! `corrupt-marker`: one octet of a message's marker is not what it should be.

use std::fmt;

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
    name: "corrupt-marker",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "corrupt-marker [incoming|outgoing] [<kind of message>]",
        about: "one octet of the marker of a message is changed",
        example: "corrupt-marker outgoing keepalive",
        recovery: "who receives it ends the session with Connection Not Synchronized (1/1); it is set up again and the routes are sent anew",
    },
    parse: |words| Ok(Box::new(CorruptMarker(Frames::parse(words)))),
};

/// Octets of the marker (RFC 4271 section 4.1).
const MARKER: usize = 16;

#[derive(Clone, Copy, Debug)]
struct CorruptMarker(Frames);

impl Fault for CorruptMarker {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn strike(&mut self, _: Moment, site: &Site<'_>, rng: &mut Rng) -> Verdict {
        changed(site, |bytes| {
            if let Some(octet) = bytes.get_mut(rng.below(MARKER)) {
                *octet = !*octet;
            }
        })
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for CorruptMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "corrupt-marker {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{header_error, keepalive, replaced};

    #[test]
    fn the_message_cannot_be_found_any_more() {
        let bytes = replaced("corrupt-marker", &keepalive());
        assert_eq!(header_error(&bytes), Some((1, 1)));
        assert_eq!(bytes.iter().zip(&keepalive().bytes()[..]).filter(|(one, other)| one != other).count(), 1);
    }
}
