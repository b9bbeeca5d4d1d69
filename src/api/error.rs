//! What is wrong with a command, told to the helper which printed it.

use std::fmt;

use wire::{Word, WordError};

/// A command that cannot be carried out. It reads as a sentence, with the column where the trouble starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Column of the word, counted from 1, if one word is to blame.
    pub column: Option<usize>,
    /// What is wrong, without a full stop.
    pub message: String,
}

impl ApiError {
    /// An error about the whole line.
    pub fn new(message: impl Into<String>) -> Self {
        Self { column: None, message: message.into() }
    }

    /// `word` is not what was expected.
    pub fn expected(word: Word<'_>, what: &str) -> Self {
        Self { column: Some(word.column), message: format!("expected {what}, found \"{}\"", word.text) }
    }

    /// Something ExaBGP can do and this version cannot.
    pub fn unsupported(what: &str) -> Self {
        Self::new(format!("{what} is not supported by this version"))
    }

    /// The selector matches no peer which the helper may touch.
    pub fn no_match() -> Self {
        Self::new("no neighbors match the selector")
    }
}

impl From<WordError> for ApiError {
    fn from(error: WordError) -> Self {
        Self { column: Some(error.column), message: error.message }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ApiError {}
