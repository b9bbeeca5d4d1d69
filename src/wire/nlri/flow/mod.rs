//! Flow specifications: ipv4/ipv6 flow and flow-vpn (RFC 8955 section 4, RFC 8956 section 3).
//!
//! ```text
//! +-------------------------------+
//! | Path identifier (4)           |  with ADD-PATH only
//! +-------------------------------+
//! | Length in octets (1 or 2)     |  below 240 in one, else 0xF000 and the length in two
//! +-------------------------------+
//! | Route distinguisher (8)       |  of flow-vpn only
//! +-------------------------------+
//! | Components                    |  in ascending order of their types, see Component
//! +-------------------------------+
//! ```

mod action;
mod component;
mod json;
mod names;
mod operator;
mod prefix;
mod words;

use std::fmt;

use bytes::{BufMut, BytesMut};
use smallvec::SmallVec;

pub use component::{Component, Kind, Version};
pub use operator::Term;
pub use prefix::FlowPrefix;
pub use words::Section;

use super::{AnyNlri, Family, KeyBuf, Nlri, path_id, rd::RouteDistinguisher};
use crate::{Intent, Malformed, Quirk, Quirks, Reader, WordError, Words, json::Style, route::Action};

/// The shortest length that takes two octets.
const LONG: usize = 240;
/// The shortest length that is refused: the field of twelve bits is not used to its end.
const TOO_LONG: usize = 4095;
/// The SAFI of rules which belong to a VPN.
const VPN: u8 = 134;

/// A rule: which packets it is about. What is done with them stands in the attributes of the route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Flow {
    /// The version of IP; missing only while the words of the route are being read.
    pub version: Option<Version>,
    /// The VPN the rule belongs to.
    pub rd: Option<RouteDistinguisher>,
    /// The conditions, all of which a packet has to meet, in ascending order of their kinds.
    pub components: Vec<Component>,
    /// The path identifier.
    pub path: Option<u32>,
}

impl Flow {
    /// The version of IP: that of most rules, until something says otherwise.
    pub fn version(&self) -> Version {
        self.version.unwrap_or(Version::V4)
    }

    /// Writes route distinguisher and components.
    fn body(&self, out: &mut BytesMut, raw_offsets: bool) {
        if let Some(rd) = self.rd {
            out.put_slice(&rd.0);
        }
        self.components.iter().for_each(|component| component.encode(out, raw_offsets));
    }

    fn write(&self, out: &mut BytesMut, add_path: bool, raw_offsets: bool) {
        path_id::encode(self.path, out, add_path);
        let mut body = BytesMut::new();
        self.body(&mut body, raw_offsets);
        match u8::try_from(body.len()) {
            Ok(length) if body.len() < LONG => out.put_u8(length),
            _ => out.put_u16(0xF000 | u16::try_from(body.len().min(TOO_LONG)).unwrap_or(0x0FFF)),
        }
        out.put_slice(&body);
    }

    /// The rule as an NLRI of the family that follows from what was said of it; `vpn` when that is asked for.
    pub(super) fn settled(mut self: Box<Self>, vpn: bool) -> Result<AnyNlri, String> {
        let version = *self.version.get_or_insert(Version::V4);
        match (version, self.rd.is_some()) {
            (_, false) if vpn => Err("the rd of the route is missing".to_owned()),
            (Version::V4, false) => Ok(AnyNlri::Ipv4Flow(self)),
            (Version::V4, true) => Ok(AnyNlri::Ipv4FlowVpn(self)),
            (Version::V6, false) => Ok(AnyNlri::Ipv6Flow(self)),
            (Version::V6, true) => Ok(AnyNlri::Ipv6FlowVpn(self)),
        }
    }

    /// The components, which stand in ascending order.
    fn components(version: Version, mut body: Reader<'_>, raw_offsets: bool) -> Result<Vec<Component>, Malformed> {
        let mut components: Vec<Component> = Vec::new();
        while !body.is_empty() {
            let component = Component::decode(version, &mut body, raw_offsets)?;
            if components.last().is_some_and(|before| !component.may_follow(before)) {
                return Err(Malformed::skipped("the components of a flow are not in order"));
            }
            components.push(component);
        }
        if components.is_empty() {
            return Err(Malformed::skipped("a flow has no component"));
        }
        Ok(components)
    }
}

/// The octets behind the length (RFC 8955 section 4.1).
fn field<'a>(octets: &mut Reader<'a>) -> Option<Reader<'a>> {
    let first = octets.u8()?;
    let length = if usize::from(first) < LONG {
        usize::from(first)
    } else {
        usize::from(first & 0x0F) << 8 | usize::from(octets.u8()?)
    };
    octets.sub(length)
}

impl Nlri for Flow {
    const ACTIONS: &'static [Action] = action::ALL;

    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        Self::decode_for(family, octets, add_path, Quirks::NONE)
    }

    fn decode_for(family: Family, octets: &mut Reader<'_>, add_path: bool, quirks: Quirks) -> Result<Self, Malformed> {
        let raw_offsets = quirks.has(Quirk::FlowIpv6Offset);
        let path = path_id::decode(octets, add_path)?;
        let mut body = field(octets).ok_or_else(|| Malformed::new("a flow is longer than the rest of its field"))?;
        let version = Version::of(family);
        let rd = if family.safi() == VPN { Some(RouteDistinguisher::decode(&mut body)?) } else { None };
        Ok(Self { version: Some(version), rd, components: Self::components(version, body, raw_offsets)?, path })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        self.write(out, add_path, false);
    }

    fn encode_for(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
        self.write(out, add_path, quirks.has(Quirk::FlowIpv6Offset));
    }

    /// The word `flow`, with which the text form begins, may stand before the conditions.
    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        words.keyword("flow");
        Ok(Self { version: Some(Version::of(family)), ..Self::default() })
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        path_id::word(&mut self.path, keyword, words)
            .or_else(|| RouteDistinguisher::word(&mut self.rd, keyword, words))
            .or_else(|| words::component(self, keyword, words))
    }

    fn complete(&self, _: Intent) -> Result<(), String> {
        if self.components.is_empty() {
            return Err("a flow needs at least one condition to match".to_owned());
        }
        // The form of the quirk is the longer one.
        let mut body = BytesMut::new();
        self.body(&mut body, true);
        match body.len() {
            TOO_LONG.. => {
                Err(format!("a flow of {} octets is too long, {TOO_LONG} or more cannot be sent", body.len()))
            }
            _ => Ok(()),
        }
    }

    fn json(&self, out: &mut String, style: &Style) {
        json::write(self, out, style);
    }

    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        let mut body = BytesMut::new();
        self.body(&mut body, false);
        out.extend(&body);
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("flow")?;
        for component in &self.components {
            write!(f, " {}", component.name(self.version()))?;
            let values: SmallVec<[String; 4]> = component.values(self.version()).collect();
            match &values[..] {
                [one] if component.is_single() => write!(f, " {one}")?,
                many => write!(f, " [ {} ]", many.join(" "))?,
            }
        }
        if let Some(rd) = self.rd {
            write!(f, " rd {rd}")?;
        }
        path_id::fmt(self.path, f)
    }
}

#[cfg(test)]
mod tests;
