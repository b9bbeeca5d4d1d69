//! The environment: what ExaBGP takes from variables and its `exabgp.env` rather than from the configuration.

mod ours;
mod shown;
mod sources;
mod table;

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

pub use ours::ExactixEnv;
pub use shown::{Which, explained};
pub use table::{OPTIONS, Variable, VariableKind};

use crate::{error::Error, model::Encoder};
use sources::Sources;

/// Every option, typed, and the few variables that are not options.
#[derive(Debug, Clone, PartialEq)]
pub struct Env {
    /// `tcp.*`
    pub tcp: TcpEnv,
    /// `api.*`
    pub api: ApiEnv,
    /// `log.*`
    pub log: LogEnv,
    /// `daemon.*`
    pub daemon: DaemonEnv,
    /// `bgp.*`
    pub bgp: BgpEnv,
    /// `debug.*`, `pdb.*`, `profile.*`, `cache.*` and `reactor.*`
    pub debug: DebugEnv,
    /// `exactix_*`, what ExaBGP has no option for.
    pub exactix: ExactixEnv,
    /// `exabgp_version`: the version to report in place of ours.
    pub version: Option<String>,
    /// Where programs are looked up.
    pub lookup: Lookup,
    /// The options as written, in the order of [`OPTIONS`].
    values: Vec<String>,
}

/// Sockets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TcpEnv {
    /// Port to listen on.
    pub port: u16,
    /// The port was given as an environment variable, which makes it the port to connect to as well.
    pub port_set: bool,
    /// Addresses to listen on.
    pub bind: Vec<IpAddr>,
    /// Connection attempts for each neighbor, 0 for no limit.
    pub attempts: u32,
    /// Announce only when the minute is a multiple of this.
    pub delay: u32,
    /// Never used by ExaBGP either.
    pub acl: bool,
}

impl TcpEnv {
    /// The port to connect to for a neighbor that does not say.
    pub fn connect(&self) -> u16 {
        if self.port_set { self.port } else { 179 }
    }
}

/// Helpers and the control channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiEnv {
    /// Answer commands with `done` or `error`.
    pub ack: bool,
    /// Lines written at a time for `show` commands.
    pub chunk: u32,
    /// The encoder of helpers that do not say.
    pub encoder: Encoder,
    /// Shorter JSON for unicast prefixes.
    pub compact: bool,
    /// Restart helpers that ended.
    pub respawn: bool,
    /// End the daemon when a helper ends.
    pub terminate: bool,
    /// Offer the control channel.
    pub cli: bool,
    /// Base name of the control pipes.
    pub pipename: String,
    /// Base name of the control socket.
    pub socketname: String,
    /// The second shape of `show adj-rib`.
    pub show_routes_v2: bool,
    /// The grammar of commands: 4 or 6.
    pub version: u8,
    /// Clients of the control socket at a time.
    pub max_clients: u16,
}

/// What is logged, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogEnv {
    /// Log at all.
    pub enable: bool,
    /// The least level, upper case.
    pub level: String,
    /// `stdout`, `stderr`, `syslog`, a file, a host.
    pub destination: String,
    /// Short lines.
    pub short: bool,
    /// Every category.
    pub all: bool,
    /// Reading the configuration.
    pub configuration: bool,
    /// Signals and reloads.
    pub reactor: bool,
    /// Pid, fork, privileges.
    pub daemon: bool,
    /// Helpers.
    pub processes: bool,
    /// TCP.
    pub network: bool,
    /// Counters.
    pub statistics: bool,
    /// Messages in hexadecimal.
    pub packets: bool,
    /// Changes of the RIBs.
    pub rib: bool,
    /// Messages.
    pub message: bool,
    /// HoldTimer and KeepaliveTimer.
    pub timers: bool,
    /// Routes received.
    pub routes: bool,
    /// Decoding of messages.
    pub parser: bool,
}

/// The process as the system sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DaemonEnv {
    /// File for the process id; empty for none.
    pub pid: String,
    /// User to become when started as root.
    pub user: String,
    /// Detach.
    pub daemonize: bool,
    /// Become that user before the helpers are started.
    pub drop: bool,
    /// The umask.
    pub umask: u32,
}

