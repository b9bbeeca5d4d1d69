//! Which peers a command is for.
//!
//! A selector matches on peer names (`neighbor 10.0.0.1 local-ip … peer-as 65002 …`): each of its clauses is an
//! alternative, and all parts of a clause must stand in the name as whole words. Both spellings are brought to
//! one text, `neighbor 10.0.0.1 peer-as 65002,neighbor 10.0.0.2`, so that equal selectors are equal and a
//! router can remember what one of them selects.

use std::{fmt, net::IpAddr};

use wire::{Word, WordError, Words};

/// The parts of a peer's name a clause can ask for, beside its address.
pub const FILTERS: [&str; 5] = ["local-ip", "local-as", "peer-as", "router-id", "family-allowed"];

const EVERY: &str = "*";

/// A set of peers, by name. Clones, compares and hashes like the short text it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Selector {
    /// The clauses, separated by commas; empty when none was written.
    clauses: Box<str>,
}

impl Selector {
    /// Every peer the service may touch: what a command without a selector means.
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether a selector was written, be it `*`.
    pub const fn is_explicit(&self) -> bool {
        !self.clauses.is_empty()
    }

    /// Whether the peer called `peer_name` is selected.
    pub fn matches(&self, peer_name: &str) -> bool {
        !self.is_explicit() || self.clauses.split(',').any(|clause| clause_matches(clause, peer_name))
    }

    /// The action-first form, behind `neighbor`: `<ip>|* {filter} { , neighbor <ip>|* {filter} }`.
    ///
    /// # Errors
    /// When an address or the value of a filter is missing or wrong.
    pub fn parse_neighbor(words: &mut Words<'_>) -> Result<Self, WordError> {
        let mut clauses = String::new();
        loop {
            clause(words, &mut clauses)?;
            if !words.keyword(",") {
                return Ok(Self { clauses: clauses.into() });
            }
            neighbor(words)?;
            clauses.push(',');
        }
    }

    /// The target-first form, behind `peer`: `*`, `<ip> {filter}` or `[ <ip> {filter} { , <ip> {filter} } ]`.
    ///
    /// # Errors
    /// When an address, the value of a filter or the closing bracket is missing or wrong.
    pub fn parse_peer(words: &mut Words<'_>) -> Result<Self, WordError> {
        let mut clauses = String::new();
        if !words.keyword("[") {
            clause(words, &mut clauses)?;
            return Ok(Self { clauses: clauses.into() });
        }
        loop {
            clause(words, &mut clauses)?;
            if words.keyword("]") {
                return Ok(Self { clauses: clauses.into() });
            }
            words.keyword(",");
            clauses.push(',');
        }
    }

    /// Whether the word behind `peer` starts a selector rather than a verb.
    pub fn starts_with(word: &str) -> bool {
        word == EVERY || word == "[" || word.contains(['.', ':'])
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_explicit() { &self.clauses } else { EVERY })
    }
}

fn neighbor(words: &mut Words<'_>) -> Result<(), WordError> {
    let word = words.expect("the word neighbor")?;
    if word.text == "neighbor" { Ok(()) } else { Err(WordError::expected(word, "the word neighbor")) }
}

/// Reads one clause and writes it in its one form.
fn clause(words: &mut Words<'_>, out: &mut String) -> Result<(), WordError> {
    let word = words.expect("the address of a neighbor")?;
    if word.text == EVERY {
        out.push_str(EVERY);
    } else {
        push(out, "neighbor", &address(word)?);
    }
    while let Some(key) = words.peek().and_then(|word| FILTERS.into_iter().find(|key| *key == word.text)) {
        words.next();
        out.push(' ');
        push(out, key, &filter_value(key, words.expect("the value of the filter")?)?);
    }
    Ok(())
}

fn push(out: &mut String, key: &str, value: &str) {
    out.push_str(key);
    out.push(' ');
    out.push_str(value);
}

/// A value stays one word, or it would change what the clauses mean. ExaBGP 5 writes `None` for `auto`.
fn filter_value(key: &str, word: Word<'_>) -> Result<String, WordError> {
    let divides = |character: char| character == ',' || character.is_whitespace();
    match (key, word.text) {
        ("local-ip", "auto" | "None") => Ok("auto".to_owned()),
        ("local-ip" | "router-id", _) => address(word),
        (_, text) if text.is_empty() || text.contains(divides) => {
            Err(WordError::expected(word, "the value of a filter"))
        }
        (_, text) => Ok(text.to_owned()),
    }
}

