//! `announce operational`.

use rib::Op;
use wire::{Operational, Words};

use super::{Entry, Group, Request, Spelling, Usage, route};
use crate::{ApiError, Verb};

pub(super) const OPERATIONAL: Entry = Entry {
    spelling: Spelling { v4: "announce operational", v6: "peer <selector> announce operational" },
    usage: Usage::new(
        Group::Peers,
        "Send an OPERATIONAL message where that is negotiated; an asm is sent again on each session.",
        "announce operational asm afi ipv4 safi unicast advisory \"maintenance at noon\"",
    )
    .syntax(
        "asm|adm afi <afi> safi <safi> advisory <text> | \
         rpcq|apcq|lpcq afi <afi> safi <safi> [router-id <id>] sequence <n> | \
         rpcp|apcp|lpcp afi <afi> safi <safi> [router-id <id>] sequence <n> counter <n>",
    ),
    parse,
};

/// The message goes through the Adj-RIB-Out, which outlives the session.
fn parse(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let message = Operational::parse(words)?;
    route::finish(words)?;
    Ok(route::verb(request, vec![Op::Say(message)]))
}
