//! Commands in fewer letters: a word may be a nickname, or the beginning of what belongs in its place.

use api::FILTERS;

/// Writes the words of a command out, and puts them in the order that the API has them in. What stands in quotes stays.
pub(crate) fn expanded(line: &str) -> String {
    let (head, quoted) = line.split_at(line.find(['"', '\'']).unwrap_or(line.len()));
    let mut done: Vec<&str> = Vec::new();
    for word in head.split_ascii_whitespace() {
        let full = SHORTCUTS.iter().find(|shortcut| shortcut.means(word, &done));
        done.push(full.map_or(word, |shortcut| shortcut.full));
    }
    let line = reordered(&done).join(" ");
    match (line.is_empty(), quoted.is_empty()) {
        (_, true) => line,
        (true, _) => quoted.to_owned(),
        _ if head.ends_with(|last: char| last.is_ascii_whitespace()) => format!("{line} {quoted}"),
        _ => line + quoted,
    }
}

/// Where a shortcut means something.
#[derive(Clone, Copy)]
enum Place {
    Anywhere,
    Start,
    /// At the start, or behind the neighbors a command is for.
    Verb,
    After(&'static [&'static str]),
    /// Behind this word, at any distance.
    Since(&'static str),
}

struct Shortcut {
    nick: &'static str,
    full: &'static str,
    place: Place,
}

impl Shortcut {
    fn means(&self, word: &str, before: &[&str]) -> bool {
        // A nickname that the word does not begin with is the only one it has.
        let alike = word == self.nick || (self.full.starts_with(self.nick) && self.full.starts_with(word));
        alike && self.place.is_here(before)
    }
}

impl Place {
    fn is_here(self, before: &[&str]) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Start => before.is_empty(),
            Self::Verb => before.is_empty() || is_behind_neighbors(before),
            Self::After(words) => before.last().is_some_and(|last| words.contains(last)),
            Self::Since(word) => before.contains(&word),
        }
    }
}

fn is_behind_neighbors(before: &[&str]) -> bool {
    let [.., key, last] = before else { return false };
    is_address(last) || (*last == "*" && matches!(*key, "neighbor" | "peer")) || FILTERS.contains(key)
}

fn is_address(word: &str) -> bool {
    word.split('.').count() == 4 || word.contains(':')
}

/// `neighbor <ip> show …` is said as `show neighbor <ip> …`, and so on.
fn reordered<'a>(words: &[&'a str]) -> Vec<&'a str> {
    match words {
        ["neighbor", address, "adj-rib", table @ ("in" | "out"), "show", rest @ ..] => {
            [&["show", "adj-rib", table, address], rest].concat()
        }
        ["adj-rib", table @ ("in" | "out"), "show", rest @ ..] => [&["show", "adj-rib", table], rest].concat(),
        ["neighbor", address, "show", rest @ ..] if rest.first() != Some(&"neighbor") => {
            [&["show", "neighbor", address], rest].concat()
        }
        _ => words.to_vec(),
    }
}