/// An address or a range, in the form the peer's name has it.
fn address(word: Word<'_>) -> Result<String, WordError> {
    let (address, range) = match word.text.split_once('/') {
        Some((address, length)) => (address, length.parse::<u8>().ok()),
        None => (word.text, None),
    };
    let parsed: Option<IpAddr> = address.parse().ok();
    match (parsed, range, word.text.contains('/')) {
        (Some(address), Some(length), _) => Ok(format!("{address}/{length}")),
        (Some(address), None, false) => Ok(address.to_string()),
        _ => Err(WordError::expected(word, "the address of a neighbor or *")),
    }
}

fn clause_matches(clause: &str, peer_name: &str) -> bool {
    let clause = clause.strip_prefix(EVERY).unwrap_or(clause);
    let mut parts = clause.split_ascii_whitespace();
    while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
        if !holds(peer_name, key, value) {
            return false;
        }
    }
    true
}

/// Whether `key value` stand side by side in the name.
fn holds(peer_name: &str, key: &str, value: &str) -> bool {
    let mut words = peer_name.split_ascii_whitespace();
    while let Some(word) = words.next() {
        if word == key {
            return words.next() == Some(value);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        "neighbor 10.0.0.1 local-ip 10.0.0.254 local-as 65001 peer-as 65002 router-id 1.2.3.4 family-allowed in-open";
    const TEN: &str =
        "neighbor 10.0.0.10 local-ip auto local-as 65001 peer-as 6500 router-id 1.2.3.4 family-allowed in-open";
    const SIX: &str = "neighbor 2001:db8::1 local-ip auto local-as 1 peer-as 2 router-id 1.2.3.4 family-allowed ipv4-unicast/ipv6-unicast";

    fn neighbor(text: &str) -> Selector {
        let mut words = Words::new(text);
        let selector = Selector::parse_neighbor(&mut words).unwrap();
        assert!(words.is_empty(), "{text}");
        selector
    }

    fn peer(text: &str) -> Selector {
        let mut words = Words::new(text);
        let selector = Selector::parse_peer(&mut words).unwrap();
        assert!(words.is_empty(), "{text}");
        selector
    }

    fn selected(selector: &Selector) -> [bool; 3] {
        [ONE, TEN, SIX].map(|name| selector.matches(name))
    }

    #[test]
    fn words_match_whole() {
        assert_eq!(selected(&neighbor("10.0.0.1")), [true, false, false]);
        assert_eq!(selected(&neighbor("10.0.0.10 peer-as 6500")), [false, true, false]);
        assert_eq!(selected(&neighbor("10.0.0.1 peer-as 6500")), [false, false, false]);
        assert_eq!(selected(&neighbor("2001:DB8:0::1")), [false, false, true]);
        assert_eq!(selected(&neighbor("* family-allowed in-open")), [true, true, false]);
        assert_eq!(selected(&neighbor("* local-ip None")), [false, true, true]);
    }

    #[test]
    fn clauses_are_alternatives() {
        assert_eq!(selected(&neighbor("10.0.0.1, neighbor 2001:db8::1")), [true, false, true]);
        assert_eq!(selected(&peer("[ 10.0.0.10 local-as 65001, 2001:db8::1 peer-as 3 ]")), [false, true, false]);
        assert_eq!(selected(&peer("[10.0.0.1 10.0.0.10]")), [true, true, false]);
    }

    #[test]
    fn a_star_is_explicit_and_nothing_is_not() {
        assert_eq!(selected(&neighbor("*")), [true; 3]);
        assert!(peer("*").is_explicit());
        assert!(!Selector::all().is_explicit());
        assert_eq!(selected(&Selector::all()), [true; 3]);
    }

    #[test]
    fn both_spellings_are_equal() {
        assert_eq!(neighbor("10.0.0.1 peer-as 65002 , neighbor *"), peer("[ 10.0.0.1 peer-as 65002,* ]"));
    }

    #[test]
    fn a_wrong_address_names_its_column() {
        let error = Selector::parse_neighbor(&mut Words::new("10.0.0.1, neighbor ten")).unwrap_err();
        assert_eq!(error.column, 20);
        assert!(Selector::parse_peer(&mut Words::new("[ 10.0.0.1")).is_err());
        assert!(Selector::parse_neighbor(&mut Words::new("10.0.0.1/x")).is_err());
        assert!(Selector::parse_neighbor(&mut Words::new("10.0.0.1 peer-as")).is_err());
        for value in ["\"1,2\"", "\"\"", "\"1 2\"", "'\u{b}'"] {
            let line = format!("10.0.0.1 peer-as {value}");
            assert!(Selector::parse_neighbor(&mut Words::new(&line)).is_err(), "{value}");
        }
    }
}
