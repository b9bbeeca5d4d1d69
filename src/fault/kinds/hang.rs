//! `hang`: the actor blocks its thread.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "hang",
    usage: Usage {
        syntax: "hang <time>",
        about: "the actor blocks its thread",
        example: "hang 300ms",
        recovery: "what waited for the thread goes on; helpers and the tables of routes have threads of their own",
        target: Target::Peer,
    },
    time: Some(Duration::from_secs(1)),
    strike,
};

fn strike(site: &Site<'_>, time: Duration) -> Verdict {
    match site {
        Site::Line(_) | Site::Grant => Verdict::Pass,
        _ => Verdict::Stall(time),
    }
}