/// Sessions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BgpEnv {
    /// Every neighbor is passive.
    pub passive: bool,
    /// Seconds to wait for the OPEN.
    pub openwait: u32,
    /// Warn about neighbors that exceed our PATHS-LIMIT.
    pub paths_limit_audit: bool,
}

/// Switches for developers. Most are accepted and do nothing here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DebugEnv {
    /// Move to the next configuration file at each reload.
    pub rotate: bool,
    /// Check every route read against what it encodes to.
    pub selfcheck: bool,
    /// A route to decode.
    pub route: String,
    /// `reactor.speed`
    pub speed: f64,
}

/// Where programs are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lookup {
    /// `PATH`
    pub path: Vec<PathBuf>,
    /// `PWD`
    pub working_directory: PathBuf,
    /// `EXABGP_ETC`
    pub etc: Option<PathBuf>,
}

impl Env {
    /// Reads the variables of a process and, below them, an env file if there is one.
    ///
    /// # Errors
    /// When an option has a value that it cannot have, or the file cannot be read.
    pub fn from_process(variables: impl Iterator<Item = (String, String)>, file: Option<&Path>) -> Result<Self, Error> {
        let text = match file.map(std::fs::read).transpose() {
            Ok(text) => text.unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Error::bare(format!("cannot read the env file: {error}"))),
        };
        Self::from_sources(&Sources::new(variables, &String::from_utf8_lossy(&text)))
    }

    /// The value of an option such as `tcp.port` as written, for `exabgp env`.
    pub fn value(&self, name: &str) -> Option<&str> {
        let index = OPTIONS.iter().position(|row| row.name == name)?;
        self.values.get(index).map(String::as_str)
    }

    fn from_sources(sources: &Sources) -> Result<Self, Error> {
        let known: Vec<String> = OPTIONS.iter().filter(|row| row.is_ours()).map(Variable::variable).collect();
        if let Some(error) = ours::unknown(sources.names(), &known) {
            return Err(error);
        }
        let mut env = Self::empty();
        for row in OPTIONS {
            let text = sources.option(row).unwrap_or(row.default);
            row.read(&mut env, text)?;
            env.values.push(text.to_owned());
        }
        if let Some(attempts) = sources.variable("tcp", "connections") {
            let row = OPTIONS.iter().find(|row| row.name == "tcp.attempts");
            row.map_or(Ok(()), |row| row.read(&mut env, attempts))?;
        }
        if env.value("tcp.once").is_some_and(table::boolean) {
            env.tcp.attempts = 1;
        }
        env.api.max_clients = clients(sources)?;
        env.tcp.port_set = sources.variable("tcp", "port").is_some();
        env.version = sources.named("exabgp_version").map(str::to_owned);
        env.lookup = sources.lookup();
        Ok(env)
    }

    fn empty() -> Self {
        Self {
            tcp: TcpEnv::default(),
            api: ApiEnv::default(),
            log: LogEnv::default(),
            daemon: DaemonEnv::default(),
            bgp: BgpEnv::default(),
            debug: DebugEnv::default(),
            exactix: ExactixEnv::default(),
            version: None,
            lookup: Lookup::default(),
            values: Vec::with_capacity(OPTIONS.len()),
        }
    }
}

/// Clients at a time, where nobody says otherwise.
const CLIENTS: u16 = 64;

/// What ExaBGP reads beside its options, and `exabgp env` does not show.
fn clients(sources: &Sources) -> Result<u16, Error> {
    let Some(text) = sources.variable("api", "max_clients") else { return Ok(CLIENTS) };
    let number = text.trim().parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Error::bare(format!("invalid value for api.max_clients : {text}")))
}

/// The built-in defaults.
impl Default for Env {
    fn default() -> Self {
        Self::from_sources(&Sources::default()).unwrap_or_else(|_| Self::empty())
    }
}

#[cfg(test)]
mod tests;
