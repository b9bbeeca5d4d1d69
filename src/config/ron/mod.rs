//! The native form: typed values in RON, routes in the words everything else uses.
//!
//! A field is a keyword of ExaBGP with underscores, and its value is read by the row of that keyword, so that the
//! two forms cannot drift apart. Errors point at the value.

mod fleet;
mod health;
mod include;
mod neighbor;
mod outline;
mod pattern;
mod restart;
mod series;
mod tree;

use std::collections::{HashMap, HashSet};

use wire::Quirks;

use crate::{
    bind::{self, Unbound},
    check::{Census, Refusal},
    draft::Draft,
    env::Env,
    error::Error,
    exabgp::process,
    faults::Faults,
    model::{Config, Encoder, Fate, Form, Hup, Process, Signals, Warning},
    neighbor::Neighbor,
    source::Source,
    suggest,
    value::boolean,
};
use tree::{Field, Node, Tree};

pub use outline::{Entry, Shape, Struct, structs};
pub(crate) use restart::{OF_PROCESS, POLICY};

/// Reads a configuration in RON.
pub(crate) fn read(source: &Source<'_>, env: &Env) -> Result<Config, Error> {
    let faults = Faults::default();
    let files = include::gather(source, &faults)?;
    read_all(&files, source, env, &faults)
}

/// Everything that is wrong with a configuration in RON, as far as one fault does not hide another: file by file, each in
/// its order.
pub(crate) fn faults(source: &Source<'_>, env: &Env) -> Vec<Error> {
    let faults = Faults::tolerant();
    let files = include::gather(source, &faults);
    let last =
        files.as_ref().map_or_else(|error| Some(error.clone()), |files| read_all(files, source, env, &faults).err());
    let mut found = faults.take();
    found.extend(last);
    let files = files.unwrap_or_default();
    let names: Vec<&str> = files.iter().map(|file| file.source().name).chain([source.name]).collect();
    let order = |error: &Error| {
        let place = error.place();
        let file = names.iter().position(|name| place.is_some_and(|place| place.file == *name));
        (file.unwrap_or(names.len()), place.map(|place| (place.line, place.column)))
    };
    found.sort_by_key(order);
    found
}

fn read_all(files: &[include::File], source: &Source<'_>, env: &Env, faults: &Faults) -> Result<Config, Error> {
    let sources: Vec<Source<'_>> = files.iter().map(include::File::source).collect();
    let included: Vec<Tree<'_>> = sources.iter().map(|source| Tree::new(source, faults)).collect();
    let tree = Tree::new(source, faults);
    let mut reader = Reader::new(&tree, env);
    tree.each(included.iter().chain([&tree]), |tree| reader.file(tree))?;
    reader.finish()
}

/// Where something was defined.
#[derive(Clone, Copy)]
struct Spot<'a> {
    tree: &'a Tree<'a>,
    node: Node<'a>,
}

/// What has been read so far.
struct Reader<'a> {
    /// The file that is being read.
    tree: &'a Tree<'a>,
    env: &'a Env,
    config: Config,
    templates: HashMap<String, Draft>,
    /// Templates that were refused in part.
    spoilt: HashSet<String>,
    /// Some process was refused, which apis may name.
    spoilt_processes: bool,
    /// Where each thing that has a name was defined: its kind, and the name.
    defined: HashMap<(&'static str, String), Spot<'a>>,
    /// How many apis there are.
    apis: usize,
    census: Census,
    /// The place of each neighbor of the configuration.
    places: Vec<Spot<'a>>,
}

impl<'a> Reader<'a> {
    fn new(tree: &'a Tree<'a>, env: &'a Env) -> Self {
        let config = Config {
            processes: Vec::new(),
            neighbors: Vec::new(),
            restart: env.exactix.restart.clone(),
            faults: env.exactix.faults,
            signals: env.exactix.signals(Form::Ron),
            quirks: env.exactix.quirks,
            form: Form::Ron,
            warnings: Vec::new(),
        };
        Self {
            tree,
            env,
            config,
            templates: HashMap::new(),
            spoilt: HashSet::new(),
            spoilt_processes: false,
            defined: HashMap::new(),
            apis: 0,
            census: Census::default(),
            places: Vec::new(),
        }
    }

    fn file(&mut self, tree: &'a Tree<'a>) -> Result<(), Error> {
        self.tree = tree;
        let root = match tree.root().and_then(|root| tree.fields(root)) {
            Ok(root) => root,
            Err(error) => {
                tree.faults.blind();
                return Err(error);
            }
        };
        // Templates come before the neighbors that use them, whatever the order of the file.
        let templates = root.iter().filter(|field| field.key == "templates");
        tree.each(templates, |field| self.templates(field))?;
        tree.each(&root, |field| self.field(field))
    }

