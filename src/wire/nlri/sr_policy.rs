//! Candidate paths of SR policies (RFC 9830 section 2.1).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Length in bits (1 octet)  |  96 or 192
//! +---------------------------+
//! | Distinguisher (4)         |
//! +---------------------------+
//! | Color (4)                 |
//! +---------------------------+
//! | Endpoint (4 or 16)        |
//! +---------------------------+
//! ```
//!
//! Its words are `distinguisher 0 color 100 endpoint 10.0.0.1`. What the path is stands behind them, in words of
//! [`TunnelEncap`](crate::attribute::TunnelEncap).

use std::{fmt, net::IpAddr};

use bytes::{BufMut, BytesMut};

use super::{Family, KeyBuf, Nlri, fields, path_id};
use crate::{
    AnyAttribute, Malformed, NextHop, Reader, Word, WordError, Words,
    attribute::tunnel_encap,
    json,
    json::Style,
    number,
    route::{Action, RouteParts},
};

/// A candidate path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SrPolicy {
    /// Tells candidate paths of one policy apart.
    pub distinguisher: u32,
    /// The intent of the policy.
    pub color: u32,
    /// Where the policy leads to.
    pub endpoint: IpAddr,
    /// The path identifier.
    pub path: Option<u32>,
}

/// Bits of distinguisher and color.
const FIXED: u8 = 64;

impl SrPolicy {
    /// The family of words that name none: that of the endpoint.
    pub fn family_of(words: &Words<'_>) -> Option<Family> {
        let mut ahead = words.rest();
        while let Some(word) = ahead.next() {
            if word.text == "endpoint" {
                let endpoint: IpAddr = ahead.next()?.text.parse().ok()?;
                return Some(if endpoint.is_ipv4() { Family::Ipv4SrPolicy } else { Family::Ipv6SrPolicy });
            }
        }
        None
    }
}

/// Reads a part of the path.
fn part(keyword: &'static str, words: &mut Words<'_>, parts: &mut RouteParts) -> Result<(), WordError> {
    let keyword = Word { text: keyword, column: words.column() };
    parts.attributes.add(AnyAttribute::TunnelEncap(tunnel_encap::sub_tlv(keyword, words)?));
    Ok(())
}

impl Nlri for SrPolicy {
    const ACTIONS: &'static [Action] = &[
        Action {
            keyword: "next-hop",
            read: |words, parts| {
                let word = words.peek();
                match (NextHop::parse(words)?, word) {
                    (NextHop::Itself, Some(word)) => Err(WordError::expected(word, "an IP address")),
                    (next_hop, _) => {
                        parts.next_hop.get_or_insert(next_hop);
                        Ok(())
                    }
                }
            },
        },
        Action { keyword: "preference", read: |words, parts| part("preference", words, parts) },
        Action { keyword: "priority", read: |words, parts| part("priority", words, parts) },
        Action { keyword: "binding-sid", read: |words, parts| part("binding-sid", words, parts) },
        Action { keyword: "srv6-binding-sid", read: |words, parts| part("srv6-binding-sid", words, parts) },
        Action { keyword: "segment-list", read: |words, parts| part("segment-list", words, parts) },
        Action { keyword: "policy-name", read: |words, parts| part("policy-name", words, parts) },
        Action { keyword: "candidate-path-name", read: |words, parts| part("candidate-path-name", words, parts) },
    ];

    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let cut_short = || Malformed::new("an SR policy is longer than the rest of its field");
        let path = path_id::decode(octets, add_path)?;
        let bits = octets.u8().ok_or_else(cut_short)?;
        let mut value = octets.sub(bits.div_ceil(8).into()).ok_or_else(cut_short)?;
        let fixed = value.u32().zip(value.u32());
        let read = fixed.zip(fields::read_address(family, &mut value));
        match read.filter(|(_, endpoint)| bits == FIXED + fields::bits(*endpoint)) {
            Some(((distinguisher, color), endpoint)) => Ok(Self { distinguisher, color, endpoint, path }),
            None => Err(Malformed::skipped(format!("an SR policy of {} cannot have {bits} bits", family.afi_name()))),
        }
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        out.put_u8(FIXED + fields::bits(self.endpoint));
        out.put_u32(self.distinguisher);
        out.put_u32(self.color);
        fields::put_address(self.endpoint, out);
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        let (mut distinguisher, mut color, mut endpoint) = (None, None, None);
        let address = if family.afi() == 1 { "an IPv4 address" } else { "an IPv6 address" };
        loop {
            if words.keyword("distinguisher") {
                fields::set(&mut distinguisher, words, "a number of 32 bits", number::u32)?;
            } else if words.keyword("color") {
                fields::set(&mut color, words, "a number of 32 bits", number::u32)?;
            } else if words.keyword("endpoint") {
                fields::set(&mut endpoint, words, address, |text| fields::address_of(family, text))?;
            } else {
                break;
            }
        }
        Ok(Self {
            distinguisher: fields::need(distinguisher, words, "the distinguisher")?,
            color: fields::need(color, words, "the color")?,
            endpoint: fields::need(endpoint, words, "the endpoint")?,
            path: None,
        })
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        path_id::word(&mut self.path, keyword, words)
    }

    fn json(&self, out: &mut String, _: &Style) {
        let Self { distinguisher, color, endpoint, path } = self;
        json::write(
            out,
            format_args!("{{\"distinguisher\": {distinguisher}, \"color\": {color}, \"endpoint\": \"{endpoint}\""),
        );
        path_id::json(*path, out);
        out.push('}');
    }

    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        let mut octets = BytesMut::new();
        self.encode(&mut octets, false);
        out.extend(&octets);
    }
}

