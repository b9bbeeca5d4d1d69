//! The conversation of a client with the daemon, over whatever leads there.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead as _, BufReader, ErrorKind, Read, Write},
    os::fd::{AsFd as _, OwnedFd},
    rc::Rc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde_json::Value;

use super::Interrupt;

/// How long the daemon may be silent, as in ExaBGP.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What is said when it hangs up.
const GONE: &str = "the daemon has gone away";

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It was carried out.
    Done,
    /// It was refused.
    Error,
    /// The daemon ends.
    Shutdown,
    /// The daemon has said nothing for as long as it may.
    Silence,
}

/// A conversation with the daemon.
pub(crate) struct Client {
    hear: BufReader<Patient>,
    say: Box<dyn Write + Send>,
    /// What was heard of a line that has not ended.
    partial: Vec<u8>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// One that hears the daemon here, and is heard there.
    pub(super) fn new(hear: OwnedFd, say: Box<dyn Write + Send>) -> Self {
        Self {
            hear: BufReader::new(Patient { file: hear.into(), patience: PATIENCE, interrupt: None }),
            say,
            partial: Vec::new(),
        }
    }

    /// Waits this long for the daemon from now on; `None` is for ever.
    pub(crate) fn wait(&mut self, patience: Option<Duration>) {
        self.hear.get_mut().patience = patience.unwrap_or(Duration::MAX);
    }

    /// Gives up waiting once there is an interrupt.
    pub(crate) fn heed(&mut self, interrupt: Rc<Interrupt>) {
        self.hear.get_mut().interrupt = Some(interrupt);
    }

    /// Whether the daemon has hung up.
    pub(crate) fn is_gone(&self) -> bool {
        let mut waited = [PollFd::new(self.hear.get_ref().file.as_fd(), PollFlags::POLLIN)];
        let happened = poll(&mut waited, PollTimeout::ZERO).is_ok_and(|count| count > 0);
        let [waited] = waited;
        happened && waited.revents().is_some_and(|events| events.intersects(PollFlags::POLLHUP | PollFlags::POLLERR))
    }

    /// Says a line, without waiting for the answer.
    ///
    /// # Errors
    /// When the daemon has gone away.
    pub(crate) fn say(&mut self, line: &str) -> anyhow::Result<()> {
        self.say.write_all(format!("{line}\n").as_bytes()).context("the daemon does not listen")
    }

    /// The next line; none when the daemon is silent for too long.
    ///
    /// # Errors
    /// When the daemon has gone away, or there was an interrupt.
    pub(crate) fn hear(&mut self) -> anyhow::Result<Option<String>> {
        match self.hear.read_until(b'\n', &mut self.partial) {
            Ok(_) if self.partial.ends_with(b"\n") => {
                let line = std::mem::take(&mut self.partial);
                Ok(Some(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned()))
            }
            Ok(_) => bail!(GONE),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => bail!(GONE),
            Err(error) if error.kind() == ErrorKind::TimedOut => Ok(None),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => bail!("given up"),
            Err(error) => Err(error).context("the daemon does not answer"),
        }
    }

    /// Says a line and hands each line of the answer to `heard`.
    ///
    /// # Errors
    /// When the daemon goes away, or `heard` has heard enough.
    pub(crate) fn ask(&mut self, line: &str, mut heard: impl FnMut(&str) -> io::Result<()>) -> anyhow::Result<End> {
        self.say(line)?;
        while let Some(data) = self.hear()? {
            match said(&data) {
                Some(end) => return Ok(end),
                None => heard(&data)?,
            }
        }
        Ok(End::Silence)
    }
}

/// How the answer ends with this line, if it does: in text, or as JSON of ExaBGP 6.
pub(crate) fn said(line: &str) -> Option<End> {
    let word = |word: &str| match word {
        "done" => Some(End::Done),
        "error" => Some(End::Error),
        "shutdown" => Some(End::Shutdown),
        _ => None,
    };
    if !line.starts_with('{') {
        // To the letter: a page of help has the row `shutdown `.
        return word(line);
    }
    // Events and long answers are JSON as well: only a short line is worth a look.
    if line.len() > LONGEST_END || !line.contains("\"answer\"") {
        return None;
    }
    serde_json::from_str::<Value>(line).ok().and_then(|value| word(value.get("answer")?.as_str()?))
}

/// Octets of the longest line that may end an answer.
const LONGEST_END: usize = 4096;

/// A file that is waited on for so long, or until there is an interrupt.
struct Patient {
    file: File,
    patience: Duration,
    interrupt: Option<Rc<Interrupt>>,
}

impl Patient {
    /// Waits until there is something to read.
    fn wait(&self) -> io::Result<()> {
        let timeout = PollTimeout::try_from(self.patience).unwrap_or(PollTimeout::NONE);
        let readable = |file| PollFd::new(file, PollFlags::POLLIN);
        let mut waited = vec![readable(self.file.as_fd())];
        waited.extend(self.interrupt.as_deref().map(|interrupt| readable(interrupt.as_fd())));
        match poll(&mut waited, timeout)? {
            0 => Err(ErrorKind::TimedOut.into()),
            _ if waited.get(1).is_some_and(|interrupt| interrupt.any() == Some(true)) => {
                Err(ErrorKind::ConnectionAborted.into())
            }
            _ => Ok(()),
        }
    }
}

impl Read for Patient {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            self.wait()?;
            match self.file.read(into) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    fn pair() -> (Client, UnixStream) {
        let (near, far) = UnixStream::pair().unwrap();
        let say = near.try_clone().unwrap();
        (Client::new(near.into(), Box::new(say)), far)
    }

    #[test]
    fn ends() {
        for (line, end) in [
            ("done", Some(End::Done)),
            ("error", Some(End::Error)),
            ("shutdown", Some(End::Shutdown)),
            (r#"{ "answer": "done", "message": "command completed" }"#, Some(End::Done)),
            (r#"{"answer": "error", "message": "no"}"#, Some(End::Error)),
            (r#"{"answer": "maybe"}"#, None),
            (r#"{"answer": "#, None),
            ("error: nothing of that name", None),
            ("shutdown ", None),
            ("", None),
        ] {
            assert_eq!(said(line), end, "{line}");
        }
    }

    #[test]
    fn an_answer_has_lines_and_an_end() {
        let (mut client, mut daemon) = pair();
        daemon.write_all(b"one\ntwo\ndone\nthree\ner").unwrap();
        let mut heard = Vec::new();
        let mut ask = |client: &mut Client| {
            client.ask("version", |line| {
                heard.push(line.to_owned());
                Ok(())
            })
        };
        assert_eq!(ask(&mut client).unwrap(), End::Done);
        client.wait(Some(Duration::from_millis(10)));
        assert_eq!(ask(&mut client).unwrap(), End::Silence);
        daemon.write_all(b"ror\n").unwrap();
        assert_eq!(ask(&mut client).unwrap(), End::Error);
        drop(daemon);
        assert!(ask(&mut client).is_err());
        assert_eq!(heard, ["one", "two", "three"]);
    }
}
