//! `group start`, `group end`, and groups on one line.

use rib::Op;
use wire::{AttributesOnly, Intent, Word, Words, route as grammar};

use super::{Entry, Group, Request, Spelling, Usage, dispatch};
use crate::{ApiError, Form, ProcessOrder, Processed, Verb};

pub(super) const START: Entry = Entry {
    spelling: Spelling { v4: "group start", v6: "group start" },
    usage: Usage::new(
        Group::Routes,
        "Gather the announcements and withdrawals that follow, up to group end: they are carried out as one.",
        "group start",
    )
    .unlisted()
    .json()
    .answers("`group started`; each line that is gathered gets its own `done`"),
    parse: |words, request| block(words, request, |_| ProcessOrder::GroupStart),
};

pub(super) const END: Entry = Entry {
    spelling: Spelling { v4: "group end", v6: "group end" },
    usage: Usage::new(Group::Routes, "Carry out what was gathered, for every peer.", "group end")
        .unlisted()
        .json()
        .answers("`group processed: <n> announced, <n> withdrawn[, <n> errors]`; in JSON also the errors"),
    parse: |words, request| block(words, request, ProcessOrder::GroupEnd),
};

pub(super) const INLINE: Entry = Entry {
    spelling: Spelling { v4: "group", v6: "peer <selector> group" },
    usage: Usage::new(
        Group::Routes,
        "Announce and withdraw several routes as one. Attributes that come first are those of all.",
        "group attributes med 5; announce route 10.0.0.0/24 next-hop 192.0.2.1; withdraw route 10.0.1.0/24",
    )
    .syntax("[attributes <attribute> … ;] announce … | withdraw … [; …]")
    .unlisted()
    .json()
    .answers("As `group end`"),
    parse: inline,
};

fn block(
    words: &mut Words<'_>,
    request: Request<'_>,
    order: fn(Option<bool>) -> ProcessOrder,
) -> Result<Verb, ApiError> {
    words.end()?;
    if request.to.is_explicit() {
        return Err(ApiError::new("a group of several lines is for every peer, and has no selector"));
    }
    Ok(Verb::Process(order(request.sync), request.form()))
}

fn inline(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let form = request.form();
    let all: Vec<Word<'_>> = std::iter::from_fn(|| words.next()).collect();
    let mut parts = parts(&all);
    let shared = match parts.first() {
        Some(first) if first.first().is_some_and(|word| word.text.starts_with("attribute")) => {
            Some(attributes(parts.remove(0))?)
        }
        _ => None,
    };
    if parts.is_empty() {
        return match form {
            Form::Json => Ok(Verb::Refuse("empty group".to_owned())),
            Form::Text => Err(ApiError::new("empty group")),
        };
    }
    let mut processed = Processed::default();
    for part in parts {
        let typed: Vec<_> = part.iter().map(|word| word.text).collect();
        processed.add(&typed.join(" "), dispatch::route(part, request.clone()));
    }
    if let Some(shared) = shared {
        processed.ops.iter_mut().for_each(|op| share(op, &shared));
    }
    let said = vec![processed.line(form)];
    let Request { to: selector, sync, .. } = request;
    Ok(Verb::Said(said, Box::new(Verb::Rib { selector, ops: processed.ops, sync })))
}

/// What stands between the semicolons that are not those of a flow specification.
fn parts<'w, 'a>(words: &'w [Word<'a>]) -> Vec<&'w [Word<'a>]> {
    let mut depth = 0_usize;
    let ends = |word: &Word<'_>| {
        match word.text {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word.text == ";"
    };
    words.split(ends).filter(|part| !part.is_empty()).collect()
}

/// A next hop among them is none of the parts': each has its own.
fn attributes(part: &[Word<'_>]) -> Result<AttributesOnly, ApiError> {
    let mut words = Words::from_words(part);
    words.next();
    let spec = grammar::parse_attributes(&mut words, Intent::Announce)?;
    words.end()?;
    spec.bare.ok_or_else(|| ApiError::new("the attributes of a group are without nlri"))
}

/// As if the attributes stood behind those of the route.
fn share(op: &mut Op, shared: &AttributesOnly) {
    let own = match op {
        Op::Announce(route) | Op::Tagged(route, _) => &mut route.attributes,
        _ => return,
    };
    *own = own.joined(&shared.attributes);
}
