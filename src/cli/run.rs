//! `exactix run`: says commands to the running daemon, and prints its answers.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use config::Env;
use wire::json::Dialect;

use crate::{
    args::{self, Run, Transport},
    control::{self, Client, End, Way},
    shortcuts,
};

/// Says what was asked for and prints what is answered; the exit code.
pub(crate) fn run(options: &Run, env: &Env) -> anyhow::Result<i32> {
    if let Some(file) = &options.batch {
        return batch(&mut connect(&options.transport, env)?, file, options.json);
    }
    if options.command.is_empty() {
        write!(io::stderr(), "{}", args::usage("run"))?;
        return Ok(1);
    }
    let (typed, line) = line(&options.command.join(" "), options.json);
    if typed {
        told(options.json, &format!("command: {line}"))?;
    }
    let mut client = connect(&options.transport, env)?;
    if line.split_ascii_whitespace().next() == Some(RESET) {
        client.say(&line)?;
        return Ok(0);
    }
    let end = client.ask(&line, |data| writeln!(io::stdout().lock(), "{data}"))?;
    notice(end, &line)?;
    Ok(i32::from(options.strict && end != End::Done))
}

/// Connects as the options say.
pub(crate) fn connect(transport: &Transport, env: &Env) -> anyhow::Result<Client> {
    let mut env = env.clone();
    env.api.pipename = transport.pipename.clone().unwrap_or(env.api.pipename);
    let way = Way::chosen(transport.pipe, transport.socket.clone())?;
    let mut client = control::connect(&env, &way)?;
    client.wait(Some(Duration::from_secs(transport.timeout)));
    Ok(client)
}

/// The command written out, with the word that asks for JSON where that is understood; and whether it is another one than
/// was typed.
fn line(typed: &str, json: bool) -> (bool, String) {
    let full = shortcuts::expanded(typed);
    let changed = full != typed.split_ascii_whitespace().collect::<Vec<_>>().join(" ") && full != typed;
    (changed, if json { in_json(full) } else { full })
}

/// Asks for the answer in JSON, if the command has one.
pub(crate) fn in_json(line: String) -> String {
    let asked = format!("{line} json");
    let said = line.split_ascii_whitespace().next_back().is_some_and(|last| matches!(last, "json" | "text"));
    if !said && refusal(&asked).is_none() && takes_json(&line) { asked } else { line }
}

/// Whether its answer says more than that it was done.
fn takes_json(line: &str) -> bool {
    use api::Verb;
    let answers = |verb: &Verb| !matches!(verb, Verb::Rib { .. } | Verb::Peer { .. } | Verb::Fault { .. });
    understood(line).is_some_and(|verb| answers(&verb))
}

/// What a daemon of this version understands.
pub(crate) fn understood(line: &str) -> Option<api::Verb> {
    api::parse(line, &context()).ok()
}

/// Why a daemon of this version refuses a command, as far as its words say.
pub(crate) fn refusal(line: &str) -> Option<String> {
    api::parse(line, &context()).err().map(|error| error.to_string())
}

const fn context() -> api::Context<'static> {
    api::Context { service: api::INTERNAL, dialect: Dialect::V5, version: "" }
}

/// What is to be said about the end of an answer, for people.
pub(crate) fn about(end: End, line: &str) -> Option<String> {
    match end {
        End::Done => None,
        End::Error => Some(format!(
            "the daemon refused: {line}\n{}",
            refusal(line).unwrap_or_else(|| "its log says why".to_owned())
        )),
        End::Shutdown => Some("the daemon is ending".to_owned()),
        End::Silence => Some("warning: the daemon has not answered in time".to_owned()),
    }
}

fn notice(end: End, line: &str) -> anyhow::Result<()> {
    if let Some(about) = about(end, line) {
        writeln!(io::stderr(), "{about}")?;
    }
    Ok(())
}

/// What is no part of an answer: beside it when that is JSON.
fn told(aside: bool, text: &str) -> io::Result<()> {
    if aside { writeln!(io::stderr(), "{text}") } else { writeln!(io::stdout().lock(), "{text}") }
}

/// What became of the commands of a file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    done: usize,
    refused: usize,
}

fn batch(client: &mut Client, file: &Path, json: bool) -> anyhow::Result<i32> {
    let tally = if file == Path::new("-") {
        each(client, io::stdin().lock(), json)
    } else {
        let lines = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        each(client, BufReader::new(lines), json)
    }?;
    let Tally { done, refused } = tally;
    told(json, &format!("{} commands: {done} done, {refused} refused", done + refused))?;
    Ok(i32::from(refused > 0))
}

/// Goes on after what was refused, but not after silence: what is answered then is not known.
fn each(client: &mut Client, lines: impl BufRead, json: bool) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    for (number, typed) in (1..).zip(lines.lines()) {
        let typed = typed.context("a command cannot be read")?;
        if typed.trim_ascii().is_empty() || typed.trim_ascii().starts_with('#') {
            continue;
        }
        let (_, line) = line(typed.trim_ascii(), json);
        told(json, &format!("[{number}] {line}"))?;
        let end = client.ask(&line, |data| writeln!(io::stdout().lock(), "{data}"))?;
        notice(end, &line)?;
        match end {
            End::Done => tally.done += 1,
            End::Error => tally.refused += 1,
            End::Shutdown | End::Silence => {
                tally.refused += 1;
                break;
            }
        }
    }
    Ok(tally)
}

/// The command that ExaBGP does not wait for the answer of.
const RESET: &str = "reset";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_to_say() {
        assert_eq!(line("s n s", false), (true, "show neighbor summary".to_owned()));
        assert_eq!(line("show  neighbor summary", true), (false, "show neighbor summary json".to_owned()));
        assert_eq!(line("show neighbor json", true), (false, "show neighbor json".to_owned()));
        let route = "announce route 10.0.0.0/24 next-hop 1.1.1.1";
        assert_eq!(line(route, true), (false, route.to_owned()));
    }

    #[test]
    fn a_refusal_is_explained() {
        assert_eq!(about(End::Done, "version"), None);
        assert!(about(End::Error, "shwo neighbor").unwrap().ends_with("did you mean \"show neighbor\"?"));
        assert!(about(End::Error, "neighbor 192.0.2.1 teardown 2").unwrap().ends_with("its log says why"));
        assert_eq!(about(End::Error, "nonsense").unwrap().lines().count(), 2);
    }
}
