//! Helper programs for the daemon to run: shell scripts that print what a test sends and keep what the daemon says.

use std::{
    cell::RefCell,
    fs::{self, File, OpenOptions, Permissions},
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use nix::{
    sys::{
        signal::{Signal, kill, killpg},
        stat::Mode,
    },
    unistd::{Pid, mkfifo},
};
use serde_json::Value;

use super::{
    lab::Lab,
    wait::{eventually, secs},
};

/// A helper, described to the daemon by [`Helper::name`] and [`Helper::script`].
#[derive(Debug)]
pub(crate) struct Helper {
    name: String,
    directory: PathBuf,
    /// Keeps the pipe open in both directions, so that neither side waits for the other to open it.
    commands: RefCell<File>,
    heard: RefCell<Heard>,
}

/// What the daemon wrote to the helper so far.
#[derive(Debug)]
struct Heard {
    file: File,
    partial: Vec<u8>,
    events: Vec<Value>,
    answers: Vec<String>,
}

impl Helper {
    /// One that prints what [`Helper::say`] is given, and listens.
    pub(crate) fn new(lab: &Lab, name: &str) -> Self {
        // A shell gives background jobs no standard input unless told to; the copy on descriptor 3 does.
        Self::create(lab, name, "exec 3<&0\ncat <&3 >>\"$here/heard\" &\nexec 3<&-")
    }

    /// One that prints `first`, then what [`Helper::say`] is given, and never reads its standard input.
    pub(crate) fn deaf(lab: &Lab, name: &str, first: &str) -> Self {
        lab.write(&format!("{name}.first"), first);
        Self::create(lab, name, "cat \"$here.first\"")
    }

    /// One whose shell does this first in each of its lives; `$here` is its directory, and `$lives` says how many there
    /// were, itself included.
    pub(crate) fn acting(lab: &Lab, name: &str, first: &str) -> Self {
        let lives = "lives=$(wc -l <\"$here/pids\")";
        let listen = "exec 3<&0\ncat <&3 >>\"$here/heard\" &\nexec 3<&-";
        Self::create(lab, name, &format!("{lives}\n{listen}\n{first}"))
    }

    /// One whose shell does this in place of listening, in each of its lives; `$here` is its directory.
    pub(crate) fn not_listening(lab: &Lab, name: &str, first: &str) -> Self {
        Self::create(lab, name, &format!("lives=$(wc -l <\"$here/pids\")\n{first}"))
    }

    fn create(lab: &Lab, name: &str, first: &str) -> Self {
        let directory = lab.path(name);
        fs::create_dir(&directory).unwrap();
        for file in ["heard", PIDS] {
            fs::write(directory.join(file), "").unwrap();
        }
        mkfifo(&directory.join("commands"), Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
        let here = directory.display();
        let script =
            format!("#!/bin/sh\nhere='{here}'\necho $$ >>\"$here/{PIDS}\"\n{first}\nexec cat \"$here/commands\"\n");
        fs::write(directory.join("run"), script).unwrap();
        fs::set_permissions(directory.join("run"), Permissions::from_mode(0o755)).unwrap();
        let commands = OpenOptions::new().read(true).write(true).open(directory.join("commands")).unwrap();
        let file = File::open(directory.join("heard")).unwrap();
        let heard = Heard { file, partial: Vec::new(), events: Vec::new(), answers: Vec::new() };
        Self { name: name.to_owned(), directory, commands: RefCell::new(commands), heard: RefCell::new(heard) }
    }

    /// Its name in the configuration.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The program the daemon has to run.
    pub(crate) fn script(&self) -> PathBuf {
        self.directory.join("run")
    }

    /// Prints lines to the daemon. More than a pipe holds (64 KiB) has to be read meanwhile.
    pub(crate) fn say<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) {
        let mut text = String::new();
        for line in lines {
            text.push_str(line.as_ref());
            text.push('\n');
        }
        self.commands.borrow_mut().write_all(text.as_bytes()).unwrap();
    }

    /// Prints octets, whatever they are.
    pub(crate) fn say_octets(&self, octets: &[u8]) {
        self.commands.borrow_mut().write_all(octets).unwrap();
    }

    /// Prints a command, and waits for its answer: lines that are no objects of JSON.
    pub(crate) fn ask(&self, line: &str) -> Vec<String> {
        let before = self.answers().len();
        self.say([line]);
        eventually(secs(10), line, || {
            let answers = self.answers().split_off(before);
            answers.last().is_some_and(|last| last == "done" || last == "error").then_some(answers)
        })
    }

    /// The same for a command that is answered with an object, which is returned as text, before this end of the answer.
    pub(crate) fn ask_object(&self, line: &str, end: &str) -> String {
        let before = self.events().len();
        assert_eq!(self.ask(line), [end], "{line}");
        let objects = self.events().split_off(before);
        assert_eq!(objects.len(), 1, "{line}: {objects:?}");
        objects[0].to_string()
    }

    /// The events heard so far.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.look(|heard| heard.events.clone())
    }

    /// The lines heard so far that are no events.
    pub(crate) fn answers(&self) -> Vec<String> {
        self.look(|heard| heard.answers.clone())
    }

    /// Whether an event like this was heard: the type, and the words of its `state` or direction.
    pub(crate) fn heard_state(&self, peer: &str, state: &str) -> bool {
        self.count_states(peer, state) > 0
    }

    /// How often the daemon said that the session with `peer` is in `state`.
    pub(crate) fn count_states(&self, peer: &str, state: &str) -> usize {
        let is = |event: &&Value| {
            event["type"] == "state"
                && event["neighbor"]["address"]["peer"] == peer
                && event["neighbor"]["state"] == state
        };
        self.look(|heard| heard.events.iter().filter(is).count())
    }

    /// A look at the events, without a copy of them.
    pub(crate) fn with_events<T>(&self, look: impl FnOnce(&[Value]) -> T) -> T {
        self.look(|heard| look(&heard.events))
    }

    fn look<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        let mut heard = self.heard.borrow_mut();
        heard.read();
        look(&heard)
    }

    /// The process ids of all its lives.
    pub(crate) fn pids(&self) -> Vec<Pid> {
        pids(&self.directory)
    }

    /// Sends its present life a signal, with all it has started.
    pub(crate) fn signal(&self, signal: Signal) {
        killpg(*self.pids().last().expect("the helper was never started"), signal).unwrap();
    }

    /// Kills its present life.
    pub(crate) fn kill(&self) {
        kill(*self.pids().last().expect("the helper was never started"), Signal::SIGKILL).unwrap();
    }
}

