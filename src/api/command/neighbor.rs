//! `show neighbor`, `peer list`, `teardown`.

use wire::{Word, Words, json::Dialect};

use super::{Entry, Group, Request, Spelling, Usage};
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
    .syntax("<subcode> [<text for whoever runs the peer, with subcodes 2 and 4>]"),
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
    let text = communication(subcode, words)?;
    if !request.to.is_explicit() && request.context.dialect == Dialect::V5 {
        return Ok(Verb::Say(Vec::new()));
    }
    Ok(Verb::Peer { selector: request.to, order: PeerOrder::Teardown(subcode, text) })
}

/// The Shutdown Communication (RFC 9003): a text in quotes, or words.
fn communication(subcode: u8, words: &mut Words<'_>) -> Result<Option<Box<str>>, ApiError> {
    let column = words.column();
    let all: Vec<&str> =
        std::iter::from_fn(|| words.next()).map(|word| word.text).filter(|word| *word != ";").collect();
    let text = all.join(" ");
    let wrong = match text.len() {
        0 => return Ok(None),
        1..256 if matches!(subcode, 2 | 4) => return Ok(Some(text.into())),
        1..256 => "only subcodes 2 and 4 carry a text",
        _ => "the text is longer than 255 octets",
    };
    Err(ApiError { column: Some(column), message: wrong.to_owned() })
}

fn subcode(word: Word<'_>) -> Result<u8, ApiError> {
    let digits = word.text.bytes().all(|byte| byte.is_ascii_digit());
    let subcode = word.text.parse().ok().filter(|_| digits);
    subcode.ok_or_else(|| ApiError::expected(word, "a subcode from 0 to 255"))
}
