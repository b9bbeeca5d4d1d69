//! `static { … }`: configured routes, in the grammar helpers use too.

use std::sync::Arc;

use rib::StaticRoute;
use wire::{AnyAttribute, Intent, NextHop, Route, RouteBuilder, RouteSpec, Word, WordError, Words, route};

use crate::{
    draft::Draft,
    error::Error,
    exabgp::{
        flow,
        lexer::Statement,
        section::{Reader, Sub, Table, with_words},
    },
    key::{Key, Read},
    suggest,
};

/// The statements of a static section, in both forms.
pub(crate) static KEYS: &[Key<Draft>] = &[
    Key { name: "route", expects: "a prefix and its attributes", doc: "One route.", read: Read::Grammar(one_route) },
    Key {
        name: "attributes",
        expects: "attributes, nlri and prefixes",
        doc: "Routes that share their attributes; without nlri, an UPDATE with attributes and no route.",
        read: Read::Grammar(attributes),
    },
    Key {
        name: "attribute",
        expects: "attributes, nlri and prefixes",
        doc: "The same as attributes.",
        read: Read::Grammar(attributes),
    },
    Key {
        name: "sr-policy",
        expects: "distinguisher, color, endpoint, next-hop and what the path is",
        doc: "A candidate path of an SR policy.",
        read: Read::Grammar(sr_policy),
    },
];

static TABLE: Table<Draft> =
    Table { name: "static", keys: KEYS, sections: &[Sub { name: "route", read: read_route }], grammar: None };

static ROUTE: Table<RouteBuilder> = Table { name: "static/route", keys: &[], sections: &[], grammar: Some(attribute) };

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, draft).map(drop)
}

/// `route <prefix> { <attribute>; … }`
fn read_route(reader: &mut Reader<'_>, header: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    let opened = with_words(header, |words| RouteBuilder::for_prefix(&mut Words::from_words(after_keyword(words))));
    let mut builder = opened.map_err(|fault| reader.refuse_word(header, fault))?;
    let end = reader.body(&ROUTE, &mut builder)?;
    let spec = finish_block(builder).map_err(|fault| reader.refuse_word(&end, fault))?;
    add(draft, spec, false);
    Ok(())
}

pub(super) fn attribute(builder: &mut RouteBuilder, words: &[Word<'_>]) -> Result<(), WordError> {
    let mut words = Words::from_words(words);
    builder.attribute(&mut words)?;
    words.end()
}

/// The routes of a block, whose next hop ExaBGP never asks for.
fn finish_block(builder: RouteBuilder) -> Result<RouteSpec, WordError> {
    let spec = builder.finish(Intent::Withdraw)?;
    let complete = |route: &Route| route.nlri.complete(Intent::Announce);
    let fault = |message| WordError { column: 1, word: String::new(), message };
    spec.routes.iter().try_for_each(complete).map_err(fault)?;
    Ok(spec)
}

fn one_route(draft: &mut Draft, words: &mut Words<'_>) -> Result<(), WordError> {
    let mut ahead = words.rest();
    ahead.next();
    let block = ahead.keyword("{");
    statement(draft, words, |words, intent| if block { parse_block(words) } else { route::parse_route(words, intent) })
}

/// `<prefix> { <attribute>; … }` in one line, in the native form.
fn parse_block(words: &mut Words<'_>) -> Result<RouteSpec, WordError> {
    let mut builder = RouteBuilder::for_prefix(words)?;
    words.keyword("{");
    while !words.keyword("}") {
        if !words.keyword(";") {
            builder.attribute(words)?;
        }
    }
    finish_block(builder)
}

fn attributes(draft: &mut Draft, words: &mut Words<'_>) -> Result<(), WordError> {
    statement(draft, words, route::parse_attributes)
}

fn sr_policy(draft: &mut Draft, words: &mut Words<'_>) -> Result<(), WordError> {
    statement(draft, words, route::parse_sr_policy)
}

/// Adds the routes that `grammar` reads from all of the words.
pub(super) fn statement(
    draft: &mut Draft,
    words: &mut Words<'_>,
    grammar: impl FnOnce(&mut Words<'_>, Intent) -> Result<RouteSpec, WordError>,
) -> Result<(), WordError> {
    let withdraw = withdraws_nothing(words);
    let spec = grammar(words, Intent::Announce)?;
    words.end()?;
    add(draft, spec, withdraw);
    Ok(())
}

pub(super) fn add(draft: &mut Draft, spec: RouteSpec, withdraw: bool) {
    let RouteSpec { routes, watchdog, bare } = spec;
    draft.bare.extend(bare);
    let blind = routes.iter().filter(|route| route.next_hop == NextHop::None && route.nlri.family().needs_next_hop());
    draft.remarks.extend(blind.map(|route| format!("the route {} has no next-hop", route.nlri)));
    draft.remarks.extend(flow::remarks(&routes));
    if withdraw && let Some(route) = routes.first() {
        let message = format!("withdraw without watchdog has no effect, {} is announced", route.nlri);
        draft.remarks.push(message);
    }
    let watchdog = watchdog.map(Arc::new);
    draft.routes.extend(routes.into_iter().map(|route| StaticRoute { route, watchdog: watchdog.clone() }));
}

/// Whether `withdraw` is written and no watchdog to hold the route.
fn withdraws_nothing(words: &Words<'_>) -> bool {
    let (mut ahead, mut withdraw) = (words.rest(), false);
    while let Some(word) = ahead.next() {
        match word.text {
            "watchdog" => return false,
            "withdraw" => withdraw = true,
            _ => {}
        }
    }
    withdraw
}

/// What an unknown word of a route may have been meant to be.
pub(crate) fn hint(fault: &WordError) -> Option<String> {
    if !fault.message.starts_with("unknown command") {
        return None;
    }
    let mut known = AnyAttribute::keywords().chain(WORDS);
    if known.any(|known| known == fault.word) {
        return Some(format!("{} is for routes of other families", fault.word));
    }
    suggest::hint(&fault.word, AnyAttribute::keywords().chain(WORDS))
}

pub(super) fn after_keyword<'w, 'a>(words: &'w [Word<'a>]) -> &'w [Word<'a>] {
    words.split_first().map_or(&[], |(_, rest)| rest)
}

/// The words of a route that are not attributes.
const WORDS: [&str; 9] =
    ["next-hop", "path-information", "label", "rd", "route-distinguisher", "split", "watchdog", "withdraw", "name"];
