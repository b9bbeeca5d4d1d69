//! A message as a table for people.

use wire::{
    AnyNlri, Message, NextHop, Update,
    json::{Dialect, Style},
};

/// The width of the first column.
const WIDTH: usize = 22;

/// The lines of a message.
pub(super) fn lines(message: &Message, length: usize) -> Vec<String> {
    let mut lines = vec![format!("{}, {length} octets", message.kind().name().to_uppercase())];
    match message {
        Message::Open(open) => {
            row(&mut lines, "version", open.version);
            row(&mut lines, "asn", open.asn());
            row(&mut lines, "hold time", open.hold_time);
            row(&mut lines, "router-id", open.router_id);
            open.capabilities.iter().for_each(|capability| {
                row(&mut lines, &format!("capability {}", capability.code()), capability);
            });
        }
        Message::Update(update) => self::update(&mut lines, update),
        Message::Notification(notify) => {
            row(&mut lines, "code", format_args!("{}/{}", notify.code, notify.subcode));
            row(&mut lines, "name", notify.name());
            row(&mut lines, "says", escaped(&notify.message_text()));
        }
        Message::Keepalive => {}
        Message::Refresh(refresh) => {
            row(&mut lines, "family", refresh.family);
            row(&mut lines, "subtype", refresh.subtype_name());
        }
        Message::Operational(operational) => row(&mut lines, "name", operational.name()),
    }
    lines
}

fn row(lines: &mut Vec<String>, key: &str, value: impl std::fmt::Display) {
    lines.push(format!("  {key:<WIDTH$} {value}"));
}

fn update(lines: &mut Vec<String>, update: &Update) {
    if let Some(family) = update.end_of_rib {
        return row(lines, "end of RIB", family);
    }
    if let Some(fault) = update.fault {
        row(lines, "malformed", fault.name());
    }
    for attribute in update.attributes.iter() {
        let text = attribute.to_string();
        let (keyword, value) = text.split_once(' ').unwrap_or((&text, ""));
        if !keyword.is_empty() {
            row(lines, keyword, escaped(value));
        }
    }
    for reach in &update.announced {
        let hop = match reach.next_hop {
            NextHop::None => String::new(),
            hop => format!(", next-hop {hop}"),
        };
        lines.push(format!("  announced, {}{hop}", reach.family));
        reach.nlris.iter().for_each(|nlri| lines.push(format!("    {}", words(nlri))));
    }
    for nlri in &update.withdrawn {
        row(lines, &format!("withdrawn, {}", nlri.family()), words(nlri));
    }
}

/// An NLRI in words; the object of events where there are none.
fn words(nlri: &AnyNlri) -> String {
    if nlri.family().afi() != 16388 {
        return escaped(&nlri.to_string());
    }
    let mut object = String::new();
    nlri.json(&mut object, &Style { dialect: Dialect::V6, ..Style::default() });
    object
}

/// A peer may send what a terminal would obey.
fn escaped(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}
