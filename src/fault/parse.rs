//! From the words after `fault inject` to an armed fault, and whom it is for.

use std::fmt;

use wire::{Word, WordError, Words};

use crate::{
    kinds::{FAULTS, Kind},
    plan::Armed,
    trigger::Trigger,
};

/// An actor that faults may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The session of a neighbor.
    Peer,
    /// A helper program.
    Process,
    /// The listening sockets.
    Listener,
    /// The one who grants rates.
    RateLimiter,
}

/// Whom an injection is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// The peers that the command selects.
    Peers,
    /// The process of this name.
    Process(String),
    /// The processes that may command the peers which the command selects.
    Helpers,
    /// Every listening socket.
    Listener,
    /// The one who grants rates.
    RateLimiter,
}

impl On {
    const fn victim(&self) -> Victim {
        match self {
            Self::Peers => Victim::Peer,
            Self::Process(_) | Self::Helpers => Victim::Process,
            Self::Listener => Victim::Listener,
            Self::RateLimiter => Victim::RateLimiter,
        }
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peers => f.write_str("peers"),
            Self::Process(name) => write!(f, "process {name}"),
            Self::Helpers => f.write_str("helpers"),
            Self::Listener => f.write_str("listener"),
            Self::RateLimiter => f.write_str("rate-limiter"),
        }
    }
}

/// What `fault inject` asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Injection {
    /// For whom.
    pub on: On,
    /// What, not begun.
    pub armed: Armed,
}

/// Reads whom a fault is for unless that is peers, its name, its own words, its trigger, and nothing after that.
///
/// # Errors
/// Names the word that does not belong, and what was expected in its place.
pub fn parse(words: &mut Words<'_>) -> Result<Injection, WordError> {
    let on = parse_on(words)?;
    let name = words.expect("the name of a fault")?;
    let kind = find(name)?;
    let on = on.map_or_else(|| usual(kind, name), |on| suits(on, kind, name))?;
    let fault = kind.parse(words)?;
    let trigger = Trigger::parse(words, kind.end())?;
    Ok(Injection { on, armed: Armed::new(fault, trigger) })
}

fn parse_on(words: &mut Words<'_>) -> Result<Option<On>, WordError> {
    if words.keyword("process") {
        let name = words.expect("the name of a process")?;
        return Ok(Some(On::Process(name.text.to_owned())));
    }
    if words.keyword("listener") {
        return Ok(Some(On::Listener));
    }
    Ok(words.keyword("rate-limiter").then_some(On::RateLimiter))
}

/// Whom a fault is for when nothing is said of it: peers, their helpers, or the only one it can be for.
fn usual(kind: &dyn Kind, name: Word<'_>) -> Result<On, WordError> {
    match kind.victims() {
        [Victim::Process] => Ok(On::Helpers),
        [Victim::RateLimiter] => Ok(On::RateLimiter),
        _ => suits(On::Peers, kind, name),
    }
}

fn suits(on: On, kind: &dyn Kind, name: Word<'_>) -> Result<On, WordError> {
    if kind.victims().contains(&on.victim()) {
        return Ok(on);
    }
    Err(WordError::new(name, format!("{} cannot be for {on}", kind.name())))
}

fn find(name: Word<'_>) -> Result<&'static dyn Kind, WordError> {
    let found = FAULTS.iter().find(|kind| kind.name() == name.text).copied();
    found.ok_or_else(|| {
        let names = FAULTS.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        WordError::new(name, format!("\"{}\" is not a fault; there is {names}", name.text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<String, (usize, String)> {
        let injection = parse(&mut Words::new(line));
        let told = injection.map(|injection| format!("{}: {}", injection.on, injection.armed));
        told.map_err(|error| (error.column, error.message))
    }

    #[test]
    fn faults_read_back() {
        assert_eq!(parsed("panic"), Ok("peers: panic now times 1".into()));
        assert_eq!(parsed("panic after 10 frames"), Ok("peers: panic after 10 frames times 1".into()));
        assert_eq!(parsed("process watcher hang 1s"), Ok("process watcher: hang 1s now times 1".into()));
        assert_eq!(parsed("listener stop for 2s"), Ok("listener: stop now for 2s".into()));
        assert_eq!(parsed("kill-helper"), Ok("helpers: kill-helper now times 1".into()));
        assert_eq!(parsed("deny-grants"), Ok("rate-limiter: deny-grants now for 5s".into()));
    }

    #[test]
    fn errors_name_the_word() {
        assert_eq!(parsed(""), Err((1, "the name of a fault is missing".into())));
        let Err((1, message)) = parsed("flood") else { panic!() };
        assert!(message.starts_with("\"flood\" is not a fault; there is corrupt-marker, "), "{message}");
        assert_eq!(parsed("panic in TROUBLE").map_err(|error| error.0), Err(10));
        assert!(parsed("panic now please").is_err());
    }

    #[test]
    fn a_fault_is_for_those_who_can_have_it() {
        assert_eq!(parsed("listener mute"), Err((10, "mute cannot be for listener".into())));
        assert_eq!(parsed("process"), Err((8, "the name of a process is missing".into())));
    }
}
