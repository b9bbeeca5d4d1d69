//! `late-keepalives`: KEEPALIVEs come late.

use std::time::Duration;

use wire::{Kind, WordError, Words};

use super::{
    A_WHILE, Entry, Fault, PEERS, Usage,
    frames::Frames,
    held_back::{self, HeldBack},
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

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    let frames = Frames::of(Kind::Keepalive, words);
    let by = held_back::by(words, USUAL)?;
    Ok(Box::new(HeldBack { name: ENTRY.name, frames, one_kind: true, by }))
}

#[cfg(test)]
mod tests {
    use super::super::trial::{keepalive, update, verdicts};
    use super::*;
    use crate::site::{Site, Verdict};

    #[test]
    fn only_keepalives_are_late() {
        let (keepalive, update) = (keepalive(), update());
        let sites = [Site::FrameOut(&update), Site::FrameOut(&keepalive), Site::FrameOut(&keepalive)];
        let late = Verdict::Delay(USUAL);
        assert_eq!(verdicts("late-keepalives", &sites), [Verdict::Pass, late.clone(), late]);
    }
}
