//! `half-open`: the connection is closed in one direction only.

use std::fmt;

use session::State;

use super::{Entry, Fault, ONCE, PEERS, Usage};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "half-open",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "half-open",
        about: "the sending half of the connection is closed: the peer is told that nothing will come any more, and can go on sending",
        example: "half-open in ESTABLISHED",
        recovery: "the peer closes its half, or the daemon finds that it cannot write; the session is set up again and the routes are sent anew",
    },
    parse: |_| Ok(Box::new(HalfOpen)),
};

#[derive(Clone, Copy, Debug)]
struct HalfOpen;

impl Fault for HalfOpen {
    fn is_at(&self, at: Moment, site: &Site<'_>) -> bool {
        at.state >= State::OpenSent && !matches!(site, Site::Connect | Site::Accept)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::HalfClose
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for HalfOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half-open")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts_in;
    use super::*;

    #[test]
    fn there_has_to_be_a_connection() {
        let sites = [Site::Message("Inject")];
        assert_eq!(verdicts_in(State::Idle, "half-open", &sites), [Verdict::Pass]);
        assert_eq!(verdicts_in(State::Established, "half-open", &sites), [Verdict::HalfClose]);
    }
}
