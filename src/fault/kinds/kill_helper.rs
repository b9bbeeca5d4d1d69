//! `kill-helper`: the helpers of the neighbors are killed.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "kill-helper",
    usage: Usage {
        syntax: "kill-helper",
        about: "the helpers of the neighbors are killed",
        example: "kill-helper",
        recovery: "they are started again; what they announced stays, unless their configuration says otherwise",
        target: Target::Helper,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::Line(_) => Verdict::Kill,
        _ => Verdict::Pass,
    }
}
