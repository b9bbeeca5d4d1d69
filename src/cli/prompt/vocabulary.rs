//! What can be typed next: the commands that the daemon lists and those of our own table, and the peers that it has.

use serde_json::Value;

/// The words of the commands, and the addresses of the peers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Vocabulary {
    phrases: Vec<Phrase>,
    peers: Vec<String>,
}

/// A command, word by word.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    parts: Vec<Part>,
    /// What may follow in any order.
    options: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(String),
    Peer,
}

impl Vocabulary {
    /// The commands of this program, and those of the prompt.
    pub(crate) fn new() -> Self {
        let mut vocabulary = Self::default();
        for local in ["exit", "quit", "clear", "history"] {
            vocabulary.add(local, &[]);
        }
        for (setting, values) in
            [("encoding", ["json", "text"]), ("display", ["json", "text"]), ("sync", ["on", "off"])]
        {
            vocabulary.add(&format!("set {setting}"), &values.map(str::to_owned));
        }
        let supported = api::COMMANDS.iter().filter(|command| command.usage().group != api::Chapter::Unsupported);
        for command in supported {
            let (usage, spelling) = (command.usage(), command.spelling());
            let mut options: Vec<String> = usage.options.iter().map(|&option| option.to_owned()).collect();
            options.extend(usage.json.then(|| "json".to_owned()));
            vocabulary.command(spelling.v4, usage.group.has_peers(), &options);
            vocabulary.command(spelling.v6, false, &options);
        }
        vocabulary
    }

    /// Adds the commands that `help` of a daemon lists, in either of its forms.
    pub(crate) fn learn_commands(&mut self, help: &[String]) {
        for line in help {
            match serde_json::from_str::<Value>(line) {
                Ok(value) => self.learn_objects(&value),
                Err(_) => self.learn_row(line),
            }
        }
    }

    /// Takes the peers out of the answer to `peer list`.
    pub(crate) fn learn_peers(&mut self, list: &[String]) {
        let values = list.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let address = |peer: &Value| Some(peer.get("peer-address")?.as_str()?.to_owned());
        let peers = |value: Value| value.as_array().map(|peers| peers.iter().filter_map(address).collect::<Vec<_>>());
        self.peers = values.filter_map(peers).flatten().collect();
        self.peers.sort();
        self.peers.dedup();
    }

    /// `[neighbor <ip> [filters]] announce route`, `show adj-rib in [ extensive ]`.
    fn learn_row(&mut self, row: &str) {
        let (peers, row) = match row.split_once("[filters]] ") {
            Some((_, row)) => (true, row),
            None => (false, row),
        };
        let (words, options) = row.split_once('[').unwrap_or((row, ""));
        let words = words.trim();
        let plain = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let known =
            |word: &str| self.phrases.iter().any(|phrase| phrase.parts.first().is_some_and(|part| part.is(word)));
        let first = words.split(' ').next().unwrap_or_default();
        // The headings of the page are no commands: those begin with a word that some command begins with, or stand apart.
        if words.split(' ').all(plain) && (peers || known(first)) {
            let options: Vec<String> =
                options.trim_end_matches([']', ' ']).split('|').map(|option| option.trim().to_owned()).collect();
            self.command(words, peers && !words.starts_with("peer "), &options);
        }
    }

