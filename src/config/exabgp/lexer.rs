//! A `.conf` cut into statements: words up to a `;`, a `{` or a `}`, each word with its place in the file.
//!
//! A logical line is one or more physical lines joined by backslashes, with its escapes resolved. All of its words have
//! to be terminated on it. Words are slices of the file unless an escape or a quote made them something else.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

/// One word, unescaped and without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Column in the logical line, which no other word of the statement shares.
    pub(crate) column: usize,
    /// Line and column in the file.
    pub(crate) at: (usize, usize),
}

/// What ends a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// `;`
    Statement,
    /// `{`
    Open,
    /// `}`, also the one that the end of the file stands for.
    Close,
}

impl End {
    fn of(c: char) -> Self {
        match c {
            '{' => Self::Open,
            '}' => Self::Close,
            _ => Self::Statement,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Statement => ";",
            Self::Open => "{",
            Self::Close => "}",
        }
    }
}

/// Words and the sign that ends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement<'a> {
    pub(crate) words: Vec<Token<'a>>,
    pub(crate) end: End,
    /// Where the ending sign is.
    pub(crate) at: (usize, usize),
    /// How many statements, this one included, the file has had so far.
    pub(crate) ordinal: usize,
}

impl Statement<'_> {
    /// The text of word `index`.
    pub(crate) fn word(&self, index: usize) -> Option<&str> {
        self.words.get(index).map(|token| &*token.text)
    }

    /// The statement as ExaBGP shows it: its words and its sign, a blank between each.
    pub(crate) fn shown(&self) -> String {
        let words = self.words.iter().map(|token| &*token.text);
        words.chain([self.end.sign()]).collect::<Vec<_>>().join(" ")
    }
}

/// A line that cannot be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LexError {
    /// How many physical lines had been read.
    pub(crate) line: usize,
    pub(crate) at: (usize, usize),
    /// How many bytes are meant.
    pub(crate) width: usize,
    pub(crate) reason: String,
    /// What has to be done.
    pub(crate) hint: Option<String>,
}

impl LexError {
    fn new(line: usize, at: (usize, usize), reason: String) -> Self {
        Self { line, at, width: 1, reason, hint: None }
    }
}

/// The statements of a text, one after the other.
pub(crate) struct Lexer<'a> {
    lines: std::str::Split<'a, char>,
    consumed: usize,
    ordinal: usize,
    ready: VecDeque<Statement<'a>>,
    /// What is wrong with the line after its last statement; told once those before it were handed out.
    fault: Option<LexError>,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { lines: text.split('\n'), consumed: 0, ordinal: 0, ready: VecDeque::new(), fault: None }
    }

    /// The next statement, or `None` at the end of the text.
    pub(crate) fn next(&mut self) -> Result<Option<Statement<'a>>, LexError> {
        while self.ready.is_empty() {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            let Some(line) = self.logical_line() else { return Ok(None) };
            let line = line.unescape().map_err(|(at, reason)| LexError::new(self.consumed, at, reason))?;
            self.cut(&line);
        }
        Ok(self.ready.pop_front())
    }

    /// How many physical lines were read.
    pub(crate) fn line(&self) -> usize {
        self.consumed
    }

    /// How many statements were handed out or are ready to be.
    pub(crate) fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn physical_line(&mut self) -> Option<&'a str> {
        let line = self.lines.next()?;
        self.consumed += 1;
        Some(line.trim_end_matches(BLANKS))
    }

    fn logical_line(&mut self) -> Option<Logical<'a>> {
        let mut line = Logical::new(self.physical_line()?, self.consumed);
        while let Some(kept) = line.text.strip_suffix('\\').map(str::len) {
            line.text.to_mut().truncate(kept);
            // A backslash at the very end of the file has nothing to continue with.
            let Some(next) = self.physical_line() else { break };
            line.origins.push((kept, (self.consumed, 1)));
            line.text.to_mut().push_str(next);
        }
        Some(line)
    }

    fn cut(&mut self, line: &Logical<'a>) {
        let mut words = Vec::new();
        let (pieces, fault) = pieces(&line.text);
        for piece in pieces {
            match piece {
                Piece::Word(range, text) => {
                    let (column, at) = (range.start + 1, line.place(range.start));
                    words.push(Token { column, at, text: line.slice(range, text) });
                }
                Piece::End(offset, end) => {
                    self.ordinal += 1;
                    let (words, ordinal) = (std::mem::take(&mut words), self.ordinal);
                    self.ready.push_back(Statement { words, end, at: line.place(offset), ordinal });
                }
            }
        }
        self.fault = match fault {
            Some((offset, reason)) => Some(LexError::new(self.consumed, line.place(offset), reason)),
            None => self.left_over(&words),
        };
    }

    /// Words that nothing ended.
    fn left_over(&self, words: &[Token<'_>]) -> Option<LexError> {
        let first = words.first()?;
        let shown = words.iter().map(|token| &*token.text).collect::<Vec<_>>().join(" ");
        let reason = format!("invalid syntax line {}: \"{shown}\"", self.consumed);
        let end = words.last().filter(|last| last.at.0 == first.at.0).map(|last| last.at.1 + last.text.len());
        let width = end.map_or(first.text.len(), |end| end.saturating_sub(first.at.1));
        let mut rest = self.lines.clone().map(|line| line.trim_matches(BLANKS)).filter(|line| !line.is_empty());
        let hint = if rest.next().is_some_and(|next| next.starts_with('{')) {
            format!("the brace has to stand on the same line: {shown} {{")
        } else {
            "a statement ends with a semicolon on its own line, unless a backslash joins the next".to_owned()
        };
        Some(LexError { width, hint: Some(hint), ..LexError::new(self.consumed, first.at, reason) })
    }
}

