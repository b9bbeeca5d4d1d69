//! A route, and the words that say one in configuration and commands.

mod action;
mod bare;
mod builder;
mod flow;
mod subject;
mod typed;

use std::fmt;

pub use action::{Action, RouteParts};
pub use bare::AttributesOnly;
pub use builder::RouteBuilder;
pub use flow::parse_flow;
pub use typed::{TypedAttribute, TypedRoute};

use crate::{AnyNlri, Attributes, Family, NextHop, Word, WordError, Words, nlri::sr_policy::SrPolicy};

/// A route: what can be reached, through where, with which attributes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// What can be reached.
    pub nlri: AnyNlri,
    /// Through where.
    pub next_hop: NextHop,
    /// With which attributes.
    pub attributes: Attributes,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.nlri.with_next_hop(self.next_hop).fmt(f)?;
        if self.attributes.is_empty() { Ok(()) } else { write!(f, " {}", self.attributes) }
    }
}

/// What a route is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// To be announced: the next hop is needed.
    Announce,
    /// To be withdrawn: the NLRI is enough.
    Withdraw,
}

/// The group a route belongs to, and whether it waits for the group to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchdogTag {
    /// Name of the group.
    pub name: String,
    /// The route is held back until its group is announced.
    pub held: bool,
}

/// What a statement says: one route, or those it was split into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSpec {
    /// The routes, in address order when they come from one prefix.
    pub routes: Vec<Route>,
    /// The watchdog group they belong to.
    pub watchdog: Option<WatchdogTag>,
    /// In place of routes: attributes alone.
    pub bare: Option<AttributesOnly>,
}

/// Reads `<prefix> <attribute>*`, what follows the word `route`. The family follows from what is said: `rd` makes it
/// mpls-vpn, `label` nlri-mpls, and the address tells unicast from multicast.
///
/// # Errors
/// When the words do not say a route.
pub fn parse_route(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let mut builder = RouteBuilder::for_prefix(words)?;
    builder.attributes(words)?;
    builder.finish(intent)
}

/// Reads `<nlri> <attribute>*`, what follows the names of a family.
///
/// # Errors
/// When the words do not say a route of the family.
pub fn parse_family(family: Family, words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let mut builder = RouteBuilder::for_family(family, words)?;
    builder.attributes(words)?;
    builder.finish(intent)
}

/// Reads `distinguisher <number> color <number> endpoint <address> <attribute>*`, what follows the word `sr-policy`. The
/// family is that of the endpoint.
///
/// # Errors
/// When the words do not say a candidate path.
pub fn parse_sr_policy(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let family = SrPolicy::family_of(words);
    let family = family.ok_or_else(|| WordError::missing(words.column(), "the endpoint, an IP address,"))?;
    parse_family(family, words, intent)
}

/// Reads `<attribute>* nlri <prefix>+`, what follows the word `attributes`. The family follows as in [`parse_route`].
/// What is announced without the word `nlri` has no routes, only [`RouteSpec::bare`].
///
/// # Errors
/// When the words do not say routes, or their prefixes are of several families.
pub fn parse_attributes(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let mut builder = RouteBuilder::without_prefix(words);
    while !words.keyword("nlri") {
        let is_over = words.peek().is_none_or(|word| word.text == ";");
        match intent {
            Intent::Announce if is_over => return builder.finish_bare(),
            Intent::Withdraw if is_over => {
                return Err(WordError::missing(words.column(), "the word nlri with its prefixes"));
            }
            _ => {}
        }
        builder.attribute(words)?;
    }
    while let Some(word) = next_prefix(words) {
        builder.add_prefix(word)?;
    }
    builder.finish(intent)
}

/// The next word that is not the end of the statement.
fn next_prefix<'a>(words: &mut Words<'a>) -> Option<Word<'a>> {
    loop {
        match words.next() {
            Some(word) if word.text == ";" => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests;
