//! `duplicate`: a message comes twice.

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
    name: "duplicate",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "duplicate [incoming|outgoing] [<kind of message>]",
        about: "a message comes twice in a row",
        example: "duplicate outgoing update times 3",
        recovery: "the second of two UPDATEs or KEEPALIVEs changes nothing; a second OPEN is an error of the state machine (5/x), and the session is set up again",
    },
    parse: |words| Ok(Box::new(Duplicate(Frames::parse(words)))),
};

#[derive(Clone, Copy, Debug)]
struct Duplicate(Frames);

impl Fault for Duplicate {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn strike(&mut self, _: Moment, site: &Site<'_>, _: &mut Rng) -> Verdict {
        changed(site, |bytes| bytes.extend_from_within(..))
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "duplicate {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{replaced, update};

    #[test]
    fn both_are_whole() {
        let update = update();
        assert_eq!(replaced("duplicate outgoing update", &update), update.bytes().repeat(2));
    }
}
