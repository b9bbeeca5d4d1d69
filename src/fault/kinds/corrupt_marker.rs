//! `corrupt-marker`: the marker of a message to the neighbor is broken.

use std::time::Duration;

use super::{Plain, Target, Usage, mangle};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "corrupt-marker",
    usage: Usage {
        syntax: "corrupt-marker",
        about: "the marker of a message to the neighbor is broken",
        example: "corrupt-marker",
        recovery: "the neighbor ends the session, which is set up again and its routes sent anew (RFC 4271 section 6.1)",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) => mangle(frame, |octets| octets.iter_mut().take(1).for_each(|octet| *octet = 0)),
        _ => Verdict::Pass,
    }
}
