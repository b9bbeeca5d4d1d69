//! `exactix cli` talks with the daemon at a terminal.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs::{self, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    process::{Child, Command, ExitStatus},
};

use nix::{
    fcntl::OFlag,
    libc,
    pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt},
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use support::{
    door::{Door, text},
    wait::{eventually, secs},
};

/// A user at a terminal.
struct User {
    terminal: PtyMaster,
    screen: String,
    program: Child,
}

impl User {
    fn start(door: &Door, words: &[&str]) -> Self {
        // Nobody else may inherit the terminal: it would not be gone when we close it.
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let terminal = posix_openpt(flags).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname_r(&terminal).unwrap();
        let end = || OpenOptions::new().read(true).write(true).custom_flags(libc::O_NOCTTY).open(&name).unwrap();
        assert!(Command::new("stty").args(["rows", "50", "cols", "200"]).stdin(end()).status().unwrap().success());
        let mut command = door.command(words);
        command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end());
        let program = command.spawn().unwrap();
        drop(command);
        Self { terminal, screen: String::new(), program }
    }

    /// Waits until the terminal shows this, and forgets what it showed before. An editor asks where its cursor is, and
    /// waits for a terminal to say.
    fn sees(&mut self, what: &str) -> String {
        let seen = eventually(secs(15), what, || {
            let mut octets = [0; 4096];
            while let Ok(count @ 1..) = self.terminal.read(&mut octets) {
                let asked = String::from_utf8_lossy(&octets[..count]);
                for _ in asked.matches("\u{1b}[6n") {
                    self.terminal.write_all(b"\x1b[1;1R").unwrap();
                }
                self.screen.push_str(&asked);
            }
            match self.screen.find(what) {
                Some(place) => Ok(place + what.len()),
                None => Err(format!("{:?}", self.screen)),
            }
        });
        let rest = self.screen.split_off(seen);
        std::mem::replace(&mut self.screen, rest)
    }

    fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }

    fn interrupts(&self) {
        kill(Pid::from_raw(i32::try_from(self.program.id()).unwrap()), Signal::SIGINT).unwrap();
    }

    /// Closes the terminal, and waits for the end of the program.
    fn hangs_up(self) -> ExitStatus {
        let Self { terminal, mut program, .. } = self;
        drop(terminal);
        eventually(secs(10), "the end", || program.try_wait().unwrap())
    }

    fn ends(mut self) -> ExitStatus {
        eventually(secs(10), "the end", || self.program.try_wait().unwrap())
    }
}

const PROMPT: &str = "exactix> ";

#[test]
fn a_user_asks_and_leaves() {
    let mut door = Door::new();
    let mut user = User::start(&door, &["cli", "--no-color"]);
    user.sees(PROMPT);
    user.types("s n s\r");
    user.sees("command: show neighbor summary");
    user.sees("127.1.0.1");
    user.sees(PROMPT);
    user.types("show adj-rib out\r");
    user.sees("10.0.0.0/24 next-hop 192.0.2.1");
    user.sees(PROMPT);
    user.types("nonsense\r");
    user.sees("the daemon refused: nonsense");
    user.sees(PROMPT);
    // What is given up is not said; what is begun is completed.
    user.types("shutdown\x03");
    user.sees(PROMPT);
    user.types("vers\t\r");
    user.sees("exabgp 5");
    user.sees(PROMPT);
    user.types("set display json\r");
    user.sees("display json is set");
    user.sees(PROMPT);
    user.types("peer list\r");
    user.sees("\"peer-address\": \"127.1.0.1\"");
    user.sees(PROMPT);
    user.types("history\r");
    user.sees("show adj-rib out");
    user.sees(PROMPT);
    user.types("\x04");
    assert_eq!(user.ends().code(), Some(0));
    let history = fs::read_to_string(door.lab.path(".exabgp_history")).unwrap();
    assert!(history.starts_with("s n s\nshow adj-rib out\nnonsense\n"), "{history}");
    door.daemon.stop();
}

#[test]
fn a_daemon_that_was_started_anew_is_met_again() {
    let mut door = Door::piped();
    for words in [&["cli", "--no-color"][..], &["cli", "--no-color", "--pipe"]] {
        let mut user = User::start(&door, words);
        user.sees(PROMPT);
        user.types("version\r");
        user.sees("exabgp 5");
        user.sees(PROMPT);
        door.daemon.stop();
        door.start_again();
        eventually(secs(10), "the daemon", || door.run(&["run", "--strict", "version"]).status.success());
        user.types("show neighbor summary\r");
        // Pipes stay open meanwhile: whoever is behind them is the daemon.
        if !words.contains(&"--pipe") {
            user.sees("the daemon was started anew");
        }
        user.sees("127.1.0.1");
        user.sees(PROMPT);
        user.types("quit\r");
        assert_eq!(user.ends().code(), Some(0));
    }
    door.daemon.stop();
    let gone = door.run(&["cli", "version"]);
    assert_eq!(gone.status.code(), Some(1));
}

#[test]
fn what_is_not_answered_is_given_up() {
    let mut door = Door::new();
    let mut user = User::start(&door, &["cli", "--no-color", "--timeout", "60"]);
    user.sees(PROMPT);
    // One that comes between commands is for none of them.
    user.interrupts();
    door.daemon.signal(Signal::SIGSTOP);
    user.types("s n s\r");
    user.sees("command: show neighbor summary");
    user.interrupts();
    user.sees("given up: it may have been carried out or not");
    user.sees(PROMPT);
    door.daemon.signal(Signal::SIGCONT);
    user.types("version\r");
    user.sees("connected again");
    user.sees("exabgp 5");
    user.sees(PROMPT);

    door.daemon.signal(Signal::SIGSTOP);
    user.types("s n s\r");
    user.sees("command: show neighbor summary");
    door.daemon.signal(Signal::SIGKILL);
    user.sees("the daemon has gone away: it may have been carried out or not");
    user.sees(PROMPT);
    user.types("version\r");
    user.sees("the daemon is away, trying again");
    user.interrupts();
    user.sees("given up");
    user.sees(PROMPT);
    door.start_again();
    eventually(secs(10), "the daemon", || door.run(&["run", "--strict", "version"]).status.success());
    user.types("version\r");
    user.sees("the daemon was started anew");
    user.sees("exabgp 5");
    user.sees(PROMPT);
    user.types("quit\r");
    assert_eq!(user.ends().code(), Some(0));
    door.daemon.stop();
}

#[test]
fn without_its_terminal_it_ends() {
    let mut door = Door::new();
    for waits in [false, true] {
        let mut user = User::start(&door, &["cli", "--no-color", "--timeout", "60"]);
        user.sees(PROMPT);
        user.types("version\r");
        user.sees("exabgp 5");
        user.sees(PROMPT);
        if waits {
            door.daemon.signal(Signal::SIGSTOP);
            user.types("s n s\r");
            user.sees("command: show neighbor summary");
        }
        assert_eq!(user.hangs_up().code(), Some(129));
        door.daemon.signal(Signal::SIGCONT);
    }
    let history = fs::read_to_string(door.lab.path(".exabgp_history")).unwrap();
    assert!(history.starts_with("version\n"), "{history}");
    door.daemon.stop();
}

#[test]
fn without_a_terminal_it_asks_for_help() {
    let mut door = Door::new();
    let help = door.run(&["cli"]);
    assert!(text(&help.stdout).contains("announce route"), "{help:?}");
    door.daemon.stop();
}
