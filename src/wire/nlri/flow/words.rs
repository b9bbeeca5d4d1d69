//! The words of conditions.
//!
//! ```text
//! expression = [operator] value { & [operator] value }        without blanks
//! operand    = expression | [ expression … ]
//! ```

use super::{
    Component, Flow, FlowPrefix, Term, Version, action,
    component::{KEYWORDS, Keyword},
    names,
    operator::{BITMASK_TEXTS, NUMERIC_TEXTS},
};
use crate::{Word, WordError, Words, number};

/// A part of a rule written as a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Directly in `route { … }`.
    Route,
    /// `match { … }`: conditions.
    Match,
    /// `then { … }`: actions and communities.
    Then,
    /// `scope { … }`: where the rule applies.
    Scope,
}

impl Section {
    /// The one that a word begins.
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "match" => Some(Self::Match),
            "then" => Some(Self::Then),
            "scope" => Some(Self::Scope),
            _ => None,
        }
    }

    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Match => "match",
            Self::Then => "then",
            Self::Scope => "scope",
        }
    }

    /// Where a keyword belongs.
    pub fn of(keyword: &str) -> Self {
        match keyword {
            "community" | "large-community" | "extended-community" | "extended-community-ipv6" => Self::Then,
            action::INTERFACE_SET => Self::Scope,
            _ if find(keyword).is_some() => Self::Match,
            _ if action::ALL.iter().any(|action| action.keyword == keyword) => Self::Then,
            _ => Self::Route,
        }
    }
}

fn find(word: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.word == word)
}

/// Reads what follows the word of a condition; `None` for any other word.
pub(super) fn component(flow: &mut Flow, word: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
    find(word).map(|keyword| add(flow, keyword, words))
}

fn add(flow: &mut Flow, keyword: &Keyword, words: &mut Words<'_>) -> Result<(), WordError> {
    let column = words.column();
    if keyword.kind.is_prefix() {
        let prefix = FlowPrefix::from_word(words.expect("the prefix")?)?;
        agree(flow, keyword, Some(prefix.version()), column)?;
        insert(flow, Component::Prefix(keyword.kind, prefix));
        return Ok(());
    }
    agree(flow, keyword, keyword.of, column)?;
    let lists = words.list("the value to compare with", false, |word| expression(keyword, word))?;
    let terms: Vec<Term> = lists.into_iter().flatten().collect();
    if terms.is_empty() {
        return Err(WordError::missing(column, "the value to compare with"));
    }
    // What is said twice is one list: a kind may stand in a rule once only (RFC 8955 section 4.2).
    match flow.components.iter_mut().find(|component| component.kind() == keyword.kind) {
        Some(Component::Values(_, before)) => before.extend(terms),
        _ => insert(flow, Component::Values(keyword.kind, terms)),
    }
    Ok(())
}

/// A rule is about one version of IP.
fn agree(flow: &mut Flow, keyword: &Keyword, of: Option<Version>, column: usize) -> Result<(), WordError> {
    let Some(of) = of else { return Ok(()) };
    if *flow.version.get_or_insert(of) == of {
        return Ok(());
    }
    let (this, rule) = if of == Version::V4 { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") };
    let message = format!("{} is here about {this}, but the rule is about {rule}", keyword.word);
    Err(WordError { column, word: String::new(), message })
}

fn insert(flow: &mut Flow, component: Component) {
    let place = flow.components.partition_point(|before| before.kind() <= component.kind());
    flow.components.insert(place, component);
}

/// Terms that have to hold together.
fn expression(keyword: &Keyword, word: Word<'_>) -> Result<Vec<Term>, WordError> {
    let texts = word.text.split('&').enumerate();
    let terms = texts.map(|(index, text)| term(keyword, text, index > 0));
    terms.collect::<Option<_>>().ok_or_else(|| {
        let what = if keyword.kind.is_bitmask() { "flags" } else { "a value" };
        let text = format!("{what} for {}: names or numbers up to {} with their operators", keyword.word, keyword.max);
        WordError::expected(word, &text)
    })
}

fn term(keyword: &Keyword, text: &str, and: bool) -> Option<Term> {
    let bitmask = keyword.kind.is_bitmask();
    let texts = if bitmask { &BITMASK_TEXTS[..] } else { &NUMERIC_TEXTS[..] };
    let test =
        |operator: &str| texts.iter().position(|text| *text == operator).and_then(|test| u8::try_from(test).ok());
    if !bitmask && matches!(text, "true" | "false") {
        return Some(Term::new(false, and, test(text)?, 0));
    }
    let value = text.trim_start_matches(['=', '<', '>', '!']);
    let operator = text.strip_suffix(value).filter(|operator| bitmask || !operator.is_empty());
    let test = test(operator.unwrap_or("="))?;
    let value = if bitmask { flags(keyword, value)? } else { single(keyword, value)? };
    Some(Term::new(bitmask, and, test, value.into()))
}

fn flags(keyword: &Keyword, text: &str) -> Option<u32> {
    text.split('+').try_fold(0, |flags, text| Some(flags | single(keyword, text)?))
}

fn single(keyword: &Keyword, text: &str) -> Option<u32> {
    let number = number::u32(text).or_else(|| number::hex_u32(text));
    number.or_else(|| names::value(keyword.names, text)).filter(|value| *value <= keyword.max)
}
