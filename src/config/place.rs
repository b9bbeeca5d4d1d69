//! Where in a text something stands, and how an error shows it: `file:line:column`, the line, a caret.

use std::fmt;

/// One spot of a configuration file. Lines and columns count from one, columns in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as it was named to us.
    pub file: String,
    /// The physical line.
    pub line: usize,
    /// The byte within that line.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A place with the line it is on, ready to be printed under an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) place: Place,
    line: String,
    width: usize,
}

impl Excerpt {
    /// The excerpt of `text` for the word of `width` bytes at line and column `at`.
    pub(crate) fn new(file: &str, text: &str, at: (usize, usize), width: usize) -> Self {
        let (line, column) = (at.0.max(1), at.1.max(1));
        let content = text.split('\n').nth(line - 1).unwrap_or_default().trim_end();
        let place = Place { file: file.to_owned(), line, column };
        Self { place, line: content.to_owned(), width }
    }

    /// The line with its caret, each row behind a margin of the width of the line number.
    pub(crate) fn drawing(&self) -> String {
        let (line, before, marked) = self.window();
        let number = self.place.line.to_string();
        let margin = " ".repeat(number.len());
        // A tab stays a tab, so that the caret stands under its word whatever the width of tabs.
        let indent: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        format!("{margin} |\n{number} | {line}\n{margin} | {indent}{}", "^".repeat(marked.max(1)))
    }

    /// The part of the line to show, what stands before the word, and how many characters the word has.
    fn window(&self) -> (String, String, usize) {
        let before = self.line.get(..self.place.column - 1).unwrap_or(&self.line);
        let rest = self.line.get(before.len()..).unwrap_or_default();
        let marked = rest.get(..self.width).unwrap_or(rest).chars().count().min(SHOWN / 2);
        let kept = before.chars().count().min(SHOWN / 2);
        let before: String = before.chars().skip(before.chars().count() - kept).collect();
        let line = before.chars().chain(rest.chars().take(SHOWN / 2)).collect();
        (line, before, marked)
    }
}

/// The line and column of the byte `offset` of `text`.
pub(crate) fn locate(text: &str, offset: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
    (line, column)
}

/// The most characters of a line an error shows.
const SHOWN: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stands_under_its_word() {
        let excerpt = Excerpt::new("a.conf", "one\n\tpasive true;\n", (2, 2), 6);
        assert_eq!(excerpt.place.to_string(), "a.conf:2:2");
        assert_eq!(excerpt.drawing(), "  |\n2 | \tpasive true;\n  | \t^^^^^^");
    }

    #[test]
    fn a_place_beyond_the_text_is_harmless() {
        assert!(Excerpt::new("a", "", (9, 9), 3).drawing().ends_with('^'));
        assert_eq!(locate("ab\ncd", 4), (2, 2));
        assert_eq!(locate("ab\ncd", 99), (2, 3));
    }
}
