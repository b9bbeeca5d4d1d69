//! From a line to its command.

use wire::{Word, Words, json::Dialect};

use super::{COMMANDS, Command, Context, Group, Request};
use crate::{ApiError, Selector, Verb};

/// How many words the longest spelling has.
const DEPTH: usize = 3;

/// How alike two spellings must be for one to be proposed in place of the other.
const ALIKE: f64 = 0.8;

/// Reads a line a helper printed.
///
/// # Errors
/// When the line is no command, or its words do not say what they should.
pub(super) fn parse(line: &str, context: &Context<'_>) -> Result<Verb, ApiError> {
    if let Some(verb) = aside(line.trim_ascii(), context.dialect) {
        return verb;
    }
    let (line, tail) = Tail::cut(line);
    let mut words = Words::new(line);
    let (heading, to) = heading(&mut words)?;
    let (command, length) = find(words, heading).ok_or_else(|| unknown(words, heading))?;
    tail.check(command, context.dialect)?;
    for _ in 0..length {
        words.next();
    }
    command.parse(&mut words, Request { to, context, sync: tail.sync, json: tail.json })
}

/// Reads the words of a command that announces or withdraws, which are a part of a line.
///
/// # Errors
/// When they are no such command, or do not say what they should.
pub(super) fn route(part: &[Word<'_>], request: Request<'_>) -> Result<Verb, ApiError> {
    let mut words = Words::from_words(part);
    let heading = Heading::Nothing;
    let (command, length) = find(words, heading).ok_or_else(|| unknown(words, heading))?;
    if !words.peek().is_some_and(|word| matches!(word.text, "announce" | "withdraw")) {
        return Ok(Verb::Nothing);
    }
    for _ in 0..length {
        words.next();
    }
    command.parse(&mut words, Request { sync: None, ..request })
}

/// Lines which are no commands.
fn aside(line: &str, dialect: Dialect) -> Option<Result<Verb, ApiError>> {
    match line.as_bytes().first() {
        None if dialect == Dialect::V5 => Some(Err(ApiError::new("an empty line is not a command"))),
        None | Some(b'#') => Some(Ok(Verb::Say(Vec::new()))),
        Some(b'd') if line.starts_with("debug ") => Some(Ok(Verb::Nothing)),
        Some(_) => None,
    }
}

/// Words at the end of a line about how it is answered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tail {
    sync: Option<bool>,
    json: Option<bool>,
}

impl Tail {
    /// Takes up to two of them off the line.
    pub(super) fn cut(mut line: &str) -> (&str, Self) {
        let mut tail = Self::default();
        for _ in 0..2 {
            line = line.trim_ascii_end();
            let Some((rest, last)) = line.rsplit_once([' ', '\t']) else { break };
            match last {
                "sync" | "async" => tail.sync = Some(last == "sync"),
                "json" | "text" => tail.json = Some(last == "json"),
                _ => break,
            }
            line = rest;
        }
        (line, tail)
    }

    fn check(self, command: &dyn Command, dialect: Dialect) -> Result<(), ApiError> {
        let usage = command.usage();
        if self.json == Some(true) && dialect == Dialect::V5 && !usage.json {
            return Err(ApiError::new("this command does not support json output"));
        }
        if self.sync.is_some() && usage.group != Group::Routes {
            return Err(ApiError::new("only routes can be announced or withdrawn in sync"));
        }
        Ok(())
    }
}

/// What stands before the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    Nothing,
    Neighbor,
    Peer,
}

fn heading(words: &mut Words<'_>) -> Result<(Heading, Selector), ApiError> {
    if words.keyword("neighbor") {
        return Ok((Heading::Neighbor, Selector::parse_neighbor(words)?));
    }
    let mut ahead = *words;
    if ahead.keyword("peer") && ahead.peek().is_some_and(|word| Selector::starts_with(word.text)) {
        *words = ahead;
        return Ok((Heading::Peer, Selector::parse_peer(words)?));
    }
    Ok((Heading::Nothing, Selector::all()))
}

