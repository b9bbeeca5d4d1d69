//! Which records are logged: by level, and by the category that the key `source` names.

use std::{collections::HashSet, fmt};

use config::LogEnv;
use slog::{Drain, KV, Key, Level, OwnedKVList, Record, Serializer};

/// Lets records of the wanted levels and categories pass.
#[derive(Debug)]
pub(super) struct Filter<D> {
    level: Level,
    silenced: HashSet<&'static str>,
    drain: D,
}

impl<D> Filter<D> {
    /// The filter that the settings ask for.
    pub(super) fn new(settings: &LogEnv, drain: D) -> Self {
        let categories = [
            ("configuration", settings.configuration),
            ("reactor", settings.reactor),
            ("daemon", settings.daemon),
            ("processes", settings.processes),
            ("network", settings.network),
            ("statistics", settings.statistics),
            ("packets", settings.packets),
            ("rib", settings.rib),
            ("message", settings.message),
            ("timers", settings.timers),
            ("routes", settings.routes),
            ("parser", settings.parser),
        ];
        let silenced = categories.into_iter().filter(|(_, on)| !on && !settings.all).map(|(name, _)| name);
        Self { level: level(&settings.level), silenced: silenced.collect(), drain }
    }
}

/// ExaBGP's names of levels.
fn level(name: &str) -> Level {
    match name {
        "FATAL" | "CRITICAL" => Level::Critical,
        "ERROR" => Level::Error,
        "WARNING" => Level::Warning,
        "DEBUG" => Level::Debug,
        "NOTSET" => Level::Trace,
        _ => Level::Info,
    }
}

impl<D: Drain<Ok = ()>> Drain for Filter<D> {
    type Ok = ();
    type Err = D::Err;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), D::Err> {
        if record.level() > self.level {
            return Ok(());
        }
        // What is serious is told whatever its category.
        let quiet = record.level() > Level::Warning && self.silenced.contains(source(record, values).as_str());
        if quiet { Ok(()) } else { self.drain.log(record, values) }
    }

    fn is_enabled(&self, level: Level) -> bool {
        level <= self.level
    }
}

/// Finds the value of `source`; that of the record is nearer than that of its logger.
#[derive(Debug, Default)]
struct Source(String);

impl Serializer for Source {
    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments<'_>) -> slog::Result {
        if key == "source" && self.0.is_empty() {
            self.0 = value.to_string();
        }
        Ok(())
    }
}

/// The category of a record.
pub(super) fn source(record: &Record<'_>, values: &OwnedKVList) -> String {
    let mut source = Source::default();
    let _ = record.kv().serialize(record, &mut source);
    let _ = values.serialize(record, &mut source);
    source.0
}