impl Heard {
    fn read(&mut self) {
        self.file.read_to_end(&mut self.partial).unwrap();
        let Some(end) = self.partial.iter().rposition(|byte| *byte == b'\n') else { return };
        let rest = self.partial.split_off(end + 1);
        let whole = std::mem::replace(&mut self.partial, rest);
        for line in String::from_utf8(whole).expect("the daemon writes ASCII").lines() {
            if line.starts_with('{') {
                let event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in event {line}"));
                self.events.push(event);
            } else {
                self.answers.push(line.to_owned());
            }
        }
    }
}

/// Ends every process group that a helper of this lab was the leader of.
pub(crate) fn end_all(lab: &Path) {
    let Ok(entries) = fs::read_dir(lab) else { return };
    for directory in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        for leader in pids(&directory) {
            if is_ours(leader, &directory) {
                let _ = killpg(leader, Signal::SIGKILL);
            }
        }
    }
}

/// A process id may have been used again: only one that still names the directory is ours.
fn is_ours(leader: Pid, directory: &Path) -> bool {
    let line = fs::read(format!("/proc/{leader}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).contains(&*directory.to_string_lossy())
}

fn pids(directory: &Path) -> Vec<Pid> {
    let text = fs::read_to_string(directory.join(PIDS)).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).map(Pid::from_raw).collect()
}

const PIDS: &str = "pids";
