//! `late-keepalives`: KEEPALIVEs to the neighbor leave late.

use std::time::Duration;

use wire::Kind;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "late-keepalives",
    usage: Usage {
        syntax: "late-keepalives <time>",
        about: "KEEPALIVEs to the neighbor leave late",
        example: "late-keepalives 2s for 30s",
        recovery: "nothing has to be done while they come within the hold time; beyond that the neighbor ends the session, which is set up again",
        target: Target::Peer,
    },
    time: Some(Duration::from_secs(5)),
    strike,
};

fn strike(site: &Site<'_>, time: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) if frame.kind() == Kind::Keepalive.code() => Verdict::Delay(time),
        _ => Verdict::Pass,
    }
}
