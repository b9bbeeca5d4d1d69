//! The rules, one function each, and the versions they lead to.

use std::ops::Range;

use super::{
    Version,
    scan::{Edit, Statement, Token, statements, tokens},
};

/// A rule: what it replaces in a text.
pub(super) type Rule = fn(&str) -> Vec<Edit>;

/// The rules that lead to each version.
pub(super) const STEPS: &[(Version, &[Rule])] = &[
    (Version::V4, &[encoder, process, route_refresh_enable]),
    (Version::V5, &[route_refresh, tcp_once, not_a_fragment, facility]),
    (Version::Main, &[nlri_mpls]),
];

/// `encoder text;` in each process without an encoder.
fn encoder(text: &str) -> Vec<Edit> {
    let statements = statements(text);
    let mut edits = Vec::new();
    let mut open: Option<(bool, Option<&Statement<'_>>)> = None;
    for statement in &statements {
        let of_process = statement.path == ["process"];
        match statement.end.text {
            "{" if statement.path.is_empty() && statement.keyword() == "process" => open = Some((false, None)),
            "}" if of_process => {
                if let Some((false, last)) = open.take() {
                    edits.push(insert_encoder(text, last, &statement.end));
                }
            }
            _ if of_process => {
                open = open.map(|(has, _)| (has || statement.keyword() == "encoder", Some(statement)));
            }
            _ => {}
        }
    }
    edits
}

/// Behind the last statement, and set as it is; in an empty section before the brace.
fn insert_encoder(text: &str, last: Option<&Statement<'_>>, brace: &Token<'_>) -> Edit {
    let why = "encoder text; added".to_owned();
    let Some(last) = last else {
        return Edit { range: brace.range.start..brace.range.start, by: "encoder text; ".to_owned(), why };
    };
    let range = last.range();
    let before = text.get(..range.start).unwrap_or_default();
    let margin = before.rsplit('\n').next().filter(|margin| margin.chars().all(char::is_whitespace));
    let by = match margin {
        Some(margin) if before.contains('\n') => format!("\n{margin}encoder text;"),
        _ => " encoder text;".to_owned(),
    };
    Edit { range: range.end..range.end, by, why }
}

/// `process X;` in a neighbor becomes an api.
fn process(text: &str) -> Vec<Edit> {
    let of_neighbor = |statement: &&Statement<'_>| {
        statement.path.last() == Some(&"neighbor")
            && statement.keyword() == "process"
            && statement.end.text == ";"
            && statement.words.len() == 2
    };
    let edit = |statement: &Statement<'_>| {
        let name = statement.words.last().map_or("", |word| word.text);
        let by = format!("api {{ processes [ {name} ]; }}");
        Edit { range: statement.range(), why: format!("process {name}; became {by}"), by }
    };
    statements(text).iter().filter(of_neighbor).map(edit).collect()
}

/// `route-refresh;` says `enable`.
fn route_refresh_enable(text: &str) -> Vec<Edit> {
    let bare = |statement: &&Statement<'_>| statement.is(&["route-refresh"]) && statement.end.text == ";";
    let edit = |statement: &Statement<'_>| {
        replace(statement.range(), "route-refresh enable;", "route-refresh; became route-refresh enable;")
    };
    statements(text).iter().filter(bare).map(edit).collect()
}

/// `route refresh` is one word.
fn route_refresh(text: &str) -> Vec<Edit> {
    pairs(text, "route", &[("refresh", "route-refresh")])
}

/// `tcp.once` became a number of attempts.
fn tcp_once(text: &str) -> Vec<Edit> {
    pairs(text, "tcp.once", &[("true", "tcp.attempts 1"), ("false", "tcp.attempts 0")])
}

/// `facility syslog` never was one.
fn facility(text: &str) -> Vec<Edit> {
    pairs(text, "facility", &[("syslog", "facility daemon")])
}

/// A condition of a flow got the form of the others.
fn not_a_fragment(text: &str) -> Vec<Edit> {
    word(text, "not-a-fragment", "!is-fragment")
}

/// The family got the name of the others.
fn nlri_mpls(text: &str) -> Vec<Edit> {
    word(text, "nlri-mpls", "labeled-unicast")
}

/// Each `run X;` becomes `run exabgp migrate api -f <api> -t main --exec X;`.
pub(super) fn wrapped(text: &str, api: &str) -> Vec<Edit> {
    let bare = |statement: &&Statement<'_>| {
        let wrapped = statement
            .words
            .windows(2)
            .any(|pair| matches!(pair, [one, two] if (one.text, two.text) == ("migrate", "api")));
        statement.keyword() == "run" && statement.end.text == ";" && statement.words.len() > 1 && !wrapped
    };
    let edit = |statement: &Statement<'_>| {
        let program = statement.words.get(1).map_or(0..0, |word| word.range.start..word.range.start);
        let by = format!("exabgp migrate api -f {api} -t main --exec ");
        let shown = statement.words.get(1).map_or("", |word| word.text);
        Edit { range: program, by, why: format!("run {shown} goes through exabgp migrate api") }
    };
    statements(text).iter().filter(bare).map(edit).collect()
}

/// Replaces a word wherever it stands by itself.
fn word(text: &str, old: &str, new: &str) -> Vec<Edit> {
    let edit = |token: &Token<'_>| replace(token.range.clone(), new, &format!("{old} became {new}"));
    tokens(text).iter().filter(|token| token.text == old).map(edit).collect()
}

/// Replaces `first` with one of some words behind it.
fn pairs(text: &str, first: &str, by: &[(&str, &str)]) -> Vec<Edit> {
    let edit = |pair: &[Token<'_>]| match pair {
        [one, two] if one.text == first => {
            let (_, new) = by.iter().find(|(second, _)| *second == two.text)?;
            Some(replace(one.range.start..two.range.end, new, &format!("{first} {} became {new}", two.text)))
        }
        _ => None,
    };
    tokens(text).windows(2).filter_map(edit).collect()
}

fn replace(range: Range<usize>, by: &str, why: &str) -> Edit {
    Edit { range, by: by.to_owned(), why: why.to_owned() }
}
