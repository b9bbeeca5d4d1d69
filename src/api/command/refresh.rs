//! `announce route-refresh`.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage, route};
use crate::{ApiError, PeerOrder, Verb};

pub(super) const REFRESH: Entry = Entry {
    spelling: Spelling { v4: "announce route-refresh", v6: "peer <selector> announce route-refresh" },
    usage: Usage::new(
        Group::Peers,
        "Ask the remote to send its routes again (RFC 2918).",
        "announce route-refresh ipv4 unicast",
    )
    .syntax("<afi> <safi>"),
    parse,
};

fn parse(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let family = route::family(words)?;
    Ok(Verb::Peer { selector: request.to, order: PeerOrder::Refresh(family) })
}