    fn field(&mut self, field: &Field<'a>) -> Result<(), Error> {
        match field.key {
            "processes" => self.tree.each(self.tree.items(field.value)?, |node| self.process(node)),
            "health_checks" => self.tree.each(self.tree.items(field.value)?, |node| self.health_check(node)),
            "neighbors" => self.tree.each(self.tree.items(field.value)?, |node| self.neighbor(node)),
            "fleets" => self.tree.each(self.tree.items(field.value)?, |node| fleet::read(self, node)),
            "templates" | include::KEY => Ok(()),
            "restart" => {
                self.once("restart", field.value)?;
                restart::read(self.tree, field.value, &mut self.config.restart)
            }
            "faults" => self.faults(field),
            "quirks" => self.quirks(field),
            "signals" => self.signals(field),
            _ => Err(self.tree.unknown(field, ROOT)),
        }
    }

    fn finish(mut self) -> Result<Config, Error> {
        if self.spoilt_processes || self.tree.faults.is_blind() {
            return Ok(self.config);
        }
        // Wherever the file has them, checks come after programs.
        self.config.processes.sort_by_key(|process| process.health.is_some());
        self.heirs()?;
        let unbound = bind::bind(&mut self.config);
        let refuse = |fault: Unbound| match self.places.get(fault.neighbor) {
            Some(spot) => spot.tree.refuse(spot.node, "apis", fault.reason).hint(fault.hint),
            None => Error::bare(fault.reason),
        };
        self.tree.each(unbound.into_iter().map(refuse), Err)?;
        Ok(self.config)
    }

    fn process(&mut self, node: Node<'a>) -> Result<(), Error> {
        let before = self.tree.faults.count();
        let read = self.read_process(node);
        self.spoilt_processes |= read.is_err() || self.tree.faults.count() > before;
        read
    }

    fn read_process(&mut self, node: Node<'a>) -> Result<(), Error> {
        let (tree, before) = (self.tree, self.tree.faults.count());
        let directory = tree.source.directory.to_path_buf();
        let mut draft = process::Draft { directory, lookup: self.env.lookup.clone(), ..process::Draft::default() };
        let mut name = None;
        tree.each(tree.fields(node)?, |field| {
            if field.key == "name" {
                name = Some((tree.text(&field)?, field.value));
            } else if field.key == "restart" {
                let usual = self.env.exactix.restart.process;
                tree.section(&field, POLICY, draft.restart.insert(usual))?;
            } else if !tree.assign(process::KEYS, &field, &mut draft)?
                && !tree.assign(OF_PROCESS, &field, &mut draft)?
            {
                let known = process::KEYS.iter().chain(OF_PROCESS).map(|key| key.name).chain(["name", "restart"]);
                return Err(tree.unknown(&field, known));
            }
            Ok(())
        })?;
        if tree.faults.count() > before {
            return Ok(());
        }
        let (name, at) = name.ok_or_else(|| tree.refuse(node, "name", "every process needs one"))?;
        self.define(("a process", "name"), &name, at)?;
        let process: Option<Process> = draft.finish(&name, Encoder::Json);
        self.config.processes.push(process.ok_or_else(|| tree.refuse(node, "run", "every process needs one"))?);
        Ok(())
    }

    /// Whoever gets the routes of another one has to be there.
    fn heirs(&self) -> Result<(), Error> {
        for process in &self.config.processes {
            if let Fate::HandOver(heir) = &process.routes
                && (self.config.process(heir).is_none() || *heir == process.name)
            {
                let reason =
                    format!("process {} hands its routes over to {heir:?}, which is no other process", process.name);
                return Err(Error::bare(reason));
            }
        }
        Ok(())
    }

    fn health_check(&mut self, node: Node<'a>) -> Result<(), Error> {
        let before = self.tree.faults.count();
        let read = health::read(self, node);
        self.spoilt_processes |= read.is_err() || self.tree.faults.count() > before;
        read
    }

    fn templates(&mut self, field: &Field<'a>) -> Result<(), Error> {
        self.tree.each(self.tree.entries(field.value)?, |(name, node)| {
            self.define(("a template", "templates"), &name, node)?;
            let before = self.tree.faults.count();
            let read = self.template(node);
            let sound = read.as_ref().is_ok_and(|(_, sound)| *sound) && self.tree.faults.count() == before;
            if !sound {
                self.spoilt.insert(name.clone());
            }
            let (draft, error) = match read {
                Ok((draft, _)) => (draft, None),
                Err(error) => (Draft::default(), Some(error)),
            };
            self.templates.insert(name, draft);
            error.map_or(Ok(()), Err)
        })
    }

    fn template(&mut self, node: Node<'a>) -> Result<(Draft, bool), Error> {
        let (mut draft, fields) = neighbor::read(self, node)?;
        let sound = self.inherit(node, &fields, &mut draft)?;
        Ok((draft, sound))
    }

