//! The native form: typed values in RON, routes in the words everything else uses.
//!
//! A field is a keyword of ExaBGP with underscores, and its value is read by the row of that keyword, so that the
//! two forms cannot drift apart. Errors point at the value.

mod neighbor;
mod restart;
mod tree;

use std::collections::{HashMap, HashSet};

use wire::Quirks;

use crate::{
    bind,
    check::Census,
    draft::Draft,
    env::Env,
    error::Error,
    exabgp::process,
    model::{Config, Encoder, Form, Hup, Process, Signals, Warning},
    neighbor::Neighbor,
    restart::Restart,
    source::Source,
    value::boolean,
};
use tree::{Field, Node, Tree};

/// Reads a configuration in RON.
pub(crate) fn read(source: &Source<'_>, env: &Env) -> Result<Config, Error> {
    let tree = Tree::new(source);
    let root = tree.fields(tree.root()?)?;
    let mut reader = Reader::new(&tree, env);
    // Templates come before the neighbors that use them, whatever the order of the file.
    for templates in root.iter().filter(|field| field.key == "templates") {
        reader.templates(templates)?;
    }
    root.iter().try_for_each(|field| reader.field(field))?;
    reader.finish()
}

/// What has been read so far.
struct Reader<'a> {
    tree: &'a Tree<'a>,
    env: &'a Env,
    config: Config,
    templates: HashMap<String, Draft>,
    apis: HashSet<String>,
    census: Census,
    /// The place of each neighbor of the configuration.
    places: Vec<Node<'a>>,
}

impl<'a> Reader<'a> {
    fn new(tree: &'a Tree<'a>, env: &'a Env) -> Self {
        let config = Config {
            processes: Vec::new(),
            neighbors: Vec::new(),
            restart: Restart::default(),
            faults: false,
            signals: Form::Ron.signals(),
            quirks: env.quirks,
            form: Form::Ron,
            warnings: Vec::new(),
        };
        let (templates, apis, census) = (HashMap::new(), HashSet::new(), Census::default());
        Self { tree, env, config, templates, apis, census, places: Vec::new() }
    }

    fn field(&mut self, field: &Field<'a>) -> Result<(), Error> {
        match field.key {
            "processes" => self.tree.items(field.value)?.into_iter().try_for_each(|node| self.process(node)),
            "neighbors" => self.tree.items(field.value)?.into_iter().try_for_each(|node| self.neighbor(node)),
            "templates" => Ok(()),
            "restart" => restart::read(self.tree, field.value, &mut self.config.restart),
            "faults" => self.faults(field),
            "quirks" => self.quirks(field),
            "signals" => self.signals(field),
            _ => Err(self.tree.unknown(field, ROOT)),
        }
    }

    fn finish(mut self) -> Result<Config, Error> {
        bind::bind(&mut self.config).map_err(|(index, reason)| match self.places.get(index) {
            Some(node) => self.tree.refuse(*node, "apis", reason),
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
        if self.config.process(&name).is_some() {
            return Err(self.tree.refuse(at, "name", format!("a process called {name} already exists")));
        }
        let process: Option<Process> = draft.finish(&name, Encoder::Json);
        self.config.processes.push(process.ok_or_else(|| self.tree.refuse(node, "run", "every process needs one"))?);
        Ok(())
    }

    fn templates(&mut self, field: &Field<'a>) -> Result<(), Error> {
        for (name, node) in self.tree.entries(field.value)? {
            let (draft, _) = neighbor::read(self, node)?;
            self.templates.insert(name, draft);
        }
        Ok(())
    }

    fn neighbor(&mut self, node: Node<'a>) -> Result<(), Error> {
        let (mut draft, fields) = neighbor::read(self, node)?;
        for name in std::mem::take(&mut draft.inherit) {
            let template = self.templates.get(&name).ok_or_else(|| {
                let known = self.templates.keys().map(String::as_str);
                let at = fields.iter().find(|field| field.key == "inherit").map_or(node, |field| field.value);
                let hint = crate::suggest::hint(&name, known);
                self.tree.refuse(at, "inherit", format!("there is no template \"{name}\"")).hint(hint)
            })?;
            draft.inherit_under(template);
        }
        let neighbors = self.census.admit(draft, self.env).map_err(|refusal| {
            let key = refusal.key.unwrap_or_default().replace('-', "_");
            let at = fields.iter().find(|field| field.key == key).map_or(node, |field| field.value);
            self.tree.refuse(at, &key, refusal.message)
        })?;
        self.keep(node, neighbors);
        Ok(())
    }

    fn keep(&mut self, node: Node<'a>, neighbors: Vec<Neighbor>) {
        let line = self.tree.line(node);
        let remarks = std::mem::take(&mut self.census.remarks).into_iter();
        self.config.warnings.extend(remarks.map(|message| Warning { line, message }));
        self.places.extend(neighbors.iter().map(|_| node));
        self.config.neighbors.extend(neighbors);
    }

    fn faults(&mut self, field: &Field<'a>) -> Result<(), Error> {
        let word = self.tree.text(field)?;
        self.config.faults = boolean(&word).ok_or_else(|| self.tree.unexpected(field, &word, "true or false"))?;
        Ok(())
    }

    fn quirks(&mut self, field: &Field<'a>) -> Result<(), Error> {
        let names = self.tree.words(field)?.join(" ");
        self.config.quirks =
            Quirks::parse(&names).map_err(|reason| self.tree.refuse(field.value, field.key, reason))?;
        Ok(())
    }

    fn signals(&mut self, field: &Field<'a>) -> Result<(), Error> {
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

const ROOT: [&str; 7] = ["processes", "templates", "neighbors", "restart", "faults", "quirks", "signals"];

#[cfg(test)]
mod tests;
