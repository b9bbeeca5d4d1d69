//! `stall-helper`: the helpers of the neighbors stand still.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "stall-helper",
    usage: Usage {
        syntax: "stall-helper <time>",
        about: "the helpers of the neighbors stand still",
        example: "stall-helper 500ms",
        recovery: "what they are told waits, and their neighbors go on; then they are let go on",
        target: Target::Helper,
    },
    time: Some(Duration::from_secs(1)),
    strike,
};

fn strike(site: &Site<'_>, time: Duration) -> Verdict {
    match site {
        Site::Line(_) => Verdict::Stall(time),
        _ => Verdict::Pass,
    }
}
