//! Words for EVPN routes, which ExaBGP can only decode. The words of a route stand behind its type, in any order,
//! before attributes and next hop:
//!
//! ```text
//! ethernet-ad       rd R [esi E] [ethernet-tag N] [label L]
//! mac-ip            rd R [esi E] [ethernet-tag N] mac M [ip A] [label L | label [ L L ]]
//! multicast         rd R [ethernet-tag N] ip A
//! ethernet-segment  rd R [esi E] ip A
//! ip-prefix         rd R [esi E] [ethernet-tag N] prefix P [gateway A] [label L]
//! raw 0x<type, length and value in hexadecimal>
//! ```
//!
//! `esi 00:11:22:33:44:55:66:77:88:99` is all zeros unless it is said, as are tag, gateway and label. `vni N` says a
//! label field as a number of 24 bits (RFC 8365 section 5.1.3), where `label N` says its upper 20 bits.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::{Esi, Evpn, Mac, Route};
use crate::{
    Family, Reader, Word, WordError, Words, json,
    nlri::{Nlri as _, inet::Inet, label::Labels, rd::RouteDistinguisher},
    number,
};

/// What the words have said so far; the first of each counts.
#[derive(Debug, Default)]
struct Said {
    rd: Option<RouteDistinguisher>,
    esi: Option<Esi>,
    tag: Option<u32>,
    mac: Option<Mac>,
    ip: Option<IpAddr>,
    prefix: Option<Inet>,
    gateway: Option<IpAddr>,
    labels: Option<Vec<u32>>,
}

/// A type of routes: its word, the words it may have, and how a route is made of them.
struct Type {
    word: &'static str,
    words: &'static [&'static str],
    make: fn(Said, usize) -> Result<Route, WordError>,
}

const TYPES: [Type; 5] = [
    Type { word: "ethernet-ad", words: &["rd", "esi", "ethernet-tag", "label"], make: ethernet_ad },
    Type { word: "mac-ip", words: &["rd", "esi", "ethernet-tag", "mac", "ip", "label"], make: mac_ip },
    Type { word: "multicast", words: &["rd", "ethernet-tag", "ip"], make: multicast },
    Type { word: "ethernet-segment", words: &["rd", "esi", "ip"], make: ethernet_segment },
    Type { word: "ip-prefix", words: &["rd", "esi", "ethernet-tag", "prefix", "gateway", "label"], make: ip_prefix },
];

/// Reads a route up to the first word that is none of its own.
pub(super) fn parse(words: &mut Words<'_>) -> Result<Route, WordError> {
    let word = words.expect("the type of the EVPN route")?;
    if word.text == "raw" {
        return raw(words);
    }
    let kind = TYPES.iter().find(|kind| kind.word == word.text).ok_or_else(|| {
        let known = TYPES.map(|kind| kind.word).join(", ");
        WordError::expected(word, &format!("a type of EVPN routes: {known} or raw"))
    })?;
    let mut said = Said::default();
    while let Some(next) = words.peek() {
        let name = match next.text {
            "route-distinguisher" => "rd",
            "vni" => "label",
            other => other,
        };
        if !kind.words.contains(&name) {
            break;
        }
        words.next();
        said.read(next.text, words)?;
    }
    (kind.make)(said, words.column())
}

/// A whole route in hexadecimal.
fn raw(words: &mut Words<'_>) -> Result<Route, WordError> {
    let word = words.expect("the octets of the route")?;
    let expected = || WordError::expected(word, "an EVPN route in hexadecimal, with its type and length");
    let octets = number::hex_octets(word.text).ok_or_else(expected)?;
    let mut reader = Reader::new(&octets);
    let evpn = Evpn::decode(Family::L2vpnEvpn, &mut reader, false).map_err(|why| WordError::new(word, why.0))?;
    if reader.is_empty() { Ok(evpn.route) } else { Err(expected()) }
}

impl Said {
    fn read(&mut self, keyword: &str, words: &mut Words<'_>) -> Result<(), WordError> {
        match keyword {
            "esi" => first(&mut self.esi, read(words, "an Ethernet segment such as 00:…:99", Esi::from_text)?),
            "ethernet-tag" => first(&mut self.tag, read(words, "an Ethernet tag", number::u32)?),
            "mac" => first(&mut self.mac, read(words, "a MAC address such as 00:11:22:33:44:55", Mac::from_text)?),
            "ip" => first(&mut self.ip, read(words, "an IP address", |text| text.parse().ok())?),
            "prefix" => first(&mut self.prefix, Inet::from_word(words.expect("the prefix")?)?),
            "gateway" => first(&mut self.gateway, read(words, "an IP address", |text| text.parse().ok())?),
            "label" => first(&mut self.labels, labels(words)?),
            "vni" => first(&mut self.labels, words.list("the VNI", false, vni)?),
            _ => first(&mut self.rd, RouteDistinguisher::parse(words)?),
        }
        Ok(())
    }

    fn segment(&self) -> (Esi, u32) {
        (self.esi.unwrap_or_default(), self.tag.unwrap_or_default())
    }

    fn label(&self) -> u32 {
        self.labels.iter().flatten().next().copied().unwrap_or_default()
    }
}

fn first<T>(place: &mut Option<T>, value: T) {
    place.get_or_insert(value);
}

fn read<T>(words: &mut Words<'_>, what: &'static str, one: impl Fn(&str) -> Option<T>) -> Result<T, WordError> {
    let word = words.expect(what)?;
    one(word.text).ok_or_else(|| WordError::expected(word, what))
}

