//! `reset`: the connection ends with a TCP reset.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "reset",
    usage: Usage {
        syntax: "reset",
        about: "the connection ends with a TCP reset",
        example: "reset",
        recovery: "the session is set up again at once and its routes are sent anew",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::Connect | Site::Accept | Site::Line(_) | Site::Grant => Verdict::Pass,
        _ => Verdict::Reset,
    }
}
