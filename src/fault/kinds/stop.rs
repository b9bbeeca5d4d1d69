//! `stop`: the actor stops, as if done.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "stop",
    usage: Usage {
        syntax: "stop",
        about: "the actor stops, as if done",
        example: "stop",
        recovery: "its Supervisor starts a new one; a session is set up again and its routes sent anew",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::Line(_) | Site::Grant => Verdict::Pass,
        _ => Verdict::Stop,
    }
}
