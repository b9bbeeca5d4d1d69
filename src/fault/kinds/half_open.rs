//! `half-open`: our direction of the connection is closed, the other stays open.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "half-open",
    usage: Usage {
        syntax: "half-open",
        about: "our direction of the connection is closed, the other stays open",
        example: "half-open",
        recovery: "the neighbor sees the end of the connection; the session is set up again",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::Connect | Site::Accept | Site::Line(_) | Site::Grant => Verdict::Pass,
        _ => Verdict::HalfClose,
    }
}
