//! `stall-helper`: a helper neither reads nor is heard.

use std::fmt;

use super::{A_WHILE, Entry, Fault, Usage};
use crate::{
    parse::Victim,
    rng::Rng,
    site::{Moment, Site, Verdict},
};

const PROCESS: &[Victim] = &[Victim::Process];

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "stall-helper",
    victims: PROCESS,
    end: A_WHILE,
    usage: Usage {
        syntax: "stall-helper",
        about: "nothing is read from the program, and nothing written to it, as if it were stopped",
        example: "process watcher stall-helper for 10s",
        recovery: "what it prints waits in its pipe, and what it is to be told in a bounded queue; after a few seconds its events are dropped and counted, so that neighbors need not wait",
    },
    parse: |_| Ok(Box::new(StallHelper)),
};

#[derive(Clone, Copy, Debug)]
struct StallHelper;

impl Fault for StallHelper {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        matches!(site, Site::Read | Site::Flush)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Drop
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for StallHelper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stall-helper")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn both_directions_wait() {
        let found = verdicts("process watcher stall-helper", &[Site::Read, Site::Flush, Site::Line("a")]);
        assert_eq!(found, [Verdict::Drop, Verdict::Drop, Verdict::Pass]);
    }
}
