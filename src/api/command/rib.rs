//! `show adj-rib`, `flush adj-rib`, `clear adj-rib`.

use std::net::IpAddr;

use rib::Op;
use wire::{Word, Words};

use super::{Entry, Group, Request, Spelling, Usage, route};
use crate::{AdjRibView, ApiError, Class, Form, Show, Table, Verb};

pub(super) const FLUSH: Entry = Entry {
    spelling: Spelling { v4: "flush adj-rib out", v6: "rib flush out" },
    usage: Usage::new(Group::Peers, "Send every route again.", "flush adj-rib out"),
    parse: |words, request| operate(words, request, Op::Resend(None)),
};

pub(super) const CLEAR_IN: Entry = Entry {
    spelling: Spelling { v4: "clear adj-rib-in", v6: "rib clear in" },
    usage: Usage::new(Group::Peers, "Forget the routes received.", "clear adj-rib in").unlisted(),
    parse: |words, request| operate(words, request, Op::ClearIn),
};

pub(super) const CLEAR_OUT: Entry = Entry {
    spelling: Spelling { v4: "clear adj-rib-out", v6: "rib clear out" },
    usage: Usage::new(Group::Peers, "Withdraw every route and forget it.", "clear adj-rib out").unlisted(),
    parse: |words, request| operate(words, request, Op::Clear),
};

pub(super) const CLEAR: Entry = Entry {
    spelling: Spelling { v4: "clear adj-rib", v6: "rib clear" },
    usage: Usage::new(Group::Peers, "Forget routes: those received, or those advertised.", "clear adj-rib out")
        .syntax("[in|out]"),
    parse: clear,
};

pub(super) const SHOW_IN: Entry = Entry {
    spelling: Spelling { v4: "show adj-rib in", v6: "rib show in" },
    usage: Usage::new(Group::Show, "Show the routes received.", "show adj-rib in extensive")
        .syntax(SHOW_SYNTAX)
        .options(&["extensive"])
        .json()
        .answers(
            "A line a route: peer, family, NLRI and next hop; `extensive` has the name of the peer and all attributes",
        ),
    parse: |words, request| show(words, request, Table::In),
};

pub(super) const SHOW_OUT: Entry = Entry {
    spelling: Spelling { v4: "show adj-rib out", v6: "rib show out" },
    usage: Usage::new(Group::Show, "Show the routes advertised.", "show adj-rib out 192.0.2.1 inet json")
        .syntax(SHOW_SYNTAX)
        .options(&["extensive"])
        .json()
        .answers("As `show adj-rib in`"),
    parse: |words, request| show(words, request, Table::Out),
};

const SHOW_SYNTAX: &str = "[inet|flow|l2vpn] [<ip>] [extensive] [json]";

fn operate(words: &mut Words<'_>, request: Request<'_>, op: Op) -> Result<Verb, ApiError> {
    route::finish(words)?;
    Ok(route::verb(request, vec![op]))
}

/// Without a direction the routes advertised are meant.
fn clear(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let op = match words.next() {
        None => Op::Clear,
        Some(Word { text: "out", .. }) => Op::Clear,
        Some(Word { text: "in", .. }) => Op::ClearIn,
        Some(word) => return Err(ApiError::expected(word, "in or out")),
    };
    operate(words, request, op)
}

fn show(words: &mut Words<'_>, request: Request<'_>, table: Table) -> Result<Verb, ApiError> {
    let mut view = AdjRibView { table, class: None, address: None, extensive: false };
    let mut form = request.form();
    while let Some(word) = words.next() {
        match word.text {
            "inet" => view.class = Some(Class::Inet),
            "flow" => view.class = Some(Class::Flow),
            "l2vpn" => view.class = Some(Class::L2vpn),
            "extensive" => view.extensive = true,
            "json" => form = Form::Json,
            "text" => form = Form::Text,
            _ => view.address = Some(address(word)?),
        }
    }
    Ok(Verb::Show { selector: request.to, what: Show::AdjRib(view), form })
}

fn address(word: Word<'_>) -> Result<IpAddr, ApiError> {
    word.text.parse().map_err(|_| ApiError::expected(word, "inet, flow, l2vpn, extensive, json or an address"))
}
