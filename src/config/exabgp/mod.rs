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
pub(crate) mod tcp_ao;
pub(crate) mod template;

use std::collections::{HashMap, HashSet};

use crate::{
    bind::{self, Unbound},
    check::Census,
    draft::Draft,
    env::Env,
    error::Error,
    exabgp::section::{Reader, Sub, Table},
    model::{Config, Form, Process},
    neighbor::Neighbor,
    place::Excerpt,
    source::Source,
};

/// What has been read so far.
#[derive(Default)]
pub(crate) struct File {
    pub(crate) processes: Vec<Process>,
    pub(crate) templates: HashMap<String, Draft>,
    /// Templates that were refused in part: what inherits from them may lack what they would have said.
    pub(crate) spoilt: HashSet<String>,
    pub(crate) neighbors: Vec<Neighbor>,
    /// Line and column of the address of each of them.
    pub(crate) headers: Vec<(usize, usize)>,
    /// The names of `api` sections, which are unique in a file, and the line and column of each.
    pub(crate) apis: HashMap<String, (usize, usize)>,
    pub(crate) census: Census,
}

/// Reads a `.conf`.
pub(crate) fn read(source: &Source<'_>, env: &Env) -> Result<Config, Error> {
    finish(Reader::new(source, env)).map_err(|mut faults| faults.swap_remove(0))
}

/// Everything that is wrong with a `.conf`, as far as one fault does not hide another.
pub(crate) fn faults(source: &Source<'_>, env: &Env) -> Vec<Error> {
    let mut reader = Reader::tolerant(source, env);
    let read = reader.body(&ROOT, &mut ());
    let mut faults = reader.faults();
    faults.extend(read.err());
    if faults.is_empty() { finish(Reader::new(source, env)).err().unwrap_or_default() } else { faults }
}

/// The configuration, or one error at least.
fn finish(mut reader: Reader<'_>) -> Result<Config, Vec<Error>> {
    let (env, source) = (reader.env, reader.source);
    let last = reader.body(&ROOT, &mut ()).map_err(|error| vec![error])?;
    if reader.statements() == 0 {
        let hint = "a configuration has a section neighbor at least";
        return Err(vec![Error::line(last.at.0, "no data").hint(Some(hint.to_owned()))]);
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
    let unbound = bind::bind(&mut config);
    let refuse = |fault: Unbound| {
        let error = Error::bare(fault.reason).hint(fault.hint);
        match file.apis.get(&fault.api) {
            Some(at) => error.at(Excerpt::new(source.name, source.text, *at, "api".len())),
            None => error,
        }
    };
    if unbound.is_empty() { Ok(config) } else { Err(unbound.into_iter().map(refuse).collect()) }
}

static ROOT: Table<()> = Table {
    name: "root",
    keys: &[],
    sections: &[
        Sub { name: "process", read: process::read },
        Sub { name: "template", read: template::read },
        Sub { name: "neighbor", read: neighbor::read },
    ],
    grammar: None,
};

#[cfg(test)]
mod tests;
