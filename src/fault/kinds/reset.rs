//! `reset`: the connection is reset.

use std::fmt;

use session::State;

use super::{Entry, Fault, ONCE, PEERS, Usage};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "reset",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "reset",
        about: "the connections to the peer are closed with a TCP reset",
        example: "reset in ESTABLISHED",
        recovery: "the session is set up again at once and the routes are sent anew",
    },
    parse: |_| Ok(Box::new(Reset)),
};

#[derive(Clone, Copy, Debug)]
struct Reset;

impl Fault for Reset {
    fn is_at(&self, at: Moment, site: &Site<'_>) -> bool {
        at.state >= State::OpenSent && !matches!(site, Site::Connect | Site::Accept)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Reset
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("reset")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts_in;
    use super::*;

    #[test]
    fn there_has_to_be_a_connection() {
        let sites = [Site::Message("Inject"), Site::Flush];
        assert_eq!(verdicts_in(State::Active, "reset", &sites), [Verdict::Pass, Verdict::Pass]);
        assert_eq!(verdicts_in(State::OpenSent, "reset", &sites), [Verdict::Reset, Verdict::Pass]);
    }
}
