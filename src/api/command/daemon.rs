//! `shutdown`, `reload`, `restart`, `status`.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, DaemonOrder, Verb};

pub(super) const SHUTDOWN: Entry = Entry {
    spelling: Spelling { v4: "shutdown", v6: "daemon shutdown" },
    usage: Usage::new(Group::Daemon, "Stop the daemon.", "shutdown").json(),
    parse: |words, request| order(words, &request, DaemonOrder::Shutdown),
};

pub(super) const RELOAD: Entry = Entry {
    spelling: Spelling { v4: "reload", v6: "daemon reload" },
    usage: Usage::new(Group::Daemon, "Read the configuration again.", "reload").json(),
    parse: |words, request| order(words, &request, DaemonOrder::Reload),
};

pub(super) const RESTART: Entry = Entry {
    spelling: Spelling { v4: "restart", v6: "daemon restart" },
    usage: Usage::new(Group::Daemon, "Read the configuration again and reset every session.", "restart").json(),
    parse: |words, request| order(words, &request, DaemonOrder::Restart),
};

pub(super) const STATUS: Entry = Entry {
    spelling: Spelling { v4: "status", v6: "daemon status" },
    usage: Usage::new(Group::Daemon, "Tell version, uptime and the state of each peer.", "status").unlisted().json(),
    parse: |words, request| order(words, &request, DaemonOrder::Status),
};

fn order(words: &mut Words<'_>, request: &Request<'_>, order: DaemonOrder) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Daemon(order, request.form()))
}
