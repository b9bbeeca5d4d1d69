//! Every option in one table: its default, its type, what it is for, and where it goes in [`Env`].

use std::{net::IpAddr, str::FromStr};

use super::{Env, ours};
use crate::{error::Error, model::Encoder};

/// One option.
#[derive(Debug)]
pub struct Variable {
    /// Its section and its name there, a dot between them.
    pub name: &'static str,
    /// Its value when nothing sets it.
    pub default: &'static str,
    /// What its value is.
    pub kind: VariableKind,
    /// What it is for, one line.
    pub doc: &'static str,
    set: Set,
}

/// How a value gets into [`Env`].
#[derive(Debug)]
enum Set {
    Flag(fn(&mut Env, bool)),
    Text(fn(&mut Env, String)),
    Parsed(fn(&mut Env, &str) -> Option<()>),
}

/// The type of an option, which says how it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// True for `1 yes on enable true` in any case, false for everything else.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// Octal digits.
    Umask,
    /// A user of the system; whether it exists is found out when it is needed.
    User,
    /// Addresses, blanks between them.
    Addresses,
    /// A level of logging.
    Level,
    /// One of a few words.
    Word,
    /// Text.
    Text,
    /// One of ours: true or false, in the words of configurations.
    Switch,
    /// One of ours: one of these words, in any case.
    Choice(&'static [&'static str]),
    /// One of ours: names of quirks.
    Quirks,
    /// One of ours: how often a child may be restarted, and how soon.
    Policy,
}

impl VariableKind {
    /// What a value has to be.
    pub fn expects(self) -> String {
        match self {
            Self::Boolean | Self::Switch => "true or false".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Float => "a number".to_owned(),
            Self::Umask => "octal digits".to_owned(),
            Self::User => "the name of a user".to_owned(),
            Self::Addresses => "addresses".to_owned(),
            Self::Level => format!("one of {}", LEVELS.join(", ")),
            Self::Word | Self::Text => "text".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Quirks => {
                let names: Vec<_> = wire::Quirk::ALL.iter().map(|(_, name)| *name).collect();
                format!("exabgp for all, or some of {}", names.join(", "))
            }
            Self::Policy => {
                "some of first TIME, max TIME, jitter PERCENT, intensity NUMBER, window TIME, quarantine TIME, \
                             where a TIME is such as 500ms, 30s or 5m"
                    .to_owned()
            }
        }
    }
}

impl Variable {
    /// Stores the value `text`.
    pub(super) fn read(&self, env: &mut Env, text: &str) -> Result<(), Error> {
        match self.set {
            Set::Flag(set) => set(env, boolean(text.trim())),
            Set::Text(set) => set(env, text.to_owned()),
            Set::Parsed(set) => {
                return set(env, text.trim()).ok_or_else(|| self.refused(text));
            }
        }
        Ok(())
    }

    fn refused(&self, text: &str) -> Error {
        if self.is_ours() {
            return Error::bare(format!("{}: \"{text}\" is given, expected {}", self.variable(), self.kind.expects()));
        }
        Error::bare(format!("invalid value for {} : {text}", self.name))
    }

    /// Whether ExaBGP has no such option.
    pub fn is_ours(&self) -> bool {
        self.section() == ours::SECTION
    }

    /// Its name as a variable of a process: `exabgp_tcp_port`, or `exactix_faults`, which may be in capitals.
    pub fn variable(&self) -> String {
        format!("{}{}", if self.is_ours() { "" } else { "exabgp_" }, self.name.replace('.', "_"))
    }

    /// The same as ExaBGP says it: `exabgp.tcp.port`, or `exactix.faults`.
    pub fn dotted(&self) -> String {
        format!("{}{}", if self.is_ours() { "" } else { "exabgp." }, self.name)
    }

    /// The section it is in.
    pub fn section(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(section, _)| section)
    }

    /// Its name in that section.
    pub fn option(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(_, option)| option)
    }

    /// Whether `exabgp env` passes over it.
    pub fn is_hidden(&self) -> bool {
        self.section() == "debug"
    }
}