/// A logical line, and for each stretch of it where in the file it comes from.
struct Logical<'a> {
    text: Cow<'a, str>,
    /// Offset in `text`, and the line and column of that byte; ascending, the first at offset 0.
    origins: Vec<(usize, (usize, usize))>,
}

impl<'a> Logical<'a> {
    fn new(text: &'a str, line: usize) -> Self {
        Self { text: Cow::Borrowed(text), origins: vec![(0, (line, 1))] }
    }

    /// Line and column of the byte `offset`.
    fn place(&self, offset: usize) -> (usize, usize) {
        let after = self.origins.partition_point(|(start, _)| *start <= offset);
        let origin = self.origins.get(after.saturating_sub(1));
        origin.map_or((1, 1), |(start, (line, column))| (*line, column + offset - start))
    }

    fn slice(&self, range: Range<usize>, text: Option<String>) -> Cow<'a, str> {
        match (text, &self.text) {
            (Some(text), _) => Cow::Owned(text),
            (None, Cow::Borrowed(line)) => Cow::Borrowed(line.get(range).unwrap_or_default()),
            (None, Cow::Owned(line)) => Cow::Owned(line.get(range).unwrap_or_default().to_owned()),
        }
    }

    /// The line with its escapes replaced; the error is a place and a reason.
    fn unescape(self) -> Result<Self, ((usize, usize), String)> {
        if !self.text.contains('\\') {
            return Ok(self);
        }
        let mut line = Logical { text: Cow::Owned(String::new()), origins: Vec::new() };
        let mut rest = &*self.text;
        while !rest.is_empty() {
            let offset = self.text.len() - rest.len();
            let plain = rest.find('\\').unwrap_or(rest.len());
            line.origins.push((line.text.len(), self.place(offset)));
            line.inherit_origins(&self, offset..offset + plain);
            line.text.to_mut().push_str(rest.get(..plain).unwrap_or_default());
            let escape = rest.get(plain..).unwrap_or_default();
            let Some((c, length)) = escaped(escape) else {
                return Err((
                    self.place(offset + plain),
                    "invalid \\u escape, four hexadecimal digits expected".into(),
                ));
            };
            line.origins.push((line.text.len(), self.place(offset + plain)));
            line.text.to_mut().extend(c);
            rest = escape.get(length..).unwrap_or_default();
        }
        Ok(line)
    }

    /// Takes over the joints of `from` that lie inside `range`, which is about to be appended.
    fn inherit_origins(&mut self, from: &Logical<'_>, range: Range<usize>) {
        let shift = self.text.len();
        let first = from.origins.partition_point(|(start, _)| *start <= range.start);
        let inside = from.origins.iter().skip(first).take_while(|(start, _)| *start < range.end);
        self.origins.extend(inside.map(|(start, place)| (shift + start - range.start, *place)));
    }
}

/// The character an escape at the start of `text` stands for, and how many bytes it takes; `None` for a bad `\u`.
fn escaped(text: &str) -> Option<(Option<char>, usize)> {
    let Some(c) = text.chars().nth(1) else { return Some((None, text.len())) };
    let meaning = match c {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let digits = text.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
            let code = u32::from_str_radix(digits, 16).ok()?;
            return Some((Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)), 6));
        }
        other => other,
    };
    Some((Some(meaning), 1 + c.len_utf8()))
}

/// A word (its bytes, and its text if that is not simply those bytes) or the end of a statement.
enum Piece {
    Word(Range<usize>, Option<String>),
    End(usize, End),
}

