//! Keywords of a route that are neither part of its NLRI nor attributes.

use crate::{NextHop, WordError, Words, attribute::AttributesBuilder, number};

/// A keyword and what it does to a route. A kind of NLRI may have some besides those of all routes.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The keyword.
    pub keyword: &'static str,
    /// Reads the words behind it.
    pub read: fn(&mut Words<'_>, &mut RouteParts) -> Result<(), WordError>,
}

/// What has been said of a route besides its NLRI.
#[derive(Debug, Default)]
pub struct RouteParts {
    /// The next hop.
    pub next_hop: Option<NextHop>,
    /// The attributes.
    pub attributes: AttributesBuilder,
    /// The length of the prefixes to split into.
    pub(super) split: Option<u8>,
    /// The watchdog group.
    pub(super) watchdog: Option<String>,
    /// The route waits for its group.
    pub(super) held: bool,
}

/// The keywords that any route may have.
pub(super) const ALL: &[Action] = &[
    Action { keyword: "next-hop", read: next_hop },
    Action { keyword: "split", read: split },
    Action { keyword: "watchdog", read: watchdog },
    Action {
        keyword: "withdraw",
        read: |_, parts| {
            parts.held = true;
            Ok(())
        },
    },
    Action { keyword: "name", read: |words, _| words.expect("the name").map(drop) },
];

/// The first one given wins.
fn next_hop(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let next_hop = NextHop::parse(words)?;
    parts.next_hop.get_or_insert(next_hop);
    Ok(())
}

fn split(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let word = words.expect("the length to split into")?;
    let length = word.text.strip_prefix('/').and_then(number::u8).filter(|length| *length <= 128);
    parts.split = Some(length.ok_or_else(|| WordError::expected(word, "a length to split into such as /24"))?);
    Ok(())
}

fn watchdog(words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let word = words.expect("the name of the watchdog")?;
    if matches!(word.text, "announce" | "withdraw") {
        return Err(WordError::new(word, format!("\"{}\" cannot name a watchdog", word.text)));
    }
    parts.watchdog = Some(word.text.to_owned());
    Ok(())
}
