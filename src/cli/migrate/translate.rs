//! What is said between a helper and the daemon, in the words of another version of ExaBGP.

use config::migrate::Version;
use serde_json::{Map, Value};

/// A command, or an event, in the words of two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Translation {
    /// The version of the helper.
    pub(crate) old: Version,
    /// The version of the daemon.
    pub(crate) new: Version,
}

/// Keys of JSON: where, the older word, the newer one.
type Rename = (Scope, &'static str, &'static str);

/// Where a key is renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Anywhere in what is said of link state.
    LinkState,
    /// In the prefix of such a route.
    Reachability,
}

/// What 5 calls otherwise than 4.
const SINCE_5: [Rename; 3] = [
    (Scope::LinkState, "sr_capability_flags", "sr-capability-flags"),
    (Scope::LinkState, "interface-address", "interface-addresses"),
    (Scope::LinkState, "neighbor-address", "neighbor-addresses"),
];
/// What the main line calls otherwise than 5.
const SINCE_MAIN: [Rename; 1] = [(Scope::Reachability, "ip", "prefix")];

/// Words that a command begins with, and what the main line has in their place; the first that fit count.
const COMMANDS: [(&str, &str); 14] = [
    ("shutdown", "daemon shutdown"),
    ("reload", "daemon reload"),
    ("restart", "daemon restart"),
    ("status", "daemon status"),
    ("enable-ack", "session ack enable"),
    ("disable-ack", "session ack disable"),
    ("ping", "session ping"),
    ("show adj-rib in", "rib show in"),
    ("show adj-rib out", "rib show out"),
    ("show neighbor", "peer show"),
    ("teardown", "peer * teardown"),
    ("announce", "peer * announce"),
    ("withdraw", "peer * withdraw"),
    ("neighbor", "peer"),
];

impl Translation {
    /// A line of the helper, for the daemon: a command, or JSON.
    pub(crate) fn forth(self, line: &str) -> String {
        if is_json(line) { self.json(line, true) } else { self.command(line) }
    }

    /// A line of the daemon, for the helper: JSON, or anything else as it is.
    pub(crate) fn back(self, line: &str) -> String {
        if is_json(line) { self.json(line, false) } else { line.to_owned() }
    }

    fn command(self, line: &str) -> String {
        if self.new != Version::Main {
            return line.to_owned();
        }
        let found = COMMANDS.iter().find_map(|(old, new)| Some((behind(line, old)?, new)));
        found.map_or_else(|| line.to_owned(), |(rest, new)| format!("{new}{rest}"))
    }

    /// The same object with the keys of the other version; what is no object stays as it is.
    fn json(self, line: &str, forth: bool) -> String {
        let Ok(value) = serde_json::from_str(line) else { return line.to_owned() };
        renamed(value, &self.renames(forth), &[]).to_string()
    }

    fn renames(self, forth: bool) -> Vec<Rename> {
        let since_5: &[Rename] = if self.old < Version::V5 { &SINCE_5 } else { &[] };
        let since_main: &[Rename] = if self.new == Version::Main { &SINCE_MAIN } else { &[] };
        let turned = |(scope, old, new): &Rename| if forth { (*scope, *old, *new) } else { (*scope, *new, *old) };
        since_5.iter().chain(since_main).map(turned).collect()
    }
}

fn is_json(line: &str) -> bool {
    line.trim_start().starts_with(['{', '['])
}

/// What follows these words at the start of a line, blanks before it included.
fn behind<'l>(line: &'l str, words: &str) -> Option<&'l str> {
    let mut rest = line;
    for word in words.split(' ') {
        rest = rest.trim_start().strip_prefix(word)?;
        if rest.starts_with(|next: char| !next.is_whitespace()) {
            return None;
        }
    }
    Some(rest)
}

/// The value with its keys renamed; `scopes` are those it is in.
fn renamed(value: Value, renames: &[Rename], scopes: &[Scope]) -> Value {
    match value {
        Value::Object(members) => Value::Object(renamed_members(members, renames, scopes)),
        Value::Array(items) => items.into_iter().map(|item| renamed(item, renames, scopes)).collect(),
        other => other,
    }
}