    fn learn_objects(&mut self, help: &Value) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        for command in help.get("commands").and_then(Value::as_array).into_iter().flatten() {
            let Some(words) = command.get("command").and_then(Value::as_str) else { continue };
            let options = command.get("options").and_then(Value::as_array);
            let options: Vec<String> = options.into_iter().flatten().filter_map(text).collect();
            let words = match words.strip_prefix("peer ") {
                Some(rest) if command.get("neighbor_support") == Some(&Value::Bool(true)) => {
                    format!("peer <selector> {rest}")
                }
                _ => words.to_owned(),
            };
            self.command(&words, false, &options);
        }
    }

    /// A command in the words of the table, `peer <selector> announce route`; and the same behind the neighbors it is for.
    fn command(&mut self, words: &str, peers: bool, options: &[String]) {
        self.add(&words.replace("[<selector>] ", ""), options);
        if words.contains("[<selector>]") {
            self.add(&words.replace("[<selector>]", "<selector>"), options);
        }
        if peers {
            self.add(&format!("neighbor <selector> {words}"), options);
        }
    }

    fn add(&mut self, words: &str, options: &[String]) {
        let part = |word: &str| if word == "<selector>" { Part::Peer } else { Part::Word(word.to_owned()) };
        let options = options.iter().filter(|option| !option.is_empty()).cloned().collect();
        let phrase = Phrase { parts: words.split(' ').map(part).collect(), options };
        match self.phrases.iter_mut().find(|known| known.parts == phrase.parts) {
            Some(known) if known.options.is_empty() => known.options = phrase.options,
            Some(_) => {}
            None => self.phrases.push(phrase),
        }
    }

    /// The words that may stand at the end of what was typed, in place of what is there of the last one; and where that is.
    pub(crate) fn candidates(&self, typed: &str) -> (usize, Vec<String>) {
        let start = typed.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
        let (before, begun) = typed.split_at(start);
        let before: Vec<&str> = before.split_ascii_whitespace().collect();
        let mut found: Vec<String> = self.phrases.iter().flat_map(|phrase| self.next(phrase, &before)).collect();
        found.retain(|word| word.starts_with(begun));
        found.sort();
        found.dedup();
        (start, found)
    }

    fn next(&self, phrase: &Phrase, before: &[&str]) -> Vec<String> {
        if !phrase.parts.iter().zip(before).all(|(part, word)| part.is(word)) {
            return Vec::new();
        }
        match phrase.parts.get(before.len()) {
            Some(Part::Word(word)) => vec![word.clone()],
            Some(Part::Peer) => self.peers.iter().cloned().chain([EVERY.to_owned()]).collect(),
            None => {
                let behind = before.get(phrase.parts.len()..).unwrap_or_default();
                let unsaid = |option: &&String| !behind.contains(&option.as_str());
                phrase.options.iter().filter(unsaid).cloned().collect()
            }
        }
    }
}

impl Part {
    fn is(&self, word: &str) -> bool {
        match self {
            Self::Word(own) => own == word,
            Self::Peer => true,
        }
    }
}

/// Every neighbor.
const EVERY: &str = "*";

#[cfg(test)]
mod tests {
    use super::*;

    fn learned() -> Vocabulary {
        let mut vocabulary = Vocabulary::new();
        vocabulary.learn_peers(&[r#"[{"peer-address": "192.0.2.1"}, {"peer-address": "2001:db8::1"}]"#.to_owned()]);
        vocabulary
    }

    fn candidates(vocabulary: &Vocabulary, typed: &str) -> Vec<String> {
        vocabulary.candidates(typed).1
    }

    #[test]
    fn words_of_commands_follow_each_other() {
        let vocabulary = learned();
        assert_eq!(candidates(&vocabulary, "sho"), ["show"]);
        assert_eq!(candidates(&vocabulary, "show "), ["adj-rib", "neighbor", "supervisor"]);
        assert_eq!(vocabulary.candidates("show adj-rib i"), (13, vec!["in".to_owned()]));
        assert_eq!(candidates(&vocabulary, "show neighbor s"), ["summary"]);
        assert_eq!(candidates(&vocabulary, "show neighbor summary j"), ["json"]);
        assert_eq!(candidates(&vocabulary, "set sync o"), ["off", "on"]);
        assert!(candidates(&vocabulary, "nonsense ").is_empty());
    }

    #[test]
    fn peers_stand_where_they_belong() {
        let vocabulary = learned();
        assert_eq!(candidates(&vocabulary, "neighbor "), ["*", "192.0.2.1", "2001:db8::1"]);
        assert_eq!(candidates(&vocabulary, "neighbor 1"), ["192.0.2.1"]);
        assert_eq!(candidates(&vocabulary, "neighbor 192.0.2.1 tear"), ["teardown"]);
        assert!(candidates(&vocabulary, "peer 192.0.2.1 announce ").contains(&"route".to_owned()));
    }

    #[test]
    fn a_daemon_teaches_commands_in_either_form() {
        let mut vocabulary = learned();
        let rows = ["command are:", "[neighbor <ip> [filters]] sing song", "show stars [ bright | dim ] "];
        vocabulary.learn_commands(&rows.map(str::to_owned));
        assert_eq!(candidates(&vocabulary, "neighbor 192.0.2.1 sing "), ["song"]);
        assert_eq!(candidates(&vocabulary, "show stars "), ["bright", "dim"]);
        assert!(candidates(&vocabulary, "comm").is_empty());
        let help = r#"{"commands": [{"command": "peer dance", "neighbor_support": true, "options": ["slow"]}]}"#;
        vocabulary.learn_commands(&[help.to_owned()]);
        assert_eq!(candidates(&vocabulary, "peer * dance "), ["slow"]);
    }
}
