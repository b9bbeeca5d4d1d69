//! `duplicate`: a message to the neighbor is sent twice.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "duplicate",
    usage: Usage {
        syntax: "duplicate",
        about: "a message to the neighbor is sent twice",
        example: "duplicate for 5s",
        recovery: "nothing has to be done: a neighbor takes the second for news of the same",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) => Verdict::Replace([frame.bytes().as_ref(), frame.bytes()].concat().into()),
        _ => Verdict::Pass,
    }
}