    /// Notes a name, which can be given once to a thing of that kind; an error is about `key`.
    fn define(&mut self, (kind, key): (&'static str, &str), name: &str, at: Node<'a>) -> Result<(), Error> {
        let spot = Spot { tree: self.tree, node: at };
        let Some(before) = self.defined.insert((kind, name.to_owned()), spot) else { return Ok(()) };
        let place = before.tree.place(before.node);
        Err(self.tree.refuse(at, key, format!("{kind} called {name} already exists, at {place}")))
    }

    /// Notes a setting of the whole daemon, which one file gives.
    fn once(&mut self, key: &'static str, at: Node<'a>) -> Result<(), Error> {
        let Some(before) = self.defined.insert((key, String::new()), Spot { tree: self.tree, node: at }) else {
            return Ok(());
        };
        let place = before.tree.place(before.node);
        Err(self.tree.refuse(at, key, format!("is already given at {place}")))
    }

    fn neighbor(&mut self, node: Node<'a>) -> Result<(), Error> {
        let before = self.tree.faults.count();
        let (mut draft, fields) = neighbor::read(self, node)?;
        let sound = self.inherit(node, &fields, &mut draft)?;
        if !sound || self.tree.faults.count() > before {
            return Ok(());
        }
        let neighbor = self.census.admit(draft, self.env).map_err(|refusal| self.refuse(node, &fields, refusal))?;
        self.warn(node);
        self.keep(node, neighbor);
        Ok(())
    }

    /// What the templates say that a draft names; whether that is all they were meant to say.
    fn inherit(&self, node: Node<'a>, fields: &[Field<'a>], draft: &mut Draft) -> Result<bool, Error> {
        let mut sound = true;
        for name in std::mem::take(&mut draft.inherit) {
            sound &= !self.spoilt.contains(&name);
            match self.templates.get(&name) {
                Some(template) => draft.inherit_under(template),
                None => {
                    sound = false;
                    if !self.tree.faults.is_blind() {
                        self.tree.note(Err(self.no_template(node, fields, &name)))?;
                    }
                }
            }
        }
        Ok(sound)
    }

    fn no_template(&self, node: Node<'a>, fields: &[Field<'a>], name: &str) -> Error {
        let known = self.templates.keys().map(String::as_str);
        let at = fields.iter().find(|field| field.key == "inherit").map_or(node, |field| field.value);
        let hint = suggest::hint(name, known);
        self.tree.refuse(at, "inherit", format!("there is no template \"{name}\"")).hint(hint)
    }

    fn refuse(&self, node: Node<'a>, fields: &[Field<'a>], refusal: Refusal) -> Error {
        let key = refusal.key.unwrap_or_default().replace('-', "_");
        let at = fields.iter().find(|field| field.key == key).map_or(node, |field| field.value);
        let message = match refusal.twin.and_then(|index| self.places.get(index)) {
            Some(twin) => format!("{}, the other one is at {}", refusal.message, twin.tree.place(twin.node)),
            None => refusal.message,
        };
        self.tree.refuse(at, &key, message)
    }

    /// Keeps the remarks about what was read last, each once.
    fn warn(&mut self, node: Node<'a>) {
        let (file, line) = (self.tree.source.name, self.tree.line(node));
        let mut remarks = std::mem::take(&mut self.census.remarks);
        let mut seen = HashSet::new();
        remarks.retain(|remark| seen.insert(remark.clone()));
        let warning = |message| Warning { file: file.to_owned(), line, message };
        self.config.warnings.extend(remarks.into_iter().map(warning));
    }

    fn keep(&mut self, node: Node<'a>, neighbor: Neighbor) {
        self.places.push(Spot { tree: self.tree, node });
        self.config.neighbors.push(neighbor);
    }

    fn faults(&mut self, field: &Field<'a>) -> Result<(), Error> {
        self.once("faults", field.value)?;
        let word = self.tree.text(field)?;
        self.config.faults = boolean(&word).ok_or_else(|| self.tree.unexpected(field, &word, "true or false"))?;
        Ok(())
    }

    fn quirks(&mut self, field: &Field<'a>) -> Result<(), Error> {
        self.once("quirks", field.value)?;
        let names = self.tree.words(field)?.join(" ");
        self.config.quirks =
            Quirks::parse(&names).map_err(|reason| self.tree.refuse(field.value, field.key, reason))?;
        Ok(())
    }

    fn signals(&mut self, field: &Field<'a>) -> Result<(), Error> {
        self.once("signals", field.value)?;
        let tree = self.tree;
        tree.each(tree.fields(field.value)?, |field| {
            if field.key != "hup" {
                return Err(tree.unknown(&field, ["hup"]));
            }
            let hup = match tree.text(&field)?.to_ascii_lowercase().as_str() {
                "stop" => Hup::Stop,
                "reload" => Hup::Reload,
                other => return Err(tree.unexpected(&field, other, "Stop or Reload")),
            };
            self.config.signals = Signals { hup };
            Ok(())
        })
    }
}

const ROOT: [&str; 10] = [
    "include",
    "processes",
    "health_checks",
    "templates",
    "neighbors",
    "fleets",
    "restart",
    "faults",
    "quirks",
    "signals",
];

#[cfg(test)]
mod tests;
