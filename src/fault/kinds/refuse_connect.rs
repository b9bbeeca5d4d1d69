//! `refuse-connect`: connections to and from the neighbor come to nothing.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "refuse-connect",
    usage: Usage {
        syntax: "refuse-connect",
        about: "connections to and from the neighbor come to nothing",
        example: "refuse-connect for 5s",
        recovery: "the neighbor is called again, ever later",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::Connect | Site::Accept => Verdict::Drop,
        _ => Verdict::Pass,
    }
}
