//! The native form: typed values in RON, routes in the words everything else uses.
//!
//! A field is a keyword of ExaBGP with underscores, and its value is read by the row of that keyword, so that the
//! two forms cannot drift apart. Errors point at the value.

mod fleet;
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
    bind,
    check::{Census, Refusal},
    draft::Draft,
    env::Env,
    error::Error,
    exabgp::process,
    model::{Config, Encoder, Form, Hup, Process, Signals, Warning},
    neighbor::Neighbor,
    source::Source,
    suggest,
    value::boolean,
};
use tree::{Field, Node, Tree};

pub use outline::{Entry, Shape, Struct, structs};
pub(crate) use restart::POLICY;

/// Reads a configuration in RON.
pub(crate) fn read(source: &Source<'_>, env: &Env) -> Result<Config, Error> {
    let files = include::gather(source)?;
    let sources: Vec<Source<'_>> = files.iter().map(include::File::source).collect();
    let included: Vec<Tree<'_>> = sources.iter().map(Tree::new).collect();
    let tree = Tree::new(source);
    let mut reader = Reader::new(&tree, env);
    included.iter().chain([&tree]).try_for_each(|tree| reader.file(tree))?;
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
        let (templates, defined, census) = (HashMap::new(), HashMap::new(), Census::default());
        Self { tree, env, config, templates, defined, apis: 0, census, places: Vec::new() }
    }

    fn file(&mut self, tree: &'a Tree<'a>) -> Result<(), Error> {
        self.tree = tree;
        let root = tree.fields(tree.root()?)?;
        // Templates come before the neighbors that use them, whatever the order of the file.
        for templates in root.iter().filter(|field| field.key == "templates") {
            self.templates(templates)?;
        }
        root.iter().try_for_each(|field| self.field(field))
    }

    fn field(&mut self, field: &Field<'a>) -> Result<(), Error> {
        match field.key {
            "processes" => self.tree.items(field.value)?.into_iter().try_for_each(|node| self.process(node)),
            "neighbors" => self.tree.items(field.value)?.into_iter().try_for_each(|node| self.neighbor(node)),
            "fleets" => self.tree.items(field.value)?.into_iter().try_for_each(|node| fleet::read(self, node)),
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
        bind::bind(&mut self.config).map_err(|(index, reason)| match self.places.get(index) {
            Some(spot) => spot.tree.refuse(spot.node, "apis", reason),
            None => Error::bare(reason),
        })?;
        Ok(self.config)
    }

    fn process(&mut self, node: Node<'a>) -> Result<(), Error> {
        let directory = self.tree.source.directory.to_path_buf();
        let mut draft = process::Draft { directory, lookup: self.env.lookup.clone(), ..process::Draft::default() };
        let mut name = None;
        for field in self.tree.fields(node)? {
            if field.key == "name" {
                name = Some((self.tree.text(&field)?, field.value));
            } else if !self.tree.assign(process::KEYS, &field, &mut draft)? {
                let known = process::KEYS.iter().map(|key| key.name).chain(["name"]);
                return Err(self.tree.unknown(&field, known));
            }
        }
        let (name, at) = name.ok_or_else(|| self.tree.refuse(node, "name", "every process needs one"))?;
        self.define(("a process", "name"), &name, at)?;
        let process: Option<Process> = draft.finish(&name, Encoder::Json);
        self.config.processes.push(process.ok_or_else(|| self.tree.refuse(node, "run", "every process needs one"))?);
        Ok(())
    }

    fn templates(&mut self, field: &Field<'a>) -> Result<(), Error> {
        for (name, node) in self.tree.entries(field.value)? {
            self.define(("a template", "templates"), &name, node)?;
            let (draft, _) = neighbor::read(self, node)?;
            self.templates.insert(name, draft);
        }
        Ok(())
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
        let (mut draft, fields) = neighbor::read(self, node)?;
        self.inherit(node, &fields, &mut draft)?;
        let neighbors = self.census.admit(draft, self.env).map_err(|refusal| self.refuse(node, &fields, refusal))?;
        self.warn(node);
        self.keep(node, neighbors);
        Ok(())
    }

    /// What the templates say that a draft names.
    fn inherit(&self, node: Node<'a>, fields: &[Field<'a>], draft: &mut Draft) -> Result<(), Error> {
        for name in std::mem::take(&mut draft.inherit) {
            let template = self.templates.get(&name).ok_or_else(|| {
                let known = self.templates.keys().map(String::as_str);
                let at = fields.iter().find(|field| field.key == "inherit").map_or(node, |field| field.value);
                let hint = suggest::hint(&name, known);
                self.tree.refuse(at, "inherit", format!("there is no template \"{name}\"")).hint(hint)
            })?;
            draft.inherit_under(template);
        }
        Ok(())
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

    fn keep(&mut self, node: Node<'a>, neighbors: Vec<Neighbor>) {
        let spot = Spot { tree: self.tree, node };
        self.places.extend(neighbors.iter().map(|_| spot));
        self.config.neighbors.extend(neighbors);
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
        for field in self.tree.fields(field.value)? {
            if field.key != "hup" {
                return Err(self.tree.unknown(&field, ["hup"]));
            }
            let hup = match self.tree.text(&field)?.to_ascii_lowercase().as_str() {
                "stop" => Hup::Stop,
                "reload" => Hup::Reload,
                other => return Err(self.tree.unexpected(&field, other, "Stop or Reload")),
            };
            self.config.signals = Signals { hup };
        }
        Ok(())
    }
}

const ROOT: [&str; 9] =
    ["include", "processes", "templates", "neighbors", "fleets", "restart", "faults", "quirks", "signals"];

#[cfg(test)]
mod tests;
