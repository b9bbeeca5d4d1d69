//! What a helper settles about its own stream: acknowledgements, its queue, liveness.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, Form, ProcessOrder, Verb};

pub(super) const ENABLE_ACK: Entry = Entry {
    spelling: Spelling { v4: "enable-ack", v6: "session ack enable" },
    usage: Usage::new(Group::Session, "Answer each command with done or error.", "enable-ack"),
    parse: |words, request| order(words, &request, ProcessOrder::Ack(true)),
};

pub(super) const DISABLE_ACK: Entry = Entry {
    spelling: Spelling { v4: "disable-ack", v6: "session ack disable" },
    usage: Usage::new(Group::Session, "Answer this command, and no later one.", "disable-ack"),
    parse: |words, request| order(words, &request, ProcessOrder::Ack(false)),
};

pub(super) const SILENCE_ACK: Entry = Entry {
    spelling: Spelling { v4: "silence-ack", v6: "session ack silence" },
    usage: Usage::new(Group::Session, "Answer no command, this one included.", "silence-ack")
        .answers("Nothing at all, not even `done`"),
    parse: |words, request| order(words, &request, ProcessOrder::Silence),
};

pub(super) const ENABLE_SYNC: Entry = Entry {
    spelling: Spelling { v4: "enable-sync", v6: "session sync enable" },
    usage: Usage::new(Group::Session, "Acknowledge routes when they were written to the socket.", "enable-sync")
        .unlisted(),
    parse: |words, request| order(words, &request, ProcessOrder::Sync(true)),
};

pub(super) const DISABLE_SYNC: Entry = Entry {
    spelling: Spelling { v4: "disable-sync", v6: "session sync disable" },
    usage: Usage::new(Group::Session, "Acknowledge routes when they are in the Adj-RIB-Out.", "disable-sync")
        .unlisted(),
    parse: |words, request| order(words, &request, ProcessOrder::Sync(false)),
};

pub(super) const RESET: Entry = Entry {
    spelling: Spelling { v4: "reset", v6: "session reset" },
    usage: Usage::new(Group::Session, "Forget the commands of this helper that still wait.", "reset").json().answers(
        "Nothing at all as in ExaBGP 5, not even `done`; with version 6 of the API `asynchronous queue cleared`",
    ),
    parse: |words, request| order(words, &request, ProcessOrder::Reset),
};

pub(super) const PING: Entry = Entry {
    spelling: Spelling { v4: "ping", v6: "session ping" },
    usage: Usage::new(Group::Session, "Ask whether the daemon is there.", "ping")
        .syntax("[<uuid> <start>]")
        .unlisted()
        .json()
        .answers("`{\"pong\": \"<uuid>\", \"active\": true}`; the UUID is that of this run of the daemon"),
    parse: ping,
};

pub(super) const BYE: Entry = Entry {
    spelling: Spelling { v4: "bye", v6: "session bye" },
    usage: Usage::new(Group::Session, "Leave.", "bye").syntax("[<uuid>]").unlisted(),
    parse: |words, request| {
        words.next();
        order(words, &request, ProcessOrder::Bye)
    },
};

fn order(words: &mut Words<'_>, request: &Request<'_>, order: ProcessOrder) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Process(order, request.form()))
}

/// Answered in JSON in either dialect, unless the line says `text`.
fn ping(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let client = words.next().map(|word| word.text.to_owned());
    words.next();
    words.end()?;
    let form = if request.json == Some(false) { Form::Text } else { Form::Json };
    Ok(Verb::Process(ProcessOrder::Ping(client), form))
}