/// Each label is the bottom of a stack of its own.
fn labels(words: &mut Words<'_>) -> Result<Vec<u32>, WordError> {
    Ok(Labels::parse(words)?.0.into_iter().map(|field| field | 1).collect())
}

fn vni(word: Word<'_>) -> Result<u32, WordError> {
    number::u32(word.text).filter(|vni| *vni < 1 << 24).ok_or_else(|| WordError::expected(word, "a VNI below 2^24"))
}

fn need<T>(said: Option<T>, what: &str, column: usize) -> Result<T, WordError> {
    said.ok_or_else(|| WordError::missing(column, what))
}

fn ethernet_ad(said: Said, column: usize) -> Result<Route, WordError> {
    let ((esi, tag), label) = (said.segment(), said.label());
    Ok(Route::EthernetAd { rd: need(said.rd, "the rd", column)?, esi, tag, label })
}

fn mac_ip(said: Said, column: usize) -> Result<Route, WordError> {
    let ((esi, tag), label) = (said.segment(), said.label());
    let second = match said.labels.as_deref() {
        None | Some([] | [_]) => None,
        Some([_, second]) => Some(*second),
        Some(_) => {
            let message = "a MAC/IP route has at most two labels".to_owned();
            return Err(WordError { column, word: String::new(), message });
        }
    };
    let (rd, mac) = (need(said.rd, "the rd", column)?, need(said.mac, "the mac address", column)?);
    Ok(Route::MacIp { rd, esi, tag, mac, ip: said.ip, label, second })
}

fn multicast(said: Said, column: usize) -> Result<Route, WordError> {
    let (_, tag) = said.segment();
    Ok(Route::Multicast { rd: need(said.rd, "the rd", column)?, tag, ip: need(said.ip, "the ip address", column)? })
}

fn ethernet_segment(said: Said, column: usize) -> Result<Route, WordError> {
    let (esi, _) = said.segment();
    Ok(Route::EthernetSegment {
        rd: need(said.rd, "the rd", column)?,
        esi,
        ip: need(said.ip, "the ip address", column)?,
    })
}

fn ip_prefix(said: Said, column: usize) -> Result<Route, WordError> {
    let ((esi, tag), label) = (said.segment(), said.label());
    let (rd, prefix) = (need(said.rd, "the rd", column)?, need(said.prefix, "the prefix", column)?);
    let none: IpAddr =
        if prefix.address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let gateway = said.gateway.unwrap_or(none);
    if gateway.is_ipv4() != prefix.address.is_ipv4() {
        let message = format!("the gateway {gateway} and the prefix {prefix} are not of one address family");
        return Err(WordError { column, word: gateway.to_string(), message });
    }
    Ok(Route::IpPrefix { rd, esi, tag, prefix, gateway, label })
}

/// Parts that are said only when they are not zero.
struct Parts<'a> {
    esi: Esi,
    tag: u32,
    labels: &'a [u32],
}

impl Parts<'_> {
    fn segment(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.esi.is_zero() {
            write!(f, " esi {}", self.esi)?;
        }
        if self.tag != 0 { write!(f, " ethernet-tag {}", self.tag) } else { Ok(()) }
    }

    fn labels(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The lowest four bits of a label are those of the bottom of a stack; a VNI may have any.
        let plain = self.labels.iter().all(|field| field & 0xF == 1);
        let (word, shift) = if plain { ("label", 4) } else { ("vni", 0) };
        match self.labels {
            [0] => Ok(()),
            [one] => write!(f, " {word} {}", one >> shift),
            many => {
                write!(f, " {word} [ ")?;
                many.iter().try_for_each(|field| write!(f, "{} ", field >> shift))?;
                f.write_str("]")
            }
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EthernetAd { rd, esi, tag, label } => {
                let parts = Parts { esi: *esi, tag: *tag, labels: &[*label] };
                write!(f, "ethernet-ad rd {rd}")?;
                parts.segment(f)?;
                parts.labels(f)
            }
            Self::MacIp { rd, esi, tag, mac, ip, label, second } => {
                let both = [*label, second.unwrap_or_default()];
                let labels = if second.is_some() { &both[..] } else { &both[..1] };
                let parts = Parts { esi: *esi, tag: *tag, labels };
                write!(f, "mac-ip rd {rd}")?;
                parts.segment(f)?;
                write!(f, " mac {mac}")?;
                ip.iter().try_for_each(|ip| write!(f, " ip {ip}"))?;
                parts.labels(f)
            }
            Self::Multicast { rd, tag, ip } => {
                write!(f, "multicast rd {rd}")?;
                Parts { esi: Esi::default(), tag: *tag, labels: &[0] }.segment(f)?;
                write!(f, " ip {ip}")
            }
            Self::EthernetSegment { rd, esi, ip } => {
                write!(f, "ethernet-segment rd {rd}")?;
                Parts { esi: *esi, tag: 0, labels: &[0] }.segment(f)?;
                write!(f, " ip {ip}")
            }
            Self::IpPrefix { rd, esi, tag, prefix, gateway, label } => {
                let parts = Parts { esi: *esi, tag: *tag, labels: &[*label] };
                write!(f, "ip-prefix rd {rd}")?;
                parts.segment(f)?;
                write!(f, " prefix {prefix}")?;
                if !gateway.is_unspecified() {
                    write!(f, " gateway {gateway}")?;
                }
                parts.labels(f)
            }
            Self::Unknown { code, value } => {
                let mut digits = String::new();
                json::hex(&mut digits, &[*code, u8::try_from(value.len()).unwrap_or(u8::MAX)]);
                json::hex(&mut digits, value);
                write!(f, "raw 0x{digits}")
            }
        }
    }
}
