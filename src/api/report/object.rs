//! A peer as a JSON object, for `show neighbor json` and `show adj-rib … json extensive`.

use std::fmt::Display;

use wire::{
    Family,
    json::{self, Dialect},
};

use super::{Offer, PeerRow, capability::LISTED, extensive::messages};

/// Appends the members of a peer's object, without the braces.
pub(super) fn members(out: &mut String, row: &PeerRow, dialect: Dialect) {
    let state = if row.is_up() { "up" } else { "down" };
    json::write(
        out,
        format_args!(
            "\"state\": \"{state}\", \"duration\": {}, \"fsm\": \"{}\", ",
            row.since.as_secs(),
            row.state.name()
        ),
    );
    if let Some(trouble) = &row.trouble {
        out.push_str("\"last-failure\": ");
        json::string(out, trouble);
        out.push_str(", ");
    }
    out.push_str("\"local\": {");
    Side { row, offer: Some(&row.local), local: true, dialect }.members(out);
    out.push_str("}, \"peer\": {");
    Side { row, offer: row.remote.as_ref(), local: false, dialect }.members(out);
    out.push_str("}, \"messages\": {\"sent\": {");
    counters(out, &row.counters.sent);
    out.push_str("}, \"received\": {");
    counters(out, &row.counters.received);
    out.push_str("}}, ");
    agreed(out, row);
    if dialect == Dialect::V6 {
        let (received, withdrawn) = (row.counters.prefixes_received, row.counters.prefixes_withdrawn);
        json::write(out, format_args!(", \"prefixes\": {{\"received\": {received}, \"withdrawn\": {withdrawn}}}"));
    }
}

/// The value, or `null`.
pub(super) fn or_null<T: Display>(out: &mut String, value: Option<T>) {
    match value {
        Some(value) => json::write(out, format_args!("{value}")),
        None => out.push_str("null"),
    }
}

/// One end of the session.
struct Side<'a> {
    row: &'a PeerRow,
    /// Absent while the peer has told nothing.
    offer: Option<&'a Offer>,
    local: bool,
    dialect: Dialect,
}

impl Side<'_> {
    fn members(&self, out: &mut String) {
        out.push_str("\"capabilities\": {");
        json::separated(out, ", ", LISTED.iter().enumerate(), |out, (index, (name, _))| {
            json::write(out, format_args!("\"{name}\": "));
            self.flag(out, self.offer.and_then(|offer| offer.capabilities.get(index).copied()));
        });
        out.push_str("}, \"families\": {");
        self.by_family(out, |out, family| {
            let has = self.offer.map(|offer| offer.families.contains(family));
            if self.local { or_null(out, has) } else { self.flag(out, has) }
        });
        out.push_str("}, \"add-path\": {");
        self.by_family(out, |out, family| self.flag(out, self.add_path(family)));
        out.push_str("}, ");
        self.identity(out);
    }

    fn identity(&self, out: &mut String) {
        let address = if self.local { self.row.local_address } else { Some(self.row.address) };
        let asn = if self.local { self.row.local.asn } else { self.row.peer_as };
        out.push_str("\"address\": \"");
        json::write(out, format_args!("{}\", \"as\": ", super::neighbor::word(address, "None")));
        or_null(out, asn);
        out.push_str(", \"id\": ");
        or_null(out, self.offer.map(|offer| format!("\"{}\"", offer.router_id)));
        out.push_str(", \"hold\": ");
        or_null(out, self.offer.map(|offer| offer.hold_time));
    }

    /// Whether path identifiers are in use; not known while they are configured and nothing is agreed on.
    fn add_path(&self, family: Family) -> Option<bool> {
        let in_use = self.row.add_path_send.contains(family) || self.row.add_path_receive.contains(family);
        let open = self.row.add_path.contains(family) && self.row.remote.is_none();
        (!open).then_some(in_use)
    }

    fn by_family(&self, out: &mut String, value: impl Fn(&mut String, Family)) {
        json::separated(out, ", ", &self.row.families, |out, family| {
            json::write(out, format_args!("\"{family}\": "));
            value(out, *family);
        });
    }

    /// A truth value is a number in the newer dialect.
    fn flag(&self, out: &mut String, flag: Option<bool>) {
        match self.dialect {
            Dialect::V5 => or_null(out, flag),
            Dialect::V6 => or_null(out, flag.map(u8::from)),
        }
    }
}

fn counters(out: &mut String, counters: &[u64; 7]) {
    json::separated(out, ", ", messages(counters), |out, (name, count)| {
        json::write(out, format_args!("\"{name}\": {count}"));
    });
}

/// What both sides have.
fn agreed(out: &mut String, row: &PeerRow) {
    let remote = row.remote.as_ref();
    let both = LISTED.iter().enumerate().filter(|(index, _)| {
        let has = |offer: &Offer| offer.capabilities.get(*index) == Some(&true);
        has(&row.local) && remote.is_some_and(has)
    });
    out.push_str("\"capabilities\": [");
    json::separated(out, ", ", both, |out, (_, (name, _))| json::write(out, format_args!("\"{name}\"")));
    out.push_str("], \"families\": [");
    let families = row.families.iter().filter(|family| remote.is_some_and(|remote| remote.families.contains(**family)));
    json::separated(out, ", ", families, |out, family| json::write(out, format_args!("\"{family}\"")));
    out.push_str("], \"add-path\": {");
    json::separated(out, ", ", &row.families, |out, family| {
        json::write(out, format_args!("\"{family}\": \"{}\"", row.add_path_directions(*family)));
    });
    out.push('}');
}
