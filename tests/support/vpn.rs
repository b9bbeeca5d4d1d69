//! Routes of VPNs and labelled routes, ours and theirs: distinguishers and targets of every type.

use super::exchange::{Announced, attributes, rest};

/// A route of a VPN.
#[derive(Debug, Clone)]
pub(crate) struct Vpn {
    pub(crate) index: u32,
    pub(crate) v6: bool,
    pub(crate) prefix: String,
    pub(crate) rd: String,
    pub(crate) label: u32,
    pub(crate) next_hop: String,
    pub(crate) as_path: Vec<u32>,
    pub(crate) targets: Vec<String>,
}

impl Vpn {
    /// Routes of both versions of IP, whose paths begin with this AS.
    pub(crate) fn both(asn: u32) -> impl Iterator<Item = Self> {
        (0..ROUTES).flat_map(move |index| [false, true].map(|v6| Self::new(v6, index, asn)))
    }

    /// Each prefix is in two VPNs.
    fn new(v6: bool, index: u32, asn: u32) -> Self {
        let number = index / 2;
        let prefix = match v6 {
            true => format!("2001:db8:{:x}::/{}", 0x1000 + number, 48 + number % 3 * 8),
            false => format!("10.{}.{number}.0/{}", asn % 250, 24 + number % 3),
        };
        let rd = match index % 3 {
            0 => format!("{asn}:{index}"),
            1 => format!("192.0.2.1:{index}"),
            _ => format!("{}:{index}", 4_200_000_000 + index),
        };
        let next_hop =
            if v6 { format!("2001:db8::{:x}", 1 + index % 10) } else { format!("192.0.2.{}", 1 + index % 10) };
        let as_path =
            [asn].into_iter().chain((0..index % 3).map(|hop| 65100 + 4_200_000_000 * (hop % 2) + index)).collect();
        let targets = match index % 4 {
            0 => vec![format!("{asn}:{index}")],
            1 => vec![format!("192.0.2.7:{index}")],
            2 => vec![format!("4200000000:{index}")],
            _ => vec![format!("{asn}:1"), format!("{asn}:{}", 1_000_000 + index)],
        };
        let label = if index == 0 { 1_048_575 } else { 16 + index * 1000 };
        Self { index, v6, prefix, rd, label, next_hop, as_path, targets }
    }

    /// What tells it from others, and the rest.
    pub(crate) fn heard(&self) -> (String, String) {
        let label = format!("label [{}]", self.label);
        (format!("{} rd {}", self.prefix, self.rd), rest(&label, &self.next_hop, &self.as_path, &self.targets))
    }

    /// As we announce it.
    pub(crate) fn announced(&self) -> Announced {
        let Self { prefix, rd, label, next_hop, .. } = self;
        let short = format!("{} mpls-vpn {prefix} rd {rd}", self.family());
        Announced {
            route: format!("{short} label {label} next-hop {next_hop}"),
            short,
            attributes: attributes(&self.as_path, &self.targets),
            held: self.heard(),
        }
    }

    /// `ipv4` or `ipv6`.
    pub(crate) fn family(&self) -> &'static str {
        if self.v6 { "ipv6" } else { "ipv4" }
    }
}

/// Of each version of IP.
const ROUTES: u32 = 30;