/// The options, section by section, in ExaBGP's order; ours behind them.
pub static OPTIONS: &[Variable] = &[
    flag("profile.enable", "false", "profile the run", |_, _| ()),
    text("profile.file", "", "where the profile goes", |_, _| ()),
    flag("pdb.enable", "false", "accepted for compatibility, without effect", |_, _| ()),
    text("daemon.pid", "", "where to save the pid", |e, v| e.daemon.pid = v),
    row("daemon.user", "nobody", VariableKind::User, "user to run as", |e, v| store(&mut e.daemon.user, v)),
    flag("daemon.daemonize", "false", "run in the background", |e, v| e.daemon.daemonize = v),
    flag("daemon.drop", "true", "drop privileges before starting helpers", |e, v| e.daemon.drop = v),
    row("daemon.umask", "0137", VariableKind::Umask, "umask of files and helpers", |e, v| {
        let digits = v.strip_prefix("0o").unwrap_or(v);
        e.daemon.umask = u32::from_str_radix(digits, 8).ok().filter(|mask| *mask <= 0o777)?;
        Some(())
    }),
    flag("log.enable", "true", "log at all", |e, v| e.log.enable = v),
    row("log.level", "INFO", VariableKind::Level, "log messages of at least this level", |e, v| {
        let level = v.to_ascii_uppercase();
        e.log.level = LEVELS.contains(&level.as_str()).then_some(level)?;
        Some(())
    }),
    text("log.destination", "stdout", "where log lines go: stdout, stderr, syslog, host:, a file", |e, v| {
        e.log.destination = v;
    }),
    flag("log.all", "false", "log every category", |e, v| e.log.all = v),
    flag("log.configuration", "true", "log the reading of the configuration", |e, v| e.log.configuration = v),
    flag("log.reactor", "true", "log signals and reloads", |e, v| e.log.reactor = v),
    flag("log.daemon", "true", "log pid, fork and privileges", |e, v| e.log.daemon = v),
    flag("log.processes", "true", "log helpers", |e, v| e.log.processes = v),
    flag("log.network", "true", "log TCP", |e, v| e.log.network = v),
    flag("log.statistics", "true", "log counters", |e, v| e.log.statistics = v),
    flag("log.packets", "false", "log messages in hexadecimal", |e, v| e.log.packets = v),
    flag("log.rib", "false", "log changes of the RIBs", |e, v| e.log.rib = v),
    flag("log.message", "false", "log messages and announcements on reload", |e, v| e.log.message = v),
    flag("log.timers", "false", "log hold and keepalive timers", |e, v| e.log.timers = v),
    flag("log.routes", "false", "log received routes", |e, v| e.log.routes = v),
    flag("log.parser", "false", "log the decoding of messages", |e, v| e.log.parser = v),
    flag("log.short", "true", "short log lines", |e, v| e.log.short = v),
    flag("tcp.once", "false", "one connection attempt only (deprecated, use tcp.attempts)", |_, _| ()),
    row("tcp.attempts", "0", VariableKind::Integer, "connection attempts for each neighbor, 0 for no limit", |e, v| {
        store(&mut e.tcp.attempts, v)
    }),
    row("tcp.delay", "0", VariableKind::Integer, "announce when the minute is a multiple of this", |e, v| {
        store(&mut e.tcp.delay, v)
    }),
    row("tcp.bind", "", VariableKind::Addresses, "addresses to listen on, none for no listener", |e, v| {
        let list: Result<Vec<IpAddr>, _> = v.split_whitespace().map(str::parse).collect();
        e.tcp.bind = list.ok()?;
        Some(())
    }),
    row("tcp.port", "179", VariableKind::Integer, "port to listen on", |e, v| store(&mut e.tcp.port, v)),
    flag("tcp.acl", "false", "accepted for compatibility, without effect", |e, v| e.tcp.acl = v),
    flag("bgp.passive", "false", "every neighbor is passive", |e, v| e.bgp.passive = v),
    row("bgp.openwait", "60", VariableKind::Integer, "seconds to wait for the OPEN", |e, v| {
        store(&mut e.bgp.openwait, v)
    }),
    flag("bgp.paths_limit_audit", "true", "warn when a neighbor exceeds our PATHS-LIMIT", |e, v| {
        e.bgp.paths_limit_audit = v;
    }),
    flag("cache.attributes", "true", "accepted for compatibility, without effect", |_, _| ()),
    flag("cache.nexthops", "true", "accepted for compatibility, without effect", |_, _| ()),
    flag("api.ack", "true", "answer commands with done or error", |e, v| e.api.ack = v),
    row("api.chunk", "1", VariableKind::Integer, "lines written at a time for show commands", |e, v| {
        store(&mut e.api.chunk, v)
    }),
    row("api.encoder", "json", VariableKind::Word, "encoder of helpers that do not say: text or json", |e, v| {
        e.api.encoder = Encoder::from_name(v)?;
        Some(())
    }),
    flag("api.compact", "false", "shorter JSON for unicast prefixes", |e, v| e.api.compact = v),
    flag("api.respawn", "true", "restart helpers that ended", |e, v| e.api.respawn = v),
    flag("api.terminate", "false", "stop when a helper ends", |e, v| e.api.terminate = v),
    flag("api.cli", "true", "offer the control channel", |e, v| e.api.cli = v),
    text("api.pipename", "exabgp", "base name of the control pipes", |e, v| e.api.pipename = v),
    row("api.show-routes-format", "v1", VariableKind::Word, "shape of show adj-rib: v1 or v2", |e, v| {
        e.api.show_routes_v2 = v == "v2";
        matches!(v, "v1" | "v2").then_some(())
    }),
    row("api.version", "4", VariableKind::Integer, "grammar of commands: 4 or 6", |e, v| {
        e.api.version = v.parse().ok().filter(|version| matches!(version, 4 | 6))?;
        Some(())
    }),
    text("api.socketname", "exabgp", "base name of the control socket", |e, v| e.api.socketname = v),
    row("reactor.speed", "1.0", VariableKind::Float, "accepted for compatibility, without effect", |e, v| {
        store(&mut e.debug.speed, v)
    }),
    flag("debug.pdb", "false", "accepted for compatibility, without effect", |_, _| ()),
    flag("debug.memory", "false", "accepted for compatibility, without effect", |_, _| ()),
    flag("debug.configuration", "false", "accepted for compatibility, without effect", |_, _| ()),
    flag("debug.selfcheck", "false", "check each route read against what it encodes to", |e, v| e.debug.selfcheck = v),
    text("debug.route", "", "a route to decode", |e, v| e.debug.route = v),
    flag("debug.defensive", "false", "accepted for compatibility, without effect", |_, _| ()),
    flag("debug.rotate", "false", "move to the next configuration file at each reload", |e, v| e.debug.rotate = v),
    flag("debug.timing", "false", "accepted for compatibility, without effect", |_, _| ()),
    row(
        "exactix.quirks",
        "",
        VariableKind::Quirks,
        "where the bytes of ExaBGP are wanted in place of the RFC's",
        ours::quirks,
    ),
    row("exactix.faults", "false", VariableKind::Switch, "whether helpers may inject faults", |e, v| {
        ours::switch(&mut e.exactix.faults, v)
    }),
    row("exactix.log_json", "false", VariableKind::Switch, "write the log as one JSON object a line", |e, v| {
        ours::switch(&mut e.exactix.log_json, v)
    }),
    row("exactix.head_start", "0", VariableKind::Integer, "milliseconds helpers start before sessions", |e, v| {
        store(&mut e.exactix.head_start, v)
    }),
    row("exactix.signals_hup", "Form", HUP, "what SIGHUP does; Form stops under a .conf, reloads under RON", ours::hup),
    row("exactix.restart_peer", PEER, VariableKind::Policy, "how sessions are restarted", |e, v| {
        ours::policy(&mut e.exactix.restart.peer, v)
    }),
    row("exactix.restart_rib", RIB, VariableKind::Policy, "how the routes of a neighbor are restarted", |e, v| {
        ours::policy(&mut e.exactix.restart.rib, v)
    }),
    row("exactix.restart_process", PROCESS, VariableKind::Policy, "how helpers are restarted", |e, v| {
        ours::policy(&mut e.exactix.restart.process, v)
    }),
    row("exactix.restart_listener", LISTENER, VariableKind::Policy, "how listening sockets are restarted", |e, v| {
        ours::policy(&mut e.exactix.restart.listener, v)
    }),
    row("exactix.restart_rate_limiter", SERVICE, VariableKind::Policy, "how who grants rates is restarted", |e, v| {
        ours::policy(&mut e.exactix.restart.rate_limiter, v)
    }),
    row("exactix.restart_service", SERVICE, VariableKind::Policy, "how who waits for signals is restarted", |e, v| {
        ours::policy(&mut e.exactix.restart.service, v)
    }),
    row("exactix.restart_on_exceed", "Quarantine", EXCEED, "what a helper means that ends too often", ours::on_exceed),
];

