//! The words of a text, each with its place in it.

use std::ops::Range;

/// A piece of text to be replaced.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) by: String,
    /// What is done, for people.
    pub(super) why: String,
}

/// A word, or one of `; { } [ ] ,`. Words in quotes are left out of every rule but count as words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) range: Range<usize>,
}

/// A statement, or what stands before a brace.
#[derive(Debug, Clone)]
pub(super) struct Statement<'a> {
    /// Its words.
    pub(super) words: Vec<Token<'a>>,
    /// The `;`, `{` or `}` that ends it.
    pub(super) end: Token<'a>,
    /// The first words of the sections around it, outermost first.
    pub(super) path: Vec<&'a str>,
}

impl<'a> Statement<'a> {
    /// Whether its words are these.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        self.words.iter().map(|word| word.text).eq(words.iter().copied())
    }

    /// The first word.
    pub(super) fn keyword(&self) -> &'a str {
        self.words.first().map_or("", |word| word.text)
    }

    /// From the first word to the sign at the end.
    pub(super) fn range(&self) -> Range<usize> {
        self.words.first().map_or(self.end.range.start, |word| word.range.start)..self.end.range.end
    }
}

/// The statements of a text.
pub(super) fn statements(text: &str) -> Vec<Statement<'_>> {
    let (mut statements, mut path, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens(text) {
        match token.text {
            ";" | "{" | "}" => {
                let sign = token.text;
                let statement = Statement { words: std::mem::take(&mut words), end: token, path: path.clone() };
                match sign {
                    "{" => path.push(statement.keyword()),
                    "}" => drop(path.pop()),
                    _ => {}
                }
                statements.push(statement);
            }
            _ => words.push(token),
        }
    }
    statements
}

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut place = 0;
    while let Some(first) = text.get(place..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(place..).unwrap_or_default();
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            c if c.is_whitespace() => c.len_utf8(),
            _ => {
                let length = length(rest, first);
                let range = place..place + length;
                tokens.push(Token { text: rest.get(..length).unwrap_or_default(), range });
                length
            }
        };
        place += length;
    }
    tokens
}

/// How long the word is that begins here.
fn length(rest: &str, first: char) -> usize {
    let signs = [';', '{', '}', '[', ']', ','];
    if signs.contains(&first) {
        return 1;
    }
    let mut quote = None;
    for (offset, c) in rest.char_indices() {
        match quote {
            Some(open) if c == open => return offset + 1,
            // A quote ends with its line.
            Some(_) if c == '\n' => return offset,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() || c == '#' || signs.contains(&c) => return offset,
            _ => {}
        }
    }
    rest.len()
}
