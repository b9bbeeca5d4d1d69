//! `show supervisor`: what the daemon runs, in a line each.

use std::{fmt::Write as _, time::Duration};

use wire::json;

use crate::Form;

/// A part of the daemon, and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// What it is called in commands.
    pub id: String,
    /// With whose fall it falls, unless that is the Supervisor itself.
    pub parent: Option<String>,
    /// What people call it: the address of a neighbor or listener, the name of a helper.
    pub name: String,
    /// `waiting`, `running`, `stopping`, `resting`, `quarantined` or `ended`.
    pub state: &'static str,
    /// Which start of it was the last.
    pub generation: u32,
    /// Restarts after failures within the window.
    pub restarts: usize,
    /// As many are allowed.
    pub limit: u32,
    /// Failures since the daemon started.
    pub failures: u64,
    /// For how long it has run.
    pub up: Option<Duration>,
    /// Until it is started again.
    pub wait: Option<Duration>,
    /// Messages that wait for it, where that is known.
    pub queued: Option<usize>,
    /// How late the heartbeat of its thread is.
    pub late: Duration,
    /// Why it ended last.
    pub cause: Option<String>,
    /// What it does not get because it fails over it, and why.
    pub withheld: Vec<String>,
}

/// The answer to `show supervisor`, in the order given.
pub fn show(branches: &[Branch], form: Form) -> Vec<String> {
    match form {
        Form::Json => vec![array(branches)],
        Form::Text => std::iter::once(HEADING.to_owned()).chain(branches.iter().flat_map(lines)).collect(),
    }
}

const HEADING: &str = "id             name                       state       generation restarts failures       up     wait queued   late  last cause";

fn lines(branch: &Branch) -> impl Iterator<Item = String> {
    let withheld = branch.withheld.iter().map(|what| format!("    withheld: {what}"));
    std::iter::once(line(branch)).chain(withheld)
}

fn line(branch: &Branch) -> String {
    let indent = if branch.parent.is_some() { "  " } else { "" };
    let id = format!("{indent}{}", branch.id);
    let restarts = match branch.limit {
        u32::MAX => branch.restarts.to_string(),
        limit => format!("{}/{limit}", branch.restarts),
    };
    let queued = branch.queued.map_or_else(|| "-".to_owned(), |queued| queued.to_string());
    let mut out = format!("{id:<14} {:<26} {:<11} {:>10} ", branch.name, branch.state, branch.generation);
    let (up, wait) = (seconds(branch.up, 0), seconds(branch.wait, 1));
    let _ = write!(out, "{restarts:>8} {:>8} {up:>8} {wait:>8} {queued:>6} ", branch.failures);
    let _ = write!(out, "{:>6}  {}", format!("{}ms", branch.late.as_millis()), branch.cause.as_deref().unwrap_or("-"));
    out
}

fn seconds(time: Option<Duration>, digits: usize) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{:.digits$}s", time.as_secs_f64()))
}

fn array(branches: &[Branch]) -> String {
    let mut out = String::from("[");
    json::separated(&mut out, ", ", branches, object);
    out.push(']');
    out
}

fn object(out: &mut String, branch: &Branch) {
    let text = |out: &mut String, name: &str, text: Option<&str>| {
        json::write(out, format_args!("\"{name}\": "));
        match text {
            Some(text) => json::string(out, text),
            None => out.push_str("null"),
        }
        out.push_str(", ");
    };
    out.push('{');
    text(out, "id", Some(&branch.id));
    text(out, "parent", branch.parent.as_deref());
    text(out, "name", Some(&branch.name));
    text(out, "state", Some(branch.state));
    let Branch { generation, restarts, limit, failures, .. } = branch;
    json::write(out, format_args!("\"generation\": {generation}, \"restarts\": {restarts}, "));
    json::write(out, format_args!("\"limit\": {limit}, \"failures\": {failures}, "));
    let number =
        |time: Option<Duration>| time.map_or_else(|| "null".to_owned(), |time| format!("{:.1}", time.as_secs_f64()));
    json::write(out, format_args!("\"up\": {}, \"wait\": {}, ", number(branch.up), number(branch.wait)));
    let queued = branch.queued.map_or_else(|| "null".to_owned(), |queued| queued.to_string());
    json::write(out, format_args!("\"queued\": {queued}, \"late-ms\": {}, ", branch.late.as_millis()));
    text(out, "cause", branch.cause.as_deref());
    out.push_str("\"withheld\": [");
    json::separated(out, ", ", &branch.withheld, |out, what| json::string(out, what));
    out.push_str("]}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch() -> Branch {
        Branch {
            id: "peer/4".into(),
            parent: Some("rib/4".into()),
            name: "192.0.2.1".into(),
            state: "quarantined",
            generation: 6,
            restarts: 5,
            limit: 5,
            failures: 6,
            up: None,
            wait: Some(Duration::from_millis(299_500)),
            queued: None,
            late: Duration::from_millis(3),
            cause: Some("panicked: a \"bug\"".into()),
            withheld: vec!["ipv4 unicast 10.0.0.0/24: it panics".into()],
        }
    }

    #[test]
    fn columns_stand_under_their_heading() {
        let lines = show(&[branch()], Form::Text);
        let [heading, row, withheld] = &lines[..] else { panic!("{lines:?}") };
        for (column, value) in [("name", "192.0.2.1"), ("state", "quarantined"), ("last cause", "panicked: a \"bug\"")]
        {
            assert_eq!(heading.find(column), row.find(value), "{column}\n{heading}\n{row}");
        }
        for (column, value) in [("restarts", "5/5"), ("wait", "299.5s"), ("late", "3ms"), ("generation", " 6")] {
            let end = heading.find(column).unwrap() + column.len();
            assert!(row.get(..end).unwrap().ends_with(value), "{column}\n{heading}\n{row}");
        }
        assert_eq!(withheld, "    withheld: ipv4 unicast 10.0.0.0/24: it panics");
        assert!(row.starts_with("  peer/4 "), "it belongs to the line above");
    }

    #[test]
    fn an_object_each() {
        let lines = show(&[branch(), Branch { cause: None, ..branch() }], Form::Json);
        let [line] = &lines[..] else { panic!("{lines:?}") };
        let told: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(told[0]["cause"], "panicked: a \"bug\"");
        assert_eq!((told[0]["wait"].as_f64(), told[0]["late-ms"].as_u64()), (Some(299.5), Some(3)));
        assert_eq!(told[0]["withheld"][0], "ipv4 unicast 10.0.0.0/24: it panics");
        assert!(told[1]["cause"].is_null() && told[1]["queued"].is_null());
    }
}
