//! Nodes, links and prefixes of an IGP (RFC 9552 section 5.2). They are only read, and kept as they came.
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | NLRI type (2)             |
//! +---------------------------+
//! | Length in octets (2)      |
//! +---------------------------+
//! | Route distinguisher (8)   |  in bgp-ls-vpn only
//! +---------------------------+
//! | Protocol (1)              |
//! +---------------------------+
//! | Identifier (8)            |
//! +---------------------------+
//! | Descriptors: TLVs         |
//! +---------------------------+
//! ```
//!
//! The values of what is known are checked, what they mean is not (section 8.2.1): any protocol is accepted, a TLV
//! that is not known is passed over, and an NLRI that cannot be read is skipped without harm to the session.

mod descriptor;
mod link;
mod node;
mod prefix;
mod srv6;

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use super::{Family, KeyBuf, Nlri, path_id, rd::RouteDistinguisher};
use crate::{
    Malformed, NextHop, Reader, WordError, Words,
    json::{self, Dialect, Style},
    tlv::Tlv,
};

/// A node, a link, a prefix, a segment, or what we do not know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinkState {
    /// From the type to the last descriptor.
    octets: Bytes,
    /// A route distinguisher precedes the protocol.
    vpn: bool,
    /// The path identifier.
    path: Option<u32>,
}

/// Writes the members of a type behind those that all types have; `None` when the octets cannot be read.
type Write = fn(&Object<'_>, &mut String) -> Option<()>;

/// The types that are known, with their names in events (IANA "BGP-LS NLRI Types").
const TYPES: &[(u16, &str, Write)] = &[
    (1, "bgpls-node", node::write),
    (2, "bgpls-link", link::write),
    (3, "bgpls-prefix-v4", prefix::write),
    (4, "bgpls-prefix-v6", prefix::write),
    (6, "bgpls-srv6sid", srv6::write),
];

/// An NLRI of a known type being told.
struct Object<'a> {
    code: u16,
    rd: Option<RouteDistinguisher>,
    descriptors: Vec<Tlv<'a>>,
    style: &'a Style,
}

impl LinkState {
    /// The NLRI type.
    pub fn code(&self) -> u16 {
        Reader::new(&self.octets).u16().unwrap_or_default()
    }

    fn known(&self) -> Option<&'static (u16, &'static str, Write)> {
        TYPES.iter().find(|(code, ..)| *code == self.code())
    }

    /// Writes the object of a known type; `None`, with a part of it written, when there is none.
    fn write(&self, out: &mut String, style: &Style) -> Option<()> {
        let (code, name, write) = *self.known()?;
        let mut octets = Tlv::read(&mut Reader::new(&self.octets))?.value;
        let rd = if self.vpn { Some(RouteDistinguisher(octets.array()?)) } else { None };
        let protocol = octets.u8()?;
        let identifier = u64::from_be_bytes(octets.array()?);
        json::write(
            out,
            format_args!(
                "{{ \"ls-nlri-type\": \"{name}\", \"l3-routing-topology\": {identifier}, \"protocol-id\": {protocol}"
            ),
        );
        write(&Object { code, rd, descriptors: Tlv::all(octets)?, style }, out)?;
        path_id::json(self.path, out);
        out.push_str(" }");
        Some(())
    }
}

impl Object<'_> {
    /// The next hop, where the style tells it, and the route distinguisher; they change places with the dialect.
    fn write_next_hop_and_rd(&self, out: &mut String) {
        if self.style.dialect == Dialect::V6 {
            self.write_rd(out);
        }
        match self.style.next_hop {
            Some(NextHop::None) => out.push_str(", \"nexthop\": \"None\""),
            Some(next_hop) => json::write(out, format_args!(", \"nexthop\": \"{next_hop}\"")),
            None => {}
        }
        if self.style.dialect == Dialect::V5 {
            self.write_rd(out);
        }
    }

    fn write_rd(&self, out: &mut String) {
        self.rd.iter().for_each(|rd| json::write(out, format_args!(", \"rd\": \"{rd}\"")));
    }
}

/// Writes the node that a node, a prefix or a segment belongs to.
fn local_node(object: &Object<'_>, out: &mut String) -> Option<()> {
    out.push_str(", \"node-descriptors\": ");
    descriptor::node(descriptor::first(&object.descriptors, 256), out)
}

impl Nlri for LinkState {
    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let path = path_id::decode(octets, add_path)?;
        let whole = octets.rest();
        let tlv = Tlv::read(octets)
            .ok_or_else(|| Malformed::new("an NLRI of BGP-LS is longer than the rest of its field"))?;
        let read = whole.get(..whole.len() - octets.len()).unwrap_or_default();
        let nlri = Self { octets: Bytes::copy_from_slice(read), vpn: family == Family::BgpLsVpn, path };
        if nlri.known().is_some() && nlri.write(&mut String::new(), &Style::default()).is_none() {
            return Err(Malformed::skipped(format!("an NLRI of BGP-LS of type {} cannot be read", tlv.code)));
        }
        Ok(nlri)
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        out.put_slice(&self.octets);
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        let column = words.column();
        let word = words.next().map_or_else(String::new, |word| word.text.to_owned());
        Err(WordError { column, word, message: format!("routes of {family} are only received, never announced") })
    }

    fn json(&self, out: &mut String, style: &Style) {
        let start = out.len();
        if self.write(out, style).is_none() {
            out.truncate(start);
            json::write(out, format_args!("{{ \"code\": {}, \"parsed\": false, \"raw\": \"", self.code()));
            json::hex(out, &self.octets);
            out.push('"');
            path_id::json(self.path, out);
            out.push_str(" }");
        }
    }

    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        out.extend(&self.octets);
    }
}

/// The names of the family: no words say the rest.
impl fmt::Display for LinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.vpn { "afi bgp-ls safi bgp-ls-vpn" } else { "afi bgp-ls safi bgp-ls" })
    }
}
