//! What the members of a fleet have each of their own: the next address, AS number or port of a range.

use std::{
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use crate::{draft::Settings, value::Auto};

/// A field for which a fleet takes a range, with one row each.
#[derive(Debug)]
pub(super) struct Each {
    /// The field.
    pub(super) name: &'static str,
    /// What a range of it looks like.
    pub(super) expects: &'static str,
    kind: Kind,
    /// Gives a member its value.
    pub(super) give: fn(&mut Settings, Item),
    /// Says the value of a member.
    pub(super) tell: fn(&Settings, &mut String) -> Option<()>,
}

/// What a range consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Address,
    Address4,
    As,
    Port,
}

/// One of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Address(IpAddr),
    Number(u32),
}

/// A range: the first, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Series {
    first: Item,
    pub(super) length: u128,
}

/// The rows.
pub(super) static EACH: &[Each] = &[
    Each {
        name: "peer_address",
        expects: ADDRESSES,
        kind: Kind::Address,
        give: |s, item| s.peer_address = item.address().map(|address| (address, None)),
        tell: |s, out| say(out, s.peer_address.map(|(address, _)| address)),
    },
    Each {
        name: "local_address",
        expects: ADDRESSES,
        kind: Kind::Address,
        give: |s, item| s.local_address = item.address().map(Auto::Is),
        tell: |s, out| say(out, s.local_address.and_then(Auto::known)),
    },
    Each {
        name: "router_id",
        expects: "an IPv4 address, a prefix such as \"10.0.0.0/8\" or a range such as \"10.0.0.1..10.0.0.9\"",
        kind: Kind::Address4,
        give: |s, item| s.router_id = item.address().and_then(four),
        tell: |s, out| say(out, s.router_id.or_else(|| s.local_address.and_then(Auto::known).and_then(four))),
    },
    Each {
        name: "local_as",
        expects: NUMBERS,
        kind: Kind::As,
        give: |s, item| s.local_as = item.number().map(Auto::Is),
        tell: |s, out| say(out, s.local_as.and_then(Auto::known)),
    },
    Each {
        name: "peer_as",
        expects: NUMBERS,
        kind: Kind::As,
        give: |s, item| s.peer_as = item.number().map(Auto::Is),
        tell: |s, out| say(out, s.peer_as.and_then(Auto::known)),
    },
    Each {
        name: "connect",
        expects: PORTS,
        kind: Kind::Port,
        give: |s, item| s.connect = item.number().and_then(|port| port.try_into().ok()),
        tell: |s, out| say(out, s.connect),
    },
    Each {
        name: "listen",
        expects: PORTS,
        kind: Kind::Port,
        give: |s, item| s.listen = item.number().and_then(|port| port.try_into().ok()),
        tell: |s, out| say(out, s.listen),
    },
];

/// The row of a field.
pub(super) fn find(name: &str) -> Option<&'static Each> {
    EACH.iter().find(|each| each.name == name)
}

impl Each {
    /// Whether the text is meant as a range rather than as one value for all.
    pub(super) fn is_range(&self, text: &str) -> bool {
        text.contains("..") || (self.kind.is_address() && text.contains('/'))
    }

    /// The range of a text.
    pub(super) fn range(&self, text: &str) -> Option<Series> {
        let kind = self.kind;
        if let Some((first, last)) = text.split_once("..") {
            let first = kind.item(first)?;
            let last = if last.is_empty() { kind.last(first) } else { kind.item(last)? };
            return Series::between(first, last);
        }
        let (first, mask) = text.split_once('/')?;
        let first = kind.item(first)?;
        Series::between(first, first.end_of(wire::number::u8(mask)?)?)
    }
}

impl Kind {
    fn is_address(self) -> bool {
        matches!(self, Self::Address | Self::Address4)
    }

    fn item(self, text: &str) -> Option<Item> {
        match self {
            Self::Address => text.parse().ok().map(Item::Address),
            Self::Address4 => text.parse().ok().map(|address: Ipv4Addr| Item::Address(address.into())),
            Self::As => wire::number::asn(text).filter(|asn| *asn > 0).map(Item::Number),
            Self::Port => wire::number::u16(text).filter(|port| *port > 0).map(|port| Item::Number(port.into())),
        }
    }

    /// The last there is.
    fn last(self, first: Item) -> Item {
        match (self, first) {
            (_, Item::Address(IpAddr::V4(_))) => Item::Address(Ipv4Addr::BROADCAST.into()),
            (_, Item::Address(IpAddr::V6(_))) => Item::Address(Ipv6Addr::from_bits(u128::MAX).into()),
            (Self::Port, _) => Item::Number(u16::MAX.into()),
            _ => Item::Number(u32::MAX),
        }
    }
}

impl Item {
    fn address(self) -> Option<IpAddr> {
        if let Self::Address(address) = self { Some(address) } else { None }
    }

