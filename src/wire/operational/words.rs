//! OPERATIONAL messages in words: `asm afi ipv4 safi unicast advisory "maintenance at noon"`,
//! `rpcq afi ipv4 safi unicast [router-id 10.0.0.1] sequence 5`, and `counter 10` behind that for the answer `rpcp`.

use std::{fmt, net::Ipv4Addr};

use super::{Advisory, Count, NAMES, Operational};
use crate::{Family, FamilyCode, Word, WordError, Words, number};

impl Operational {
    /// Reads a message, its name first.
    ///
    /// # Errors
    /// When the words do not say one.
    pub fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let name = words.expect("the name of an operational message")?;
        Self::parse_named(name, words)
    }

    /// Reads what follows the name of a message.
    ///
    /// # Errors
    /// When it is no name of a message, or the words do not say one.
    pub fn parse_named(name: Word<'_>, words: &mut Words<'_>) -> Result<Self, WordError> {
        let place = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name.text));
        match place {
            Some(0) => advisory(Advisory::Demand, words),
            Some(1) => advisory(Advisory::Static, words),
            Some(2) => count(Count::Reachable, false, words),
            Some(3) => count(Count::Reachable, true, words),
            Some(4) => count(Count::AdjRibOut, false, words),
            Some(5) => count(Count::AdjRibOut, true, words),
            Some(6) => count(Count::LocRib, false, words),
            Some(7) => count(Count::LocRib, true, words),
            _ => Err(WordError::expected(name, "one of adm asm rpcq rpcp apcq apcp lpcq lpcp")),
        }
    }

    /// What [`Operational::parse`] reads; nothing for types that have no words.
    pub const fn words(&self) -> InWords<'_> {
        InWords(self)
    }
}

fn advisory(kind: Advisory, words: &mut Words<'_>) -> Result<Operational, WordError> {
    let family = family(words)?;
    let text = argument(words, "advisory")?.text.to_owned();
    Ok(Operational::Advisory { kind, family, text })
}

fn count(what: Count, answered: bool, words: &mut Words<'_>) -> Result<Operational, WordError> {
    let family = family(words)?;
    let mut router_id = Ipv4Addr::UNSPECIFIED;
    if words.keyword("router-id") {
        let word = words.expect("the router-id")?;
        router_id = word.text.parse().map_err(|_| WordError::expected(word, "an IPv4 address"))?;
    }
    let sequence = number_of(words, "sequence")?;
    let counter = if answered { Some(number_of(words, "counter")?) } else { None };
    Ok(Operational::Count { what, family, router_id, sequence, counter })
}

/// `afi <afi> safi <safi>`
fn family(words: &mut Words<'_>) -> Result<FamilyCode, WordError> {
    let afi = argument(words, "afi")?;
    let safi = argument(words, "safi")?;
    if !Family::ALL.iter().any(|family| family.afi_name() == afi.text) {
        return Err(WordError::expected(afi, "an address family such as ipv4"));
    }
    let family = Family::from_names(afi.text, safi.text);
    let family = family.ok_or_else(|| WordError::expected(safi, "a subsequent address family such as unicast"))?;
    Ok(family.into())
}

fn number_of(words: &mut Words<'_>, name: &'static str) -> Result<u32, WordError> {
    let word = argument(words, name)?;
    number::u32(word.text).ok_or_else(|| WordError::expected(word, "a number of 32 bits"))
}

/// The word behind this one.
fn argument<'a>(words: &mut Words<'a>, name: &'static str) -> Result<Word<'a>, WordError> {
    let word = words.expect(name)?;
    if word.text != name {
        return Err(WordError::expected(word, &format!("the word {name}")));
    }
    words.expect(name)
}

/// A message in words, see [`Operational::words`].
#[derive(Debug, Clone, Copy)]
pub struct InWords<'a>(&'a Operational);

impl fmt::Display for InWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(family) = self.0.family().and_then(FamilyCode::family) else { return Ok(()) };
        let name = self.0.name().to_ascii_lowercase();
        let (afi, safi) = (family.afi_name(), family.safi_name());
        match self.0 {
            Operational::Advisory { text, .. } => {
                let quote = if text.contains('"') { '\'' } else { '"' };
                write!(f, "{name} afi {afi} safi {safi} advisory {quote}{text}{quote}")
            }
            Operational::Count { router_id, sequence, counter, .. } => {
                write!(f, "{name} afi {afi} safi {safi}")?;
                if !router_id.is_unspecified() {
                    write!(f, " router-id {router_id}")?;
                }
                write!(f, " sequence {sequence}")?;
                counter.iter().try_for_each(|counter| write!(f, " counter {counter}"))
            }
            Operational::NotSatisfied { .. } | Operational::Unknown { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Operational, WordError> {
        let mut words = Words::new(text);
        let message = Operational::parse(&mut words)?;
        words.end().map(|()| message)
    }

    #[test]
    fn what_is_said_can_be_typed() {
        for line in [
            "asm afi ipv4 safi unicast advisory \"maintenance at noon\"",
            "adm afi ipv6 safi mpls-vpn advisory \"\"",
            "adm afi ipv6 safi mpls-vpn advisory 'so \"called\"'",
            "rpcq afi ipv4 safi unicast sequence 5",
            "apcq afi l2vpn safi evpn router-id 10.0.0.1 sequence 4294967295",
            "lpcp afi ipv4 safi flow sequence 0 counter 4294967295",
            "rpcp afi ipv4 safi unicast router-id 10.0.0.1 sequence 5 counter 10",
        ] {
            assert_eq!(parse(line).unwrap().words().to_string(), line);
        }
        assert_eq!(parse("ASM afi ipv4 safi unicast advisory hello").unwrap().code(), 2);
    }

    #[test]
    fn the_speaker_is_who_says_it() {
        let id = Ipv4Addr::new(10, 0, 0, 1);
        let named = |text| parse(text).unwrap().by(id).words().to_string();
        assert!(named("rpcq afi ipv4 safi unicast sequence 5").contains("router-id 10.0.0.1"));
        assert!(named("rpcq afi ipv4 safi unicast router-id 1.1.1.1 sequence 5").contains("router-id 1.1.1.1"));
    }

    #[test]
    fn wrong_words_are_refused_where_they_stand() {
        for (line, column, part) in [
            ("", 1, "name of an operational message is missing"),
            ("xyz afi ipv4 safi unicast advisory x", 1, "\"xyz\" is not one of"),
            ("asm safi unicast afi ipv4 advisory x", 5, "the word afi"),
            ("asm afi ipv5 safi unicast advisory x", 9, "an address family"),
            ("asm afi ipv4 safi unicats advisory x", 19, "a subsequent address family"),
            ("asm afi ipv4 safi unicast sequence 1", 27, "the word advisory"),
            ("asm afi ipv4 safi unicast advisory", 35, "advisory is missing"),
            ("asm afi ipv4 safi unicast advisory hello world", 42, "nothing is expected"),
            ("rpcq afi ipv4 safi unicast sequence 4294967296", 37, "a number of 32 bits"),
            ("rpcq afi ipv4 safi unicast router-id ::1 sequence 1", 38, "an IPv4 address"),
            ("rpcq afi ipv4 safi unicast sequence 1 counter 1", 39, "nothing is expected"),
            ("rpcp afi ipv4 safi unicast sequence 1", 38, "counter is missing"),
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.column, column, "{line}: {error}");
            assert!(error.message.contains(part), "{line}: {error}");
        }
    }
}
