//! `show neighbor`, `peer list`, `teardown`.

use wire::{Word, Words, json::Dialect};

use super::{Entry, Group, Request, Spelling, Usage, route};
use crate::{ApiError, Detail, Form, PeerOrder, Show, Verb};

pub(super) const SHOW: Entry = Entry {
    spelling: Spelling { v4: "show neighbor", v6: "peer [<selector>] show" },
    usage: Usage::new(Group::Show, "Show neighbors and their sessions.", "show neighbor summary")
        .syntax("[summary|extensive|configuration] [<ip>] [json]")
        .options(&["summary", "extensive", "configuration"])
        .json()
    .answers("A row each for `summary`, a page each for `extensive`, its section each for `configuration`; a list of objects in JSON"),
    parse: show,
};

pub(super) const LIST: Entry = Entry {
    spelling: Spelling { v4: "peer list", v6: "peer [<selector>] list" },
    usage: Usage::new(Group::Show, "List address, AS and state of each peer.", "peer list")
        .unlisted()
        .json()
        .answers("A line of JSON: a list of objects with `peer-address`, `peer-as` and `state`"),
    parse: |words, request| {
        words.end()?;
        Ok(Verb::Show { selector: request.to, what: Show::PeerList, form: Form::Json })
    },
};

pub(super) const TEARDOWN: Entry = Entry {
    spelling: Spelling { v4: "teardown", v6: "peer <selector> teardown" },
    usage: Usage::new(
        Group::Peers,
        "End the session with a Cease of this subcode (RFC 4486).",
        "neighbor 192.0.2.1 teardown 2",
    )
    .syntax("<subcode>"),
    parse: teardown,
};

fn show(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let mut detail = Detail::Unsaid;
    let mut filter = None;
    let mut form = request.form();
    while let Some(word) = words.next() {
        match word.text {
            "summary" => detail = Detail::Summary,
            "extensive" => detail = Detail::Extensive,
            "configuration" => detail = Detail::Configuration,
            "json" => form = Form::Json,
            "text" => form = Form::Text,
            text if filter.is_none() => filter = Some(text.to_owned()),
            _ => return Err(ApiError::expected(word, "summary, extensive, configuration or json")),
        }
    }
    Ok(Verb::Show { selector: request.to, what: Show::Neighbor { detail, filter }, form })
}

/// Without a selector ExaBGP 5 acknowledges and tears nothing down: no helper resets everything by omission.
fn teardown(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let subcode = subcode(words.expect("the subcode of the Cease")?)?;
    route::finish(words)?;
    if !request.to.is_explicit() && request.context.dialect == Dialect::V5 {
        return Ok(Verb::Say(Vec::new()));
    }
    Ok(Verb::Peer { selector: request.to, order: PeerOrder::Teardown(subcode) })
}

fn subcode(word: Word<'_>) -> Result<u8, ApiError> {
    let digits = word.text.bytes().all(|byte| byte.is_ascii_digit());
    let subcode = word.text.parse().ok().filter(|_| digits);
    subcode.ok_or_else(|| ApiError::expected(word, "a subcode from 0 to 255"))
}
