//! `truncate`: a message to the neighbor ends in the middle.

use std::time::Duration;

use super::{Plain, Target, Usage};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "truncate",
    usage: Usage {
        syntax: "truncate",
        about: "a message to the neighbor ends in the middle",
        example: "truncate",
        recovery: "the neighbor ends the session, which is set up again and its routes sent anew",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) => Verdict::Replace(frame.bytes().slice(..frame.bytes().len() / 2)),
        _ => Verdict::Pass,
    }
}
