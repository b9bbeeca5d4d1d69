//! Answers to `routes list|add|remove`: routes and their indexes, the digits of what tells them apart in a table.

use wire::{
    Key, Route,
    json::{self, write},
};

use crate::Removal;

/// The index of a route as its octets, if these are digits of an index.
pub fn key(digits: &str) -> Option<Key> {
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    let values: Vec<u8> = digits
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, odd) = values.as_chunks::<2>();
    let octets: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    (odd.is_empty() && !octets.is_empty()).then(|| Key::from_octets(&octets))
}

/// The line about routes that were added, each an index and a text: an object, or a list of several.
pub fn added(routes: impl Iterator<Item = (Key, String)>) -> String {
    one_or_list(routes.map(|(key, route)| {
        let mut out = String::from("{");
        index(&mut out, &key);
        out.push_str(", \"route\": ");
        json::string(&mut out, &route);
        out + ", \"success\": true}"
    }))
}

/// The line about routes that were to be removed, and whether each was there.
pub fn removed<'r>(removals: impl Iterator<Item = (&'r Removal, bool)>) -> String {
    one_or_list(removals.map(|(Removal { key, route }, found)| {
        let mut out = format!("{{\"removed\": {found}, ");
        if let Some(route) = route {
            out.push_str("\"route\": ");
            json::string(&mut out, route);
            out.push_str(", ");
        }
        index(&mut out, key);
        out + "}"
    }))
}

/// Appends a route to a list of those of all peers.
pub fn listed(out: &mut String, route: &Route, neighbor: &str) {
    out.push_str(if out.is_empty() { "[{" } else { ", {" });
    index(out, &route.nlri.key());
    out.push_str(", \"route\": ");
    json::string(out, &route.to_string());
    out.push_str(", \"neighbor\": ");
    json::string(out, neighbor);
    out.push('}');
}

/// Ends such a list.
pub fn end_list(out: &mut String) {
    out.push_str(if out.is_empty() { "[]\n" } else { "]\n" });
}

fn index(out: &mut String, key: &Key) {
    out.push_str("\"index\": \"");
    key.octets().iter().for_each(|octet| write(out, format_args!("{octet:02x}")));
    out.push('"');
}

fn one_or_list(mut objects: impl Iterator<Item = String>) -> String {
    let Some(first) = objects.next() else { return "[]".to_owned() };
    let Some(second) = objects.next() else { return first };
    let rest: String = objects.map(|object| format!(", {object}")).collect();
    format!("[{first}, {second}{rest}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_reads_as_it_is_written() {
        let key = key("00ff0a").unwrap();
        let mut out = String::new();
        index(&mut out, &key);
        assert_eq!(out, "\"index\": \"00ff0a\"");
        for wrong in ["", "0", "0g", "zz", "é0", "+1"] {
            assert_eq!(super::key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_is_an_object_and_several_a_list() {
        let removal = |route: Option<&str>| Removal { key: Key::from_octets(&[1]), route: route.map(str::to_owned) };
        let (one, two) = (removal(Some("10.0.0.0/24")), removal(None));
        let line = removed([(&one, true), (&two, false)].into_iter());
        let first = "{\"removed\": true, \"route\": \"10.0.0.0/24\", \"index\": \"01\"}";
        assert_eq!(line, format!("[{first}, {{\"removed\": false, \"index\": \"01\"}}]"));
        assert_eq!(removed([(&one, true)].into_iter()), first);
        assert_eq!(added(std::iter::empty()), "[]");
    }
}
