//! Words of the types:
//!
//! ```text
//! mup-isd 10.0.1.0/24 rd 100:100
//! mup-dsd 10.0.0.1 rd 100:100
//! mup-t1st 192.168.0.2/32 rd 100:100 teid 12345 qfi 9 endpoint 10.0.0.1 source 10.0.1.1
//! mup-t2st 10.0.0.1 rd 100:100 teid 12345/32
//! raw 0x010009…                              a route of any type, with its header
//! ```

use std::{fmt, net::IpAddr};

use super::{Inet, Mup, Route, Session1};
use crate::{
    Family, Word, WordError, Words,
    nlri::{Nlri as _, fields, path_id, rd::RouteDistinguisher},
    number,
};

/// What stands behind the prefix or address; the first of each counts.
#[derive(Default)]
struct Said<'a> {
    rd: Option<RouteDistinguisher>,
    teid: Option<Word<'a>>,
    qfi: Option<u8>,
    endpoint: Option<IpAddr>,
    source: Option<IpAddr>,
}

/// Reads a route up to the first word that is none of its own.
pub(super) fn parse(family: Family, words: &mut Words<'_>) -> Result<Mup, WordError> {
    let kind = words.expect("the type of the MUP route")?;
    let route = match kind.text {
        "mup-isd" => {
            let prefix = Inet::parse(family, words)?;
            let said = Said::read(&[], words)?;
            Route::InterworkSegment { rd: fields::need(said.rd, words, "the rd")?, prefix }
        }
        "mup-dsd" => {
            let address = address(family, words)?;
            let said = Said::read(&[], words)?;
            Route::DirectSegment { rd: fields::need(said.rd, words, "the rd")?, address }
        }
        "mup-t1st" => {
            let prefix = Inet::parse(family, words)?;
            Route::Session1(session1(prefix, words)?)
        }
        "mup-t2st" => {
            let endpoint = address(family, words)?;
            let said = Said::read(&["teid"], words)?;
            let (teid, bits) = sized_teid(fields::need(said.teid, words, "the teid")?)?;
            Route::Session2 { rd: fields::need(said.rd, words, "the rd")?, endpoint, teid, bits }
        }
        "raw" => return fields::raw(family, words),
        _ => return Err(WordError::expected(kind, "mup-isd, mup-dsd, mup-t1st, mup-t2st or raw")),
    };
    Ok(Mup { route, path: None })
}

fn address(family: Family, words: &mut Words<'_>) -> Result<IpAddr, WordError> {
    let word = words.expect("the address")?;
    let what = if family.afi() == 1 { "an IPv4 address" } else { "an IPv6 address" };
    fields::address_of(family, word.text).ok_or_else(|| WordError::expected(word, what))
}

fn session1(prefix: Inet, words: &mut Words<'_>) -> Result<Session1, WordError> {
    let said = Said::read(&["teid", "qfi", "endpoint", "source"], words)?;
    let teid = fields::need(said.teid, words, "the teid")?;
    Ok(Session1 {
        rd: fields::need(said.rd, words, "the rd")?,
        prefix,
        teid: number::u32(teid.text).ok_or_else(|| WordError::expected(teid, "a TEID of 32 bits"))?,
        qfi: fields::need(said.qfi, words, "the qfi")?,
        endpoint: fields::need(said.endpoint, words, "the endpoint")?,
        source: said.source,
    })
}

/// `12345/23`: a number and how many bits it has.
fn sized_teid(word: Word<'_>) -> Result<(u32, u8), WordError> {
    let parts = word.text.split_once('/');
    let read = parts.and_then(|(teid, bits)| Some((number::u32(teid)?, number::u8(bits)?)));
    read.filter(|(teid, bits)| *bits <= 32 && teid.checked_shr(u32::from(*bits)).unwrap_or(0) == 0)
        .ok_or_else(|| WordError::expected(word, "a TEID with the number of its bits, such as 12345/32"))
}

impl<'a> Said<'a> {
    fn read(own: &[&str], words: &mut Words<'a>) -> Result<Self, WordError> {
        let mut said = Self::default();
        while let Some(Word { text, .. }) = words.peek() {
            if !matches!(text, "rd" | "route-distinguisher") && !own.contains(&text) {
                break;
            }
            words.next();
            let address = |text: &str| text.parse().ok();
            match text {
                "teid" => {
                    let teid = words.expect("the TEID")?;
                    said.teid.get_or_insert(teid);
                }
                "qfi" => fields::set(&mut said.qfi, words, "a QFI from 0 to 63", |text| {
                    number::u8(text).filter(|qfi| *qfi < 64)
                })?,
                "endpoint" => fields::set(&mut said.endpoint, words, "an IP address", address)?,
                "source" => fields::set(&mut said.source, words, "an IP address", address)?,
                _ => {
                    let rd = RouteDistinguisher::parse(words)?;
                    said.rd.get_or_insert(rd);
                }
            }
        }
        Ok(said)
    }
}

