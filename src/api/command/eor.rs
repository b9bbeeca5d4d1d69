//! `announce eor`.

use rib::Op;
use wire::{Family, Words};

use super::{Entry, Group, Request, Spelling, Usage, route};
use crate::{ApiError, Verb};

pub(super) const EOR: Entry = Entry {
    spelling: Spelling { v4: "announce eor", v6: "peer <selector> announce eor" },
    usage: Usage::new(Group::Peers, "Send an End-of-RIB marker (RFC 4724 section 2).", "announce eor ipv4 unicast")
        .syntax("[<afi> <safi>]"),
    parse,
};

/// The marker goes through the Adj-RIB-Out, so that it follows the routes announced before it.
fn parse(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    while words.keyword(";") {}
    let family = if words.is_empty() { Family::Ipv4Unicast } else { route::family(words)? };
    Ok(route::verb(request, vec![Op::EndOfRib(family)]))
}
