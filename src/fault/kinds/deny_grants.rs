//! `deny-grants`: nobody may send.

use std::fmt;

use super::{A_WHILE, Entry, Fault, Usage};
use crate::{
    parse::Victim,
    rng::Rng,
    site::{Moment, Site, Verdict},
};

const LIMITER: &[Victim] = &[Victim::RateLimiter];

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "deny-grants",
    victims: LIMITER,
    end: A_WHILE,
    usage: Usage {
        syntax: "deny-grants",
        about: "neighbors with a rate limit are granted nothing",
        example: "deny-grants for 3s",
        recovery: "routes wait in the Adj-RIB-Out, newest state of each; when it is over they are granted what they asked for",
    },
    parse: |_| Ok(Box::new(DenyGrants)),
};

#[derive(Clone, Copy, Debug)]
struct DenyGrants;

impl Fault for DenyGrants {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        matches!(site, Site::Grant)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Drop
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for DenyGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deny-grants")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn nothing_is_granted() {
        assert_eq!(verdicts("deny-grants", &[Site::Grant, Site::Grant]), [Verdict::Drop, Verdict::Drop]);
    }
}
