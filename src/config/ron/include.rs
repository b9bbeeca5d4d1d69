//! `include: ["common.ron"]`: the files a configuration takes in, found and read before anything is understood.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use super::tree::{Node, Tree};
use crate::{
    error::Error,
    faults::Faults,
    load::{form, without_mark},
    model::Form,
    source::{Origin, Source},
    suggest,
};

/// The key of the list.
pub(super) const KEY: &str = "include";

/// A file that is included.
pub(super) struct File {
    origin: Origin,
    text: String,
}

impl File {
    /// Its text, and what it is called.
    pub(super) fn source(&self) -> Source<'_> {
        Source { name: &self.origin.name, text: without_mark(&self.text), directory: &self.origin.directory }
    }
}

/// The files `source` includes, each behind those it includes itself, and each once however often it is named.
pub(super) fn gather(source: &Source<'_>, faults: &Faults) -> Result<Vec<File>, Error> {
    let mut found = Found { faults, files: Vec::new(), seen: HashSet::new(), open: Vec::new() };
    let itself = Path::new(source.name).canonicalize().unwrap_or_default();
    found.open.push(itself);
    found.visit(source)?;
    Ok(found.files)
}

struct Found<'f> {
    faults: &'f Faults,
    files: Vec<File>,
    seen: HashSet<PathBuf>,
    /// The files being read, each included by the one before it.
    open: Vec<PathBuf>,
}

impl Found<'_> {
    fn visit(&mut self, source: &Source<'_>) -> Result<(), Error> {
        // Spares most files, however large, to be taken apart twice.
        if !source.text.contains(KEY) {
            return Ok(());
        }
        // What else is wrong with the file is told when it is read.
        let quiet = Faults::default();
        let tree = Tree::new(source, &quiet);
        let Ok(fields) = tree.root().and_then(|root| tree.fields(root)) else { return Ok(()) };
        for field in fields.iter().filter(|field| field.key == KEY) {
            let listed = field.value.text.starts_with('[');
            let names = if listed { tree.items(field.value)? } else { vec![field.value] };
            names.into_iter().try_for_each(|name| {
                let read = self.one(&tree, name);
                self.note(read)
            })?;
        }
        Ok(())
    }

    /// What a file that cannot be included defines is missing elsewhere.
    fn note(&self, read: Result<(), Error>) -> Result<(), Error> {
        if read.is_err() {
            self.faults.blind();
        }
        self.faults.note(read)
    }

    fn one<'t>(&mut self, tree: &Tree<'t>, node: Node<'t>) -> Result<(), Error> {
        let path = tree.source.directory.join(tree.scalar(node, KEY)?);
        let shown = path.display();
        let refuse = |reason| tree.refuse(node, KEY, reason);
        if !path.is_file() {
            return Err(refuse(format!("there is no file {shown}")).hint(neighbour(&path)));
        }
        let identity = path.canonicalize().map_err(|fault| refuse(format!("cannot find {shown}: {fault}")))?;
        if let Some(start) = self.open.iter().position(|open| *open == identity) {
            let ring = self.open.iter().skip(start).chain([&identity]).map(|path| name_of(path));
            let ring = ring.collect::<Vec<_>>().join(" includes ");
            return Err(refuse(format!("a file cannot include itself: {ring}")));
        }
        if !self.seen.insert(identity.clone()) {
            return Ok(());
        }
        let bytes = std::fs::read(&path).map_err(|fault| refuse(format!("cannot read {shown}: {fault}")))?;
        let file = File { origin: Origin::file(&path), text: String::from_utf8_lossy(&bytes).into_owned() };
        if file.origin.form.unwrap_or_else(|| form(file.source().text)) != Form::Ron {
            return Err(refuse(format!("{shown} is in ExaBGP's form, only RON can be included")));
        }
        self.open.push(identity);
        self.visit(&file.source())?;
        self.open.pop();
        self.files.push(file);
        Ok(())
    }
}

