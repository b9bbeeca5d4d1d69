//! `drop-keepalives`: KEEPALIVEs to the neighbor are left out.

use std::time::Duration;

use wire::Kind;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "drop-keepalives",
    usage: Usage {
        syntax: "drop-keepalives",
        about: "KEEPALIVEs to the neighbor are left out",
        example: "drop-keepalives for 30s",
        recovery: "a neighbor that waits longer than its hold time ends the session, which is set up again",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) if frame.kind() == Kind::Keepalive.code() => Verdict::Drop,
        _ => Verdict::Pass,
    }
}
