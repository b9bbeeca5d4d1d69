//! TUNNEL_ENCAP (23): tunnels to the next hop (RFC 9012 section 2), of which SR policies (RFC 9830 section 2.2) are
//! read in full.
//!
//! ```text
//! +-----------------+------------+-----------+
//! | Tunnel type (2) | Length (2) | Sub-TLVs  |  and more of them
//! +-----------------+------------+-----------+
//! ```

mod policy;
mod segment;
mod words;

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

pub use policy::{BindingSid, PolicySubTlv, SegmentListPart, SrPolicyTunnel};
pub use segment::{Behavior, Segment, SegmentKind, SegmentPart, SegmentSid};
pub(crate) use words::sub_tlv;

use super::{Attribute, OPTIONAL, TRANSITIVE, fmt_octets, tlv};
use crate::{Malformed, Negotiated, Reader, WordError, Words, json::Style};

/// The tunnels, in the order given or received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TunnelEncap(pub Vec<Tunnel>);

/// A tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tunnel {
    /// Type 15.
    SrPolicy(SrPolicyTunnel),
    /// Of another type, as it came.
    Unknown {
        /// Tunnel type (IANA "BGP Tunnel Encapsulation Attribute Tunnel Types").
        kind: u16,
        /// Its sub-TLVs.
        value: Bytes,
    },
}

/// The type of SR policies.
const SR_POLICY: u16 = 15;

impl Tunnel {
    fn decode(octets: &mut Reader<'_>) -> Result<Self, Malformed> {
        let header = octets.u16().zip(octets.u16());
        let tunnel = header.and_then(|(kind, length)| Some((kind, octets.sub(length.into())?)));
        match tunnel.ok_or_else(|| Malformed::new("a tunnel is longer than the rest of TUNNEL_ENCAP"))? {
            (SR_POLICY, value) => SrPolicyTunnel::decode(value).map(Self::SrPolicy),
            (kind, value) => Ok(Self::Unknown { kind, value: Bytes::copy_from_slice(value.rest()) }),
        }
    }

    const fn kind(&self) -> u16 {
        match self {
            Self::SrPolicy(_) => SR_POLICY,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    fn encode(&self, out: &mut BytesMut) {
        let mut value = BytesMut::new();
        match self {
            Self::SrPolicy(policy) => policy.encode(&mut value),
            Self::Unknown { value: octets, .. } => value.put_slice(octets),
        }
        out.put_u16(self.kind());
        out.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        out.put_slice(&value);
    }
}

impl Attribute for TunnelEncap {
    const CODE: u8 = 23;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "tunnel-encap";
    /// None: what an SR policy says are words of its NLRI.
    const KEYWORDS: &'static [&'static str] = &[];

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        if value.is_empty() {
            return Err(Malformed::new("TUNNEL_ENCAP has no tunnel"));
        }
        tlv::list(*value, Tunnel::decode).map(Self)
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        self.0.iter().for_each(|tunnel| tunnel.encode(out));
    }

    /// Reads the words of one SR policy, up to the last one.
    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let mut whole = Self(vec![Tunnel::SrPolicy(SrPolicyTunnel(Vec::new()))]);
        while !words.is_empty() {
            let keyword = words.expect("a part of an SR policy")?;
            whole.join(sub_tlv(keyword, words)?);
        }
        Ok(whole)
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        out.push('{');
        let tunnels: Vec<_> = self.0.iter().map(|tunnel| (tunnel.kind(), tunnel)).collect();
        let key = |kind: &u16| match *kind {
            SR_POLICY => "sr-policy".to_owned(),
            kind => format!("tunnel-type-{kind}"),
        };
        tlv::json_members(out, &mut true, &tunnels, key, |out, tunnel| match tunnel {
            Tunnel::SrPolicy(policy) => policy.json(out),
            Tunnel::Unknown { value, .. } => tlv::json_hex(out, value),
        });
        out.push('}');
        true
    }

    /// A policy is typed part by part. What it can have once counts the first time.
    fn join(&mut self, later: Self) {
        if let ([Tunnel::SrPolicy(policy)], [Tunnel::SrPolicy(more)]) = (&mut self.0[..], &later.0[..]) {
            policy.join(more);
        }
    }
}

/// The words of an SR policy if they say all there is in a line that helpers can read, else the octets.
impl fmt::Display for TunnelEncap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [Tunnel::SrPolicy(policy)] = &self.0[..] else { return fmt_octets(f, self) };
        let text = policy.to_string();
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return fmt_octets(f, self);
        }
        match Self::parse(&mut Words::new(&text)) {
            Ok(said) if said == *self && !text.is_empty() => f.write_str(&text),
            _ => fmt_octets(f, self),
        }
    }
}
