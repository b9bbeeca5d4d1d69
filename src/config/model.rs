//! A configuration as the daemon uses it, whichever form it was written in.

use std::{sync::Arc, time::Duration};

use wire::Quirks;

use crate::{
    health::HealthCheck,
    neighbor::Neighbor,
    restart::Restart,
    restart::{OnExceed, Policy},
};

/// A whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The helper programs, in the order of the file.
    pub processes: Vec<Process>,
    /// The neighbors, in the order of the file.
    pub neighbors: Vec<Neighbor>,
    /// How children are restarted.
    pub restart: Restart,
    /// Whether faults may be injected.
    pub faults: bool,
    /// What the signals that can be chosen do.
    pub signals: Signals,
    /// Where the reference's bytes are wanted in place of the RFC's: the file's quirks, or those of the environment.
    pub quirks: Quirks,
    /// The form the file is written in.
    pub form: Form,
    /// What was accepted but may not do what its author expects.
    pub warnings: Vec<Warning>,
}

impl Config {
    /// The neighbor of that name.
    pub fn neighbor(&self, name: &str) -> Option<&Neighbor> {
        self.neighbors.iter().find(|neighbor| neighbor.name() == name)
    }

    /// The process of that name.
    pub fn process(&self, name: &str) -> Option<&Process> {
        self.processes.iter().find(|process| process.name == name)
    }
}

/// A helper program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Process {
    /// Its name, unique in a file.
    pub name: String,
    /// The program as found on disk, and its arguments.
    pub run: Vec<String>,
    /// How events are written to it.
    pub encoder: Encoder,
    /// Whether it is started again when it ends.
    pub respawn: bool,
    /// Commands read a second; 0 for no limit.
    pub rate_limit: u32,
    /// It is no program, but this health check, which runs within the daemon.
    pub health: Option<Arc<HealthCheck>>,
    /// What becomes of its routes when it ends.
    pub routes: Fate,
    /// How it is started again, if not as all others are.
    pub restart: Option<Policy>,
    /// What happens when it cannot be kept running, if not what happens with all others.
    pub on_exceed: Option<OnExceed>,
    /// The generation of the API it is spoken with, 4 or 6, if not that of the environment.
    pub api_version: Option<u8>,
}

/// What becomes of the routes of a helper that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fate {
    /// They stay, as in ExaBGP.
    #[default]
    Keep,
    /// Those that nobody has announced again after this time are withdrawn.
    WithdrawAfter(Duration),
    /// They are those of the process of this name from then on, whose own fate holds for them.
    HandOver(String),
}

/// How events are written to a helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoder {
    /// ExaBGP's lines of words.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

impl Encoder {
    /// `text` or `json`, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Text, Self::Json].into_iter().find(|encoder| name.eq_ignore_ascii_case(encoder.name()))
    }

    /// The name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// Signals whose meaning the two forms do not agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signals {
    /// SIGHUP.
    pub hup: Hup,
}

/// What SIGHUP does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hup {
    /// End the daemon, as ExaBGP does.
    Stop,
    /// Read the configuration again, as most daemons do.
    Reload,
}

/// The form a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Our own, in RON.
    Ron,
    /// ExaBGP's sections and statements.
    Exabgp,
}

impl Form {
    /// The meaning of signals unless the file says otherwise.
    pub fn signals(self) -> Signals {
        let hup = if self == Self::Ron { Hup::Reload } else { Hup::Stop };
        Signals { hup }
    }
}

/// Something accepted that deserves a line in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file, as it was named to us.
    pub file: String,
    /// The physical line of the file.
    pub line: usize,
    /// What was met, and what was made of it.
    pub message: String,
}