/// Cuts one logical line, up to what cannot be cut: an offset and a reason.
fn pieces(line: &str) -> (Vec<Piece>, Option<(usize, String)>) {
    let mut pieces = Vec::new();
    let mut start = None;
    let mut chars = line.char_indices();
    while let Some((offset, c)) = chars.next() {
        if matches!(c, '"' | '\'') {
            let Some(length) = chars.as_str().find(c) else {
                return (pieces, Some((offset, format!("unclosed quote {c}"))));
            };
            pieces.push(quoted(line, start.take(), offset..offset + 1 + length));
            chars.nth(chars.as_str().get(..length).unwrap_or_default().chars().count());
            continue;
        }
        if !is_special(c) {
            start.get_or_insert(offset);
            continue;
        }
        if let Some(start) = start.take() {
            pieces.push(Piece::Word(start..offset, None));
        }
        match c {
            '#' => return (pieces, None),
            ',' | '[' | ']' => pieces.push(Piece::Word(offset..offset + 1, None)),
            ';' | '{' | '}' => pieces.push(Piece::End(offset, End::of(c))),
            _ => {}
        }
    }
    pieces.extend(start.map(|start| Piece::Word(start..line.len(), None)));
    (pieces, None)
}

/// The word that a closing quote ends: what was glued to the opening one, and what is between the two.
fn quoted(line: &str, start: Option<usize>, quotes: Range<usize>) -> Piece {
    let inside = quotes.start + 1..quotes.end;
    let Some(start) = start else { return Piece::Word(inside, None) };
    let text = [line.get(start..quotes.start), line.get(inside.clone())].into_iter().flatten().collect();
    Piece::Word(start..inside.end, Some(text))
}

fn is_special(c: char) -> bool {
    BLANKS.contains(&c) || matches!(c, ',' | '[' | ']' | ';' | '{' | '}' | '#')
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<Vec<String>, LexError> {
        let mut lexer = Lexer::new(text);
        std::iter::from_fn(|| lexer.next().transpose()).map(|next| next.map(|statement| statement.shown())).collect()
    }

    fn words(text: &str) -> Vec<String> {
        let statement = Lexer::new(text).next().unwrap().unwrap();
        statement.words.iter().map(|token| token.text.to_string()).collect()
    }

    #[test]
    fn statements_share_a_line() {
        let shown = all("neighbor 10.0.0.1{local-as 1;peer-as 2;} # end\r\n").unwrap();
        assert_eq!(shown, ["neighbor 10.0.0.1 {", "local-as 1 ;", "peer-as 2 ;", "}"]);
    }

    #[test]
    fn words_must_end_on_their_line() {
        let error = all("hold-time\n30;").unwrap_err();
        assert_eq!((error.line, error.reason.as_str()), (1, "invalid syntax line 1: \"hold-time\""));
        assert_eq!(error.width, "hold-time".len());
        assert!(error.hint.unwrap().contains("semicolon"));
        let error = all("api foo\n\n  { fsm; }").unwrap_err();
        assert_eq!(error.hint.as_deref(), Some("the brace has to stand on the same line: api foo {"));
        assert!(all("foo # note").is_err());
        assert!(all("foo#x;").is_err());
        assert_eq!(all("foo;#note").unwrap(), ["foo ;"]);
    }

    #[test]
    fn a_backslash_continues_a_line() {
        assert_eq!(all("hold-time \\\n30;").unwrap(), ["hold-time 30 ;"]);
        assert_eq!(all("abc\\\ndef;").unwrap(), ["abcdef ;"]);
        assert_eq!(all("a;\\").unwrap(), ["a ;"]);
    }

    #[test]
    fn a_place_is_that_of_the_file() {
        let mut lexer = Lexer::new("a \\\n  b\\tc \"x\" \\\n d;");
        let statement = lexer.next().unwrap().unwrap();
        let places: Vec<_> = statement.words.iter().map(|token| (&*token.text, token.at)).collect();
        assert_eq!(places, [("a", (1, 1)), ("b", (2, 3)), ("c", (2, 6)), ("x", (2, 9)), ("d", (3, 2))]);
        assert_eq!(statement.at, (3, 3));
    }

    #[test]
    fn quotes_group_and_close_a_word() {
        assert_eq!(words("ab\"cd ef\"gh;"), ["abcd ef", "gh"]);
        assert_eq!(words("description \"a # b; c\";"), ["description", "a # b; c"]);
        assert_eq!(words("x \"\" \"it's\";"), ["x", "", "it's"]);
        assert!(all("x \"open;").is_err());
    }

    #[test]
    fn escapes_come_before_words() {
        assert_eq!(words("description \"a\\tb\";"), ["description", "a\tb"]);
        assert_eq!(words("a \\u0041\\\\ c\\nd;"), ["a", "A\\", "c", "d"]);
        assert!(all("a \\u00;").is_err());
        assert!(all("a \\u+123;").is_err());
    }

    #[test]
    fn brackets_and_commas_are_words() {
        assert_eq!(words("processes [p,q];"), ["processes", "[", "p", ",", "q", "]"]);
        assert_eq!(words("as-path (1 2);"), ["as-path", "(1", "2)"]);
    }

    #[test]
    fn a_lone_semicolon_is_a_statement() {
        assert_eq!(all(";").unwrap(), [";"]);
    }
}
