//! The settings of a health check, one row each: the option of `exactix healthcheck`, which is ExaBGP's, the field of our
//! own form, and what it means.

use std::{fmt::Display, str::FromStr, time::Duration};

use super::{HealthCheck, Network};
use crate::{
    key::{Complaint, Key, Read},
    value::{boolean, duration},
};

/// A setting.
pub struct HealthOption {
    /// The long option, without dashes.
    pub option: &'static str,
    /// The letter.
    pub short: Option<char>,
    /// Another name of the option.
    pub alias: Option<&'static str>,
    /// What follows the option.
    pub takes: Takes,
    /// Tells it in words, each a value; none where it is what it is by default.
    tell: fn(&HealthCheck) -> Vec<String>,
}

/// What follows an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing; it stands for this word.
    Nothing(&'static str),
    /// A value.
    One,
    /// A value, and the option may be repeated.
    Many,
}

impl HealthOption {
    fn key(&self) -> Option<&'static Key<HealthCheck>> {
        let place = HEALTH_OPTIONS.iter().position(|row| row.option == self.option)?;
        KEYS.get(place)
    }

    /// What a value has to be.
    pub fn expects(&self) -> &'static str {
        self.key().map_or("", |key| key.expects)
    }

    /// What it is for, one line.
    pub fn doc(&self) -> &'static str {
        self.key().map_or("", |key| key.doc)
    }

    /// Sets it.
    ///
    /// # Errors
    /// A sentence about a value that is refused.
    pub fn set(&self, check: &mut HealthCheck, words: &[&str]) -> Result<(), String> {
        let done = match self.key().map(|key| &key.read) {
            Some(Read::Value(read)) => read(check, words.last().copied()),
            Some(Read::OneOrList(read)) => read(check, words),
            _ => Err(Complaint::Unexpected),
        };
        done.map_err(|complaint| match complaint {
            Complaint::Unexpected => format!("{:?} is not valid, expected {}", words.join(" "), self.expects()),
            Complaint::Because(reason) | Complaint::At(_, reason) => reason,
        })
    }

    /// The values that differ from those it has by default.
    pub(crate) fn told(&self, check: &HealthCheck) -> Option<(&'static str, Vec<String>)> {
        let usual = (self.tell)(&HealthCheck::default());
        let (key, told) = (self.key()?, (self.tell)(check));
        (told != usual).then_some((key.name, told))
    }

    /// What it is by default, in a word.
    pub(crate) fn default(&self) -> Option<String> {
        let told = (self.tell)(&HealthCheck::default());
        (!told.is_empty()).then(|| told.join(" "))
    }
}

type Result1 = Result<(), Complaint>;

fn put<V>(slot: &mut V, word: Option<&str>, parse: impl Fn(&str) -> Option<V>) -> Result1 {
    *slot = word.and_then(parse).ok_or(Complaint::Unexpected)?;
    Ok(())
}

fn some<V>(slot: &mut Option<V>, word: Option<&str>, parse: impl Fn(&str) -> Option<V>) -> Result1 {
    put(slot, word, |word| parse(word).map(Some))
}

fn each<V>(slot: &mut Vec<V>, words: &[&str], parse: impl Fn(&str) -> Option<V>) -> Result1 {
    for word in words {
        slot.push(parse(word).ok_or_else(|| Complaint::Because(format!("{word:?} is not valid")))?);
    }
    Ok(())
}

fn text(word: &str) -> Option<String> {
    Some(word.to_owned())
}

fn parsed<V: FromStr>(word: &str) -> Option<V> {
    word.trim().parse().ok()
}

/// How many results in a row; less than one is one.
fn times(word: &str) -> Option<u32> {
    parsed::<i64>(word).map(|times| u32::try_from(times.max(0)).unwrap_or(u32::MAX))
}

/// Seconds, also parts of them, or a number with a unit.
fn time(word: &str) -> Option<Duration> {
    let seconds = parsed::<f64>(word).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|time| *time <= YEAR).or_else(|| duration(word))
}

