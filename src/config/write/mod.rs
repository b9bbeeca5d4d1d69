//! Writes a configuration in either form, so that reading it gives the same model again.
//!
//! Only what differs from the defaults of the form is written. A setting that a form has no words for is left out
//! with a sentence when it belongs to the daemon as a whole; in a neighbor or a process it is an error.

mod exabgp;
mod plan;
mod ron;
mod routes;
mod settings;

use std::fmt;

use wire::Quirks;

use crate::{
    model::{Config, Form, Signals},
    restart::Restart,
};

/// A configuration in one of the forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text of the file.
    pub text: String,
    /// What the form has no words for, a sentence each.
    pub left_out: Vec<String>,
}

/// Something a form has no words for, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsayable(String);

impl fmt::Display for Unsayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsayable {}

/// Writes the configuration in `form`.
///
/// # Errors
/// When a neighbor or a process has something the form has no words for.
pub fn write(config: &Config, form: Form) -> Result<Written, Unsayable> {
    match form {
        Form::Ron => Ok(Written { text: ron::text(config)?, left_out: Vec::new() }),
        Form::Exabgp => Ok(Written { text: exabgp::text(config)?, left_out: left_out(config) }),
    }
}

/// What both of two configurations are to their sessions and helpers: all but the form and the warnings. Where they
/// differ, the sentence names it.
pub fn difference(written: &Config, read: &Config) -> Option<String> {
    if written.processes != read.processes {
        return Some("the processes differ".to_owned());
    }
    if written.neighbors.len() != read.neighbors.len() {
        return Some(format!("{} neighbors became {}", written.neighbors.len(), read.neighbors.len()));
    }
    let mut pairs = written.neighbors.iter().zip(&read.neighbors);
    pairs.find(|(one, other)| one != other).map(|(one, _)| format!("{one} differs"))
}

/// What a `.conf` cannot say of the daemon.
fn left_out(config: &Config) -> Vec<String> {
    let mut left_out = Vec::new();
    let mut cannot = |what: &str| left_out.push(format!("a .conf cannot say {what}"));
    if config.restart != Restart::default() {
        cannot("restart: the default numbers of supervision are used");
    }
    if config.faults {
        cannot("faults: none can be injected");
    }
    if config.quirks != Quirks::NONE {
        let names = config.quirks.names().collect::<Vec<_>>().join(",");
        cannot(&format!("quirks: set exactix_quirks={names} in the environment"));
    }
    if config.signals != Form::Exabgp.signals() {
        let Signals { hup } = config.signals;
        cannot(&format!("signals: SIGHUP, which is set to {hup:?}, ends the daemon"));
    }
    left_out
}

#[cfg(test)]
mod tests;
