//! `freeze-timers`: no timer of the session expires.

use std::fmt;

use super::{A_WHILE, Entry, Fault, PEERS, Usage};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "freeze-timers",
    victims: PEERS,
    end: A_WHILE,
    usage: Usage {
        syntax: "freeze-timers",
        about: "no timer of the session expires: no KEEPALIVE is sent, no silence noticed, nobody called",
        example: "freeze-timers for 10s",
        recovery: "when it is over all that is due is done; if the HoldTimer of the peer has expired meanwhile (4/0), the session is set up again and the routes are sent anew",
    },
    parse: |_| Ok(Box::new(FreezeTimers)),
};

#[derive(Clone, Copy, Debug)]
struct FreezeTimers;

impl Fault for FreezeTimers {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        matches!(site, Site::Timer(_))
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Drop
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for FreezeTimers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("freeze-timers")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn timers_wait() {
        assert_eq!(verdicts("freeze-timers", &[Site::Flush, Site::Timer(None)]), [Verdict::Pass, Verdict::Drop]);
    }
}
