//! `slow-drain`: what is to be written waits.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "slow-drain",
    usage: Usage {
        syntax: "slow-drain <time>",
        about: "what is to be written waits",
        example: "slow-drain 100ms for 5s",
        recovery: "changes gather in the Adj-RIB-Out meanwhile, and are sent as their last state",
        target: Target::Peer,
    },
    time: Some(Duration::from_secs(1)),
    strike,
};

fn strike(site: &Site<'_>, time: Duration) -> Verdict {
    match site {
        Site::Flush => Verdict::Delay(time),
        _ => Verdict::Pass,
    }
}
