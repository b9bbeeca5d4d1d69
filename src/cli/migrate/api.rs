//! `exactix migrate api`: a helper written for one version of ExaBGP, and a daemon of another.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, IsTerminal as _, Write},
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, Stdio, exit},
    thread,
};

use anyhow::{Context as _, anyhow, bail};
use nix::{
    sys::signal::{SigSet, Signal, kill},
    unistd::Pid,
};

use super::translate::Translation;
use crate::args::Bridge;

/// The exit code of what the keyboard has interrupted.
const INTERRUPTED: i32 = 130;

/// Translates a text, the lines of the standard input, or what a program says and hears.
pub(super) fn run(options: &Bridge) -> anyhow::Result<i32> {
    if options.from >= options.to {
        bail!("cannot migrate from {} to {}: only to a later version", options.from.name(), options.to.name());
    }
    let translator = Translator { words: Translation { old: options.from, new: options.to }, tell: options.verbose };
    match (options.exec, options.words.split_first()) {
        (true, Some((program, arguments))) => translator.stand_between(program, arguments),
        (true, None) => bail!("--exec needs a program"),
        (false, Some(_)) => translator.text(&options.words),
        (false, None) if io::stdin().is_terminal() => {
            bail!("usage: exactix migrate api -f 4|5 -t 5|main [-v] [TEXT | --exec PROGRAM [ARGUMENT]...]")
        }
        (false, None) => translator.lines(io::stdin().lock(), io::stdout().lock(), Way::Forth).map(|()| 0),
    }
}

/// Whose words are translated.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Those of the helper.
    Forth,
    /// Those of the daemon.
    Back,
}

/// Translates lines.
#[derive(Debug, Clone, Copy)]
struct Translator {
    words: Translation,
    /// Say on standard error what is changed.
    tell: bool,
}

impl Translator {
    fn text(self, words: &[OsString]) -> anyhow::Result<i32> {
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        self.lines(words.join(" ").as_bytes(), io::stdout().lock(), Way::Forth)?;
        Ok(0)
    }

    /// Each line is written before the next is read: somebody waits for it.
    fn lines(self, mut from: impl BufRead, mut to: impl Write, way: Way) -> anyhow::Result<()> {
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line)? > 0 {
            to.write_all(&self.line(&line, way))?;
            to.flush()?;
            line.clear();
        }
        Ok(())
    }

    /// What is no text stays as it is.
    fn line(self, line: &[u8], way: Way) -> Vec<u8> {
        let Ok(text) = str::from_utf8(line) else { return line.to_owned() };
        let text = text.trim_end_matches(['\n', '\r']);
        let done = match way {
            Way::Forth => self.words.forth(text),
            Way::Back => self.words.back(text),
        };
        if self.tell && done != text {
            // Nobody may listen.
            let _ = writeln!(io::stderr(), "{text} -> {done}");
        }
        done.into_bytes().into_iter().chain([b'\n']).collect()
    }

    /// Runs a helper: its words go to the daemon translated, and what the daemon says comes to it in its own.
    fn stand_between(self, program: &OsString, arguments: &[OsString]) -> anyhow::Result<i32> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
        let (input, output) = child.stdin.take().zip(child.stdout.take()).ok_or_else(|| anyhow!("no pipes"))?;
        pass_signals_on(&child);
        thread::spawn(move || {
            // Its input ends with ours. That it does not read to the end is its own affair.
            let _ = self.lines(io::stdin().lock(), input, Way::Back);
        });
        let heard = self.lines(BufReader::new(output), io::stdout().lock(), Way::Forth);
        if heard.is_err() {
            // Nobody reads what it says any more.
            let _ = kill(pid(&child), Signal::SIGTERM);
        }
        let status = child.wait()?;
        Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
    }
}

/// The helper is asked to end when we are. An interrupt of the keyboard reaches it by itself, and ends us at once.
fn pass_signals_on(child: &Child) {
    let (watched, child) = ([Signal::SIGTERM, Signal::SIGINT].into_iter().collect::<SigSet>(), pid(child));
    // After the helper was started, which would have it blocked otherwise.
    if watched.thread_block().is_err() {
        return;
    }
    thread::spawn(move || {
        while let Ok(signal) = watched.wait() {
            let _ = kill(child, Signal::SIGTERM);
            if signal == Signal::SIGINT {
                exit(INTERRUPTED);
            }
        }
    });
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}
