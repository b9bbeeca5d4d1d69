//! Somebody at the control socket of a daemon.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::Path,
};

use super::wait::{eventually, secs};

/// A connection to the control socket; it hangs up when dropped.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Connects, once somebody is there.
    pub(crate) fn connect(socket: &Path) -> Self {
        let stream = eventually(secs(10), "the control socket", || UnixStream::connect(socket).ok());
        stream.set_read_timeout(Some(secs(10))).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// The lines of the answer, the last of which is `done` or `error`.
    pub(crate) fn ask(&mut self, line: &str) -> Vec<String> {
        writeln!(self.stream.get_mut(), "{line}").unwrap();
        let mut lines = Vec::new();
        loop {
            let mut text = String::new();
            let count = self.stream.read_line(&mut text).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert!(count > 0, "{line}: the daemon hung up");
            let text = text.trim_end().to_owned();
            let last = text == "done" || text == "error";
            lines.push(text);
            if last {
                return lines;
            }
        }
    }

    /// The answer without the `done` that ends it.
    pub(crate) fn told(&mut self, line: &str) -> Vec<String> {
        let mut lines = self.ask(line);
        assert_eq!(lines.pop().as_deref(), Some("done"), "{line}: {lines:?}");
        lines
    }

    /// How many lines there are in the answer, however many: none of them is kept.
    pub(crate) fn count(&mut self, line: &str) -> usize {
        writeln!(self.stream.get_mut(), "{line}").unwrap();
        let (mut text, mut count) = (String::new(), 0);
        loop {
            text.clear();
            self.stream.read_line(&mut text).unwrap_or_else(|error| panic!("{line}: {error}"));
            match text.trim_end() {
                "done" => return count,
                "error" | "" => panic!("{line}: {text:?}"),
                _ => count += 1,
            }
        }
    }

    /// Injects a fault, and says its number.
    pub(crate) fn inject(&mut self, command: &str) -> u32 {
        let lines = self.told(command);
        let number = lines.first().and_then(|line| line.strip_prefix("fault ")?.split(':').next()?.parse().ok());
        number.unwrap_or_else(|| panic!("{command}: {lines:?}"))
    }
}
