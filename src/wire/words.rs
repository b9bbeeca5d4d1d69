//! A cursor over the words of a command or a configuration statement.
//!
//! The grammar of routes is read through it, wherever the words come from, so that an error can name the
//! column it was found at.

use std::fmt;

/// One word and where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// The word, without its quotes.
    pub text: &'a str,
    /// Its first byte, counted from 1.
    pub column: usize,
}

/// Words that do not say what they should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct WordError {
    /// Column of the word, counted from 1.
    pub column: usize,
    /// The word found, empty when there was none.
    pub word: String,
    /// What is wrong with it, as a sentence without a full stop.
    pub message: String,
}

impl WordError {
    /// An error about `word`.
    pub fn new(word: Word<'_>, message: impl Into<String>) -> Self {
        Self { column: word.column, word: word.text.to_owned(), message: message.into() }
    }

    /// Something is missing at `column`.
    pub fn missing(column: usize, what: &str) -> Self {
        Self { column, word: String::new(), message: format!("{what} is missing") }
    }

    /// `word` is not `what`.
    pub fn expected(word: Word<'_>, what: &str) -> Self {
        Self::new(word, format!("\"{}\" is not {what}", word.text))
    }
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    /// What is left of a line, and the column its first byte has.
    Line { rest: &'a str, column: usize },
    /// Words that were split before.
    Split { rest: &'a [Word<'a>], end: usize },
}

/// A cursor over words. Blanks separate; `[ ] ( ) , { } ;` are words of their own; quotes group.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    source: Source<'a>,
}

impl<'a> Words<'a> {
    /// The words of a line.
    pub const fn new(line: &'a str) -> Self {
        Self { source: Source::Line { rest: line, column: 1 } }
    }

    /// Words split by another reader, which knows quotes and escapes of its own.
    pub fn from_words(words: &'a [Word<'a>]) -> Self {
        let end = words.last().map_or(1, |word| word.column + word.text.len());
        Self { source: Source::Split { rest: words, end } }
    }

    /// The next word, consumed.
    #[expect(clippy::should_implement_trait, reason = "a cursor that can be copied must not be an iterator")]
    pub fn next(&mut self) -> Option<Word<'a>> {
        match &mut self.source {
            Source::Line { rest, column } => next_in_line(rest, column),
            Source::Split { rest, .. } => {
                let (first, others) = rest.split_first()?;
                *rest = others;
                Some(*first)
            }
        }
    }

    /// The next word, left in place.
    pub fn peek(&self) -> Option<Word<'a>> {
        let mut ahead = *self;
        ahead.next()
    }

    /// The next word; without one, the error says that `what` is missing.
    ///
    /// # Errors
    /// When no word is left.
    pub fn expect(&mut self, what: &'static str) -> Result<Word<'a>, WordError> {
        let column = self.column();
        self.next().ok_or_else(|| WordError::missing(column, what))
    }

    /// Consumes the next word if it is `text`.
    pub fn keyword(&mut self, text: &str) -> bool {
        let mut ahead = *self;
        let found = ahead.next().is_some_and(|word| word.text == text);
        if found {
            *self = ahead;
        }
        found
    }

    /// Whether no word is left.
    pub fn is_empty(&self) -> bool {
        self.peek().is_none()
    }

    /// The column of the next word, or of the end.
    pub fn column(&self) -> usize {
        match (self.peek(), self.source) {
            (Some(word), _) => word.column,
            (None, Source::Line { rest, column }) => column + rest.len(),
            (None, Source::Split { end, .. }) => end,
        }
    }

    /// Nothing may follow.
    ///
    /// # Errors
    /// When a word is left.
    pub fn end(&mut self) -> Result<(), WordError> {
        match self.next() {
            None => Ok(()),
            Some(word) => Err(WordError::new(word, format!("nothing is expected before \"{}\"", word.text))),
        }
    }

    /// A copy of the cursor, to look ahead with.
    #[must_use]
    pub const fn rest(&self) -> Self {
        *self
    }

    /// Reads `word` or `[ word word … ]`; commas between words are passed over when `commas` says so.
    ///
    /// # Errors
    /// When the value or the closing bracket is missing, or `one` refuses a word.
    pub fn list<T>(
        &mut self,
        what: &'static str,
        commas: bool,
        mut one: impl FnMut(Word<'a>) -> Result<T, WordError>,
    ) -> Result<Vec<T>, WordError> {
        let first = self.expect(what)?;
        if first.text != "[" {
            return Ok(vec![one(first)?]);
        }
        let mut items = Vec::new();
        loop {
            let word = self.expect("the closing bracket of the list")?;
            match word.text {
                "]" => return Ok(items),
                "," if commas => {}
                _ => items.push(one(word)?),
            }
        }
    }
}

fn next_in_line<'a>(rest: &mut &'a str, column: &mut usize) -> Option<Word<'a>> {
    let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    *column += rest.len() - trimmed.len();
    *rest = trimmed;
    let first = trimmed.bytes().next()?;
    if first == b'"' || first == b'\'' {
        return Some(quoted(rest, column, first));
    }
    let length = match trimmed.bytes().position(ends_word) {
        Some(0) => 1,
        Some(length) => length,
        None => trimmed.len(),
    };
    Some(cut(rest, column, 0, length, length))
}

/// A quoted word ends at its quote, or at the end of the line.
fn quoted<'a>(rest: &mut &'a str, column: &mut usize, quote: u8) -> Word<'a> {
    let length = rest.bytes().skip(1).position(|byte| byte == quote);
    let end = length.map_or(rest.len(), |length| length + 1);
    let mut word = cut(rest, column, 1, end, (end + 1).min(rest.len()));
    word.column -= 1;
    word
}

/// Takes the bytes from `start` to `end` as a word and goes on behind `next`.
fn cut<'a>(rest: &mut &'a str, column: &mut usize, start: usize, end: usize, next: usize) -> Word<'a> {
    let word = Word { text: rest.get(start..end).unwrap_or_default(), column: *column + start };
    *rest = rest.get(next..).unwrap_or_default();
    *column += next;
    word
}

const fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'[' | b']' | b'(' | b')' | b',' | b'{' | b'}' | b';' | b'"' | b'\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Vec<(String, usize)> {
        let mut words = Words::new(line);
        std::iter::from_fn(|| words.next()).map(|word| (word.text.to_owned(), word.column)).collect()
    }

    #[test]
    fn brackets_are_words() {
        let expected = [("a", 1), ("[", 3), ("b", 4), (",", 5), ("c", 6), ("]", 7)];
        assert_eq!(all("a [b,c]"), expected.map(|(text, column)| (text.to_owned(), column)));
    }

    #[test]
    fn quotes_group() {
        assert_eq!(all("say \"a b; [c\" d"), vec![("say".into(), 1), ("a b; [c".into(), 5), ("d".into(), 15)]);
        assert_eq!(all("\"open"), vec![("open".into(), 1)]);
        assert_eq!(all("\""), vec![(String::new(), 1)]);
    }

    #[test]
    fn a_missing_word_has_a_column() {
        let mut words = Words::new("route ");
        words.next();
        assert_eq!(words.expect("the prefix").unwrap_err().column, 7);
    }

    #[test]
    fn split_words_read_alike() {
        let split = [Word { text: "med", column: 4 }, Word { text: "5", column: 8 }];
        let mut words = Words::from_words(&split);
        assert!(words.keyword("med"));
        assert_eq!(words.column(), 8);
        assert_eq!(words.next().map(|word| word.text), Some("5"));
        assert_eq!(words.column(), 9);
    }
}