impl fmt::Display for SrPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "distinguisher {} color {} endpoint {}", self.distinguisher, self.color, self.endpoint)?;
        path_id::fmt(self.path, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Intent, route};

    fn text(family: Family, words: &str) -> Result<String, WordError> {
        let spec = route::parse_family(family, &mut Words::new(words), Intent::Announce)?;
        Ok(spec.routes[0].to_string())
    }

    #[test]
    fn the_path_stands_behind_the_policy() {
        let line = "distinguisher 0 color 100 endpoint 10.0.0.1 next-hop 192.0.2.1 preference 100 \
                    segment-list weight 1 segment type-a mpls 16001 segment type-c ipv4 10.0.0.2 algorithm 0 sid 16002 \
                    segment-list weight 2 policy-name \"a policy\"";
        assert_eq!(text(Family::Ipv4SrPolicy, line).unwrap(), line);
        let none = "distinguisher 0 color 100 endpoint ::1 next-hop ::2";
        assert_eq!(text(Family::Ipv6SrPolicy, none).unwrap(), none);
    }

    #[test]
    fn the_first_of_a_part_counts_but_lists_add_up() {
        let start = "distinguisher 0 color 1 endpoint 10.0.0.1 next-hop 192.0.2.1";
        let typed = format!("{start} preference 1 segment-list weight 1 preference 2 segment-list weight 1");
        let expected = format!("{start} preference 1 segment-list weight 1 segment-list weight 1");
        assert_eq!(text(Family::Ipv4SrPolicy, &typed).unwrap(), expected);
    }

    #[test]
    fn what_is_refused() {
        for (words, part) in [
            ("next-hop self", "\"self\" is not an IP address"),
            ("next-hop 1.1.1.1 weight 1", "unknown command"),
            ("next-hop 1.1.1.1 binding-sid 5", "mpls or null"),
            ("next-hop 1.1.1.1 binding-sid mpls 1048576", "label"),
            ("next-hop 1.1.1.1 priority 256", "256"),
            ("next-hop 1.1.1.1 segment-list segment type-a mpls 5", "weight"),
            ("next-hop 1.1.1.1 segment-list weight 1 segment type-l mpls 5", "type-l"),
            ("next-hop 1.1.1.1 segment-list weight 1 segment type-a sid 5", "mpls"),
            ("next-hop 1.1.1.1 segment-list weight 1 segment type-c ipv4 ::1 algorithm 0", "an IPv4 address"),
            ("next-hop 1.1.1.1 segment-list weight 1 segment type-c ipv4 1.1.1.1", "missing"),
            ("next-hop 1.1.1.1 segment-list weight 1 segment type-b srv6 ::1 endpoint-behavior 1 2 3 4", "missing"),
        ] {
            let line = format!("distinguisher 0 color 1 endpoint 10.0.0.1 {words}");
            let error = text(Family::Ipv4SrPolicy, &line).unwrap_err();
            assert!(error.message.contains(part), "{words}: {error}");
        }
        assert!(text(Family::Ipv6SrPolicy, "distinguisher 0 color 1 endpoint 10.0.0.1 next-hop ::1").is_err());
        assert!(text(Family::Ipv4SrPolicy, "color 1 endpoint 10.0.0.1 next-hop ::1").is_err());
        assert!(route::parse_route(&mut Words::new("10.0.0.0/8 next-hop ::1 preference 5"), Intent::Announce).is_err());
    }

    #[test]
    fn the_family_follows_from_the_endpoint() {
        let family = |line| SrPolicy::family_of(&Words::new(line));
        assert_eq!(family("distinguisher 0 color 1 endpoint 10.0.0.1"), Some(Family::Ipv4SrPolicy));
        assert_eq!(family("endpoint ::1 color 1"), Some(Family::Ipv6SrPolicy));
        assert_eq!(family("color 1"), None);
    }
}