/// A file in the same directory that may have been meant.
fn neighbour(path: &Path) -> Option<String> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(directory).ok()?;
    let names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    suggest::hint(&name_of(path), names.iter().map(String::as_str))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{Config, Env, load};

    /// Writes files into a directory of their own, and loads the first.
    fn loaded(files: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = format!("{}/", directory.path().display());
        let error = |error: Error| error.to_string().replace(&root, "").lines().map(str::to_owned).collect();
        load(&directory.path().join(files[0].0), &Env::default()).map_err(error)
    }

    fn refused(files: &[(&str, &str)]) -> Vec<String> {
        loaded(files).unwrap_err()
    }

    const COMMON: (&str, &str) = (
        "parts/common.ron",
        "(processes: [(name: \"p\", run: \"/bin/cat\")], templates: {\"t\": (local_as: 1, router_id: \"1.1.1.1\")},\n\
         neighbors: [(peer_address: \"10.0.0.1\", peer_as: 2, inherit: \"t\")])",
    );

    #[test]
    fn what_is_included_comes_first() {
        let main = "(neighbors: [(peer_address: \"10.0.0.2\", peer_as: 2, inherit: \"t\", apis: [(processes: [\"p\"])])], \
                    include: [\"parts/more.ron\", \"parts/common.ron\"])";
        let more = "(include: \"common.ron\", neighbors: [(peer_address: \"10.0.0.3\", peer_as: 2, inherit: \"t\")], faults: true)";
        let config = loaded(&[("main.ron", main), ("parts/more.ron", more), COMMON]).unwrap();
        let peers: Vec<_> = config.neighbors.iter().map(|neighbor| neighbor.peer_address.to_string()).collect();
        assert_eq!(peers, ["10.0.0.1", "10.0.0.3", "10.0.0.2"]);
        assert_eq!((config.processes.len(), config.faults), (1, true));
    }

    #[test]
    fn an_error_names_its_file() {
        let told = refused(&[("main.ron", "(include: [\"b.ron\"])"), ("b.ron", "(\n  neighbours: [],\n)")]);
        assert!(told[0].starts_with("b.ron:2:3: neighbours: unknown key"), "{told:?}");
        assert_eq!(told.last().unwrap(), "did you mean \"neighbors\"?");
        let part = "(neighbors: [\n(peer_address: \"10.0.0.1\", local_as: 1, router_id: \"1.1.1.1\", peer_as: 2, apis: [(processes: [\"q\"])])])";
        let told = refused(&[("main.ron", "(include: [\"b.ron\"])"), ("b.ron", part)]);
        assert!(told[0].starts_with("b.ron:2:1: apis: process \"q\" is not defined"), "{told:?}");
        let part = "(neighbors: [\n\n(peer_address: \"10.0.0.1\", local_as: 1, router_id: \"1.1.1.1\", peer_as: 2, host_name: \"a..b\")])";
        let config = loaded(&[("main.ron", "(include: [\"b.ron\"])"), ("b.ron", part)]).unwrap();
        assert!(config.warnings[0].file.ends_with("/b.ron") && config.warnings[0].line == 3, "{:?}", config.warnings);
    }

    #[test]
    fn a_file_that_is_not_there_is_pointed_at() {
        let told = refused(&[("main.ron", "(\n  include: [\"comon.ron\"],\n)"), ("common.ron", "()")]);
        let expected = ["main.ron:2:13: include: there is no file comon.ron", "  |", "2 |   include: [\"comon.ron\"],"];
        assert_eq!(told[..3], expected);
        assert_eq!(told[4], "did you mean \"common.ron\"?");
        assert!(refused(&[("main.ron", "(include: [\".\"])")])[0].contains("there is no file"));
        let told = refused(&[("main.ron", "(include: [\"a.conf\"])"), ("a.conf", "neighbor 10.0.0.1 { }")]);
        assert_eq!(told[0], "main.ron:1:12: include: a.conf is in ExaBGP's form, only RON can be included");
    }

    #[test]
    fn faults_are_those_of_all_files() {
        let directory = tempfile::tempdir().unwrap();
        let faults = |files: &[(&str, &str)]| {
            files.iter().for_each(|(name, text)| fs::write(directory.path().join(name), text).unwrap());
            let told = load::examine(&directory.path().join(files[0].0), &Env::default()).unwrap_err();
            let told = told.iter().map(|error| {
                let place = error.place().unwrap();
                let file = Path::new(&place.file).file_name().unwrap().to_string_lossy().into_owned();
                format!("{file}:{} {}", place.line, error.reason().split(',').next().unwrap_or_default())
            });
            told.collect::<Vec<_>>()
        };
        let main = "(include: [\"b.ron\", \"c.ron\"],\nfaults: x)";
        let told = faults(&[("a.ron", main), ("b.ron", "(more: 1)"), ("c.ron", "(\nless: 1, most: 2)")]);
        let x = "\"x\" is not valid";
        assert_eq!(told[..3], ["b.ron:1 unknown key", "c.ron:2 unknown key", "c.ron:2 unknown key"]);
        assert_eq!(told[3..], [format!("a.ron:2 {x}")]);

        // What may be defined in a file that cannot be read is not missed.
        let main = "(include: [\"no.ron\", \"b.ron\"],\nneighbors: [(inherit: \"t\"), (hold_time: x)])";
        let told = faults(&[("a.ron", main), ("b.ron", "(more: ")]);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("b.ron:1 ") && told[1].contains("there is no file"), "{told:?}");
        assert_eq!(told[2], format!("a.ron:2 {x}"));
    }

    #[test]
    fn a_ring_is_refused() {
        let ring = [("a.ron", "(include: [\"b.ron\"])"), ("b.ron", "(\ninclude: [\"a.ron\"])")];
        let expected = "b.ron:2:11: include: a file cannot include itself: a.ron includes b.ron includes a.ron";
        assert_eq!(refused(&ring)[0], expected);
        let told = refused(&[("a.ron", "(include: [\"./a.ron\"])")]);
        assert!(told[0].ends_with("a file cannot include itself: a.ron includes a.ron"), "{told:?}");
    }

    #[test]
    fn what_is_defined_twice_names_both_places() {
        let told =
            |text: &str| refused(&[("main.ron", &format!("(include: [\"parts/common.ron\"],\n{text})")), COMMON]);
        let process = told("processes: [(name: \"p\", run: \"/bin/cat\")]");
        assert_eq!(process[0], "main.ron:2:20: name: a process called p already exists, at parts/common.ron:1:21");
        let template = told("templates: {\"t\": ()}");
        assert_eq!(
            template[0],
            "main.ron:2:18: templates: a template called t already exists, at parts/common.ron:1:62"
        );
        let neighbor = told("neighbors: [(peer_address: \"10.0.0.1\", peer_as: 2, inherit: \"t\")]");
        let both = "peer_address: duplicate peer definition 10.0.0.1, the other one is at parts/common.ron:2:13";
        assert_eq!(neighbor[0], format!("main.ron:2:28: {both}"));
        let files = [("main.ron", "(include: \"b.ron\", faults: true)"), ("b.ron", "(faults: true)")];
        assert_eq!(refused(&files)[0], "main.ron:1:28: faults: is already given at b.ron:1:10");
    }
}
