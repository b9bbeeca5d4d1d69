//! The second shape of `show adj-rib … json`, `exabgp.api.show-routes-format=v2`: a route with its attributes.

use wire::{
    AnyAttribute, AnyNlri, NextHop, Route,
    json::{self, Dialect, Style},
};

use super::{PeerRow, object};
use crate::Class;

const STYLE: Style = Style { dialect: Dialect::V5, compact: false, add_path: false, main: false, next_hop: None };

/// Appends the line of a route. What is said of the peer at length takes the place of its address.
pub(super) fn object(out: &mut String, row: &PeerRow, route: &Route, extensive: bool) {
    out.push('{');
    if extensive {
        object::members(out, row, Dialect::V5);
    } else {
        json::write(out, format_args!("\"peer\": {{\"address\": \"{}\"}}", row.address));
    }
    out.push_str(", \"route\": {\"nlri\": {");
    nlri(out, route);
    out.push_str("}, \"attributes\": {");
    attributes(out, route);
    out.push_str("}}}\n");
}

/// The members of events, in which a prefix is called so, then next hop and family.
fn nlri(out: &mut String, route: &Route) {
    let mut object = String::new();
    route.nlri.json(&mut object, &STYLE);
    let mut members = object.trim().trim_start_matches('{').trim_end_matches('}').trim();
    if let Some(rest) = prefixed(&route.nlri).then(|| members.strip_prefix("\"nlri\": ")).flatten() {
        out.push_str("\"prefix\": ");
        members = rest;
    }
    out.push_str(members);
    if route.next_hop != NextHop::None {
        out.push_str(if members.is_empty() { "\"nexthop\": " } else { ", \"nexthop\": " });
        json::string(out, &route.next_hop.to_string());
    }
    let family = route.nlri.family();
    json::write(
        out,
        format_args!(", \"family\": {{\"afi\": \"{}\", \"safi\": \"{}\"}}", family.afi_name(), family.safi_name()),
    );
}

fn prefixed(nlri: &AnyNlri) -> bool {
    Class::Inet.holds(nlri.family())
}

/// Those of events, but communities are words.
fn attributes(out: &mut String, route: &Route) {
    let mut first = true;
    for attribute in route.attributes.iter() {
        let start = out.len();
        if !first {
            out.push_str(", ");
        }
        if words(out, attribute) || attribute.json(out, &STYLE) {
            first = false;
        } else {
            out.truncate(start);
        }
    }
}

/// A list of communities of any kind as they are typed.
fn words(out: &mut String, attribute: &AnyAttribute) -> bool {
    const KINDS: [(u8, &str); 3] = [(8, "community"), (16, "extended-community"), (32, "large-community")];
    let Some((_, key)) = KINDS.iter().find(|(code, _)| *code == attribute.code()) else { return false };
    let typed = attribute.typed().to_string();
    let list = typed.strip_prefix(key).unwrap_or(&typed).trim().trim_start_matches('[').trim_end_matches(']');
    json::write(out, format_args!("\"{key}\": ["));
    json::separated(out, ", ", list.split_ascii_whitespace(), json::string);
    out.push(']');
    true
}
