//! The words of a flow specification, in one line and as a block.
//!
//! ```text
//! destination 10.0.0.0/24 protocol tcp discard
//! [<name>] { [rd <rd>;] [next-hop <ip>;] match { <condition>; … } [then { <action>; … }] [scope { … }] }
//! match { … } [then { … }] [scope { … }]
//! ```

use super::{Intent, RouteBuilder, RouteSpec};
use crate::{WordError, Words, nlri::flow::Section};

/// Reads what follows `flow route`. The family follows from what is said: IPv6 when a condition is about it, flow-vpn
/// with `rd`.
///
/// # Errors
/// When the words do not say a flow specification.
pub fn parse_flow(words: &mut Words<'_>, intent: Intent) -> Result<RouteSpec, WordError> {
    let mut builder = RouteBuilder::for_flow(words);
    if is_name(words) {
        words.next();
    }
    if words.keyword("{") {
        block(&mut builder, words)?;
    } else if section(words).is_some() {
        sections(&mut builder, words)?;
    } else {
        builder.attributes(words)?;
    }
    builder.finish(intent)
}

/// Whether a word stands before the brace that is not that of a section.
fn is_name(words: &Words<'_>) -> bool {
    let mut ahead = words.rest();
    let first = ahead.next();
    first.is_some_and(|word| word.text != "{") && section(words).is_none() && ahead.keyword("{")
}

/// The section that begins here.
fn section(words: &Words<'_>) -> Option<Section> {
    let mut ahead = words.rest();
    let section = Section::named(ahead.next()?.text)?;
    ahead.keyword("{").then_some(section)
}

/// What stands between the braces of a route.
fn block(builder: &mut RouteBuilder, words: &mut Words<'_>) -> Result<(), WordError> {
    while !words.keyword("}") {
        if let Some(section) = section(words) {
            statements(builder, section, words)?;
        } else if !words.keyword(";") {
            statement(builder, Section::Route, words)?;
        }
    }
    Ok(())
}

/// Sections without the braces of a route around them.
fn sections(builder: &mut RouteBuilder, words: &mut Words<'_>) -> Result<(), WordError> {
    while let Some(section) = section(words) {
        statements(builder, section, words)?;
        while words.keyword(";") {}
    }
    Ok(())
}

fn statements(builder: &mut RouteBuilder, section: Section, words: &mut Words<'_>) -> Result<(), WordError> {
    words.next();
    words.next();
    while !words.keyword("}") {
        if !words.keyword(";") {
            statement(builder, section, words)?;
        }
    }
    Ok(())
}

fn statement(builder: &mut RouteBuilder, section: Section, words: &mut Words<'_>) -> Result<(), WordError> {
    if words.is_empty() {
        return Err(WordError::missing(words.column(), "the closing brace"));
    }
    builder.flow_statement(section, words)
}
