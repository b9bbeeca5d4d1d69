//! `refuse-connect`: connections do not come about.

use std::fmt;

use super::{A_WHILE, Entry, Fault, Usage};
use crate::{
    parse::Victim,
    rng::Rng,
    site::{Moment, Site, Verdict},
};

const VICTIMS: &[Victim] = &[Victim::Peer, Victim::Listener];

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "refuse-connect",
    victims: VICTIMS,
    end: A_WHILE,
    usage: Usage {
        syntax: "refuse-connect",
        about: "connections do not come about: calls to the peer fail, and those that come in are closed, of one peer or of all if it is for the listener",
        example: "refuse-connect for 10s",
        recovery: "a session that is there goes on; one that is not is tried again after the usual waits",
    },
    parse: |_| Ok(Box::new(RefuseConnect)),
};

#[derive(Clone, Copy, Debug)]
struct RefuseConnect;

impl Fault for RefuseConnect {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        matches!(site, Site::Connect | Site::Accept)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Drop
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for RefuseConnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refuse-connect")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn both_directions_fail() {
        let found = verdicts("refuse-connect", &[Site::Connect, Site::Accept, Site::Flush]);
        assert_eq!(found, [Verdict::Drop, Verdict::Drop, Verdict::Pass]);
    }
}
