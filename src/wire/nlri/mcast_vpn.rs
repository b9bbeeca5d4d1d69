//! Routes of multicast VPNs (RFC 6514 section 4).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Route type (1)            |
//! +---------------------------+
//! | Length in octets (1)      |
//! +---------------------------+
//! | Of the route type         |  see Route
//! +---------------------------+
//! ```
//!
//! The types that say which sources and groups are wanted are read in full. Their words:
//!
//! ```text
//! source-ad source 10.0.0.4 group 239.1.1.1 rd 65000:9
//! shared-join rp 10.0.0.1 group 239.1.1.1 rd 65000:9 source-as 65000
//! source-join source 10.0.0.4 group 239.1.1.1 rd 65000:9 source-as 65000
//! raw 0x0100…                                a route of any type, with its type and length
//! ```

use std::{fmt, net::IpAddr};

use bytes::{BufMut, Bytes, BytesMut};

use super::{Family, KeyBuf, Nlri, fields, path_id, rd::RouteDistinguisher};
use crate::{Malformed, Reader, Word, WordError, Words, json, json::Style, number};

/// A route of a multicast VPN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct McastVpn {
    /// What it says.
    pub route: Route,
    /// The path identifier.
    pub path: Option<u32>,
}

/// What a route says, by its type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// Type 5, a source is active (section 4.5): `| RD (8) | Bits (1) | Source (4 or 16) | Bits (1) | Group (4 or 16) |`
    SourceAd(Tree),
    /// Type 6, a tree shared by the sources of a group is joined (section 4.6): `| RD (8) | Source AS (4) | Bits (1) |
    /// Rendezvous point (4 or 16) | Bits (1) | Group (4 or 16) |`
    SharedJoin(u32, Tree),
    /// Type 7, the tree of a source is joined (section 4.6): as type 6, with the source in place of the rendezvous
    /// point.
    SourceJoin(u32, Tree),
    /// Another type, as it came.
    Unknown {
        /// Route type.
        code: u8,
        /// What follows the length.
        value: Bytes,
    },
}

/// A tree of a group in a VPN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tree {
    /// Route distinguisher.
    pub rd: RouteDistinguisher,
    /// Source, or rendezvous point.
    pub source: IpAddr,
    /// Group.
    pub group: IpAddr,
}

impl Route {
    const fn code(&self) -> u8 {
        match self {
            Self::SourceAd(_) => 5,
            Self::SharedJoin(..) => 6,
            Self::SourceJoin(..) => 7,
            Self::Unknown { code, .. } => *code,
        }
    }

    fn decode(family: Family, code: u8, mut octets: Reader<'_>) -> Option<Self> {
        let rd = RouteDistinguisher(octets.array()?);
        let source_as = if code == 5 { 0 } else { octets.u32()? };
        let mut address = || fields::read_sized_address(&mut octets).filter(|ip| ip.is_ipv4() == (family.afi() == 1));
        let tree = Tree { rd, source: address()?, group: address()? };
        octets.is_empty().then_some(match code {
            5 => Self::SourceAd(tree),
            6 => Self::SharedJoin(source_as, tree),
            _ => Self::SourceJoin(source_as, tree),
        })
    }

    fn encode(&self, out: &mut BytesMut) {
        let (source_as, tree) = match self {
            Self::SourceAd(tree) => (None, tree),
            Self::SharedJoin(source_as, tree) | Self::SourceJoin(source_as, tree) => (Some(source_as), tree),
            Self::Unknown { value, .. } => return out.put_slice(value),
        };
        out.put_slice(&tree.rd.0);
        source_as.iter().for_each(|source_as| out.put_u32(**source_as));
        fields::put_sized_address(tree.source, out);
        fields::put_sized_address(tree.group, out);
    }
}

/// A type that has words.
struct Type {
    word: &'static str,
    /// What the source is called.
    source: &'static str,
    /// How a route is made; nothing when the source AS it needs is missing.
    make: fn(Option<u32>, Tree) -> Option<Route>,
}

const TYPES: [Type; 3] = [
    Type { word: "source-ad", source: "source", make: |_, tree| Some(Route::SourceAd(tree)) },
    Type { word: "shared-join", source: "rp", make: |asn, tree| Some(Route::SharedJoin(asn?, tree)) },
    Type { word: "source-join", source: "source", make: |asn, tree| Some(Route::SourceJoin(asn?, tree)) },
];

impl Type {
    fn parse(&self, family: Family, words: &mut Words<'_>) -> Result<Route, WordError> {
        let (mut source, mut group, mut rd, mut asn) = (None, None, None, None);
        let address = if family.afi() == 1 { "an IPv4 address" } else { "an IPv6 address" };
        while let Some(Word { text, .. }) = words.peek() {
            if !["group", "rd", "route-distinguisher", self.source, "source-as"].contains(&text) {
                break;
            }
            words.next();
            match text {
                "group" => fields::set(&mut group, words, address, |text| fields::address_of(family, text))?,
                "source-as" => fields::set(&mut asn, words, "an AS number", number::asn)?,
                "rd" | "route-distinguisher" => {
                    let given = RouteDistinguisher::parse(words)?;
                    rd.get_or_insert(given);
                }
                _ => fields::set(&mut source, words, address, |text| fields::address_of(family, text))?,
            }
        }
        let tree = Tree {
            source: fields::need(source, words, self.source)?,
            group: fields::need(group, words, "the group")?,
            rd: fields::need(rd, words, "the rd")?,
        };
        fields::need((self.make)(asn, tree), words, "source-as")
    }
}

