//! `fault inject`, `fault list`, `fault clear`: disturbing the daemon on purpose.

use wire::{Words, number};

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, FaultOrder, Verb};

pub(super) const INJECT: Entry = Entry {
    spelling: Spelling { v4: "fault inject", v6: "peer [<selector>] fault inject" },
    usage: Usage::new(Group::Fault, SUMMARY, "fault inject panic every 100 frames times 3 seed 7")
        .syntax(
            "[process <name>|listener|rate-limiter] <fault> … [<when>] [times <n>|for <time>] [p <chance>] [seed <n>]",
        )
        .unlisted()
        .answers("A line with the number of the fault, the words it was understood as, and how many it is for"),
    parse: inject,
};

pub(super) const LIST: Entry = Entry {
    spelling: Spelling { v4: "fault list", v6: "peer [<selector>] fault list" },
    usage: Usage::new(Group::Fault, "List the faults there are, and those armed.", "fault list")
        .unlisted()
        .answers("A line for each fault there is, then one for each that is armed, with its number"),
    parse: |words, request| order(words, request, FaultOrder::List),
};

pub(super) const CLEAR: Entry = Entry {
    spelling: Spelling { v4: "fault clear", v6: "peer [<selector>] fault clear" },
    usage: Usage::new(Group::Fault, "Disarm all faults, or the one of this number.", "fault clear 3")
        .syntax("[<number>]")
        .unlisted(),
    parse: clear,
};

const SUMMARY: &str = "Arm a fault; refused unless the configuration says `faults: true`. The faults are in FAULTS.md.";

fn inject(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let injection = fault::parse(words)?;
    order(words, request, FaultOrder::Inject(Box::new(injection)))
}

fn clear(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let Some(word) = words.next() else { return order(words, request, FaultOrder::Clear(None)) };
    let number = number::u32(word.text).ok_or_else(|| ApiError::expected(word, "the number of a fault"))?;
    order(words, request, FaultOrder::Clear(Some(number)))
}

fn order(words: &mut Words<'_>, request: Request<'_>, order: FaultOrder) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Fault { selector: request.to, order })
}