/// What becomes a part of a line has to stay on it: a line more would be a command more.
fn attribute(slot: &mut Option<String>, word: Option<&str>) -> Result1 {
    let word = word.ok_or(Complaint::Unexpected)?;
    if let Some(control) = word.chars().find(|c| *c != '\t' && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')))
    {
        return Err(Complaint::Because(format!("{word:?} contains the control character {control:?}")));
    }
    *slot = Some(word.to_owned());
    Ok(())
}

fn neighbor(word: &str) -> Option<Option<std::net::IpAddr>> {
    if word.trim() == "*" { Some(None) } else { word.parse().ok().map(Some) }
}

fn interface(word: &str) -> Option<(Network, String)> {
    let (network, name) = word.split_once('%')?;
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    let sound = (1..=15).contains(&name.len()) && name.bytes().all(known);
    Some((network.parse().ok()?, name.to_owned())).filter(|_| sound)
}

fn told<V: Display>(value: V) -> Vec<String> {
    vec![value.to_string()]
}

fn maybe<V: Display>(value: Option<&V>) -> Vec<String> {
    value.map(ToString::to_string).into_iter().collect()
}

fn all<V: Display>(values: &[V]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn seconds(time: Duration) -> Vec<String> {
    told(time.as_secs_f64())
}

/// Both tables at once, so that a row stays a row.
macro_rules! rows {
    ($($field:literal, $option:literal $($short:literal)? $(| $alias:literal)?, $takes:expr, $expects:expr,
       $doc:literal, $read:expr, $tell:expr;)*) => {
        /// The fields of our own form.
        pub(crate) static KEYS: &[Key<HealthCheck>] =
            &[$(Key { name: $field, read: $read, expects: $expects, doc: $doc }),*];

        /// The options, in the order of the help.
        pub static HEALTH_OPTIONS: &[HealthOption] = &[$(HealthOption {
            option: $option,
            short: rows!(@ $($short)?),
            alias: rows!(@ $($alias)?),
            takes: $takes,
            tell: $tell,
        }),*];
    };
    (@) => { None };
    (@ $given:literal) => { Some($given) };
}

rows! {
    "command", "command" 'c' | "cmd", One, "a command for the shell",
        "The check; without one all is well.",
        Read::Value(|c, w| some(&mut c.command, w, text)), |c| maybe(c.command.as_ref());
    "interval", "interval" 'i', One, SECONDS,
        "Between two checks; 0 ends after the first announcement.",
        Read::Value(|c, w| put(&mut c.interval, w, time)), |c| seconds(c.interval);
    "fast-interval", "fast-interval" 'f', One, SECONDS,
        "Between two checks when the state is about to change.",
        Read::Value(|c, w| put(&mut c.fast_interval, w, time)), |c| seconds(c.fast_interval);
    "timeout", "timeout" 't', One, SECONDS,
        "How long the command may take; 0 for ever.",
        Read::Value(|c, w| put(&mut c.timeout, w, time)), |c| seconds(c.timeout);
    "rise", "rise", One, NUMBER,
        "Good results in a row that it takes to be up.",
        Read::Value(|c, w| put(&mut c.rise, w, times)), |c| told(c.rise);
    "fall", "fall", One, NUMBER,
        "Bad results in a row that it takes to be down.",
        Read::Value(|c, w| put(&mut c.fall, w, times)), |c| told(c.fall);
    "disable", "disable", One, "a file",
        "The service is disabled while this file exists.",
        Read::Value(|c, w| some(&mut c.disable, w, |word| Some(word.into()))),
        |c| maybe(c.disable.as_ref().map(|path| path.display()).as_ref());
    "next-hop", "next-hop" 'N', One, "an address",
        "Where traffic is to go; without one to whoever announces.",
        Read::Value(|c, w| some(&mut c.next_hop, w, parsed)), |c| maybe(c.next_hop.as_ref());
    "addresses", "ip", Many, "an address, with or without a length",
        "What is announced; without any, what the loopback interface has.",
        Read::OneOrList(|c, w| each(&mut c.addresses, w, parsed)), |c| all(&c.addresses);
    "interfaces", "ip-ifname", Many, "ADDRESS%INTERFACE",
        "The interface of an address that is not to be on the loopback interface.",
        Read::OneOrList(|c, w| each(&mut c.interfaces, w, interface)),
        |c| c.interfaces.iter().map(|(network, name)| format!("{network}%{name}")).collect();
    "local-preference", "local-preference", One, NUMBER,
        "LOCAL_PREF; none when negative.",
        Read::Value(|c, w| put(&mut c.local_preference, w, parsed)), |c| told(c.local_preference);
    "deaggregate-networks", "deaggregate-networks", YES, BOOLEAN,
        "Announce each address of a network.",
        Read::Value(|c, w| put(&mut c.deaggregate, w, boolean)), |c| told(c.deaggregate);
    "ip-setup", "no-ip-setup", Takes::Nothing("false"), BOOLEAN,
        "Whether the interface is given the addresses that it lacks, which are taken back at the end.",
        Read::Value(|c, w| put(&mut c.ip_setup, w, boolean)), |c| told(c.ip_setup);
    "dynamic-ip-setup", "dynamic-ip-setup", YES, BOOLEAN,
        "Take the addresses from the interface while the service is not up.",
        Read::Value(|c, w| put(&mut c.ip_dynamic, w, boolean)), |c| told(c.ip_dynamic);
    "sudo", "sudo", YES, BOOLEAN,
        "Have sudo run the program ip.",
        Read::Value(|c, w| put(&mut c.sudo, w, boolean)), |c| told(c.sudo);
    "label", "label", One, "a label, without the interface",
        "The label of the addresses, with which those of the interface start that are ours.",
        Read::Value(|c, w| some(&mut c.label, w, text)), |c| maybe(c.label.as_ref());
    "label-exact-match", "label-exact-match", YES, BOOLEAN,
        "The label of our addresses is that and no longer one.",
        Read::Value(|c, w| put(&mut c.label_exact, w, boolean)), |c| told(c.label_exact);
    "start-ip", "start-ip", One, NUMBER,
        "Which address has the first metric.",
        Read::Value(|c, w| put(&mut c.start, w, parsed)), |c| told(c.start);
    "up-metric", "up-metric", One, NUMBER,
        "The metric of the first address when the service is up.",
        Read::Value(|c, w| put(&mut c.up.metric, w, parsed)), |c| told(c.up.metric);
    "down-metric", "down-metric", One, NUMBER,
        "The same when it is down.",
        Read::Value(|c, w| put(&mut c.down.metric, w, parsed)), |c| told(c.down.metric);
    "disabled-metric", "disabled-metric", One, NUMBER,
        "The same when it is disabled.",
        Read::Value(|c, w| put(&mut c.disabled.metric, w, parsed)), |c| told(c.disabled.metric);
    "increase", "increase", One, NUMBER,
        "By how much the metric of each further address is higher.",
        Read::Value(|c, w| put(&mut c.increase, w, parsed)), |c| told(c.increase);
    "community", "community", One, COMMUNITIES,
        "Communities of the routes.",
        Read::Value(|c, w| attribute(&mut c.community, w)), |c| maybe(c.community.as_ref());
    "disabled-community", "disabled-community", One, COMMUNITIES,
        "Those of a service that is down or disabled, in their place.",
        Read::Value(|c, w| attribute(&mut c.disabled_community, w)), |c| maybe(c.disabled_community.as_ref());
    "extended-community", "extended-community", One, COMMUNITIES,
        "Extended communities of the routes.",
        Read::Value(|c, w| attribute(&mut c.extended_community, w)), |c| maybe(c.extended_community.as_ref());
    "large-community", "large-community", One, COMMUNITIES,
        "Large communities of the routes.",
        Read::Value(|c, w| attribute(&mut c.large_community, w)), |c| maybe(c.large_community.as_ref());
    "as-path", "as-path", One, PATH,
        "AS_PATH of the routes, unless their state has one.",
        Read::Value(|c, w| attribute(&mut c.as_path, w)), |c| maybe(c.as_path.as_ref());
    "up-as-path", "up-as-path", One, PATH,
        "The same when the service is up.",
        Read::Value(|c, w| attribute(&mut c.up.as_path, w)), |c| maybe(c.up.as_path.as_ref());
    "down-as-path", "down-as-path", One, PATH,
        "The same when it is down.",
        Read::Value(|c, w| attribute(&mut c.down.as_path, w)), |c| maybe(c.down.as_path.as_ref());
    "disabled-as-path", "disabled-as-path", One, PATH,
        "The same when it is disabled.",
        Read::Value(|c, w| attribute(&mut c.disabled.as_path, w)), |c| maybe(c.disabled.as_path.as_ref());
    "withdraw-on-down", "withdraw-on-down", YES, BOOLEAN,
        "Withdraw the routes rather than make them worse.",
        Read::Value(|c, w| put(&mut c.withdraw_on_down, w, boolean)), |c| told(c.withdraw_on_down);
    "path-id", "path-id", One, NUMBER,
        "Path identifier of the routes; 0 is none.",
        Read::Value(|c, w| put(&mut c.path_id, w, parsed)), |c| told(c.path_id);
    "neighbors", "neighbor", Many, "an address, or * for all",
        "Whom to announce to.",
        Read::OneOrList(|c, w| each(&mut c.neighbors, w, neighbor)),
        |c| c.neighbors.iter().map(|one| one.map_or_else(|| "*".to_owned(), |address| address.to_string())).collect();
    "debounce", "debounce", YES, BOOLEAN,
        "Announce only when the state has changed.",
        Read::Value(|c, w| put(&mut c.debounce, w, boolean)), |c| told(c.debounce);
    "execute", "execute", Many, COMMANDS,
        "Run at every change of the state, which is STATE in their environment.",
        Read::OneOrList(|c, w| each(&mut c.execute, w, text)), |c| all(&c.execute);
    "up-execute", "up-execute", Many, COMMANDS,
        "Run when the service has come up.",
        Read::OneOrList(|c, w| each(&mut c.up.execute, w, text)), |c| all(&c.up.execute);
    "down-execute", "down-execute", Many, COMMANDS,
        "Run when it has gone down.",
        Read::OneOrList(|c, w| each(&mut c.down.execute, w, text)), |c| all(&c.down.execute);
    "disabled-execute", "disabled-execute", Many, COMMANDS,
        "Run when it was disabled.",
        Read::OneOrList(|c, w| each(&mut c.disabled.execute, w, text)), |c| all(&c.disabled.execute);
}

use Takes::{Many, One};

const YES: Takes = Takes::Nothing("true");
const BOOLEAN: &str = "true or false";
const NUMBER: &str = "a number";
const SECONDS: &str = "seconds";
const COMMUNITIES: &str = "communities, with blanks between them";
const PATH: &str = "AS numbers, with blanks between them";
const COMMANDS: &str = "commands for the shell";
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn set(option: &str, words: &[&str]) -> Result<HealthCheck, String> {
        let mut check = HealthCheck::default();
        let row = HEALTH_OPTIONS.iter().find(|row| row.option == option).unwrap();
        row.set(&mut check, words).map(|()| check)
    }

    #[test]
    fn every_row_tells_what_it_reads() {
        for row in HEALTH_OPTIONS {
            let words: &[&str] = match (row.takes, row.option) {
                (Takes::Nothing(word), _) => &[word],
                (_, "next-hop" | "ip" | "neighbor") => &["192.0.2.1"],
                (_, "ip-ifname") => &["192.0.2.1/32%eth0"],
                _ => &["7"],
            };
            let check = set(row.option, words).unwrap();
            let (name, told) = row.told(&check).unwrap_or_else(|| panic!("{} changes nothing", row.option));
            assert_eq!(told.join(" ").trim_end_matches("/32"), words.join(" "), "{name}");
            assert_eq!(row.told(&HealthCheck::default()), None, "{name}");
            let changed = HEALTH_OPTIONS.iter().filter(|other| other.told(&check).is_some()).count();
            assert_eq!(changed, 1, "{name} changes something else");
        }
    }

    #[test]
    fn nothing_becomes_another_command() {
        for option in ["community", "extended-community", "large-community", "disabled-community", "as-path"] {
            for text in ["1:1\nannounce route", "1:1\r", "1\u{7f}", "1\u{85}", "1\u{2028}"] {
                assert!(set(option, &[text]).unwrap_err().contains("control character"), "{option} {text:?}");
            }
            assert!(set(option, &["1:1\t2:2"]).is_ok());
        }
    }

    #[test]
    fn values() {
        assert_eq!(set("interval", &["0.5"]).unwrap().interval, Duration::from_millis(500));
        assert_eq!(set("interval", &["1m"]).unwrap().interval, Duration::from_secs(60));
        assert!(set("interval", &["-1"]).is_err() && set("interval", &["inf"]).is_err());
        assert_eq!(set("rise", &["-4"]).unwrap().rise, 0);
        assert!(set("ip", &["192.0.2.1/24"]).is_err());
        assert!(set("ip-ifname", &["192.0.2.1%a/b"]).is_err() && set("ip-ifname", &["192.0.2.1%"]).is_err());
        assert!(set("neighbor", &["peer"]).is_err());
        assert_eq!(set("neighbor", &["*"]).unwrap().neighbors, [None]);
    }
}
