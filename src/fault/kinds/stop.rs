//! `stop`: the actor stops, as if it were done.

use std::fmt;

use super::{ANYONE, Entry, Fault, ONCE, Usage};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "stop",
    victims: ANYONE,
    end: ONCE,
    usage: Usage {
        syntax: "stop",
        about: "the actor stops as if it were done",
        example: "process watcher stop",
        recovery: "as after a panic: its Supervisor starts a new one",
    },
    parse: |_| Ok(Box::new(Stop)),
};

#[derive(Clone, Copy, Debug)]
struct Stop;

impl Fault for Stop {
    fn is_at(&self, _: Moment, _: &Site<'_>) -> bool {
        true
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Stop
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stop")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn any_site_will_do() {
        assert_eq!(verdicts("stop", &[Site::Accept, Site::Accept]), [Verdict::Stop, Verdict::Pass]);
    }
}