const HUP: VariableKind = VariableKind::Choice(&["Form", "Stop", "Reload"]);
const EXCEED: VariableKind = VariableKind::Choice(&["Quarantine", "StopDaemon"]);
// A test compares these with the numbers of supervision.
const PEER: &str = "first 100ms max 30s jitter 20 intensity 5 window 60s quarantine 300s";
const RIB: &str = "first 100ms max 100ms jitter 20 intensity 3 window 60s quarantine 300s";
const PROCESS: &str = "first 0s max 0s jitter 20 intensity 5 window 64s quarantine 300s";
const LISTENER: &str = "first 500ms max 10s jitter 20 intensity 10 window 60s quarantine 300s";
const SERVICE: &str = "first 0s max 0s jitter 20 intensity 5 window 60s quarantine 300s";

const fn flag(name: &'static str, default: &'static str, doc: &'static str, set: fn(&mut Env, bool)) -> Variable {
    Variable { name, default, kind: VariableKind::Boolean, doc, set: Set::Flag(set) }
}

const fn text(name: &'static str, default: &'static str, doc: &'static str, set: fn(&mut Env, String)) -> Variable {
    Variable { name, default, kind: VariableKind::Text, doc, set: Set::Text(set) }
}

const fn row(
    name: &'static str,
    default: &'static str,
    kind: VariableKind,
    doc: &'static str,
    set: fn(&mut Env, &str) -> Option<()>,
) -> Variable {
    Variable { name, default, kind, doc, set: Set::Parsed(set) }
}

/// Whether the text of a boolean option means yes.
pub(super) fn boolean(text: &str) -> bool {
    ["1", "yes", "on", "enable", "true"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
}

fn store<T: FromStr>(slot: &mut T, text: &str) -> Option<()> {
    *slot = text.parse().ok()?;
    Some(())
}

const LEVELS: [&str; 7] = ["FATAL", "CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "NOTSET"];
