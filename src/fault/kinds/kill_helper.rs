//! `kill-helper`: the program of a helper is killed.

use std::fmt;

use super::{Entry, Fault, ONCE, Usage};
use crate::{
    parse::Victim,
    rng::Rng,
    site::{Moment, Site, Verdict},
};

const PROCESS: &[Victim] = &[Victim::Process];

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "kill-helper",
    victims: PROCESS,
    end: ONCE,
    usage: Usage {
        syntax: "kill-helper",
        about: "the program is killed, with all it has started",
        example: "process watcher kill-helper",
        recovery: "it is started again as its configuration says; its routes stay unless that says otherwise",
    },
    parse: |_| Ok(Box::new(KillHelper)),
};

#[derive(Clone, Copy, Debug)]
struct KillHelper;

impl Fault for KillHelper {
    fn is_at(&self, _: Moment, _: &Site<'_>) -> bool {
        true
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Kill
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for KillHelper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("kill-helper")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn it_is_killed_once() {
        let found =
            verdicts("process watcher kill-helper after 2", &[Site::Line("a"), Site::Line("b"), Site::Line("c")]);
        assert_eq!(found, [Verdict::Pass, Verdict::Kill, Verdict::Pass]);
    }
}
