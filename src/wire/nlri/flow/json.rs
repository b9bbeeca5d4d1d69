//! The objects of events.

use super::Flow;
use crate::{
    NextHop, json,
    json::{Dialect, Style},
    nlri::path_id,
};

/// Writes the object of a rule, which has a place for the next hop.
pub(super) fn write(flow: &Flow, out: &mut String, style: &Style) {
    out.push_str(if style.dialect == Dialect::V5 { "{ " } else { "{" });
    let mut before = None;
    for component in &flow.components {
        // Several prefixes of a kind share their key.
        match before {
            Some(kind) if kind == component.kind() => out.push_str(", "),
            _ => {
                out.push_str(if before.is_some() { " ], " } else { "" });
                json::write(out, format_args!("\"{}\": [ ", component.name(flow.version())));
            }
        }
        json::separated(out, ", ", component.values(flow.version()), |out, value| json::string(out, &value));
        before = Some(component.kind());
    }
    out.push_str(if before.is_some() { " ], " } else { "" });
    if let Some(rd) = flow.rd {
        json::write(out, format_args!("\"rd\": \"{rd}\", "));
    }
    let next_hop = style.next_hop.unwrap_or_default();
    if next_hop != NextHop::None {
        json::write(out, format_args!("\"next-hop\": \"{next_hop}\", "));
    }
    json::write(out, format_args!("\"string\": \"{flow}"));
    // The newer reference no longer repeats it in the text, wherever the object has the key.
    if next_hop != NextHop::None && style.dialect == Dialect::V5 {
        json::write(out, format_args!(" next-hop {next_hop}"));
    }
    out.push('"');
    path_id::json(flow.path, out);
    out.push_str(" }");
}
