//! EXTENDED COMMUNITIES (16): tags of 64 bits with a type (RFC 4360).
//!
//! ```text
//! +---------------+---------------+-------------------------------+
//! |  Type high    |  Type low     |  Value (6 octets) ...         |
//! +---------------+---------------+-------------------------------+
//! ```

mod text;
mod words;

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, TRANSITIVE, bracketed, items};
use crate::{Malformed, Negotiated, Quirk, Reader, WordError, Words, json, json::Dialect, json::Style};

/// One extended community, as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExtendedCommunity(pub [u8; 8]);

/// Extended communities, in the order given or received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExtendedCommunities(pub Vec<ExtendedCommunity>);

impl ExtendedCommunity {
    /// One whose value is an AS number of two octets and a number of four (RFC 4360 section 3.1).
    pub fn two_octet_as(kind: [u8; 2], asn: u16, number: u32) -> Self {
        Self::build(kind, &asn.to_be_bytes(), &number.to_be_bytes())
    }

    /// One whose value is an address or an AS number of four octets and a number of two (RFC 4360 section 3.2, RFC 5668).
    pub fn four_octets(kind: [u8; 2], administrator: u32, number: u16) -> Self {
        Self::build(kind, &administrator.to_be_bytes(), &number.to_be_bytes())
    }

    fn build(kind: [u8; 2], first: &[u8], second: &[u8]) -> Self {
        let mut octets = [0; 8];
        let parts = kind.iter().chain(first).chain(second);
        octets.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
        Self(octets)
    }

    /// The rate of FlowSpec's traffic-rate-bytes (RFC 8955 section 7.1).
    pub fn rate_bytes(rate: f32) -> Self {
        Self::build([0x80, 0x06], &[0, 0], &rate.to_be_bytes())
    }

    /// The rate of FlowSpec's traffic-rate-packets (RFC 8955 section 7.2).
    pub fn rate_packets(rate: f32) -> Self {
        Self::build([0x80, 0x0C], &[0, 0], &rate.to_be_bytes())
    }

    /// FlowSpec's traffic-action: whether to sample, whether to go on (RFC 8955 section 7.3).
    pub const fn action(sample: bool, terminal: bool) -> Self {
        let bits = (sample as u8) << 1 | terminal as u8;
        Self([0x80, 0x07, 0, 0, 0, 0, 0, bits])
    }

    /// FlowSpec's traffic-marking (RFC 8955 section 7.5).
    pub const fn mark(dscp: u8) -> Self {
        Self([0x80, 0x09, 0, 0, 0, 0, 0, dscp])
    }

    /// Traffic goes to the next hop of the route, or a copy of it (draft-simpson-idr-flowspec-redirect).
    pub const fn redirect_to_next_hop(copy: bool) -> Self {
        Self([0x08, 0x00, 0, 0, 0, 0, 0, copy as u8])
    }

    /// Traffic goes to this address (draft-ietf-idr-flowspec-redirect-ip).
    pub fn redirect_to(address: std::net::Ipv4Addr, copy: bool) -> Self {
        Self::four_octets([0x01, 0x0C], address.into(), u16::from(copy))
    }

    /// The interfaces a FlowSpec rule applies to (draft-ietf-idr-flowspec-interfaceset).
    pub fn interface_set(transitive: bool, direction: u16, asn: u32, group: u16) -> Self {
        let kind = if transitive { 0x07 } else { 0x47 };
        Self::four_octets([kind, 0x02], asn, direction << 14 | group & 0x3FFF)
    }

    /// Whether it names interfaces.
    const fn is_interface_set(self) -> bool {
        matches!(self.0, [0x07 | 0x47, 0x02, ..])
    }

    /// Whether other ASes are to be told (RFC 4360 section 2).
    pub const fn is_transitive(self) -> bool {
        let [high, ..] = self.0;
        high & 0x40 == 0
    }

    /// The octets to send: the reference writes AS numbers of four octets as addresses.
    fn sent(self, with: &Negotiated) -> [u8; 8] {
        match self.0 {
            [0x02, low @ (0x02 | 0x03), value @ ..] if with.quirks.has(Quirk::RouteTargetAs4) => {
                let [a, b, c, d, e, f] = value;
                [0x01, low, a, b, c, d, e, f]
            }
            octets => octets,
        }
    }
}

impl Attribute for ExtendedCommunities {
    const CODE: u8 = 16;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "extended-community";

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        let items = items(value, 8, "EXTENDED COMMUNITIES")?;
        Ok(Self(items.filter_map(|octets| Reader::new(octets).array().map(ExtendedCommunity)).collect()))
    }

    fn encode(&self, out: &mut BytesMut, with: &Negotiated) {
        let mut sorted: Vec<[u8; 8]> = self.0.iter().map(|community| community.sent(with)).collect();
        sorted.sort_unstable();
        sorted.iter().for_each(|octets| out.put_slice(octets));
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        words::list(words).map(Self)
    }

    fn json(&self, out: &mut String, style: &Style) -> bool {
        out.push_str("[ ");
        json::separated(out, ", ", &self.0, |out, community| {
            let (value, name) = (u64::from_be_bytes(community.0), text::InJson(*community).to_string());
            // The older dialect has no name for what the newer one tells in digits.
            let name = if style.dialect == Dialect::V5 && name.starts_with("0x") { "" } else { &name };
            json::write(out, format_args!("{{ \"value\": {value}, \"string\": \"{name}\""));
            if style.dialect == Dialect::V6 && community.is_interface_set() {
                json::write(out, format_args!(", \"transitive\": {}", community.is_transitive()));
            }
            out.push_str(" }");
        });
        out.push_str(" ]");
        true
    }

    fn join(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

impl fmt::Display for ExtendedCommunities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bracketed(f, &self.0.iter().map(ExtendedCommunity::to_string).collect::<Vec<_>>())
    }
}