impl fmt::Display for Mup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.route {
            Route::InterworkSegment { rd, prefix } => write!(f, "mup-isd {prefix} rd {rd}")?,
            Route::DirectSegment { rd, address } => write!(f, "mup-dsd {address} rd {rd}")?,
            Route::Session1(Session1 { rd, prefix, teid, qfi, endpoint, source }) => {
                write!(f, "mup-t1st {prefix} rd {rd} teid {teid} qfi {qfi} endpoint {endpoint}")?;
                source.iter().try_for_each(|source| write!(f, " source {source}"))?;
            }
            Route::Session2 { rd, endpoint, teid, bits } => {
                write!(f, "mup-t2st {endpoint} rd {rd} teid {teid}/{bits}")?;
            }
            Route::Unknown { .. } => write!(f, "raw 0x{}", fields::digits(self))?,
        }
        path_id::fmt(self.path, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Intent, NextHop, route};

    fn text(family: Family, words: &str) -> Result<String, WordError> {
        parse(family, &mut Words::new(words)).map(|mup| mup.to_string())
    }

    #[test]
    fn words() {
        let typed = "mup-t1st 192.168.0.2 source 10.0.1.1 endpoint 10.0.0.1 qfi 9 teid 12345 rd 100:100 med 5";
        let expected = "mup-t1st 192.168.0.2/32 rd 100:100 teid 12345 qfi 9 endpoint 10.0.0.1 source 10.0.1.1";
        assert_eq!(text(Family::Ipv4Mup, typed).unwrap(), expected);
        for refused in [
            "mup-isd 10.0.0.1/24 rd 1:1",
            "mup-isd 10.0.0.0/24",
            "mup-isd ::/0 rd 1:1",
            "mup-dsd ::1 rd 1:1",
            "mup-dsd 10.0.0.1 teid 1 rd 1:1",
            "mup-t1st 10.0.0.1 rd 1:1 teid 1 endpoint 10.0.0.1",
            "mup-t1st 10.0.0.1 rd 1:1 teid 1 qfi 64 endpoint 10.0.0.1",
            "mup-t1st 10.0.0.1 rd 1:1 teid 1/2 qfi 1 endpoint 10.0.0.1",
            "mup-t2st 10.0.0.1 rd 1:1 teid 1",
            "mup-t2st 10.0.0.1 rd 1:1 teid 1/0",
            "mup-t2st 10.0.0.1 rd 1:1 teid 2/1",
            "mup-t2st 10.0.0.1 rd 1:1 teid 0/33",
            "mup-t3st 10.0.0.1 rd 1:1",
            "raw 0x01",
        ] {
            assert!(text(Family::Ipv4Mup, refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn the_next_hop_of_ipv6_is_one_of_ipv6() {
        let hop = |family, hop: &str| {
            let address = if family == Family::Ipv4Mup { "10.0.0.1" } else { "::1" };
            let line = format!("mup-dsd {address} rd 1:1 next-hop {hop}");
            route::parse_family(family, &mut Words::new(&line), Intent::Announce).unwrap().routes[0].next_hop
        };
        assert_eq!(hop(Family::Ipv6Mup, "10.0.0.2"), NextHop::Ip("::ffff:10.0.0.2".parse().unwrap()));
        assert_eq!(hop(Family::Ipv6Mup, "2001::2"), NextHop::Ip("2001::2".parse().unwrap()));
        assert_eq!(hop(Family::Ipv4Mup, "10.0.0.2"), NextHop::Ip("10.0.0.2".parse().unwrap()));
        assert_eq!(hop(Family::Ipv4Mup, "2001::2"), NextHop::Ip("2001::2".parse().unwrap()));
    }

    #[test]
    fn a_session_is_told_by_its_prefix() {
        let key = |words| {
            let nlri = parse(Family::Ipv4Mup, &mut Words::new(words)).unwrap();
            crate::AnyNlri::Ipv4Mup(nlri.into()).key()
        };
        let one = key("mup-t1st 10.0.0.1 rd 1:1 teid 1 qfi 1 endpoint 10.0.0.1");
        assert_eq!(one, key("mup-t1st 10.0.0.1 rd 1:1 teid 2 qfi 2 endpoint 10.0.0.2 source 10.0.0.3"));
        assert_ne!(one, key("mup-t1st 10.0.0.1 rd 1:2 teid 1 qfi 1 endpoint 10.0.0.1"));
        assert_ne!(key("mup-t2st 10.0.0.1 rd 1:1 teid 1/8"), key("mup-t2st 10.0.0.1 rd 1:1 teid 2/8"));
    }
}
