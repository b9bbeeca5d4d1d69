//! `process <name> { … }`: a helper program.

use std::path::PathBuf;

use crate::{
    env::Lookup,
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Table},
    },
    key::{Complaint, Key, Read, set, set_or, value},
    model::{Encoder, Fate, Process},
    program,
    restart::{OnExceed, Policy},
    value::{boolean, rate_limit},
};

/// A process while it is read, and what is needed to find its program.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) directory: PathBuf,
    pub(crate) lookup: Lookup,
    pub(crate) run: Option<Vec<String>>,
    pub(crate) encoder: Option<Encoder>,
    pub(crate) respawn: Option<bool>,
    pub(crate) rate_limit: Option<u32>,
    /// What only the native form can say.
    pub(crate) routes: Option<Fate>,
    pub(crate) restart: Option<Policy>,
    pub(crate) on_exceed: Option<OnExceed>,
    pub(crate) api_version: Option<u8>,
}

impl Draft {
    /// The process, if it has a program.
    pub(crate) fn finish(self, name: &str, encoder: Encoder) -> Option<Process> {
        let encoder = self.encoder.unwrap_or(encoder);
        let (name, run, respawn) = (name.to_owned(), self.run?, self.respawn.unwrap_or(true));
        let (routes, restart, on_exceed) = (self.routes.unwrap_or_default(), self.restart, self.on_exceed);
        let (rate_limit, api_version) = (self.rate_limit.unwrap_or(0), self.api_version);
        Some(Process { name, run, encoder, respawn, rate_limit, health: None, routes, restart, on_exceed, api_version })
    }
}

/// The keywords of a process, in both forms.
pub(crate) static KEYS: &[Key<Draft>] = &[
    Key {
        name: "run",
        expects: "a program and its arguments",
        doc: "The program to start; looked up in /etc/exabgp, beside the configuration and along PATH.",
        read: Read::Words(run),
    },
    value("encoder", "text or json", "How events are written to the program.", |d, w| {
        set(&mut d.encoder, w, Encoder::from_name)
    }),
    value("respawn", "true or false", "Start the program again when it ends.", |d, w| {
        set_or(&mut d.respawn, w, true, boolean)
    }),
    value("rate-limit", "commands a second, or disable", "How many commands of the program are read.", |d, w| {
        set(&mut d.rate_limit, w, rate_limit)
    }),
];

static TABLE: Table<Draft> = Table { name: "process", keys: KEYS, sections: &[], grammar: None };

pub(crate) fn read(reader: &mut Reader<'_>, header: &Statement<'_>, _: &mut ()) -> Result<(), Error> {
    let Some(name) = header.word(1) else {
        return Err(reader.refuse(header, 1, "a process needs a name"));
    };
    if reader.file.processes.iter().any(|process| process.name == name) {
        return Err(reader.refuse(header, 1, format!("a process called {name} already exists")));
    }
    let (directory, lookup) = (reader.source.directory.to_path_buf(), reader.env.lookup.clone());
    let mut draft = Draft { directory, lookup, ..Draft::default() };
    let end = reader.body(&TABLE, &mut draft)?;
    let Some(process) = draft.finish(name, Encoder::Text) else {
        return Err(reader.refuse(&end, 0, "unset process sections: run"));
    };
    reader.file.processes.push(process);
    Ok(())
}

fn run(draft: &mut Draft, words: &[&str]) -> Result<(), Complaint> {
    let [program, arguments @ ..] = words else { return Err(Complaint::Unexpected) };
    let program = program::find(program, &draft.directory, &draft.lookup).map_err(Complaint::Because)?;
    draft.run = Some(std::iter::once(program).chain(arguments.iter().map(ToString::to_string)).collect());
    Ok(())
}