impl Nlri for McastVpn {
    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let path = path_id::decode(octets, add_path)?;
        let (code, value) = fields::read_typed(octets, "a multicast VPN route")?;
        let route = match code {
            5..=7 => Route::decode(family, code, value)
                .ok_or_else(|| Malformed::skipped(format!("a multicast VPN route of type {code} cannot be read")))?,
            _ => Route::Unknown { code, value: Bytes::copy_from_slice(value.rest()) },
        };
        Ok(Self { route, path })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        fields::put_typed(self.route.code(), out, |value| self.route.encode(value));
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the type of the multicast VPN route")?;
        if word.text == "raw" {
            return fields::raw(family, words);
        }
        let kind = TYPES.iter().find(|kind| kind.word == word.text);
        let kind = kind.ok_or_else(|| WordError::expected(word, "source-ad, shared-join, source-join or raw"))?;
        Ok(Self { route: kind.parse(family, words)?, path: None })
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        path_id::word(&mut self.path, keyword, words)
    }

    fn json(&self, out: &mut String, _: &Style) {
        let (name, source_as, tree) = match &self.route {
            Route::SourceAd(tree) => ("Source Active A-D Route", None, Some(tree)),
            Route::SharedJoin(asn, tree) => ("C-Multicast Shared Tree Join route", Some(asn), Some(tree)),
            Route::SourceJoin(asn, tree) => ("C-Multicast Source Tree Join route", Some(asn), Some(tree)),
            Route::Unknown { .. } => ("", None, None),
        };
        let (code, parsed) = (self.route.code(), tree.is_some());
        json::write(
            out,
            format_args!("{{ \"code\": {code}, \"parsed\": {parsed}, \"raw\": \"{}\"", fields::digits(self)),
        );
        if let Some(Tree { rd, source, group }) = tree {
            json::write(out, format_args!(", \"name\": \"{name}\", \"rd\": \"{rd}\""));
            source_as.iter().for_each(|asn| json::write(out, format_args!(", \"source-as\": \"{asn}\"")));
            json::write(out, format_args!(", \"source\": \"{source}\", \"group\": \"{group}\""));
        }
        path_id::json(self.path, out);
        out.push_str(if parsed { "}" } else { " }" });
    }

    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        let mut octets = BytesMut::new();
        self.encode(&mut octets, false);
        out.extend(&octets);
    }
}

impl fmt::Display for McastVpn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.route {
            Route::SourceAd(Tree { rd, source, group }) => {
                write!(f, "source-ad source {source} group {group} rd {rd}")?;
            }
            Route::SharedJoin(asn, Tree { rd, source, group }) => {
                write!(f, "shared-join rp {source} group {group} rd {rd} source-as {asn}")?;
            }
            Route::SourceJoin(asn, Tree { rd, source, group }) => {
                write!(f, "source-join source {source} group {group} rd {rd} source-as {asn}")?;
            }
            Route::Unknown { .. } => write!(f, "raw 0x{}", fields::digits(self))?,
        }
        path_id::fmt(self.path, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(family: Family, words: &str) -> Result<String, WordError> {
        McastVpn::parse(family, &mut Words::new(words)).map(|nlri| nlri.to_string())
    }

    #[test]
    fn words_stand_in_any_order() {
        let expected = "shared-join rp 10.0.0.1 group 239.1.1.1 rd 65000:9 source-as 65000";
        let typed =
            "shared-join source-as 65000 route-distinguisher 65000:9 group 239.1.1.1 rp 10.0.0.1 next-hop 1.1.1.1";
        assert_eq!(text(Family::Ipv4McastVpn, typed).unwrap(), expected);
    }

    #[test]
    fn what_is_refused() {
        for (words, part) in [
            ("", "missing"),
            ("leaf-ad rd 1:1", "leaf-ad"),
            ("source-ad source 10.0.0.1 rd 1:1", "the group is missing"),
            ("source-ad rp 10.0.0.1 group 239.1.1.1 rd 1:1", "source is missing"),
            ("source-join source 10.0.0.1 group 239.1.1.1 rd 1:1", "source-as is missing"),
            ("source-ad source ::1 group 239.1.1.1 rd 1:1", "\"::1\" is not an IPv4 address"),
            ("raw 0x0501", "longer"),
            ("raw 0x010000", "hexadecimal"),
        ] {
            let error = text(Family::Ipv4McastVpn, words).unwrap_err();
            assert!(error.message.contains(part), "{words}: {error}");
        }
        assert!(text(Family::Ipv6McastVpn, "source-ad source 10.0.0.1 group ff0e::1 rd 1:1").is_err());
    }
}
