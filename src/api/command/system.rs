//! `version`, `help` and other questions about the API itself.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, Form, ProcessOrder, Verb, encode::answer, report};

pub(super) const VERSION: Entry = Entry {
    spelling: Spelling { v4: "version", v6: "system version" },
    usage: Usage::new(Group::Daemon, "Tell the version.", "version").json().answers("`exabgp <version>`"),
    parse: version,
};

pub(super) const HELP: Entry = Entry {
    spelling: Spelling { v4: "help", v6: "system help" },
    usage: Usage::new(Group::Daemon, "List the commands.", "help")
        .json()
        .answers("The table of commands, as ExaBGP lays it out"),
    parse: help,
};

pub(super) const QUEUE_STATUS: Entry = Entry {
    spelling: Spelling { v4: "queue-status", v6: "system queue-status" },
    usage: Usage::new(Group::Daemon, "Tell how much waits to be written to each helper.", "queue-status")
        .unlisted()
        .json()
        .answers("`<helper>: <n> items (<n> bytes)`"),
    parse: |words, request| order(words, &request, ProcessOrder::QueueStatus),
};

pub(super) const API_VERSION: Entry = Entry {
    spelling: Spelling { v4: "api version", v6: "system api version" },
    usage: Usage::new(Group::Daemon, "Tell or choose the generation of the API.", "api version")
        .syntax("[4|6]")
        .options(&["4", "6"])
        .unlisted()
        .json()
        .answers("`API version: 4 (legacy (text/json))`; a version that is chosen holds for helpers started later, unless `api_version` of their process says otherwise"),
    parse: api_version,
};

/// There are safer ways to see the supervisor at work: `fault inject panic`.
pub(super) const CRASH: Entry = Entry {
    spelling: Spelling { v4: "crash", v6: "system crash" },
    usage: Usage { group: Group::Unsupported, ..Usage::new(Group::Peers, "Refused, as by ExaBGP 5.", "crash") },
    parse: |_, _| Err(ApiError::unsupported("crash")),
};

fn version(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Say(vec![answer::version(request.context.version, request.form())]))
}

fn help(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Say(report::help::lines(request.context.dialect, request.form())))
}

fn order(words: &mut Words<'_>, request: &Request<'_>, order: ProcessOrder) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Process(order, request.form()))
}

fn api_version(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let chosen = match words.next().map(|word| (word.text, word.text.parse())) {
        None => None,
        Some((_, Ok(version @ (4 | 6)))) => Some(version),
        Some((_, Ok(_))) => return refuse("API version must be 4 or 6".to_owned(), &request),
        Some((text, Err(_))) => return refuse(format!("Invalid version: {text}"), &request),
    };
    order(words, &request, ProcessOrder::ApiVersion(chosen))
}

fn refuse(why: String, request: &Request<'_>) -> Result<Verb, ApiError> {
    match request.form() {
        Form::Json => Ok(Verb::Refuse(why)),
        Form::Text => Err(ApiError::new(why)),
    }
}
