//! From parsed route words to changes of an Adj-RIB.

use rib::{Op, Withdrawal};
use wire::{Family, Intent, Route, RouteSpec, WordError, Words};

use super::Request;
use crate::{ApiError, Verb};

/// How the words behind the verb are read.
pub(super) type Grammar = fn(&mut Words<'_>, Intent) -> Result<RouteSpec, WordError>;

/// Announces what `grammar` reads from the rest of the line.
pub(super) fn announce(words: &mut Words<'_>, request: Request<'_>, grammar: Grammar) -> Result<Verb, ApiError> {
    let spec = grammar(words, Intent::Announce)?;
    finish(words)?;
    Ok(verb(request, announced(spec)))
}

/// Withdraws what `grammar` reads from the rest of the line.
pub(super) fn withdraw(words: &mut Words<'_>, request: Request<'_>, grammar: Grammar) -> Result<Verb, ApiError> {
    let spec = grammar(words, Intent::Withdraw)?;
    finish(words)?;
    Ok(verb(request, withdrawn(spec)))
}

/// The same behind `ipv4` or `ipv6`, where the family comes first.
pub(super) fn of_family(
    afi: &str,
    words: &mut Words<'_>,
    request: Request<'_>,
    intent: Intent,
) -> Result<Verb, ApiError> {
    let family = family_of(afi, words)?;
    let spec = wire::route::parse_family(family, words, intent)?;
    finish(words)?;
    let ops = match intent {
        Intent::Announce => announced(spec),
        Intent::Withdraw => withdrawn(spec),
    };
    Ok(verb(request, ops))
}

/// Reads `route` and a flow specification.
pub(super) fn flow(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let word = words.expect("the word route")?;
    if word.text != "route" {
        return Err(WordError::expected(word, "the word route"));
    }
    wire::route::parse_flow(words, intent)
}

/// Reads a site of VPLS.
pub(super) fn vpls(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    wire::route::parse_family(Family::L2vpnVpls, words, intent)
}

/// Reads `<afi> <safi>`, and nothing may follow.
pub(super) fn family(words: &mut Words<'_>) -> Result<Family, ApiError> {
    let afi = words.expect("the address family")?;
    let family = family_of(afi.text, words)?;
    finish(words)?;
    Ok(family)
}

/// A change for the selected peers.
pub(super) fn verb(request: Request<'_>, ops: Vec<Op>) -> Verb {
    Verb::Rib { selector: request.to, ops, sync: request.sync }
}

/// Nothing but the semicolon of a configuration statement may follow.
pub(super) fn finish(words: &mut Words<'_>) -> Result<(), ApiError> {
    while words.keyword(";") {}
    Ok(words.end()?)
}

fn family_of(afi: &str, words: &mut Words<'_>) -> Result<Family, ApiError> {
    let safi = words.expect("the subsequent address family")?;
    Family::from_names(afi, safi.text).ok_or_else(|| ApiError::expected(safi, "a family such as ipv4 unicast"))
}

fn announced(spec: RouteSpec) -> Vec<Op> {
    let RouteSpec { routes, watchdog, bare } = spec;
    match watchdog {
        None => routes.into_iter().map(Op::Announce).chain(bare.map(Op::Bare)).collect(),
        Some(tag) => routes.into_iter().map(|route| Op::Tagged(route, tag.clone())).collect(),
    }
}

fn withdrawn(spec: RouteSpec) -> Vec<Op> {
    let op = |Route { nlri, next_hop, attributes }| Op::Withdraw(Withdrawal { nlri, next_hop, attributes });
    spec.routes.into_iter().map(op).collect()
}
