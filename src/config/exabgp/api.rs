//! `api [<name>] { … }`: the helpers of a neighbor, and what they are told.

use crate::{
    bind,
    draft::Draft,
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Sub, Table},
    },
    key::{Complaint, Key, Read, value},
    neighbor::{Api, ApiFlags},
    value::{boolean, is_name},
};

/// The keywords of an api section, in both forms.
pub(crate) static KEYS: &[Key<Api>] = &[
    Key {
        name: "processes",
        expects: "a list of processes in brackets",
        doc: "Processes that are told what is asked for below, and may command this neighbor.",
        read: Read::List(|api, names| {
            api.processes.extend(names.iter().map(ToString::to_string));
            Ok(())
        }),
    },
    Key {
        name: "processes-match",
        expects: "a list of regular expressions in brackets",
        doc: "Processes that may command this neighbor, and are told nothing.",
        read: Read::List(processes_match),
    },
    value("neighbor-changes", BOOL, "Sessions that go up or down.", |a, w| flag(&mut a.neighbor_changes, w)),
    value("negotiated", BOOL, "What both OPENs agreed on.", |a, w| flag(&mut a.negotiated, w)),
    value("fsm", BOOL, "Each transition of the state machine.", |a, w| flag(&mut a.fsm, w)),
    value("signal", BOOL, "Signals the daemon receives.", |a, w| flag(&mut a.signal, w)),
];

/// The keywords of its `send` and `receive` sections, in both forms.
pub(crate) static FLAGS: &[Key<ApiFlags>] = &[
    value("parsed", BOOL, "Messages decoded.", |f, w| flag(&mut f.parsed, w)),
    value("packets", BOOL, "Messages as hexadecimal octets.", |f, w| flag(&mut f.packets, w)),
    value("consolidate", BOOL, "Both of them in one event.", |f, w| flag(&mut f.consolidate, w)),
    value("open", BOOL, "OPEN messages.", |f, w| flag(&mut f.open, w)),
    value("update", BOOL, "UPDATE messages.", |f, w| flag(&mut f.update, w)),
    value("notification", BOOL, "NOTIFICATION messages.", |f, w| flag(&mut f.notification, w)),
    value("keepalive", BOOL, "KEEPALIVE messages.", |f, w| flag(&mut f.keepalive, w)),
    value("refresh", BOOL, "ROUTE-REFRESH messages.", |f, w| flag(&mut f.refresh, w)),
    value("operational", BOOL, "OPERATIONAL messages.", |f, w| flag(&mut f.operational, w)),
];

static TABLE: Table<Api> = Table {
    name: "api",
    keys: KEYS,
    sections: &[
        Sub { name: "send", read: |reader, _, api| reader.body(&SEND, &mut api.send).map(drop) },
        Sub { name: "receive", read: |reader, _, api| reader.body(&RECEIVE, &mut api.receive).map(drop) },
    ],
    grammar: None,
};

static SEND: Table<ApiFlags> = Table { name: "api/send", keys: FLAGS, sections: &[], grammar: None };
static RECEIVE: Table<ApiFlags> = Table { name: "api/receive", keys: FLAGS, sections: &[], grammar: None };

pub(crate) fn read(reader: &mut Reader<'_>, header: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    let number = reader.file.apis.len() + 1;
    let name = header.word(1).map_or_else(|| format!("auto-named-{number}"), str::to_owned);
    if !is_name(&name) {
        return Err(reader.refuse(header, 1, format!("\"{name}\" is not a valid name for an api")));
    }
    let place = header.words.first().map_or(header.at, |word| word.at);
    if reader.file.apis.insert(name.clone(), place).is_some() {
        return Err(reader.refuse(header, 1, format!("an api called {name} already exists")));
    }
    reader.label(&name);
    let mut api = Api { name, ..Api::default() };
    reader.body(&TABLE, &mut api)?;
    draft.apis.push(api);
    Ok(())
}

fn processes_match(api: &mut Api, expressions: &[&str]) -> Result<(), Complaint> {
    for (index, text) in expressions.iter().enumerate() {
        bind::expression(text).map_err(|reason| Complaint::At(index + 1, reason))?;
        api.processes_match.push((*text).to_owned());
    }
    Ok(())
}

fn flag(slot: &mut bool, word: Option<&str>) -> Result<(), Complaint> {
    *slot = word.map_or(Some(true), boolean).ok_or(Complaint::Unexpected)?;
    Ok(())
}

const BOOL: &str = "true or false";
