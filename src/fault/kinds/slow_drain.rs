//! `slow-drain`: the peer takes little at a time.

use std::{fmt, time::Duration};

use wire::{WordError, Words};

use super::{A_WHILE, Entry, Fault, PEERS, Usage};
use crate::{
    duration::{self, Time},
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "slow-drain",
    victims: PEERS,
    end: A_WHILE,
    usage: Usage {
        syntax: "slow-drain [<time>]",
        about: "each write waits for 100ms, or the time given: about 64 KiB go out each time",
        example: "slow-drain 200ms for 10s",
        recovery: "routes wait in the Adj-RIB-Out, newest state of each, rather than in memory of their own; all of it is there soon after the end",
    },
    parse,
};

/// How long a write waits when nothing is said of it.
const USUAL: Duration = Duration::from_millis(100);
/// At most.
const MOST: Duration = Duration::from_secs(10);

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    Ok(Box::new(SlowDrain(duration::parse_if_any(words, MOST)?.unwrap_or(USUAL))))
}

#[derive(Clone, Copy, Debug)]
struct SlowDrain(Duration);

impl Fault for SlowDrain {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        matches!(site, Site::Flush)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Delay(self.0)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for SlowDrain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slow-drain {}", Time(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn each_write_waits() {
        let slow = Verdict::Delay(Duration::from_millis(200));
        assert_eq!(
            verdicts("slow-drain 200ms", &[Site::Flush, Site::Read, Site::Flush]),
            [slow.clone(), Verdict::Pass, slow]
        );
    }
}
