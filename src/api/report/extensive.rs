//! `show neighbor extensive`: a page a neighbor.

use wire::json::{self, Dialect};

use super::{
    PeerRow,
    capability::LISTED,
    neighbor::{clock, word},
};

/// Appends the page of one peer.
pub(super) fn page(out: &mut String, row: &PeerRow, dialect: Dialect) {
    let mut page = Page { out, dialect };
    page.line(&format!("Neighbor {}", row.address));
    page.gap();
    page.session(row);
    page.setup(row);
    page.capabilities(row);
    page.families(row);
    page.messages(row);
    if dialect == Dialect::V6 {
        page.prefixes(row);
    }
}

struct Page<'a> {
    out: &'a mut String,
    dialect: Dialect,
}

impl Page<'_> {
    fn session(&mut self, row: &PeerRow) {
        self.heading("Session", &["Local"]);
        self.row("local", &[&word(row.local_address, "None")]);
        self.row("state", &[row.state.name()]);
        self.row(if row.is_up() { "up for" } else { "down for" }, &[&clock(row.since.as_secs())]);
        if let Some(trouble) = &row.trouble {
            self.row("last failure", &[trouble]);
        }
        self.gap();
    }

    fn setup(&mut self, row: &PeerRow) {
        let remote = row.remote.as_ref();
        self.heading("Setup", &["Local", "Remote"]);
        self.row("AS", &[&word(row.local.asn, "auto"), &word(row.peer_as, "auto")]);
        self.row("ID", &[&row.local.router_id.to_string(), &word(remote.map(|remote| remote.router_id), ABSENT)]);
        let hold_time = word(remote.map(|remote| remote.hold_time), ABSENT);
        self.row("hold-time", &[&row.local.hold_time.to_string(), &hold_time]);
        self.gap();
    }

    fn capabilities(&mut self, row: &PeerRow) {
        self.heading("Capability", &["Local", "Remote"]);
        for (index, (name, _)) in LISTED.iter().enumerate() {
            let has = |capabilities: &[bool; 7]| capabilities.get(index).copied();
            let remote = row.remote.as_ref().and_then(|remote| has(&remote.capabilities));
            self.row(&format!("{name}:"), &[switch(has(&row.local.capabilities)), switch(remote)]);
        }
        self.gap();
    }

    fn families(&mut self, row: &PeerRow) {
        self.heading("Families", &["Local", "Remote", "Add-Path"]);
        for family in &row.families {
            let remote = row.remote.as_ref().map(|remote| remote.families.contains(*family));
            let local = switch(Some(row.local.families.contains(*family)));
            let directions = row.add_path_directions(*family);
            let directions =
                if self.dialect == Dialect::V5 { format!("{directions:<15}") } else { directions.to_owned() };
            self.row(&format!("{family}:"), &[local, switch(remote), &directions]);
        }
        self.gap();
    }

    fn messages(&mut self, row: &PeerRow) {
        self.heading("Message Statistic", &["Sent", "Received"]);
        let (sent, received) = (messages(&row.counters.sent), messages(&row.counters.received));
        for ((name, sent), (_, received)) in sent.into_iter().zip(received) {
            self.row(&format!("{name}:"), &[&sent.to_string(), &received.to_string()]);
        }
        self.gap();
    }

    fn prefixes(&mut self, row: &PeerRow) {
        self.line("    Prefix Statistic");
        self.row("received:", &[&row.counters.prefixes_received.to_string()]);
        self.row("withdrawn:", &[&row.counters.prefixes_withdrawn.to_string()]);
    }

    /// The label is indented by one more than those of the rows, and the columns end where theirs end.
    fn heading(&mut self, label: &str, columns: &[&str]) {
        let width = if self.dialect == Dialect::V5 { 20 } else { 21 };
        let mut line = format!("    {label:<width$}");
        for (index, column) in columns.iter().enumerate() {
            let width = if index == 0 { 15 } else { 16 };
            json::write(&mut line, format_args!("{column:>width$}"));
        }
        self.line(&line);
    }

    fn row(&mut self, label: &str, columns: &[&str]) {
        let indent = if self.dialect == Dialect::V5 { 3 } else { 4 };
        json::write(self.out, format_args!("{:indent$}{label:<20}", ""));
        for index in 0..3 {
            let column = columns.get(index).copied().unwrap_or_default();
            json::write(self.out, format_args!(" {column:>15}"));
        }
        self.out.push('\n');
    }

    fn gap(&mut self) {
        if self.dialect == Dialect::V5 {
            self.out.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }
}

/// What stands for something not known.
const ABSENT: &str = "n/a";

const fn switch(on: Option<bool>) -> &'static str {
    match on {
        Some(true) => "enabled",
        Some(false) => "disabled",
        None => ABSENT,
    }
}

/// The messages that are counted, in the order they are shown, and their sum.
pub(super) fn messages(counters: &[u64; 7]) -> [(&'static str, u64); 6] {
    let [_, open, update, notification, keepalive, refresh, _] = *counters;
    let total = [open, update, notification, keepalive, refresh].into_iter().fold(0, u64::saturating_add);
    [
        ("open", open),
        ("notification", notification),
        ("keepalive", keepalive),
        ("update", update),
        ("refresh", refresh),
        ("total", total),
    ]
}
