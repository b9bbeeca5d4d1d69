//! The log of a health check: standard error and the syslog, in ExaBGP's form.

use std::{
    fmt::{self, Write as _},
    io::{self, Write as _},
    sync::Mutex,
};

use anyhow::anyhow;
use slog::{Drain, KV, Key, Level, Logger, Never, OwnedKVList, Record, Serializer, o};

use super::options::Own;
use crate::log::{Syslog, facility};

/// Where lines go.
struct Lines {
    least: Level,
    console: bool,
    syslog: Option<Mutex<Syslog>>,
    facility: u8,
    tag: String,
}

/// Opens it. A syslog that is not there is done without.
///
/// # Errors
/// When there is no such facility.
pub(super) fn open(own: &Own) -> anyhow::Result<Logger> {
    let name = &own.syslog_facility;
    let facility = facility(name).ok_or_else(|| anyhow!("the syslog has no facility {name}"))?;
    let wanted = !own.no_syslog && !own.debug;
    let syslog = wanted.then(|| Syslog::local("/dev/log").ok()).flatten().map(Mutex::new);
    let least = if own.debug { Level::Debug } else { Level::Info };
    let tag = own.name.as_ref().map_or_else(|| "healthcheck".to_owned(), |name| format!("healthcheck-{name}"));
    Ok(Logger::root(Lines { least, console: !own.silent, syslog, facility, tag }.fuse(), o!()))
}

impl Drain for Lines {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), Never> {
        if record.level().as_usize() > self.least.as_usize() {
            return Ok(());
        }
        let mut line = Line(record.msg().to_string());
        let _ = record.kv().serialize(record, &mut line);
        let _ = values.serialize(record, &mut line);
        if self.console {
            let _ = writeln!(io::stderr().lock(), "{}[healthcheck] {}", name(record.level()), line.0);
        }
        if let Some(mut syslog) = self.syslog.as_ref().and_then(|syslog| syslog.lock().ok()) {
            syslog.log(self.facility, record.level(), &self.tag, line.0.as_bytes());
        }
        Ok(())
    }
}

/// A line that grows by what is said beside its message.
struct Line(String);

impl Serializer for Line {
    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments<'_>) -> slog::Result {
        let value = value.to_string();
        Ok(write!(self.0, " {key}={}", value.escape_debug())?)
    }
}

const fn name(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Info => "INFO",
        Level::Debug | Level::Trace => "DEBUG",
    }
}
