//! Log lines as ExaBGP writes them, so that what reads its log reads ours: the category, then what happened. Or as JSON.

use std::{
    fmt::{self, Write as _},
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use slog::{Drain, KV, Key, Level, Never, OwnedKVList, Record, Serializer};

use super::{destination::Sink, filter::source};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// The category, and what happened.
    Short,
    /// The same, for a terminal: the category has the colour of the level.
    Coloured,
    /// Before that the time of day (UTC) and the number of the process.
    Long,
    /// An object.
    Json,
}

/// Writes lines.
pub(super) struct Lines {
    sink: Mutex<Box<dyn Sink>>,
    layout: Layout,
}

impl Lines {
    /// Writes them like this.
    pub(super) const fn new(sink: Box<dyn Sink>, layout: Layout) -> Self {
        Self { sink: Mutex::new(sink), layout }
    }

    fn line(&self, record: &Record<'_>, values: &OwnedKVList) -> String {
        if self.layout == Layout::Json {
            return json(record, values);
        }
        let mut line = String::with_capacity(160);
        self.head(&mut line, record.level(), &source(record, values));
        if record.level() <= Level::Warning {
            line.push_str(record.level().as_str());
            line.push_str(": ");
        }
        let _ = write!(line, "{}", record.msg());
        let mut pairs = Pairs(&mut line);
        let _ = values.serialize(record, &mut pairs);
        let _ = record.kv().serialize(record, &mut pairs);
        line.push('\n');
        line
    }

    fn head(&self, line: &mut String, level: Level, source: &str) {
        if self.layout == Layout::Long {
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()) % 86_400;
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let _ = write!(line, "{hours:02}:{minutes:02}:{seconds:02} {:<6} ", std::process::id());
        }
        let _ = match self.layout {
            // Whatever else stands on the line of the terminal, such as ^C, is written over.
            Layout::Coloured => write!(line, "\r\x1b[{}m{source:<15}\x1b[0m ", colour(level)),
            _ => write!(line, "{source:<15} "),
        };
    }
}

/// ECMA-48 section 8.3.117.
const fn colour(level: Level) -> &'static str {
    match level {
        Level::Critical => "1;31",
        Level::Error => "31",
        Level::Warning => "33",
        Level::Info => "32",
        Level::Debug | Level::Trace => "34",
    }
}

fn json(record: &Record<'_>, values: &OwnedKVList) -> String {
    let mut line = Vec::with_capacity(256);
    // An object that cannot be written is left out, as if it were lost on its way.
    let _ = slog_json::Json::default(&mut line).log(record, values);
    String::from_utf8_lossy(&line).into_owned()
}

impl Drain for Lines {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), Never> {
        let line = self.line(record, values);
        if let Ok(mut sink) = self.sink.lock() {
            sink.take(record.level(), line.as_bytes());
        }
        Ok(())
    }
}

/// Appends ` key=value`.
struct Pairs<'a>(&'a mut String);

impl Serializer for Pairs<'_> {
    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments<'_>) -> slog::Result {
        if key == "source" {
            return Ok(());
        }
        let text = value.to_string();
        let plain = !text.is_empty() && text.chars().all(|character| character.is_ascii_graphic() && character != '"');
        if plain {
            write!(self.0, " {key}={text}")?;
        } else {
            // Whatever a peer or helper said stays on one line.
            write!(self.0, " {key}={text:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use slog::{Logger, info, o, warn};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Sink for Shared {
        fn take(&mut self, _: Level, line: &[u8]) {
            self.0.lock().unwrap().extend_from_slice(line);
        }
    }

    /// What is written in this layout.
    fn written(layout: Layout) -> String {
        let shared = Shared::default();
        let lines = Lines::new(Box::new(shared.clone()), layout);
        let log = Logger::root(lines.fuse(), o!("source" => "reactor", "peer" => "10.0.0.1"));
        info!(log, "session down"; "reason" => "a\nb");
        warn!(log, "x"; "source" => "network");
        String::from_utf8(shared.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn short_lines() {
        let expected =
            "reactor         session down peer=10.0.0.1 reason=\"a\\nb\"\nnetwork         WARNING: x peer=10.0.0.1\n";
        assert_eq!(written(Layout::Short), expected);
    }

    #[test]
    fn lines_of_a_terminal() {
        let text = written(Layout::Coloured);
        assert!(text.starts_with("\r\x1b[32mreactor        \x1b[0m session down "), "{text:?}");
        assert!(text.contains("\n\r\x1b[33mnetwork        \x1b[0m WARNING: x "), "{text:?}");
    }

    #[test]
    fn long_lines() {
        let text = written(Layout::Long);
        let (time, rest) = text.split_at(9);
        assert!(time.bytes().zip(*b"00:00:00 ").all(|(byte, like)| byte == like || byte.is_ascii_digit()), "{time}");
        assert!(rest.starts_with(&format!("{:<6} reactor         session down ", std::process::id())), "{rest}");
    }

    #[test]
    fn objects() {
        let text = written(Layout::Json);
        let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((&first["msg"], &first["peer"]), (&"session down".into(), &"10.0.0.1".into()));
        assert_eq!((text.lines().count(), &first["reason"]), (2, &"a\nb".into()));
    }
}
