//! `reorder`: a message comes later than those after it.

use std::{fmt, time::Duration};

use wire::{WordError, Words};

use super::{Entry, Fault, ONCE, PEERS, Usage, frames::Frames};
use crate::{
    duration::{self, Time},
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "reorder",
    victims: PEERS,
    end: ONCE,
    usage: Usage {
        syntax: "reorder [incoming|outgoing] [<kind of message>] [by <time>]",
        about: "a message is held back for 500ms, or the time given, and those after it go before it",
        example: "reorder outgoing update by 200ms",
        recovery: "the older state of a route may have come last: once the fault is over, routes are sent anew, or asked for anew where that was agreed on",
    },
    parse,
};

/// How long a message is held back when nothing is said of it.
const USUAL: Duration = Duration::from_millis(500);
/// At most.
const MOST: Duration = Duration::from_secs(60);

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    let frames = Frames::parse(words);
    let by = if words.keyword("by") { duration::parse(words, MOST)? } else { USUAL };
    Ok(Box::new(Reorder { frames, by }))
}

#[derive(Clone, Copy, Debug)]
struct Reorder {
    frames: Frames,
    by: Duration,
}

impl Fault for Reorder {
    fn is_at(&self, _: Moment, site: &Site<'_>) -> bool {
        self.frames.are_at(site)
    }

    fn strike(&mut self, _: Moment, _: &Site<'_>, _: &mut Rng) -> Verdict {
        Verdict::Delay(self.by)
    }

    fn counts(&self, site: &Site<'_>) -> bool {
        self.frames.are_at(site)
    }

    fn copy(&self) -> Box<dyn Fault> {
        Box::new(*self)
    }
}

impl fmt::Display for Reorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reorder {} by {}", self.frames, Time(self.by))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{keepalive, update, verdicts};
    use super::*;

    #[test]
    fn one_waits_and_the_next_does_not() {
        let (keepalive, update) = (keepalive(), update());
        let sites = [Site::FrameOut(&keepalive), Site::FrameOut(&update), Site::FrameOut(&update)];
        let late = Verdict::Delay(Duration::from_millis(200));
        let found = verdicts("reorder outgoing update by 200ms", &sites);
        assert_eq!(found, [Verdict::Pass, late, Verdict::Pass]);
    }
}
