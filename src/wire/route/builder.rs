//! A route being read, one keyword at a time.

use super::{
    AttributesOnly, Intent, Route, RouteSpec, WatchdogTag,
    action::{self, RouteParts},
    subject::{Plain, Subject},
};
use crate::{
    AnyAttribute, AnyNlri, Family, NextHop, Word, WordError, Words,
    nlri::flow::{Flow, Section},
};

/// A route being read.
#[derive(Debug)]
pub struct RouteBuilder {
    subject: Subject,
    /// Where the route begins.
    column: usize,
    parts: RouteParts,
}

impl RouteBuilder {
    /// Starts with a prefix; the family follows from it and from what is said behind it.
    ///
    /// # Errors
    /// When the next word is no prefix.
    pub fn for_prefix(words: &mut Words<'_>) -> Result<Self, WordError> {
        let mut builder = Self::without_prefix(words);
        builder.add_prefix(words.expect("the prefix")?)?;
        Ok(builder)
    }

    /// Starts with an NLRI of the family.
    ///
    /// # Errors
    /// When the next words do not say one.
    pub fn for_family(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        let column = words.column();
        let subject = Subject::Named(AnyNlri::parse(family, words)?);
        Ok(Self { subject, column, parts: RouteParts::default() })
    }

    /// Starts with nothing said of a flow specification; its family follows from what is said.
    pub fn for_flow(words: &Words<'_>) -> Self {
        let subject = Subject::Named(AnyNlri::Ipv4Flow(Box::<Flow>::default()));
        Self { subject, column: words.column(), parts: RouteParts::default() }
    }

    /// Starts with the attributes; prefixes are added behind them.
    pub(super) fn without_prefix(words: &Words<'_>) -> Self {
        let subject = Subject::Plain(Plain::default());
        Self { subject, column: words.column(), parts: RouteParts::default() }
    }

    pub(super) fn add_prefix(&mut self, word: Word<'_>) -> Result<(), WordError> {
        match &mut self.subject {
            Subject::Plain(plain) => plain.add(word),
            Subject::Named(_) => Err(unknown(word)),
        }
    }

    /// Reads keywords and their values to the end.
    ///
    /// # Errors
    /// Those of [`Self::attribute`].
    pub fn attributes(&mut self, words: &mut Words<'_>) -> Result<(), WordError> {
        while let Some(word) = words.peek() {
            match word.text {
                ";" | "{" | "}" => drop(words.next()),
                _ => self.attribute(words)?,
            }
        }
        Ok(())
    }

    /// Reads one keyword and its value.
    ///
    /// # Errors
    /// `unknown command "…"` for a keyword that is none; else what is wrong with the value.
    pub fn attribute(&mut self, words: &mut Words<'_>) -> Result<(), WordError> {
        let keyword = words.expect("an attribute")?;
        if let Some(read) = self.subject.word(keyword.text, words) {
            return read;
        }
        let own = match &self.subject {
            Subject::Named(nlri) => nlri.actions(),
            Subject::Plain(_) => &[],
        };
        if let Some(action) = own.iter().chain(action::ALL).find(|action| action.keyword == keyword.text) {
            return (action.read)(words, &mut self.parts);
        }
        let attribute = AnyAttribute::parse(keyword.text, words).ok_or_else(|| unknown(keyword))??;
        self.parts.attributes.add(attribute);
        Ok(())
    }

    /// Forgets what was said of splitting the prefix; whether anything was.
    pub fn keep_whole(&mut self) -> bool {
        self.parts.split.take().is_some()
    }

    /// Reads one keyword and its value where `section` of a flow specification has it.
    ///
    /// # Errors
    /// When the keyword belongs elsewhere, and those of [`Self::attribute`].
    pub fn flow_statement(&mut self, section: Section, words: &mut Words<'_>) -> Result<(), WordError> {
        let Some(word) = words.peek() else { return self.attribute(words) };
        match Section::of(word.text) {
            of if of == section => self.attribute(words),
            // Whatever the shared grammar has besides belongs directly in the route.
            Section::Route if !action::ALL.iter().any(|action| action.keyword == word.text) => Err(unknown(word)),
            of => {
                let text = format!("{} does not belong in {}, but in {}", word.text, section.name(), of.name());
                Err(WordError::new(word, text))
            }
        }
    }

    /// The routes.
    ///
    /// # Errors
    /// When something is missing that the route needs to be sent, or `split` asks for more than a prefix can give.
    pub fn finish(self, intent: Intent) -> Result<RouteSpec, WordError> {
        let Self { subject, column, parts } = self;
        let nlris = subject.nlris().map_err(|message| WordError { column, word: String::new(), message })?;
        let Some(first) = nlris.first() else { return Err(WordError::missing(column, "the prefix")) };
        if intent == Intent::Announce && parts.next_hop.is_none() && first.family().needs_next_hop() {
            return Err(WordError::missing(column, "the next-hop of the route"));
        }
        let next_hop = first.family().next_hop(parts.next_hop.unwrap_or_default());
        let attributes = parts.attributes.finish();
        let mut routes = Vec::with_capacity(nlris.len());
        let mut add = |nlri: AnyNlri| {
            nlri.complete(intent).map_err(|message| WordError { column, word: String::new(), message })?;
            routes.push(Route { nlri, next_hop, attributes: attributes.clone() });
            Ok(())
        };
        for nlri in nlris {
            match parts.split {
                None => add(nlri)?,
                Some(length) => split(&nlri, length, column)?.into_iter().try_for_each(&mut add)?,
            }
        }
        let watchdog = parts.watchdog.map(|name| WatchdogTag { name, held: parts.held });
        Ok(RouteSpec { routes, watchdog, bare: None })
    }

    /// Attributes alone, for what no prefix was said.
    pub(super) fn finish_bare(self) -> Result<RouteSpec, WordError> {
        let Self { subject, column, parts } = self;
        let fault = |message: &str| WordError { column, word: String::new(), message: message.to_owned() };
        if parts.split.is_some() || parts.watchdog.is_some() || parts.held || !subject.is_empty() {
            return Err(fault("without nlri and prefixes there can only be attributes and a next-hop"));
        }
        let bare =
            AttributesOnly { next_hop: parts.next_hop.unwrap_or_default(), attributes: parts.attributes.finish() };
        if bare.attributes.is_empty() && bare.next_hop == NextHop::None {
            return Err(WordError::missing(column, "an attribute"));
        }
        Ok(RouteSpec { routes: Vec::new(), watchdog: None, bare: Some(bare) })
    }
}

fn unknown(keyword: Word<'_>) -> WordError {
    WordError::new(keyword, format!("unknown command \"{}\"", keyword.text))
}

/// The parts of a prefix; a length that is not longer leaves it whole.
fn split(nlri: &AnyNlri, length: u8, column: usize) -> Result<Vec<AnyNlri>, WordError> {
    nlri.split(length).ok_or_else(|| WordError {
        column,
        word: format!("/{length}"),
        message: format!(
            "{nlri} cannot be split into prefixes of /{length}: at most 2^20 of them, and no longer than an address"
        ),
    })
}
