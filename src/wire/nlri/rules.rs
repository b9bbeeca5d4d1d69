//! What differs between families besides the NLRI itself: next hops, and what shares an UPDATE or a withdrawal.

use std::net::IpAddr;

use super::Family;
use crate::NextHop;

/// The rules of a family.
#[derive(Debug, Clone, Copy)]
struct Rules {
    /// Octets of a next hop in MP_REACH_NLRI, each of its route distinguishers counted.
    lengths: &'static [usize],
    /// A route distinguisher of zeros precedes each address (RFC 4364 section 4.3.2, RFC 4659 section 3.2.1).
    rd: bool,
    /// NEXT_HOP stands beside MP_REACH_NLRI when the next hop is one of IPv4, as the reference does it.
    attribute: bool,
    /// A next hop of IPv4 is kept as an IPv4-mapped one of IPv6.
    mapped: bool,
    /// A route to be announced needs one.
    needed: bool,
    /// Routes with equal attributes share an UPDATE.
    groups: bool,
    /// A withdrawal has no attribute besides MP_UNREACH_NLRI.
    bare: bool,
    /// ADD-PATH is offered for the family.
    paths: bool,
}

const PREFIXES: Rules = Rules {
    lengths: &[4],
    rd: false,
    attribute: true,
    mapped: false,
    needed: true,
    groups: false,
    bare: false,
    paths: false,
};
const TUNNELS: Rules = Rules { attribute: false, ..PREFIXES };

impl Family {
    /// By AFI and SAFI, so that the row of a family stands here before the family does.
    const fn rules(self) -> Rules {
        const V4: &[usize] = &[4];
        const V6: &[usize] = &[16, 32];
        const BOTH: &[usize] = &[4, 16, 32];
        const NO_OR_BOTH: &[usize] = &[0, 4, 16, 32];
        let lengths = match (self.afi(), self.safi()) {
            (2, 1 | 2 | 4) => V6,
            (2, 73) => &[16],
            (1, 128) => &[12],
            // Two addresses have two route distinguishers; some senders leave out the second.
            (2, 128) => &[24, 40, 48],
            (_, 5 | 65 | 70 | 71 | 85 | 132) => BOTH,
            (_, 72) => &[12, 24],
            (_, 133 | 134) => NO_OR_BOTH,
            _ => V4,
        };
        let rules = match (self.afi(), self.safi()) {
            (1, 1) => Rules { groups: true, bare: true, paths: true, ..PREFIXES },
            (2, 1) => Rules { bare: true, paths: true, ..PREFIXES },
            (_, 2) => Rules { bare: true, ..PREFIXES },
            (_, 4) => Rules { paths: true, ..PREFIXES },
            (_, 5) => Rules { groups: true, ..PREFIXES },
            (_, 128) => Rules { rd: true, paths: true, ..PREFIXES },
            (_, 72) => Rules { rd: true, ..TUNNELS },
            (_, 133 | 134) => Rules { needed: false, ..TUNNELS },
            (1, 85) => PREFIXES,
            (2, 85) => Rules { mapped: true, ..PREFIXES },
            _ => TUNNELS,
        };
        Rules { lengths, ..rules }
    }

    /// The lengths a next hop in MP_REACH_NLRI may have without RFC 8950.
    pub const fn next_hop_lengths(self) -> &'static [usize] {
        self.rules().lengths
    }

    /// Whether eight octets of zeros precede each address of a next hop.
    pub const fn rd_in_next_hop(self) -> bool {
        self.rules().rd
    }

    /// Whether NEXT_HOP is sent beside MP_REACH_NLRI when the next hop is one of IPv4.
    pub const fn has_next_hop_attribute(self) -> bool {
        self.rules().attribute
    }

    /// The next hop of a route for which this one was given.
    pub const fn next_hop(self, given: NextHop) -> NextHop {
        match given {
            NextHop::Ip(IpAddr::V4(address)) if self.rules().mapped => {
                NextHop::Ip(IpAddr::V6(address.to_ipv6_mapped()))
            }
            other => other,
        }
    }

    /// Whether a route to be announced needs a next hop.
    pub const fn needs_next_hop(self) -> bool {
        self.rules().needed
    }

    /// Whether routes of the family with equal attributes share an UPDATE.
    pub const fn groups(self) -> bool {
        self.rules().groups
    }

    /// Whether a withdrawal consists of nothing but the NLRI. The others carry attributes, as the reference does it.
    pub const fn withdraws_bare(self) -> bool {
        self.rules().bare
    }

    /// Whether ADD-PATH (RFC 7911) is offered for the family. What is received with it is read in any family.
    pub const fn offers_paths(self) -> bool {
        self.rules().paths
    }
}
