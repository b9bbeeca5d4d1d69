//! What both OPENs agreed on, which decides how everything else is read and written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{Family, FamilySet, Quirks, frame, json};

/// How the peer may ask for routes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refresh {
    /// Not at all.
    #[default]
    Absent,
    /// By ROUTE-REFRESH (RFC 2918).
    Normal,
    /// With markers around the answer (RFC 7313).
    Enhanced,
}

impl Refresh {
    /// The word used in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Normal => "normal",
            Self::Enhanced => "enhanced",
        }
    }
}

/// The parameters of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiated {
    /// Our AS number.
    pub local_as: u32,
    /// The peer's AS number.
    pub peer_as: u32,
    /// Our address on the session.
    pub local_address: Option<IpAddr>,
    /// The peer's address.
    pub peer_address: Option<IpAddr>,
    /// Our BGP identifier.
    pub router_id: Ipv4Addr,
    /// The peer's BGP identifier.
    pub peer_router_id: Ipv4Addr,
    /// Seconds without a message after which the session is lost; 0 for never.
    pub hold_time: u16,
    /// Seconds between our KEEPALIVEs; 0 for none.
    pub keepalive: u16,
    /// AS numbers have four octets (RFC 6793).
    pub asn4: bool,
    /// The families of the session, in the order of the peer's OPEN.
    pub families: Vec<Family>,
    /// Messages may be 65,535 octets long (RFC 8654).
    pub extended_message: bool,
    /// What the peer understands of ROUTE-REFRESH.
    pub refresh: Refresh,
    /// Families sent with path identifiers (RFC 7911).
    pub add_path_send: FamilySet,
    /// Families received with path identifiers.
    pub add_path_receive: FamilySet,
    /// Families which may have a next hop of another AFI (RFC 8950).
    pub next_hops: Vec<(Family, u16)>,
    /// Our link-local address, to follow a global next hop of IPv6 (draft-ietf-idr-linklocal-capability).
    pub link_local: Option<Ipv6Addr>,
    /// Multisession was negotiated.
    pub multisession: bool,
    /// OPERATIONAL messages were negotiated.
    pub operational: bool,
    /// AIGP is exchanged with this peer though it is an external one (RFC 7311 section 3.2).
    pub aigp: bool,
    /// Routes with equal attributes may share an UPDATE.
    pub group_updates: bool,
    /// Where the reference's bytes are wanted in place of the RFC's.
    pub quirks: Quirks,
}

impl Negotiated {
    /// The state before both OPENs have been seen.
    pub const fn unnegotiated() -> Self {
        Self {
            local_as: 0,
            peer_as: 0,
            local_address: None,
            peer_address: None,
            router_id: Ipv4Addr::UNSPECIFIED,
            peer_router_id: Ipv4Addr::UNSPECIFIED,
            hold_time: 0,
            keepalive: 0,
            asn4: false,
            families: Vec::new(),
            extended_message: false,
            refresh: Refresh::Absent,
            add_path_send: FamilySet::new(),
            add_path_receive: FamilySet::new(),
            next_hops: Vec::new(),
            link_local: None,
            multisession: false,
            operational: false,
            aigp: false,
            group_updates: true,
            quirks: Quirks::NONE,
        }
    }

    /// The longest message, in octets.
    pub const fn message_size(&self) -> usize {
        if self.extended_message { frame::MAX_EXTENDED } else { frame::MAX }
    }

    /// Whether both sides are in one AS.
    pub const fn is_ibgp(&self) -> bool {
        self.local_as == self.peer_as
    }

    /// Whether the family was negotiated.
    pub fn has(&self, family: Family) -> bool {
        self.families.contains(&family)
    }

    /// Writes the `negotiated` object of events.
    pub fn json(&self, out: &mut String) {
        let said = |whether: bool| if whether { "true" } else { "false" };
        out.push_str("{ \"message_size\": ");
        json::number(out, u32::try_from(self.message_size()).unwrap_or(u32::MAX));
        out.push_str(", \"hold_time\": ");
        json::number(out, self.hold_time.into());
        out.extend([", \"asn4\": ", said(self.asn4), ", \"multisession\": ", said(self.multisession)]);
        out.extend([", \"operational\": ", said(self.operational), ", \"refresh\": \"", self.refresh.name()]);
        out.push_str("\", \"families\": [");
        names(out, self.families.iter().copied());
        out.push_str("], \"nexthop\": [");
        json::separated(out, ", ", &self.next_hops, |out, (family, afi)| {
            json::write(out, format_args!("\"{family} {}\"", crate::family::afi_name(*afi)));
        });
        out.push_str("], \"add_path\": {\"send\": [");
        names(out, self.add_path_send.iter());
        out.push_str("], \"receive\": [");
        names(out, self.add_path_receive.iter());
        out.push_str("]} }");
    }
}

fn names(out: &mut String, families: impl Iterator<Item = Family>) {
    json::separated(out, ", ", families, |out, family| {
        out.extend(["\"", family.afi_name(), " ", family.safi_name(), "\""]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_of_events() {
        let mut with = Negotiated::unnegotiated();
        with.families = vec![Family::Ipv4Unicast];
        with.next_hops = vec![(Family::Ipv4Unicast, 2)];
        with.add_path_send.insert(Family::Ipv4Unicast);
        let mut out = String::new();
        with.json(&mut out);
        assert_eq!(
            out,
            "{ \"message_size\": 4096, \"hold_time\": 0, \"asn4\": false, \"multisession\": false, \
             \"operational\": false, \"refresh\": \"absent\", \"families\": [\"ipv4 unicast\"], \
             \"nexthop\": [\"ipv4 unicast ipv6\"], \"add_path\": {\"send\": [\"ipv4 unicast\"], \"receive\": []} }"
        );
    }
}
