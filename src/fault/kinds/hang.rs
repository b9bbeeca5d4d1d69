//! `hang`: the actor does not come back from its work for a while.

use std::{fmt, time::Duration};

use wire::{WordError, Words};

use super::{ANYONE, Entry, Fault, ONCE, Usage};
use crate::{
    duration::{self, Time},
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "hang",
    victims: ANYONE,
    end: ONCE,
    usage: Usage {
        syntax: "hang [<time>]",
        about: "the thread of the actor is blocked for 1s, or the time given, at most 10s: all actors on it wait",
        example: "hang 500ms",
        recovery: "all goes on after that; whose HoldTimer has expired meanwhile is set up again",
    },
    parse,
};

/// How long it hangs when nothing is said of it.
const USUAL: Duration = Duration::from_secs(1);
/// At most: a thread cannot be taken back.
const MOST: Duration = Duration::from_secs(10);

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    Ok(Box::new(Hang(duration::parse_if_any(words, MOST)?.unwrap_or(USUAL))))
}

#[derive(Clone, Copy, Debug)]
struct Hang(Duration);

impl Fault for Hang {
    fn is_at(&self, _: Moment, _: &Site<'_>) -> bool {
        true
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Stall(self.0)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Hang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hang {}", Time(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn it_hangs_for_a_bounded_time() {
        let found = verdicts("hang 200ms", &[Site::Message("Inject"), Site::Flush]);
        assert_eq!(found, [Verdict::Stall(Duration::from_millis(200)), Verdict::Pass]);
        assert!(crate::parse(&mut Words::new("hang 11s")).is_err());
    }
}
