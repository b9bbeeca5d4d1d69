//! What is wrong with a configuration, in the words ExaBGP would use and then in ours.
//!
//! The wrapper around the reason is the one scripts know from ExaBGP; the place, the line with its caret and the
//! suggestion follow it.

use std::fmt;

use crate::place::{Excerpt, Place};

/// A configuration that is refused, or an environment that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    head: Head,
    reason: String,
    excerpt: Option<Excerpt>,
    hint: Option<String>,
}

/// Which of the wrappers is put around the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Head {
    /// Only the reason.
    Bare,
    /// A refused statement of a `.conf`.
    Statement { path: String, ordinal: usize, words: String },
    /// A line of a `.conf` that cannot be read, or a route that makes no sense.
    Line(usize),
    /// A value of the native form, and its key.
    Value(String),
}

impl Error {
    /// An error that has no place in a file.
    pub(crate) fn bare(reason: impl Into<String>) -> Self {
        Self::new(Head::Bare, reason.into())
    }

    /// A statement that is refused: the section, its number, its words.
    pub(crate) fn statement(path: String, ordinal: usize, words: String, reason: impl Into<String>) -> Self {
        Self::new(Head::Statement { path, ordinal, words }, reason.into())
    }

    /// A line that cannot be read.
    pub(crate) fn line(line: usize, reason: impl Into<String>) -> Self {
        Self::new(Head::Line(line), reason.into())
    }

    /// A value of the native form that is refused.
    pub(crate) fn value(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(Head::Value(key.into()), reason.into())
    }

    /// Says where.
    #[must_use]
    pub(crate) fn at(mut self, excerpt: Excerpt) -> Self {
        self.0.excerpt = Some(excerpt);
        self
    }

    /// Says what may have been meant.
    #[must_use]
    pub(crate) fn hint(mut self, hint: Option<String>) -> Self {
        self.0.hint = hint;
        self
    }

    /// What is wrong, without wrapper, place and suggestion.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What may have been meant.
    pub fn suggestion(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Where it is wrong, when that is one spot of a file.
    pub fn place(&self) -> Option<&Place> {
        self.0.excerpt.as_ref().map(|excerpt| &excerpt.place)
    }

    fn new(head: Head, reason: String) -> Self {
        Self(Box::new(Inner { head, reason, excerpt: None, hint: None }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { head, reason, excerpt, hint } = &*self.0;
        match head {
            Head::Bare => write!(f, "{reason}")?,
            Head::Statement { path, ordinal, words } => {
                write!(f, "\nsyntax error in section {path}\nline {ordinal}: {words}\n\n{reason}")?;
            }
            Head::Line(line) => {
                write!(f, "problem parsing configuration file line {line}\nerror message: {reason}")?;
            }
            Head::Value(key) => {
                excerpt.iter().try_for_each(|excerpt| write!(f, "{}: ", excerpt.place))?;
                let colon = if key.is_empty() { "" } else { ": " };
                write!(f, "{key}{colon}{reason}")?;
            }
        }
        if let Some(excerpt) = excerpt {
            if !matches!(head, Head::Value(_)) {
                write!(f, "\n --> {}", excerpt.place)?;
            }
            write!(f, "\n{}", excerpt.drawing())?;
        }
        hint.iter().try_for_each(|hint| write!(f, "\n{hint}"))
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrapper_of_a_statement_is_that_of_exabgp() {
        let error = Error::statement("neighbor".into(), 2, "foo ;".into(), "invalid keyword \"foo\"");
        assert_eq!(error.to_string(), "\nsyntax error in section neighbor\nline 2: foo ;\n\ninvalid keyword \"foo\"");
    }

    #[test]
    fn the_place_and_the_suggestion_follow() {
        let error = Error::line(3, "no such thing")
            .at(Excerpt::new("a.conf", "a\nb\nfoo x", (3, 1), 3))
            .hint(Some("did you mean \"foe\"?".into()));
        let expected = "problem parsing configuration file line 3\nerror message: no such thing\n --> a.conf:3:1\n  |\n\
                        3 | foo x\n  | ^^^\ndid you mean \"foe\"?";
        assert_eq!(error.to_string(), expected);
    }
}
