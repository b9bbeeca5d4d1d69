//! `show neighbor`, in all its forms.

use config::Neighbor;
use wire::json::{self, Dialect};

use super::{PeerRow, configuration, extensive, object};
use crate::{Detail, Form};

/// What was asked for, and how it is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// How much.
    pub detail: Detail,
    /// Lines for people, or one of JSON, which always tells all.
    pub form: Form,
    /// Which generation of the API.
    pub dialect: Dialect,
}

/// Appends the answer to `show neighbor`: `rows` and `neighbors` are those selected, in the order of the file.
pub fn show<'a>(out: &mut String, view: View, rows: &[PeerRow], neighbors: impl IntoIterator<Item = &'a Neighbor>) {
    match view {
        View { form: Form::Json, dialect, .. } => json(out, rows, dialect),
        View { detail: Detail::Summary, dialect, .. } => summary(out, rows, dialect),
        View { detail: Detail::Extensive, dialect, .. } => extensive(out, rows, dialect),
        View { detail: Detail::Configuration, dialect, .. } => configuration(out, neighbors, dialect),
        View { detail: Detail::Unsaid, dialect, .. } => {
            advice(dialect).iter().for_each(|line| json::write(out, format_args!("{line}\n")));
        }
    }
}

/// What is said when nobody said how much to show.
pub fn advice(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::V5 => &[
            "please specify summary, extensive or configuration",
            "you can filter by peer ip address adding it after the word neighbor",
        ],
        Dialect::V6 => &["usage: peer <ip> show [summary|extensive|configuration]"],
    }
}

/// Appends the summary: a heading and a line each. The newer dialect adds the prefixes received.
pub fn summary(out: &mut String, rows: &[PeerRow], dialect: Dialect) {
    out.push_str("Peer            AS        up/down state       |     #sent     #recvd");
    out.push_str(if dialect == Dialect::V6 { "    #pfx_in\n" } else { "\n" });
    rows.iter().for_each(|row| summary_row(out, row, dialect));
}

/// Appends a page each.
pub fn extensive(out: &mut String, rows: &[PeerRow], dialect: Dialect) {
    rows.iter().for_each(|row| extensive::page(out, row, dialect));
}

/// Appends the sections of the configuration.
pub fn configuration<'a>(out: &mut String, neighbors: impl IntoIterator<Item = &'a Neighbor>, dialect: Dialect) {
    neighbors.into_iter().for_each(|neighbor| configuration::section(out, neighbor, dialect));
}

/// Appends all of it as one line of JSON.
pub fn json(out: &mut String, rows: &[PeerRow], dialect: Dialect) {
    out.push('[');
    json::separated(out, ", ", rows, |out, row| {
        out.push('{');
        object::members(out, row, dialect);
        out.push('}');
    });
    out.push_str("]\n");
}

/// Appends address, AS and state of each peer as one line of JSON.
pub fn list(out: &mut String, rows: &[PeerRow]) {
    out.push('[');
    json::separated(out, ", ", rows, |out, row| {
        json::write(out, format_args!("{{\"peer-address\": \"{}\", \"peer-as\": ", row.address));
        object::or_null(out, row.peer_as);
        json::write(out, format_args!(", \"state\": \"{}\"}}", row.state.name()));
    });
    out.push_str("]\n");
}

fn summary_row(out: &mut String, row: &PeerRow, dialect: Dialect) {
    let since = if row.is_up() { clock(row.since.as_secs()) } else { "down".to_owned() };
    let [_, _, sent, ..] = row.counters.sent;
    let [_, _, received, ..] = row.counters.received;
    let (address, asn) = (row.address.to_string(), word(row.peer_as, "auto"));
    let state = row.state.name().to_ascii_lowercase();
    json::write(out, format_args!("{address:<15} {asn:<7} {since:>9} {state:<12} {sent:>10} {received:>10}"));
    if dialect == Dialect::V6 {
        json::write(out, format_args!(" {:>10}", row.counters.prefixes_received));
    }
    out.push('\n');
}

/// Seconds as `H:MM:SS`.
pub(super) fn clock(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The value, or a word in its place.
pub(super) fn word<T: ToString>(value: Option<T>, otherwise: &str) -> String {
    value.map_or_else(|| otherwise.to_owned(), |value| value.to_string())
}
