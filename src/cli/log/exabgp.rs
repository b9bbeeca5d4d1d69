//! Log lines as ExaBGP writes them, so that what reads its log reads ours: the category, then what happened.

use std::{
    fmt::{self, Write as _},
    io::Write,
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

use slog::{Drain, KV, Key, Level, Never, OwnedKVList, Record, Serializer};

use super::filter::source;

/// Writes lines.
pub(super) struct Lines<W> {
    writer: Mutex<W>,
    short: bool,
}

impl<W: Write> Lines<W> {
    /// Short lines have no time and no process number.
    pub(super) const fn new(writer: W, short: bool) -> Self {
        Self { writer: Mutex::new(writer), short }
    }

    fn line(&self, record: &Record<'_>, values: &OwnedKVList) -> String {
        let mut line = String::with_capacity(160);
        if !self.short {
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()) % 86_400;
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let _ = write!(line, "{hours:02}:{minutes:02}:{seconds:02} {:<6} ", std::process::id());
        }
        let _ = write!(line, "{:<15} ", source(record, values));
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
}

impl<W: Write> Drain for Lines<W> {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), Never> {
        let line = self.line(record, values);
        if let Ok(mut writer) = self.writer.lock() {
            // A log that cannot be written to must not end the daemon.
            let _ = writer.write_all(line.as_bytes()).and_then(|()| writer.flush());
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

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn short_lines() {
        let shared = Shared::default();
        let log =
            Logger::root(Lines::new(shared.clone(), true).fuse(), o!("source" => "reactor", "peer" => "10.0.0.1"));
        info!(log, "session down"; "reason" => "a\nb");
        warn!(log, "x"; "source" => "network");
        let text = String::from_utf8(shared.0.lock().unwrap().clone()).unwrap();
        let expected =
            "reactor         session down peer=10.0.0.1 reason=\"a\\nb\"\nnetwork         WARNING: x peer=10.0.0.1\n";
        assert_eq!(text, expected);
    }
}
