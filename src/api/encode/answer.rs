//! Answers to commands: data lines, then `done` or `error`.

use std::fmt::Write as _;

use wire::json::{self, Dialect};

use crate::{ApiError, DaemonOrder, Form};

/// What a helper gets for a command, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Whole lines, each with its line feed.
    pub data: String,
    /// What follows them.
    pub end: End,
}

/// How an answer ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum End {
    /// It goes on in another part.
    More,
    /// The command was carried out.
    #[default]
    Done,
    /// It was not, and why.
    Error(String),
    /// Nothing is said, as to `reset`.
    Silent,
}

impl Answer {
    /// `done`, and nothing else.
    pub fn done() -> Self {
        Self::default()
    }

    /// These lines, then `done`.
    pub fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Self {
        let mut answer = Self::done();
        lines.into_iter().for_each(|line| answer.push(line.as_ref()));
        answer
    }

    /// Data with more to come.
    pub const fn part(data: String) -> Self {
        Self { data, end: End::More }
    }

    /// `error`, and why.
    pub fn error(why: impl Into<String>) -> Self {
        Self { data: String::new(), end: End::Error(why.into()) }
    }

    /// No answer at all.
    pub const fn silent() -> Self {
        Self { data: String::new(), end: End::Silent }
    }

    /// Adds a data line.
    pub fn push(&mut self, line: &str) {
        self.data.push_str(line);
        self.data.push('\n');
    }

    /// Appends the answer to what is written to the helper. Data is written even to one that wants no
    /// acknowledgements; the reason of an error only in the 6.0.0 dialect, for scripts written for the older
    /// one take any other line for an event.
    pub fn write(&self, out: &mut String, dialect: Dialect, ack: bool) {
        out.push_str(&self.data);
        match &self.end {
            End::Done if ack => out.push_str("done\n"),
            End::Error(why) if ack => error(out, dialect, why),
            _ => {}
        }
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        Self::error(error.to_string())
    }
}

fn error(out: &mut String, dialect: Dialect, why: &str) {
    if dialect == Dialect::V6 && !why.is_empty() {
        out.push_str("error: ");
        out.extend(why.chars().map(|character| if matches!(character, ' '..='~') { character } else { '?' }));
        out.push('\n');
    }
    out.push_str("error\n");
}

/// The answer to `version`.
pub fn version(version: &str, form: Form) -> String {
    match form {
        Form::Text => format!("exabgp {version}"),
        Form::Json => object(&[("version", version), ("application", "exabgp")]),
    }
}

/// The answer to `shutdown`, `reload` and `restart`, which happen after it.
pub fn progress(order: DaemonOrder, form: Form) -> String {
    status(&format!("{} in progress", order.name()), form)
}

/// The answer to `reset`. ExaBGP 5 gives none.
pub fn reset(dialect: Dialect, form: Form) -> Answer {
    match dialect {
        Dialect::V5 => Answer::silent(),
        Dialect::V6 => Answer::lines([status("asynchronous queue cleared", form)]),
    }
}

/// The answer to `ping`.
pub fn pong(uuid: &str, form: Form) -> String {
    match form {
        Form::Text => format!("pong {uuid} active=true"),
        Form::Json => {
            let mut out = String::from("{\"pong\": ");
            json::string(&mut out, uuid);
            out + ", \"active\": true}"
        }
    }
}

/// The answer to `api version`, and to `api version <n>`.
pub fn api_version(current: u8, chosen: Option<u8>, form: Form) -> String {
    let description = if current == 4 { "legacy (text/json)" } else { "json-only" };
    match (chosen, form) {
        (Some(chosen), _) => format!(
            "{{\"status\": \"API version set\", \"version\": {chosen}, \"note\": \"effective on next process restart\"}}"
        ),
        (None, Form::Json) => format!("{{\"api_version\": {current}, \"description\": \"{description}\"}}"),
        (None, Form::Text) => format!("API version: {current} ({description})"),
    }
}

/// What waits to be written to a helper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// The helper.
    pub service: String,
    /// Lines.
    pub items: usize,
    /// Their length together.
    pub bytes: usize,
}

/// The lines of the answer to `queue-status`.
pub fn queue_status(backlogs: &[Backlog], form: Form) -> Vec<String> {
    let line = |one: &Backlog| format!("{}: {} items ({} bytes)", one.service, one.items, one.bytes);
    match form {
        Form::Text if backlogs.is_empty() => vec!["no queued messages".to_owned()],
        Form::Text => backlogs.iter().map(line).collect(),
        Form::Json => vec![queue_object(backlogs)],
    }
}

fn queue_object(backlogs: &[Backlog]) -> String {
    let mut out = String::from("{");
    json::separated(&mut out, ", ", backlogs, |out, one| {
        json::string(out, &one.service);
        json::write(out, format_args!(": {{\"items\": {}, \"bytes\": {}}}", one.items, one.bytes));
    });
    out + "}"
}

