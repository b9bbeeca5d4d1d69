//! `bad-length`: the length of a message to the neighbor is one that none can have.

use std::time::Duration;

use super::{Plain, Target, Usage, mangle};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "bad-length",
    usage: Usage {
        syntax: "bad-length",
        about: "the length of a message to the neighbor is one that none can have",
        example: "bad-length",
        recovery: "the neighbor ends the session, which is set up again and its routes sent anew (RFC 4271 section 6.1)",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) => {
            mangle(frame, |octets| octets.iter_mut().skip(16).take(2).for_each(|octet| *octet = 0))
        }
        _ => Verdict::Pass,
    }
}
