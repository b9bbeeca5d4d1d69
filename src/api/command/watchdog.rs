//! `announce watchdog`, `withdraw watchdog`: routes held back or sent in groups.

use rib::Op;
use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage, route};
use crate::{ApiError, Selector, Verb};

pub(super) const ANNOUNCE: Entry = Entry {
    spelling: Spelling { v4: "announce watchdog", v6: "peer <selector> announce watchdog" },
    usage: Usage::new(Group::Peers, "Announce the routes held under this name.", "announce watchdog dnsr")
        .syntax("[<name>]"),
    parse: |words, request| parse(words, request, true),
};

pub(super) const WITHDRAW: Entry = Entry {
    spelling: Spelling { v4: "withdraw watchdog", v6: "peer <selector> withdraw watchdog" },
    usage: Usage::new(Group::Peers, "Withdraw the routes under this name, and hold them.", "withdraw watchdog dnsr")
        .syntax("[<name>]"),
    parse: |words, request| parse(words, request, false),
};

/// The routes are found by name alone: every neighbor is meant, whatever the selector.
fn parse(words: &mut Words<'_>, request: Request<'_>, announce: bool) -> Result<Verb, ApiError> {
    let name = words.next().map_or(request.context.service, |word| word.text).to_owned();
    route::finish(words)?;
    let request = Request { to: Selector::all(), ..request };
    Ok(route::verb(request, vec![Op::Watchdog { name, announce }]))
}
