//! `reorder`: a message comes later than those after it.

use std::time::Duration;

use wire::{WordError, Words};

use super::{
    Entry, Fault, ONCE, PEERS, Usage,
    frames::Frames,
    held_back::{self, HeldBack},
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

fn parse(words: &mut Words<'_>) -> Result<Box<dyn Fault>, WordError> {
    let frames = Frames::parse(words);
    let by = held_back::by(words, USUAL)?;
    Ok(Box::new(HeldBack { name: ENTRY.name, frames, one_kind: false, by }))
}

#[cfg(test)]
mod tests {
    use super::super::trial::{keepalive, update, verdicts};
    use super::*;
    use crate::site::{Site, Verdict};

    #[test]
    fn one_waits_and_the_next_does_not() {
        let (keepalive, update) = (keepalive(), update());
        let sites = [Site::FrameOut(&keepalive), Site::FrameOut(&update), Site::FrameOut(&update)];
        let late = Verdict::Delay(Duration::from_millis(200));
        let found = verdicts("reorder outgoing update by 200ms", &sites);
        assert_eq!(found, [Verdict::Pass, late, Verdict::Pass]);
    }
}
