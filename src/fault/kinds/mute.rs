//! `mute`: the network between the peer and us takes nothing any more, and nobody is told.

use std::fmt;

use wire::Words;

use super::{A_WHILE, Entry, Fault, PEERS, Usage};
use crate::{
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "mute",
    victims: PEERS,
    end: A_WHILE,
    usage: Usage {
        syntax: "mute [incoming|outgoing|both]",
        about: "nothing is written to the peer, or nothing read from it, or neither (which is usual): what is sent waits on the way, as behind a link that is down",
        example: "mute outgoing for 20s",
        recovery: "what waited arrives when it is over; if a HoldTimer has expired meanwhile (4/0), the session is set up again and the routes are sent anew",
    },
    parse: |words| Ok(Box::new(Mute::parse(words))),
};

#[derive(Clone, Copy, Debug)]
enum Mute {
    Incoming,
    Outgoing,
    Both,
}

impl Mute {
    fn parse(words: &mut Words<'_>) -> Self {
        if words.keyword("incoming") {
            Self::Incoming
        } else if words.keyword("outgoing") {
            Self::Outgoing
        } else {
            // It is the usual one.
            let _ = words.keyword("both");
            Self::Both
        }
    }
}

impl Fault for Mute {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        match site {
            Site::Read => !matches!(self, Self::Outgoing),
            Site::Flush => !matches!(self, Self::Incoming),
            _ => false,
        }
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Drop
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Mute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Incoming => "mute incoming",
            Self::Outgoing => "mute outgoing",
            Self::Both => "mute both",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::verdicts;
    use super::*;

    #[test]
    fn directions_are_muted() {
        let (sites, drop, pass) = ([Site::Read, Site::Flush], Verdict::Drop, Verdict::Pass);
        assert_eq!(verdicts("mute", &sites), [drop.clone(), drop.clone()]);
        assert_eq!(verdicts("mute incoming", &sites), [drop.clone(), pass.clone()]);
        assert_eq!(verdicts("mute outgoing", &sites), [pass, drop]);
    }
}
