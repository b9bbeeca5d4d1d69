//! `drop-keepalives`: KEEPALIVEs are lost.

use std::fmt;

use wire::Kind;

use super::{A_WHILE, Entry, Fault, PEERS, Usage, frames::Frames};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "drop-keepalives",
    victims: PEERS,
    end: A_WHILE,
    usage: Usage {
        syntax: "drop-keepalives [incoming|outgoing]",
        about: "KEEPALIVEs are lost",
        example: "drop-keepalives outgoing for 20s",
        recovery: "one or two are not missed; when the HoldTimer of who misses them expires (4/0) the session is set up again and the routes are sent anew",
    },
    parse: |words| Ok(Box::new(DropKeepalives(Frames::of(Kind::Keepalive, words)))),
};

#[derive(Clone, Copy, Debug)]
struct DropKeepalives(Frames);

impl Fault for DropKeepalives {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Drop
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for DropKeepalives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "drop-keepalives {}", self.0.direction())
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{keepalive, update, verdicts};
    use super::*;

    #[test]
    fn only_keepalives_are_lost() {
        let (keepalive, update) = (keepalive(), update());
        let sites = [Site::FrameOut(&keepalive), Site::FrameOut(&update), Site::FrameIn(&keepalive)];
        assert_eq!(verdicts("drop-keepalives", &sites), [Verdict::Drop, Verdict::Pass, Verdict::Pass]);
        assert_eq!(verdicts("drop-keepalives incoming", &sites), [Verdict::Pass, Verdict::Pass, Verdict::Drop]);
    }
}
