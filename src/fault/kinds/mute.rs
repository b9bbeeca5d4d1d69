//! `mute`: nothing is sent to the neighbor.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "mute",
    usage: Usage {
        syntax: "mute",
        about: "nothing is sent to the neighbor",
        example: "mute for 10s",
        recovery: "a neighbor that waits longer than its hold time ends the session, which is set up again; otherwise routes are sent once more a second after the last strike",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(_) => Verdict::Drop,
        _ => Verdict::Pass,
    }
}
