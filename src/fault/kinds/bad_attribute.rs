//! `bad-attribute`: the first attribute of an UPDATE to the neighbor has wrong flags.

use std::time::Duration;

use wire::Kind;

use super::{Plain, Target, Usage, mangle};
use crate::site::{Site, Verdict};

/// The kind.
pub(super) const KIND: Plain = Plain {
    name: "bad-attribute",
    usage: Usage {
        syntax: "bad-attribute",
        about: "the first attribute of an UPDATE to the neighbor has wrong flags",
        example: "bad-attribute",
        recovery: "the neighbor takes its routes for withdrawn (RFC 7606); routes are sent once more a second after the last strike",
        target: Target::Peer,
    },
    time: None,
    strike,
};

fn strike(site: &Site<'_>, _: Duration) -> Verdict {
    match site {
        Site::FrameOut(frame) if frame.kind() == Kind::Update.code() && has_attributes(frame.body()) => {
            // Behind the header, the withdrawn routes and both lengths stand the flags of the first attribute.
            mangle(frame, |octets| octets.iter_mut().skip(FLAGS).take(1).for_each(|octet| *octet ^= 0x80))
        }
        _ => Verdict::Pass,
    }
}

/// Nothing is withdrawn in it, and there are attributes.
fn has_attributes(body: &[u8]) -> bool {
    matches!(body, [0, 0, high, low, ..] if (*high, *low) != (0, 0))
}

/// Octets before the flags: the header, and both lengths.
const FLAGS: usize = 19 + 4;
