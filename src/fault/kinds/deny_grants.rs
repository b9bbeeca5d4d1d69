//! `deny-grants`: the rate limiter grants nothing.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "deny-grants",
    usage: Usage {
        syntax: "deny-grants",
        about: "the rate limiter grants nothing",
        example: "deny-grants for 5s",
        recovery: "what waited is granted a second after the fault has ended at the latest",
        target: Target::RateLimiter,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::Grant => Verdict::Delay(Duration::from_secs(1)),
        _ => Verdict::Pass,
    }
}
