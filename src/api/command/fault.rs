//! `fault inject`, `fault list`, `fault clear`: disturbing the daemon on purpose.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, FaultOrder, Verb};

pub(super) const INJECT: Entry = Entry {
    spelling: Spelling { v4: "fault inject", v6: "peer [<selector>] fault inject" },
    usage: Usage::new(Group::Fault, "Arm a fault; refused unless faults are enabled.", "fault inject panic")
        .syntax("<fault> …")
        .unlisted(),
    parse: inject,
};

pub(super) const LIST: Entry = Entry {
    spelling: Spelling { v4: "fault list", v6: "peer [<selector>] fault list" },
    usage: Usage::new(Group::Fault, "List the faults there are, and those armed.", "fault list")
        .unlisted()
        .answers("A line for each fault there is"),
    parse: |words, request| order(words, request, FaultOrder::List),
};

pub(super) const CLEAR: Entry = Entry {
    spelling: Spelling { v4: "fault clear", v6: "peer [<selector>] fault clear" },
    usage: Usage::new(Group::Fault, "Disarm all faults.", "fault clear").unlisted(),
    parse: |words, request| order(words, request, FaultOrder::Clear),
};

/// The words are read here to tell the helper at once what is wrong with them, and kept to be read again by each
/// of those who are to strike.
fn inject(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    fault::parse(&mut words.rest())?;
    let mut plan = String::new();
    while let Some(word) = words.next() {
        if !plan.is_empty() {
            plan.push(' ');
        }
        plan.push_str(word.text);
    }
    order(words, request, FaultOrder::Inject(plan))
}

fn order(words: &mut Words<'_>, request: Request<'_>, order: FaultOrder) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Fault { selector: request.to, order })
}
