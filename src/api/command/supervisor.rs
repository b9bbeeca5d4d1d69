//! `show supervisor`, `supervisor restart`, `supervisor quarantine`, `supervisor release`: the tree of what runs.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, Steer, TreeOrder, Verb};

pub(super) const SHOW: Entry = Entry {
    spelling: Spelling { v4: "show supervisor", v6: "supervisor show" },
    usage: Usage::new(Group::Daemon, "Show what the daemon runs, and how each part stands.", "show supervisor")
        .unlisted()
        .json()
        .answers(
            "A heading, then a line for each part: id, name, state, generation, restarts of those allowed in the window, \
             failures, wait, commands that wait, how late its thread is, and why it ended last; below a session the routes withheld from it",
        ),
    parse: show,
};

pub(super) const RESTART: Entry = Entry {
    spelling: Spelling { v4: "supervisor restart", v6: "supervisor restart" },
    usage: Usage::new(
        Group::Daemon,
        "Start a part of the daemon anew; that is no failure.",
        "supervisor restart peer/4",
    )
    .syntax(ID)
    .unlisted(),
    parse: |words, _| steer(words, Steer::Restart),
};

pub(super) const QUARANTINE: Entry = Entry {
    spelling: Spelling { v4: "supervisor quarantine", v6: "supervisor quarantine" },
    usage: Usage::new(Group::Daemon, "End a part of the daemon, until it is released.", "supervisor quarantine peer/4")
        .syntax(ID)
        .unlisted(),
    parse: |words, _| steer(words, Steer::Quarantine),
};

pub(super) const RELEASE: Entry = Entry {
    spelling: Spelling { v4: "supervisor release", v6: "supervisor release" },
    usage: Usage::new(
        Group::Daemon,
        "Try again a part of the daemon that is in quarantine.",
        "supervisor release peer/4",
    )
    .syntax(ID)
    .unlisted(),
    parse: |words, _| steer(words, Steer::Release),
};

const ID: &str = "<id>|<name>";

fn show(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    words.end()?;
    Ok(Verb::Supervisor(TreeOrder::Show(request.form())))
}

fn steer(words: &mut Words<'_>, steer: Steer) -> Result<Verb, ApiError> {
    let Some(word) = words.next() else {
        return Err(ApiError {
            column: Some(words.column()),
            message: "expected an id, as show supervisor has it".to_owned(),
        });
    };
    let child = word.text.to_owned();
    words.end()?;
    Ok(Verb::Supervisor(TreeOrder::Steer(steer, child)))
}