    fn number(self) -> Option<u32> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The last address of the prefix it is in.
    fn end_of(self, mask: u8) -> Option<Self> {
        let end: IpAddr = match self.address()? {
            IpAddr::V4(address) if mask <= 32 => {
                Ipv4Addr::from_bits(address.to_bits() | u32::MAX.checked_shr(mask.into()).unwrap_or(0)).into()
            }
            IpAddr::V6(address) if mask <= 128 => {
                Ipv6Addr::from_bits(address.to_bits() | u128::MAX.checked_shr(mask.into()).unwrap_or(0)).into()
            }
            _ => return None,
        };
        Some(Self::Address(end))
    }
}

impl Series {
    /// Both ends, and what is between them.
    fn between(first: Item, last: Item) -> Option<Self> {
        let between = match (first, last) {
            (Item::Address(IpAddr::V4(first)), Item::Address(IpAddr::V4(last))) => {
                last.to_bits().checked_sub(first.to_bits())?.into()
            }
            (Item::Address(IpAddr::V6(first)), Item::Address(IpAddr::V6(last))) => {
                last.to_bits().checked_sub(first.to_bits())?
            }
            (Item::Number(first), Item::Number(last)) => last.checked_sub(first)?.into(),
            _ => return None,
        };
        Some(Self { first, length: between.saturating_add(1) })
    }

    /// The one of the member `n`.
    pub(super) fn nth(&self, n: u32) -> Option<Item> {
        if u128::from(n) >= self.length {
            return None;
        }
        Some(match self.first {
            Item::Address(IpAddr::V4(first)) => {
                Item::Address(Ipv4Addr::from_bits(first.to_bits().checked_add(n)?).into())
            }
            Item::Address(IpAddr::V6(first)) => {
                Item::Address(Ipv6Addr::from_bits(first.to_bits().checked_add(n.into())?).into())
            }
            Item::Number(first) => Item::Number(first.checked_add(n)?),
        })
    }
}

fn four(address: IpAddr) -> Option<Ipv4Addr> {
    if let IpAddr::V4(address) = address { Some(address) } else { None }
}

fn say(out: &mut String, value: Option<impl std::fmt::Display>) -> Option<()> {
    write!(out, "{}", value?).ok()
}

const ADDRESSES: &str = "an address, a prefix such as \"10.0.0.0/8\" or a range such as \"10.0.0.1..10.0.0.9\"";
const NUMBERS: &str = "an AS number, auto or a range such as \"65001..65100\"";
const PORTS: &str = "a port or a range such as \"1790..1799\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn nth(name: &str, text: &str, n: u32) -> Option<Item> {
        let each = find(name).unwrap();
        assert!(each.is_range(text), "{text}");
        each.range(text)?.nth(n)
    }

    fn address(text: &str) -> Option<Item> {
        Some(Item::Address(text.parse().unwrap()))
    }

    #[test]
    fn a_prefix_counts_from_the_address_that_is_written() {
        assert_eq!(nth("peer_address", "10.0.0.0/24", 255), address("10.0.0.255"));
        assert_eq!(nth("peer_address", "10.0.0.0/24", 256), None);
        assert_eq!(nth("peer_address", "10.0.0.1/24", 255), None);
        assert_eq!(nth("router_id", "10.0.0.1/8", 255), address("10.0.1.0"));
        assert_eq!(nth("local_address", "2001:db8::1/64", 0xffff), address("2001:db8::1:0"));
        assert_eq!(find("peer_address").unwrap().range("::/0").unwrap().length, u128::MAX);
        assert_eq!(nth("peer_address", "0.0.0.0/0", 1), address("0.0.0.1"));
        assert_eq!(nth("peer_address", "10.0.0.0/32", 0), address("10.0.0.0"));
    }

    #[test]
    fn a_range_has_both_ends() {
        assert_eq!(nth("peer_as", "65001..66000", 999), Some(Item::Number(66000)));
        assert_eq!(nth("peer_as", "65001..66000", 1000), None);
        assert_eq!(nth("local_as", "1.1..1.9", 1), Some(Item::Number(65538)));
        assert_eq!(nth("connect", "65535..", 0), Some(Item::Number(65535)));
        assert_eq!(nth("listen", "65535..", 1), None);
        assert_eq!(nth("local_address", "10.0.0.9..", 1), address("10.0.0.10"));
        assert_eq!(nth("local_address", "::1..::9", 8), address("::9"));
    }

    #[test]
    fn what_is_no_range() {
        let wrong = [
            ("peer_as", "66000..65001"),
            ("peer_as", "0..9"),
            ("connect", "1..65536"),
            ("router_id", "::1..::9"),
            ("peer_address", "10.0.0.0/33"),
            ("peer_address", "10.0.0.1..::9"),
            ("peer_address", "/8"),
            ("peer_address", ".."),
            ("connect", "1...9"),
        ];
        for (name, text) in wrong {
            assert_eq!(find(name).unwrap().range(text), None, "{name} {text}");
        }
    }
}