/// How the daemon is.
#[derive(Debug, Clone, PartialEq)]
pub struct DaemonStatus {
    /// Its version.
    pub version: String,
    /// Chosen at start, so that a client can tell a new daemon from the one it knew.
    pub uuid: String,
    /// Its process.
    pub pid: u32,
    /// Seconds since it started.
    pub uptime: u64,
    /// When it started, in seconds since the epoch.
    pub start_time: f64,
    /// Each peer's name and the name of its state.
    pub peers: Vec<(String, &'static str)>,
}

/// The lines of the answer to `status`.
pub fn daemon_status(status: &DaemonStatus, form: Form) -> Vec<String> {
    match form {
        Form::Json => vec![status_object(status)],
        Form::Text => status_lines(status),
    }
}

fn status_lines(status: &DaemonStatus) -> Vec<String> {
    let (hours, minutes, seconds) = (status.uptime / 3600, status.uptime / 60 % 60, status.uptime % 60);
    let mut lines = vec![
        "ExaBGP Daemon Status".to_owned(),
        "=".repeat(20),
        format!("Version: {}", status.version),
        format!("UUID: {}", status.uuid),
        format!("PID: {}", status.pid),
        format!("Uptime: {hours}h {minutes}m {seconds}s"),
        format!("Peers: {}", status.peers.len()),
    ];
    lines.extend(status.peers.iter().map(|(name, state)| format!("  - {name}: {state}")));
    lines
}

fn status_object(status: &DaemonStatus) -> String {
    let mut out = String::from("{\"version\": ");
    json::string(&mut out, &status.version);
    out.push_str(", \"uuid\": ");
    json::string(&mut out, &status.uuid);
    let start = if status.start_time.is_finite() { status.start_time } else { 0.0 };
    let _ = write!(
        out,
        ", \"pid\": {}, \"uptime\": {}, \"start_time\": {start:?}, \"peers\": {{",
        status.pid, status.uptime
    );
    json::separated(&mut out, ", ", &status.peers, |out, (name, state)| {
        json::string(out, name);
        out.push_str(": ");
        json::string(out, state);
    });
    out + "}}"
}

/// A refusal: an object with the reason for programs, which finds its place also where reasons are not told.
pub fn refused(why: impl Into<String>, form: Form) -> Answer {
    let why = why.into();
    match form {
        Form::Text => Answer::error(why),
        Form::Json => Answer { data: object(&[("error", &why)]) + "\n", end: End::Error(String::new()) },
    }
}

/// A line that says how something stands.
pub(crate) fn status(text: &str, form: Form) -> String {
    match form {
        Form::Text => text.to_owned(),
        Form::Json => object(&[("status", text)]),
    }
}

fn object(members: &[(&str, &str)]) -> String {
    let mut out = String::from("{");
    json::separated(&mut out, ", ", members, |out, (key, value)| {
        json::write(out, format_args!("\"{key}\": "));
        json::string(out, value);
    });
    out + "}"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(answer: &Answer, dialect: Dialect, ack: bool) -> String {
        let mut out = String::new();
        answer.write(&mut out, dialect, ack);
        out
    }

    #[test]
    fn the_reason_is_told_in_the_newer_dialect_only() {
        let answer = Answer::from(ApiError::new("no\nroute"));
        assert_eq!(written(&answer, Dialect::V5, true), "error\n");
        assert_eq!(written(&answer, Dialect::V6, true), "error: no?route\nerror\n");
        assert_eq!(written(&answer, Dialect::V6, false), "");
    }

    #[test]
    fn data_is_written_without_acknowledgements() {
        let answer = Answer::lines(["exabgp 5.0.15"]);
        assert_eq!(written(&answer, Dialect::V5, true), "exabgp 5.0.15\ndone\n");
        assert_eq!(written(&answer, Dialect::V5, false), "exabgp 5.0.15\n");
        assert_eq!(written(&Answer::part("a\n".into()), Dialect::V5, true), "a\n");
        assert_eq!(written(&reset(Dialect::V5, Form::Text), Dialect::V5, true), "");
    }

    #[test]
    fn both_forms() {
        assert_eq!(version("6.0.0", Form::Json), "{\"version\": \"6.0.0\", \"application\": \"exabgp\"}");
        assert_eq!(progress(DaemonOrder::Reload, Form::Text), "reload in progress");
        assert_eq!(progress(DaemonOrder::Reload, Form::Json), "{\"status\": \"reload in progress\"}");
        assert_eq!(pong("u", Form::Json), "{\"pong\": \"u\", \"active\": true}");
        assert_eq!(api_version(6, None, Form::Json), "{\"api_version\": 6, \"description\": \"json-only\"}");
        assert_eq!(queue_status(&[], Form::Text), ["no queued messages"]);
        let one = Backlog { service: "a".into(), items: 2, bytes: 9 };
        assert_eq!(queue_status(&[one], Form::Json), ["{\"a\": {\"items\": 2, \"bytes\": 9}}"]);
    }

    #[test]
    fn status_as_an_object() {
        let status = DaemonStatus {
            version: "6".into(),
            uuid: "u".into(),
            pid: 1,
            uptime: 3723,
            start_time: 5.0,
            peers: vec![("neighbor 10.0.0.1".into(), "IDLE")],
        };
        assert_eq!(
            daemon_status(&status, Form::Json),
            ["{\"version\": \"6\", \"uuid\": \"u\", \"pid\": 1, \"uptime\": 3723, \"start_time\": 5.0, \"peers\": \
              {\"neighbor 10.0.0.1\": \"IDLE\"}}"]
        );
        let lines = daemon_status(&status, Form::Text);
        assert_eq!(lines[5..], ["Uptime: 1h 2m 3s", "Peers: 1", "  - neighbor 10.0.0.1: IDLE"]);
    }
}
