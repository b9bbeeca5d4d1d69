//! Sections as tables, and the one loop that reads a section's statements by its table.

use wire::{Word, WordError, Words};

use crate::{
    env::Env,
    error::Error,
    exabgp::{
        File,
        lexer::{End, LexError, Lexer, Statement},
        neighbor,
        static_routes::{self, after_keyword},
    },
    faults::Faults,
    key::{self, Complaint, Key, Read},
    model::Warning,
    place::Excerpt,
    reference,
    source::Source,
    suggest,
};

/// What a section may contain. Its content is gathered in a `T`.
pub(crate) struct Table<T: 'static> {
    /// The name in the error about a section that does not belong here.
    pub(crate) name: &'static str,
    /// The statements.
    pub(crate) keys: &'static [Key<T>],
    /// The sections inside.
    pub(crate) sections: &'static [Sub<T>],
    /// Takes statements no row is for.
    pub(crate) grammar: Option<Grammar<T>>,
}

/// Reads a statement by a grammar that is not a table of ours.
pub(crate) type Grammar<T> = fn(&mut T, &[Word<'_>]) -> Result<(), WordError>;

/// A section inside another.
pub(crate) struct Sub<T> {
    /// Its keyword.
    pub(crate) name: &'static str,
    /// Takes the words before the brace, then the body.
    pub(crate) read: fn(&mut Reader<'_>, &Statement<'_>, &mut T) -> Result<(), Error>,
}

/// Reads one file.
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) env: &'a Env,
    pub(crate) file: File,
    pub(crate) warnings: Vec<Warning>,
    lexer: Lexer<'a>,
    path: Vec<String>,
    /// Sections that are open.
    depth: usize,
    /// What has been refused so far, if reading goes on behind it.
    faults: Faults,
    /// The text cannot be cut into statements any further.
    is_over: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source<'a>, env: &'a Env) -> Self {
        let (file, lexer) = (File::default(), Lexer::new(source.text));
        let (warnings, path) = (Vec::new(), Vec::new());
        Self { source, env, file, warnings, lexer, path, depth: 0, faults: Faults::default(), is_over: false }
    }

    /// The same, going on behind what is refused.
    pub(crate) fn tolerant(source: &'a Source<'a>, env: &'a Env) -> Self {
        Self { faults: Faults::tolerant(), ..Self::new(source, env) }
    }

    /// What was refused.
    pub(crate) fn faults(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.faults).take()
    }

    /// How much was refused so far, where reading goes on behind it.
    pub(crate) fn refused(&self) -> usize {
        self.faults.count()
    }

    /// Reads statements up to the brace that closes the section, which is returned.
    pub(crate) fn body<T>(&mut self, table: &Table<T>, target: &mut T) -> Result<Statement<'a>, Error> {
        loop {
            let statement = self.statement()?;
            match statement.end {
                End::Statement => {
                    let read = self.assign(table, &statement, target);
                    self.faults.note(read)?;
                }
                End::Open => self.section(table, &statement, target)?,
                End::Close => {
                    if let Some(word) = statement.word(0) {
                        let message = format!("\"{word}\" and what follows it is ignored, it lacks its semicolon");
                        self.warn(statement.at.0, message);
                    }
                    return Ok(statement);
                }
            }
        }
    }

    /// How many statements were read.
    pub(crate) fn statements(&self) -> usize {
        self.lexer.ordinal()
    }

    /// Adds the name of a section to the path errors show.
    pub(crate) fn label(&mut self, name: &str) {
        self.path.push(name.to_owned());
    }

    /// Notes something accepted.
    pub(crate) fn warn(&mut self, line: usize, message: impl Into<String>) {
        let file = self.source.name.to_owned();
        self.warnings.push(Warning { file, line, message: message.into() });
    }

    /// A statement is refused, because of its word `index`, or of its end when it has no such word.
    pub(crate) fn refuse(&self, statement: &Statement<'_>, index: usize, reason: impl Into<String>) -> Error {
        let word = statement.words.get(index);
        let (at, width) = word.map_or((statement.at, 1), |word| (word.at, word.text.len()));
        Error::statement(self.path.join("/"), statement.ordinal, statement.shown(), reason).at(self.excerpt(at, width))
    }

    /// A route of a statement makes no sense.
    pub(crate) fn refuse_line(&self, statement: &Statement<'_>, reason: impl Into<String>) -> Error {
        Error::line(statement.at.0, reason).at(self.excerpt(statement.at, 1))
    }

    /// A word of the shared route grammar is refused.
    pub(crate) fn refuse_word(&self, statement: &Statement<'_>, fault: WordError) -> Error {
        let holds = |index: &usize| statement.words.get(*index).is_some_and(|word| word.column <= fault.column);
        let index = (0..statement.words.len()).rev().find(holds).unwrap_or(0);
        let end = statement.words.get(index).map_or(0, |word| word.column + word.text.len());
        let index = if fault.word.is_empty() && fault.column >= end { statement.words.len() } else { index };
        let hint = static_routes::hint(&fault);
        self.refuse(statement, index, fault.message).hint(hint)
    }

    /// The next statement; the end of the text closes whatever is open.
    fn statement(&mut self) -> Result<Statement<'a>, Error> {
        let next = if self.is_over { None } else { self.lexer.next().map_err(|fault| self.lexer_error(&fault))? };
        let statement = next.unwrap_or_else(|| {
            let (at, ordinal) = ((self.lexer.line(), 1), self.lexer.ordinal() + 1);
            self.end_of_text(at.0);
            Statement { words: Vec::new(), end: End::Close, at, ordinal }
        });
        match statement.end {
            End::Open => self.depth += 1,
            End::Close => self.depth = self.depth.saturating_sub(1),
            End::Statement => {}
        }
        Ok(statement)
    }

    /// Sections that are still open are taken as closed.
    fn end_of_text(&mut self, line: usize) {
        if self.depth > 0 && !std::mem::replace(&mut self.is_over, true) {
            let (section, missing) = (self.path.join("/"), self.depth);
            self.warn(line, format!("the text ends inside of {section}, closing braces missing: {missing}"));
        }
    }

    /// Reads a section. Where reading goes on behind errors it goes on behind the section, and what the section as a whole
    /// lacks is not told when something in it was refused.
    fn section<T>(&mut self, table: &Table<T>, header: &Statement<'_>, target: &mut T) -> Result<(), Error> {
        let (depth, path) = (self.depth, self.path.len());
        let before = self.faults.count();
        let read = self.enter(table, header, target);
        if read.is_ok() {
            return Ok(());
        }
        let follows = self.depth < depth && self.faults.count() > before;
        if !follows {
            self.faults.note(read)?;
        }
        self.path.truncate(path);
        while self.depth >= depth && self.statement().is_ok() {}
        Ok(())
    }

    fn assign<T>(&mut self, table: &Table<T>, statement: &Statement<'_>, target: &mut T) -> Result<(), Error> {
        let keyword = statement.word(0).unwrap_or_default();
        let Some(key) = key::find(table.keys, keyword) else {
            return match table.grammar {
                Some(grammar) if !statement.words.is_empty() => {
                    let read = with_words(statement, |words| grammar(target, words));
                    read.map_err(|fault| self.refuse_word(statement, fault))
                }
                _ => Err(self.unknown_key(table, statement, keyword)),
            };
        };
        if let Read::Grammar(read) = key.read {
            let read = with_words(statement, |words| read(target, &mut Words::from_words(after_keyword(words))));
            return read.map_err(|fault| self.refuse_word(statement, fault));
        }
        let words: Vec<&str> = statement.words.iter().skip(1).map(|token| &*token.text).collect();
        take(key, &words, target).map_err(|complaint| self.complain(key, statement, complaint))
    }

    fn complain<T>(&self, key: &Key<T>, statement: &Statement<'_>, complaint: Complaint) -> Error {
        let (index, reason) = match complaint {
            Complaint::Because(reason) => (1, reason),
            Complaint::At(index, reason) => (index + 1, reason),
            Complaint::Unexpected => match statement.word(1) {
                Some(word) => (1, format!("\"{word}\" is not a valid {}, expected {}", key.name, key.expects)),
                None => (1, format!("{} has no value, expected {}", key.name, key.expects)),
            },
        };
        self.refuse(statement, index, reason)
    }

    fn enter<T>(&mut self, table: &Table<T>, statement: &Statement<'_>, target: &mut T) -> Result<(), Error> {
        let keyword = statement.word(0).unwrap_or_default();
        let Some(sub) = table.sections.iter().find(|sub| sub.name == keyword) else {
            return Err(self.unknown_section(table, statement, keyword));
        };
        let depth = self.path.len();
        self.label(sub.name);
        (sub.read)(self, statement, target)?;
        self.path.truncate(depth);
        Ok(())
    }

    fn unknown_key<T>(&self, table: &Table<T>, statement: &Statement<'_>, keyword: &str) -> Error {
        let known = table.keys.iter().map(|key| key.name);
        let section = table.sections.iter().any(|sub| sub.name == keyword);
        let hint = if section {
            Some(format!("{keyword} is a section: {keyword} {{ … }}"))
        } else {
            suggest::hint(keyword, known).or_else(|| elsewhere(keyword))
        };
        self.refuse(statement, 0, format!("invalid keyword \"{keyword}\"")).hint(hint)
    }

    fn unknown_section<T>(&self, table: &Table<T>, statement: &Statement<'_>, keyword: &str) -> Error {
        let reason = format!("section {keyword} is invalid in {}, {}", table.name, self.path.join("/"));
        let hint = suggest::hint(keyword, table.sections.iter().map(|sub| sub.name));
        self.refuse(statement, 0, reason).hint(hint.or_else(|| outer(keyword)))
    }

    fn lexer_error(&mut self, fault: &LexError) -> Error {
        self.is_over = true;
        Error::line(fault.line, fault.reason.clone()).at(self.excerpt(fault.at, fault.width)).hint(fault.hint.clone())
    }

    pub(crate) fn excerpt(&self, at: (usize, usize), width: usize) -> Excerpt {
        Excerpt::new(self.source.name, self.source.text, at, width)
    }
}