/// The first that fits counts.
static SHORTCUTS: &[Shortcut] = &[
    Shortcut { nick: "a", full: "announce", place: Place::Verb },
    Shortcut { nick: "a", full: "attributes", place: Place::After(CHANGE) },
    Shortcut { nick: "a", full: "adj-rib", place: Place::After(&["clear", "flush", "show"]) },
    Shortcut { nick: "a", full: "ack", place: Place::After(&["session"]) },
    Shortcut { nick: "c", full: "configuration", place: Place::Anywhere },
    Shortcut { nick: "d", full: "daemon", place: Place::Start },
    Shortcut { nick: "e", full: "eor", place: Place::After(&["announce"]) },
    Shortcut { nick: "e", full: "extensive", place: Place::Since("show") },
    Shortcut { nick: "f", full: "flow", place: Place::After(CHANGE) },
    Shortcut { nick: "f", full: "flush", place: Place::Verb },
    Shortcut { nick: "h", full: "help", place: Place::Start },
    Shortcut { nick: "i", full: "in", place: Place::After(TABLES) },
    Shortcut { nick: "id", full: "router-id", place: Place::Since("neighbor") },
    Shortcut { nick: "n", full: "neighbor", place: Place::Start },
    Shortcut { nick: "n", full: "neighbor", place: Place::After(&["show"]) },
    Shortcut { nick: "o", full: "operational", place: Place::After(&["announce"]) },
    Shortcut { nick: "o", full: "out", place: Place::After(TABLES) },
    Shortcut { nick: "r", full: "route", place: Place::After(CHANGE) },
    Shortcut { nick: "rr", full: "route-refresh", place: Place::After(&["announce"]) },
    Shortcut { nick: "s", full: "show", place: Place::Verb },
    Shortcut { nick: "s", full: "summary", place: Place::Since("show") },
    Shortcut { nick: "ses", full: "session", place: Place::Start },
    Shortcut { nick: "sy", full: "sync", place: Place::After(&["session"]) },
    Shortcut { nick: "t", full: "teardown", place: Place::Verb },
    Shortcut { nick: "v", full: "vpls", place: Place::After(CHANGE) },
    Shortcut { nick: "w", full: "withdraw", place: Place::Verb },
    Shortcut { nick: "w", full: "watchdog", place: Place::After(CHANGE) },
    Shortcut { nick: "neighbour", full: "neighbor", place: Place::Anywhere },
    Shortcut { nick: "neigbour", full: "neighbor", place: Place::Anywhere },
    Shortcut { nick: "neigbor", full: "neighbor", place: Place::Anywhere },
];

const CHANGE: &[&str] = &["announce", "withdraw"];
const TABLES: &[&str] = &["adj-rib"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_out_in_their_places() {
        for (short, full) in [
            ("s n s", "show neighbor summary"),
            ("s n e", "show neighbor extensive"),
            ("s n c", "show neighbor configuration"),
            ("s a o e", "show adj-rib out extensive"),
            ("sh adj i", "show adj-rib in"),
            ("a r 10.0.0.0/24 next-hop 1.1.1.1", "announce route 10.0.0.0/24 next-hop 1.1.1.1"),
            ("a rr ipv4 unicast", "announce route-refresh ipv4 unicast"),
            ("n 192.0.2.1 w r 10.0.0.0/24", "neighbor 192.0.2.1 withdraw route 10.0.0.0/24"),
            ("n 2001:db8::1 t 2", "neighbor 2001:db8::1 teardown 2"),
            ("n * local-as 65000 t 2", "neighbor * local-as 65000 teardown 2"),
            ("neighbour 192.0.2.1 id 1.2.3.4 a e", "neighbor 192.0.2.1 router-id 1.2.3.4 announce eor"),
            ("a w dog", "announce watchdog dog"),
            ("a a next-hop 1.1.1.1 nlri 10.0.0.0/24", "announce attributes next-hop 1.1.1.1 nlri 10.0.0.0/24"),
            ("f a o", "flush adj-rib out"),
            ("ses a enable", "session ack enable"),
            ("h", "help"),
            ("version", "version"),
            ("reset", "reset"),
            ("", ""),
        ] {
            assert_eq!(expanded(short), full, "{short}");
            assert_eq!(expanded(full), full, "{full}");
        }
    }

    #[test]
    fn the_order_of_the_api() {
        assert_eq!(expanded("neighbor 192.0.2.1 adj-rib out show extensive"), "show adj-rib out 192.0.2.1 extensive");
        assert_eq!(expanded("adj-rib in s"), "adj-rib in s");
        assert_eq!(expanded("adj-rib in show extensive"), "show adj-rib in extensive");
        assert_eq!(expanded("neighbor 192.0.2.1 s s"), "show neighbor 192.0.2.1 summary");
    }

    #[test]
    fn what_is_quoted_is_left_alone() {
        assert_eq!(expanded("a o asm ipv4 unicast \"a  r\" s"), "announce operational asm ipv4 unicast \"a  r\" s");
        assert_eq!(expanded("\"a\""), "\"a\"");
        assert_eq!(expanded("a r 10.0.0.0/24 name=\"s\""), "announce route 10.0.0.0/24 name=\"s\"");
    }
}
