//! `unknown-type`: a message to the neighbor is of a type that nobody knows.

use std::time::Duration;

use super::{Plain, Target, Usage, mangle};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "unknown-type",
    usage: Usage {
        syntax: "unknown-type",
        about: "a message to the neighbor is of a type that nobody knows",
        example: "unknown-type",
        recovery: "the neighbor ends the session, which is set up again and its routes sent anew (RFC 4271 section 6.1)",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) => {
            mangle(frame, |octets| octets.iter_mut().skip(18).take(1).for_each(|octet| *octet = 99))
        }
        _ => Verdict::Pass,
    }
}