/// Where a keyword that does not belong here does.
fn elsewhere(keyword: &str) -> Option<String> {
    let mut sections: Vec<&str> =
        reference::keywords().iter().filter(|known| known.name == keyword).map(|known| known.section).collect();
    sections.dedup();
    (!sections.is_empty()).then(|| format!("{keyword} belongs in {}", sections.join(" or ")))
}

/// Which section has a section that does not belong here.
fn outer(keyword: &str) -> Option<String> {
    let is_of_neighbor = neighbor::TABLE.sections.iter().any(|sub| sub.name == keyword);
    let section = match keyword {
        "send" | "receive" => "api",
        "match" | "then" | "scope" => "route of flow",
        _ if is_of_neighbor => "neighbor",
        _ => return None,
    };
    Some(format!("{keyword} belongs in {section}"))
}

/// Hands the words of a statement to the grammar that `wire` shares with the commands of helpers.
pub(crate) fn with_words<R>(statement: &Statement<'_>, read: impl FnOnce(&[Word<'_>]) -> R) -> R {
    let words = statement.words.iter().map(|token| Word { text: &token.text, column: token.column });
    read(&words.collect::<Vec<_>>())
}

/// Gives the words after a keyword to its row.
fn take<T>(key: &Key<T>, words: &[&str], target: &mut T) -> Result<(), Complaint> {
    match key.read {
        Read::Value(read) => read(target, words.first().copied()),
        Read::Words(read) => read(target, words),
        Read::Grammar(read) => {
            let words: Vec<_> = words.iter().map(|text| Word { text, column: 1 }).collect();
            read(target, &mut Words::from_words(&words)).map_err(|fault| Complaint::Because(fault.message))
        }
        Read::List(read) => read(target, &list(words)?),
        Read::OneOrList(read) => match words {
            [] => Err(Complaint::Unexpected),
            [word] if *word != "[" => read(target, words),
            _ => read(target, &list(words)?),
        },
    }
}

/// The items between brackets.
fn list<'w>(words: &[&'w str]) -> Result<Vec<&'w str>, Complaint> {
    let [open, items @ ..] = words else { return Err(Complaint::Unexpected) };
    if *open != "[" {
        return Err(Complaint::At(0, "expected [, the list has to be in brackets".into()));
    }
    let Some(length) = items.iter().position(|item| *item == "]") else {
        return Err(Complaint::At(words.len(), "the list lacks its closing bracket".into()));
    };
    if let Some(surplus) = items.get(length + 1) {
        return Err(Complaint::At(length + 2, format!("nothing is expected before \"{surplus}\"")));
    }
    Ok(items.iter().take(length).filter(|item| **item != ",").copied().collect())
}
