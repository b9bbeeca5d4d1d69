//! `flow { … }`: flow specifications, in a line or as a block.

use wire::{
    AnyAttribute, Intent, Route, RouteBuilder, Word, WordError, Words,
    attribute::{ExtendedCommunities, ExtendedCommunity},
    nlri::flow::Section,
    route,
};

use crate::{
    draft::Draft,
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Sub, Table},
        static_routes::{self, add},
    },
    key::{Key, Read},
};

/// The statements of a flow section.
pub(crate) static KEYS: &[Key<Draft>] = &[Key {
    name: "route",
    expects: "conditions and actions",
    doc: "One flow specification.",
    read: Read::Grammar(one),
}];

static TABLE: Table<Draft> =
    Table { name: "flow", keys: KEYS, sections: &[Sub { name: "route", read: read_route }], grammar: None };

static ROUTE: Table<RouteBuilder> = Table {
    name: "flow/route",
    keys: &[],
    sections: &[
        Sub { name: "match", read: |reader, _, builder| reader.body(&MATCH, builder).map(drop) },
        Sub { name: "then", read: |reader, _, builder| reader.body(&THEN, builder).map(drop) },
        Sub { name: "scope", read: |reader, _, builder| reader.body(&SCOPE, builder).map(drop) },
    ],
    grammar: Some(|builder, words| statement(Section::Route, builder, words)),
};

static MATCH: Table<RouteBuilder> = part("flow/match", |builder, words| statement(Section::Match, builder, words));
static THEN: Table<RouteBuilder> = part("flow/then", |builder, words| statement(Section::Then, builder, words));
static SCOPE: Table<RouteBuilder> = part("flow/scope", |builder, words| statement(Section::Scope, builder, words));

type Grammar = fn(&mut RouteBuilder, &[Word<'_>]) -> Result<(), WordError>;

const fn part(name: &'static str, grammar: Grammar) -> Table<RouteBuilder> {
    Table { name, keys: &[], sections: &[], grammar: Some(grammar) }
}

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, draft).map(drop)
}

/// `route [<name>] { match { … } then { … } scope { … } }`
fn read_route(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    let mut builder = RouteBuilder::for_flow(&Words::new(""));
    let end = reader.body(&ROUTE, &mut builder)?;
    let spec = builder.finish(Intent::Announce).map_err(|fault| reader.refuse_word(&end, fault))?;
    add(draft, spec, false);
    Ok(())
}

/// What may surprise about the rates of flow specifications; other routes have none.
pub(super) fn remarks(routes: &[Route]) -> Vec<String> {
    let flows = routes.iter().filter(|route| matches!(route.nlri.family().safi(), 133 | 134));
    let remark = |route: &Route| {
        let [rate] = rates(route)[..] else { return None };
        match rate {
            _ if rate > 0.0 && rate < LEAST_RATE => Some(format!(
                "rate-limit {rate} of {} is less than most packets need: it counts octets a second",
                route.nlri
            )),
            _ if rate >= MOST_RATE => Some(format!("rate-limit of {} is {MOST_RATE}, which is the most", route.nlri)),
            _ => None,
        }
    };
    flows.filter_map(remark).collect()
}

/// Its rates in octets a second: communities of type 0x8006 (RFC 8955 section 7.1).
fn rates(route: &Route) -> Vec<f32> {
    let communities = route.attributes.iter().filter_map(|attribute| match attribute {
        AnyAttribute::ExtendedCommunities(ExtendedCommunities(list)) => Some(list),
        _ => None,
    });
    let rate = |community: &ExtendedCommunity| match community.0 {
        [0x80, 0x06, _, _, rate @ ..] => Some(f32::from_be_bytes(rate)),
        _ => None,
    };
    communities.flatten().filter_map(rate).collect()
}

/// Below this ExaBGP warns.
const LEAST_RATE: f32 = 9600.0;
/// What the grammar makes of higher rates.
const MOST_RATE: f32 = 1e12;

fn statement(section: Section, builder: &mut RouteBuilder, words: &[Word<'_>]) -> Result<(), WordError> {
    let mut words = Words::from_words(words);
    builder.flow_statement(section, &mut words)?;
    words.end()
}

fn one(draft: &mut Draft, words: &mut Words<'_>) -> Result<(), WordError> {
    static_routes::statement(draft, words, route::parse_flow)
}
