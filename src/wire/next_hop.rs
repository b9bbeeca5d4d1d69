//! The next hop of a route, as asked for and as resolved for a session.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
};

use crate::{Word, WordError, Words};

/// Where traffic for a route is to be sent (RFC 4271 5.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum NextHop {
    /// None: withdrawals, and families which need none.
    #[default]
    None,
    /// `self`: our own address on the session that carries the route.
    Itself,
    /// This address.
    Ip(IpAddr),
}

impl NextHop {
    /// Reads `<ip>` or `self`.
    ///
    /// # Errors
    /// When the word is neither.
    pub fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the next-hop address")?;
        if word.text.eq_ignore_ascii_case("self") {
            return Ok(Self::Itself);
        }
        word.text.parse().map(Self::Ip).map_err(|_| refused(word))
    }

    /// The address to write on this session: `self` becomes the session's own address. An IPv4 route on an
    /// IPv6 session falls back to the router identifier; an IPv6 route on an IPv4 session has no such way out. Routes
    /// of other AFIs take either.
    pub const fn resolve(self, afi: u16, local: Option<IpAddr>, router_id: Ipv4Addr) -> Self {
        match (self, afi, local) {
            (Self::Itself, 1, Some(address @ IpAddr::V4(_))) => Self::Ip(address),
            (Self::Itself, 1, _) => Self::Ip(IpAddr::V4(router_id)),
            (Self::Itself, 2, Some(address @ IpAddr::V6(_))) => Self::Ip(address),
            (Self::Itself, 2, _) | (Self::Itself, _, None) => Self::None,
            (Self::Itself, _, Some(address)) => Self::Ip(address),
            (fixed, ..) => fixed,
        }
    }

    /// Whether it is an address of IPv6 that is not bound to a link.
    pub const fn is_global_ipv6(self) -> bool {
        matches!(self, Self::Ip(IpAddr::V6(address)) if !address.is_unicast_link_local())
    }

    /// The address, if it is one of IPv4.
    pub const fn ipv4(self) -> Option<Ipv4Addr> {
        match self {
            Self::Ip(IpAddr::V4(address)) => Some(address),
            _ => None,
        }
    }
}

fn refused(word: Word<'_>) -> WordError {
    WordError::expected(word, "an IP address or the word self")
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no-nexthop"),
            Self::Itself => f.write_str("self"),
            Self::Ip(address) => address.fmt(f),
        }
    }
}
