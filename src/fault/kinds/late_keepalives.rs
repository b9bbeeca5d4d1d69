//! `late-keepalives`: KEEPALIVEs come late.

use std::{fmt, time::Duration};

use wire::{Kind, WordError, Words};

use super::{A_WHILE, Entry, Fault, PEERS, Usage, frames::Frames};
use crate::{
    duration::{self, Time},
    rng::Rng,
    site::{Moment, Site, Verdict},
};

/// The line of the table.
pub(super) const ENTRY: Entry = Entry {
    name: "late-keepalives",
    victims: PEERS,
    end: A_WHILE,
    usage: Usage {
        syntax: "late-keepalives [incoming|outgoing] [by <time>]",
        about: "KEEPALIVEs come 1s late, or by the time given",
        example: "late-keepalives outgoing by 2s for 30s",
        recovery: "nothing as long as the HoldTimer of who waits for them has not expired; then (4/0) the session is set up again and the routes are sent anew",
    },
    parse,
};

/// How late they come when nothing is said of it.
const USUAL: Duration = Duration::from_secs(1);
/// At most.
const MOST: Duration = Duration::from_secs(60);

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    let frames = Frames::of(Kind::Keepalive, words);
    let by = if words.keyword("by") { duration::parse(words, MOST)? } else { USUAL };
    Ok(Box::new(LateKeepalives { frames, by }))
}

#[derive(Clone, Copy, Debug)]
struct LateKeepalives {
    frames: Frames,
    by: Duration,
}

impl Fault for LateKeepalives {
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

impl fmt::Display for LateKeepalives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "late-keepalives {} by {}", self.frames.direction(), Time(self.by))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{keepalive, update, verdicts};
    use super::*;

    #[test]
    fn only_keepalives_are_late() {
        let (keepalive, update) = (keepalive(), update());
        let sites = [Site::FrameOut(&update), Site::FrameOut(&keepalive), Site::FrameOut(&keepalive)];
        let late = Verdict::Delay(USUAL);
        assert_eq!(verdicts("late-keepalives", &sites), [Verdict::Pass, late.clone(), late]);
    }
}
