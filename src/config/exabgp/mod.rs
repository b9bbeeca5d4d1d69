//! ExaBGP's configuration files: sections, statements, and the table of what each section may contain.

pub(crate) mod announce;
pub(crate) mod api;
pub(crate) mod capability;
pub(crate) mod family;
pub(crate) mod flow;
pub(crate) mod l2vpn;
pub(crate) mod lexer;
pub(crate) mod neighbor;
pub(crate) mod next_hop;
pub(crate) mod operational;
pub(crate) mod paths;
pub(crate) mod process;
pub(crate) mod section;
pub(crate) mod static_routes;
pub(crate) mod template;

use std::collections::{HashMap, HashSet};

use crate::{
    bind,
    check::Census,
    draft::Draft,
    env::Env,
    error::Error,
    exabgp::section::{Reader, Sub, Table},
    model::{Config, Form, Process},
    neighbor::Neighbor,
    source::Source,
};

/// What has been read so far.
#[derive(Default)]
pub(crate) struct File {
    pub(crate) processes: Vec<Process>,
    pub(crate) templates: HashMap<String, Draft>,
    pub(crate) neighbors: Vec<Neighbor>,
    /// The names of `api` sections, which are unique in a file.
    pub(crate) apis: HashSet<String>,
    pub(crate) census: Census,
}

/// Reads a `.conf`.
pub(crate) fn read(source: &Source<'_>, env: &Env) -> Result<Config, Error> {
    finish(Reader::new(source, env))
}

/// Everything that is wrong with a `.conf`, as far as one fault does not hide another.
pub(crate) fn faults(source: &Source<'_>, env: &Env) -> Vec<Error> {
    let mut reader = Reader::tolerant(source, env);
    let read = reader.body(&ROOT, &mut ());
    let mut faults = reader.faults();
    faults.extend(read.err());
    if faults.is_empty() { self::read(source, env).err().into_iter().collect() } else { faults }
}

fn finish(mut reader: Reader<'_>) -> Result<Config, Error> {
    let env = reader.env;
    let last = reader.body(&ROOT, &mut ())?;
    if reader.statements() == 0 {
        return Err(Error::line(last.at.0, "no data"));
    }
    if last.ordinal <= reader.statements() {
        reader.warn(last.at.0, "a brace closes nothing here, what follows it is ignored");
    }
    let Reader { file, warnings, .. } = reader;
    let mut config = Config {
        processes: file.processes,
        neighbors: file.neighbors,
        restart: env.exactix.restart.clone(),
        faults: env.exactix.faults,
        signals: env.exactix.signals(Form::Exabgp),
        quirks: env.exactix.quirks,
        form: Form::Exabgp,
        warnings,
    };
    bind::bind(&mut config).map_err(|(_, reason)| Error::bare(reason))?;
    Ok(config)
}

static ROOT: Table<()> = Table {
    name: "root",
    keys: &[],
    sections: &[
        Sub { name: "process", read: process::read },
        Sub { name: "template", read: template::read },
        Sub { name: "neighbor", read: neighbor::read },
    ],
    later: &[],
    grammar: None,
};

#[cfg(test)]
mod tests;
