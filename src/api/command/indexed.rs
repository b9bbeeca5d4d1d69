//! `routes list|add|remove`: routes by an index, for programs that keep no text of them.

use rib::Op;
use wire::{AnyNlri, Family, Key, Word, Words};

use super::{Entry, Group, Request, Spelling, Usage, dispatch};
use crate::{ApiError, Removal, Show, Verb, encode::indexed};

pub(super) const LIST: Entry = Entry {
    spelling: Spelling { v4: "routes list", v6: "peer <selector> routes list" },
    usage: Usage::new(Group::Routes, "List the routes advertised, each with its index.", "routes list")
        .unlisted()
        .json()
        .answers("A line of JSON: a list of objects with `index`, `route` and `neighbor`"),
    parse: |words, request| {
        words.end()?;
        list(request, None, None)
    },
};

pub(super) const ADD: Entry = Entry {
    spelling: Spelling { v4: "routes add", v6: "peer <selector> routes add" },
    usage: Usage::new(
        Group::Routes,
        "Announce a route, and tell its index.",
        "routes add 10.0.0.0/24 next-hop 192.0.2.1",
    )
    .syntax("[route] <prefix> next-hop <ip>|self [<attribute> …] | <what follows announce>")
    .unlisted()
    .json()
    .answers("A line of JSON with `index`, `route` and `success`; a list of them if the words say several routes"),
    parse: |words, request| add(&rest(words), request),
};

pub(super) const REMOVE: Entry = Entry {
    spelling: Spelling { v4: "routes remove", v6: "peer <selector> routes remove" },
    usage: Usage::new(
        Group::Routes,
        "Withdraw a route that is advertised, by its words or its index.",
        "routes remove 10.0.0.0/24",
    )
    .syntax("index <hex> | [route] <prefix> | <what follows withdraw>")
    .unlisted()
    .json()
    .answers("A line of JSON with `removed`, true or false, and `index`"),
    parse: |words, request| remove(&rest(words), request),
};

pub(super) const OF_FAMILY: Entry = Entry {
    spelling: Spelling { v4: "routes", v6: "peer <selector> routes" },
    usage: Usage::new(Group::Routes, "The same for one address family, or for one AFI.", "routes ipv4 unicast list")
        .syntax("<afi> [<safi>] list | add … | remove …")
        .unlisted()
        .json()
        .answers("As the same without a family"),
    parse: of_family,
};

fn rest<'a>(words: &mut Words<'a>) -> Vec<Word<'a>> {
    std::iter::from_fn(|| words.next()).collect()
}

fn of_family(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    const ACTION: &str = "routes requires action: list, add, or remove";
    let afi = words.next().ok_or_else(|| ApiError::new(ACTION))?;
    if Family::ALL.iter().all(|family| family.afi_name() != afi.text) {
        return Err(ApiError::new(ACTION));
    }
    let is_action = |word: &Word<'_>| matches!(word.text, "list" | "add" | "remove");
    let safi = words.peek().filter(|word| !is_action(word));
    let family = match safi {
        None => None,
        Some(safi) => {
            words.next();
            let family = Family::from_names(afi.text, safi.text);
            Some(family.ok_or_else(|| ApiError::expected(safi, "a family such as ipv4 unicast"))?)
        }
    };
    let action = words.next().filter(is_action).ok_or_else(|| ApiError::new(ACTION))?;
    let rest = rest(words);
    let spec: Vec<Word<'_>> = safi.map_or_else(|| rest.clone(), |safi| [&[afi, safi], &rest[..]].concat());
    match action.text {
        "list" if rest.is_empty() => list(request, Some(afi.text), family),
        "list" => Err(ApiError::new("nothing is expected behind list")),
        "add" => add(&spec, request),
        _ if rest.first().is_some_and(|word| word.text == "index") => remove(&rest, request),
        _ => remove(&spec, request),
    }
}

fn list(request: Request<'_>, afi: Option<&str>, family: Option<Family>) -> Result<Verb, ApiError> {
    let afi = afi.and_then(|afi| Family::ALL.iter().find(|family| family.afi_name() == afi)).map(|family| family.afi());
    let form = request.form();
    Ok(Verb::Show { selector: request.to, what: Show::Routes { afi, family }, form })
}

fn add(spec: &[Word<'_>], request: Request<'_>) -> Result<Verb, ApiError> {
    if spec.is_empty() {
        return Err(ApiError::new("routes add requires route specification"));
    }
    let ops = ops("announce", spec, &request)?;
    let said = vec![indexed::added(ops.iter().filter_map(announced))];
    let Request { to: selector, sync, .. } = request;
    Ok(Verb::Said(said, Box::new(Verb::Rib { selector, ops, sync })))
}

fn remove(spec: &[Word<'_>], request: Request<'_>) -> Result<Verb, ApiError> {
    let needed = || ApiError::new("routes remove requires route spec or index");
    let first = spec.first().ok_or_else(needed)?;
    let removals = if first.text == "index" {
        let word = spec.get(1).ok_or_else(needed)?;
        let key = indexed::key(word.text).ok_or_else(|| ApiError::new(format!("Invalid hex index: {}", word.text)))?;
        vec![Removal { key, route: None }]
    } else {
        ops("withdraw", spec, &request)?.iter().filter_map(withdrawn).collect()
    };
    Ok(Verb::Remove { selector: request.to, removals })
}

/// What these words mean behind `verb`; the word `route` may be left out.
fn ops(verb: &'static str, spec: &[Word<'_>], request: &Request<'_>) -> Result<Vec<Op>, ApiError> {
    let column = spec.first().map_or(1, |word| word.column);
    let bare = spec
        .first()
        .is_some_and(|word| word.text.starts_with(|first: char| first.is_ascii_digit()) || word.text.contains(':'));
    let mut line = vec![Word { text: verb, column }];
    line.extend(bare.then_some(Word { text: "route", column }));
    line.extend(spec);
    let read = dispatch::route(&line, request.clone());
    match read {
        Ok(Verb::Rib { ops, .. }) if ops.iter().all(|op| announced(op).is_some() || withdrawn(op).is_some()) => Ok(ops),
        Ok(_) => Err(ApiError::new("Could not parse route: that is no route")),
        Err(error) => Err(ApiError::new(format!("Could not parse route: {error}"))),
    }
}

fn announced(op: &Op) -> Option<(Key, String)> {
    match op {
        Op::Announce(route) => Some((route.nlri.key(), route.to_string())),
        _ => None,
    }
}

fn withdrawn(op: &Op) -> Option<Removal> {
    let text = |nlri: &AnyNlri| Removal { key: nlri.key(), route: Some(nlri.to_string()) };
    match op {
        Op::Withdraw(withdrawal) => Some(text(&withdrawal.nlri)),
        _ => None,
    }
}
