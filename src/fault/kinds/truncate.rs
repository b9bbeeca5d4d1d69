//! `truncate`: the end of a message is missing.

use std::fmt;

use super::{
    Entry, Fault, ONCE, PEERS, Usage,
    frames::{Frames, message},
};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "truncate",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "truncate [incoming|outgoing] [<kind of message>]",
        about: "a message ends somewhere before its end, and the next one follows",
        example: "truncate outgoing update",
        recovery: "who receives it cannot tell where the next message begins, and ends the session with an error of the header (1/x), or when the HoldTimer expires; it is set up again and the routes are sent anew",
    },
    parse: |words| Ok(Box::new(Truncate(Frames::parse(words)))),
};

#[derive(Clone, Copy, Debug)]
struct Truncate(Frames);

impl Fault for Truncate {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn strike(&mut self, _: Moment, site: &Site<'_>, rng: &mut Rng) -> Verdict {
        let whole = message(site);
        let left = 1 + rng.below(whole.len().saturating_sub(1));
        Verdict::Replace(whole.get(..left).unwrap_or(whole).to_vec().into())
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.0.are_at(site)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Truncate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "truncate {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{keepalive, replaced};

    #[test]
    fn something_is_left_and_something_missing() {
        let keepalive = keepalive();
        for seed in 0..40 {
            let bytes = replaced(&format!("truncate seed {seed}"), &keepalive);
            assert!((1..19).contains(&bytes.len()) && keepalive.bytes().starts_with(&bytes));
        }
    }
}
