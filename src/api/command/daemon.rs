//! `shutdown`, `reload`, `reload check`, `restart`, `status`.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, DaemonOrder, Verb};

pub(super) const SHUTDOWN: Entry = Entry {
    spelling: Spelling { v4: "shutdown", v6: "daemon shutdown" },
    usage: Usage::new(Group::Daemon, "Stop the daemon.", "shutdown").json().answers("`shutdown in progress`"),
    parse: |words, request| order(words, &request, DaemonOrder::Shutdown),
};

pub(super) const CHECK: Entry = Entry {
    spelling: Spelling { v4: "reload check", v6: "daemon reload check" },
    usage: Usage::new(Group::Daemon, "Say what reading the configuration again would change.", "reload check")
        .syntax("[<file>]")
        .unlisted()
        .json()
        .answers("A line for each thing that would change, or what is wrong with the file"),
    parse: check,
};

pub(super) const RELOAD: Entry = Entry {
    spelling: Spelling { v4: "reload", v6: "daemon reload" },
    usage: Usage::new(Group::Daemon, "Read the configuration again.", "reload").json().answers("`reload in progress`"),
    parse: |words, request| order(words, &request, DaemonOrder::Reload),
};

pub(super) const RESTART: Entry = Entry {
    spelling: Spelling { v4: "restart", v6: "daemon restart" },
    usage: Usage::new(Group::Daemon, "Read the configuration again and reset every session.", "restart")
        .json()
        .answers("`restart in progress`"),
    parse: |words, request| order(words, &request, DaemonOrder::Restart),
};

pub(super) const STATUS: Entry = Entry {
    spelling: Spelling { v4: "status", v6: "daemon status" },
    usage: Usage::new(Group::Daemon, "Tell version, uptime and the state of each peer.", "status")
        .unlisted()
        .json()
        .answers("Version, UUID, PID, uptime, and the name and state of each peer"),
    parse: |words, request| order(words, &request, DaemonOrder::Status),
};

/// The configuration in force is compared with its file as that is now, or with another one.
fn check(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let file = words.next().map(|word| word.text.to_owned());
    words.end()?;
    Ok(Verb::Check { file, form: request.form() })
}

fn order(words: &mut Words<'_>, request: &Request<'_>, order: DaemonOrder) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Daemon(order, request.form()))
}