/// The command, and how many words its spelling took.
fn find(words: Words<'_>, heading: Heading) -> Option<(&'static dyn Command, usize)> {
    let first = first_words(words);
    COMMANDS.iter().find_map(|command| {
        let spelling = command.spelling();
        let length = fits(spelling.v4, &first, heading).or_else(|| fits(spelling.v6, &first, heading))?;
        Some((*command, length))
    })
}

fn first_words<'a>(mut words: Words<'a>) -> [&'a str; DEPTH] {
    [(); DEPTH].map(|()| words.next().map_or("", |word| word.text))
}

fn fits(spelling: &str, first: &[&str; DEPTH], heading: Heading) -> Option<usize> {
    let mut length = 0;
    for part in spelling.split(' ') {
        match part {
            "peer" if heading == Heading::Peer => {}
            "[<selector>]" => {}
            "<selector>" if heading == Heading::Peer => {}
            _ if first.get(length) == Some(&part) => length += 1,
            _ => return None,
        }
    }
    Some(length)
}

/// Says which word is to blame, and what may have been meant.
fn unknown(words: Words<'_>, heading: Heading) -> ApiError {
    let Some(word) = words.peek() else {
        return ApiError { column: Some(words.column()), message: "a command is missing".to_owned() };
    };
    let message = match meant(words, heading) {
        Some(meant) => format!("unknown command \"{}\", did you mean \"{meant}\"?", typed(words, &meant)),
        None => format!("unknown command \"{}\"", word.text),
    };
    ApiError { column: Some(word.column), message }
}

/// Words longer than this are no misspelt command, and comparing them would take its time.
const LONGEST: usize = 64;

fn meant(words: Words<'_>, heading: Heading) -> Option<String> {
    let mut ahead = words;
    if std::iter::from_fn(|| ahead.next()).take(4).any(|word| word.text.len() > LONGEST) {
        return None;
    }
    let spelled = COMMANDS.iter().flat_map(|command| [command.spelling().v4, command.spelling().v6]);
    spelled
        .filter_map(|spelling| plain(spelling, heading))
        .map(|spelling| (strsim::jaro_winkler(&spelling, &typed(words, &spelling)), spelling))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, spelling)| spelling)
}

/// The words one would have to type behind the heading, if the spelling goes with it.
fn plain(spelling: &str, heading: Heading) -> Option<String> {
    let spelling = match (heading, spelling.split_once("<selector>")) {
        (Heading::Peer, Some((_, rest))) => rest.trim_start_matches(']').trim_start().to_owned(),
        (_, Some(_)) if !spelling.contains("[<selector>]") => return None,
        (_, Some(_)) => spelling.replace("[<selector>] ", ""),
        (Heading::Peer, None) => spelling.trim_start_matches("peer ").to_owned(),
        (_, None) => spelling.to_owned(),
    };
    Some(spelling)
}

/// As many of the words as the spelling has.
fn typed(mut words: Words<'_>, spelling: &str) -> String {
    let count = spelling.split(' ').count();
    let typed: Vec<_> = (0..count).map_while(|_| words.next()).map(|word| word.text).collect();
    typed.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_hides_another() {
        for heading in [Heading::Nothing, Heading::Neighbor, Heading::Peer] {
            for command in COMMANDS {
                for spelling in [command.spelling().v4, command.spelling().v6] {
                    let Some(line) = plain(spelling, heading) else { continue };
                    let (found, length) = find(Words::new(&line), heading).unwrap_or_else(|| panic!("{line}"));
                    assert_eq!(found.spelling(), command.spelling(), "{line}");
                    assert!(length <= DEPTH);
                }
            }
        }
    }

    #[test]
    fn words_at_the_end_in_any_order() {
        for line in ["a sync json", "a json sync ", "a \t json  sync"] {
            let (rest, tail) = Tail::cut(line);
            assert_eq!((rest.trim(), tail.sync, tail.json), ("a", Some(true), Some(true)));
        }
        assert_eq!(Tail::cut("json").0, "json");
    }
}
