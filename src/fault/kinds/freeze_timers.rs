//! `freeze-timers`: no timer of the session is looked at.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "freeze-timers",
    usage: Usage {
        syntax: "freeze-timers",
        about: "no timer of the session is looked at",
        example: "freeze-timers for 10s",
        recovery: "they are looked at again: KEEPALIVEs go on, or the neighbor has ended the session, which is set up again",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::Timer(_) => Verdict::Drop,
        _ => Verdict::Pass,
    }
}