fn renamed_members(members: Map<String, Value>, renames: &[Rename], scopes: &[Scope]) -> Map<String, Value> {
    let here = |key: &str| renames.iter().find(|(scope, old, _)| *old == key && scopes.contains(scope));
    let name = |key: &str| here(key).map_or(key, |(_, _, new)| *new).to_owned();
    let taken: Vec<String> = members.keys().filter(|key| here(key).is_none()).cloned().collect();
    let mut out = Map::new();
    for (key, value) in members {
        // Two keys must not become one.
        let new = Some(name(&key)).filter(|new| !taken.contains(new)).unwrap_or_else(|| key.clone());
        let inside: Vec<Scope> = scopes.iter().copied().chain(scope_of(&key)).collect();
        out.insert(new, renamed(value, renames, &inside));
    }
    out
}

/// What the value of a key is about.
fn scope_of(key: &str) -> Option<Scope> {
    match key {
        "ip-reachability-tlv" => Some(Scope::Reachability),
        _ if key.starts_with("bgp-ls") => Some(Scope::LinkState),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO_MAIN: Translation = Translation { old: Version::V4, new: Version::Main };
    const TO_5: Translation = Translation { old: Version::V4, new: Version::V5 };
    const FROM_5: Translation = Translation { old: Version::V5, new: Version::Main };

    #[test]
    fn commands() {
        for (old, new) in [
            ("shutdown", "daemon shutdown"),
            ("status", "daemon status"),
            ("enable-ack", "session ack enable"),
            ("disable-ack", "session ack disable"),
            ("ping abc 1", "session ping abc 1"),
            ("show adj-rib  out extensive", "rib show out extensive"),
            ("show neighbor summary", "peer show summary"),
            ("teardown 2", "peer * teardown 2"),
            ("announce route 10.0.0.0/24 next-hop self", "peer * announce route 10.0.0.0/24 next-hop self"),
            ("neighbor 192.0.2.1 withdraw eor", "peer 192.0.2.1 withdraw eor"),
            ("announced", "announced"),
            ("show adj-rib", "show adj-rib"),
            ("# announce", "# announce"),
            ("", ""),
        ] {
            assert_eq!(TO_MAIN.forth(old), new);
            assert_eq!(FROM_5.forth(old), new);
            assert_eq!(TO_5.forth(old), old);
            assert_eq!(TO_MAIN.back(old), old);
        }
    }

    #[test]
    fn what_a_command_becomes_is_one() {
        let context = api::Context { service: "helper", dialect: wire::json::Dialect::V6, version: "5.0.15" };
        for (old, _) in COMMANDS {
            let rest = match old {
                "announce" | "withdraw" => " route 10.0.0.0/24 next-hop 192.0.2.1",
                "neighbor" => " 192.0.2.1 announce eor ipv4 unicast",
                "teardown" => " 2",
                _ => "",
            };
            let new = TO_MAIN.forth(&format!("{old}{rest}"));
            assert!(api::parse(&new, &context).is_ok(), "{new}: {:?}", api::parse(&new, &context));
        }
    }

    #[test]
    fn keys_of_events() {
        let old = r#"{"ip":1,"attribute":{"bgp-ls":{"sr_capability_flags":{"interface-address":[2]}}},"bgp-ls bgp-ls":[{"neighbor-address":"x","ip-reachability-tlv":[{"ip":"10.0.0.0"}]}]}"#;
        let new = r#"{"ip":1,"attribute":{"bgp-ls":{"sr-capability-flags":{"interface-addresses":[2]}}},"bgp-ls bgp-ls":[{"neighbor-addresses":"x","ip-reachability-tlv":[{"prefix":"10.0.0.0"}]}]}"#;
        assert_eq!(TO_MAIN.forth(old), new);
        assert_eq!(TO_MAIN.back(new), old);
        assert_eq!(TO_5.forth(old), new.replace("prefix", "ip"));
        assert_eq!(FROM_5.forth(old), old.replace("tlv\":[{\"ip\"", "tlv\":[{\"prefix\""));
    }

    #[test]
    fn what_is_no_object_stays() {
        for line in ["done", "{ \"a\": ", "[1, 2", "session established"] {
            assert_eq!(TO_MAIN.back(line), line);
        }
        assert_eq!(TO_MAIN.back("{ \"time\": 1.25, \"b\": [ ] }"), r#"{"time":1.25,"b":[]}"#);
        let both = r#"{"bgp-ls":{"sr-capability-flags":1,"sr_capability_flags":2}}"#;
        assert_eq!(TO_MAIN.back(both), both);
    }
}
