//! What an extended community is called. The upper bits of the type, which say who may use it, are passed over, except
//! where they have a word.

use std::{fmt, net::Ipv4Addr};

use super::{ExtendedCommunity, words};
use crate::Words;

/// The name, most of which can be typed; hexadecimal digits where typing the name would give another
/// community. Rates keep their name: the AS which they may be of is left out of it.
impl fmt::Display for ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = InJson(*self).to_string();
        if let Some(set) = name.strip_prefix("interface-set:") {
            let scope = if self.is_transitive() { "transitive" } else { "non-transitive" };
            name = format!("interface-set:{scope}:{set}");
        }
        match words::one(&mut Words::new(&name)) {
            Ok(other) if other != *self && !name.starts_with("rate-limit") => {
                write!(f, "0x{:016X}", u64::from_be_bytes(self.0))
            }
            _ => f.write_str(&name),
        }
    }
}

impl ExtendedCommunity {
    /// The words it is typed with: its name, or hexadecimal digits where the name says less than its octets.
    pub fn typed(&self) -> String {
        let name = self.to_string();
        let mut words = Words::new(&name);
        match words::one(&mut words) {
            Ok(same) if same == *self && words.is_empty() => name,
            _ => format!("0x{:016X}", u64::from_be_bytes(self.0)),
        }
    }
}

/// The name in events.
pub(super) struct InJson(pub(super) ExtendedCommunity);

impl fmt::Display for InJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = self.0.0;
        let [high, low, value @ ..] = octets;
        let [a, b, c, d, e, last] = value;
        let (asn, number) = (u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, last]));
        let (wide, short) = (u32::from_be_bytes([a, b, c, d]), u16::from_be_bytes([e, last]));
        let address = Ipv4Addr::from(wide);
        match (high & 0x0F, low) {
            (0x0, 0x02) => write!(f, "target:{asn}:{number}"),
            (0x1, 0x02) => write!(f, "target:{address}:{short}"),
            (0x2, 0x02) => write!(f, "target:{wide}:{short}"),
            (0x0, 0x03) => write!(f, "origin:{asn}:{}", Ipv4Addr::from(number)),
            (0x1, 0x03) => write!(f, "origin:{address}:{short}"),
            (0x2, 0x03) => write!(f, "origin:{wide}:{short}"),
            (0x0, 0x13) => write!(f, "rtrecord:{asn}:{number}"),
            (0x1, 0x13) => write!(f, "rtrecord:{address}:{short}"),
            (0x0, 0x06) => write!(f, "rate-limit:{}", Rate(number)),
            (0x0, 0x0C) => write!(f, "rate-limit:{}:packets", Rate(number)),
            (0x0, 0x07) => f.write_str(action(last)),
            (0x0, 0x08) => write!(f, "redirect:{asn}:{number}"),
            (0x2, 0x08) => write!(f, "redirect:{wide}:{short}"),
            (0x0, 0x09) => write!(f, "mark {last}"),
            (0x0, 0x0A) => write!(f, "l2info:{a}:{b}:{}:{short}", u16::from_be_bytes([c, d])),
            (0x1, 0x0C) if last & 1 == 0 => write!(f, "redirect-to-nexthop-ietf {address}"),
            (0x1, 0x0C) => write!(f, "copy-to-nexthop-ietf {address} (with copy)"),
            (0x8, 0x00) if last & 1 == 0 => f.write_str("redirect-to-nexthop"),
            (0x8, 0x00) => f.write_str("copy-to-nexthop"),
            (0x3, 0x0C) => encapsulation(f, short),
            (0x3, 0x14) => write!(f, "consistentHashSortOrder:{wide}"),
            (0x6, 0x00) => write!(f, "mac-mobility:{number}{}", if a & 1 == 0 { "" } else { ":sticky" }),
            (0x7, 0x02) => write!(f, "interface-set:{}:{wide}:{}", direction(short >> 14), short & 0x3FFF),
            (0xC, 0x00) => write!(f, "mup:{asn}:{number}"),
            _ => write!(f, "0x{:016X}", u64::from_be_bytes(octets)),
        }
    }
}

/// The bits of a float, shown as the whole number that people write.
struct Rate(u32);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}", f64::from(f32::from_bits(self.0)).trunc())
    }
}

const fn action(bits: u8) -> &'static str {
    match bits & 3 {
        0 => "action",
        1 => "action terminal",
        2 => "action sample",
        _ => "action sample-terminal",
    }
}

const fn direction(bits: u16) -> &'static str {
    match bits {
        0 => "none",
        1 => "input",
        2 => "output",
        _ => "input-output",
    }
}

/// Tunnel types (IANA "BGP Tunnel Encapsulation Attribute Tunnel Types").
fn encapsulation(f: &mut fmt::Formatter<'_>, kind: u16) -> fmt::Result {
    f.write_str("encap:")?;
    f.write_str(match kind {
        0 => "Default",
        1 => "L2TPv3",
        2 => "GRE",
        7 => "IP-in-IP",
        8 => "VXLAN",
        9 => "NVGRE",
        10 => "MPLS",
        12 => "VXLAN-GPE",
        13 => "MPLS-in-UDP",
        _ => return write!(f, "encap:UNKNOWN-{kind}"),
    })
}
