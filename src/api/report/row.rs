//! A peer as inspections show it: its configuration, and how its session is doing.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use config::{AddPath, Neighbor};
use session::{Counters, State, Status};
use wire::{AnyCapability, Family, FamilyCode, FamilySet, Open};

use super::capability;

/// One peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerRow {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// Our address, once known.
    pub local_address: Option<IpAddr>,
    /// Where its session is.
    pub state: State,
    /// For how long it has been established, or down.
    pub since: Duration,
    /// Why it is down, where that is known.
    pub trouble: Option<String>,
    /// Messages of this session, or of the last one.
    pub counters: Counters,
    /// What we offer.
    pub local: Offer,
    /// What it offers, while established.
    pub remote: Option<Offer>,
    /// Its AS: configured, or learned.
    pub peer_as: Option<u32>,
    /// The families of the configuration, in its order.
    pub families: Vec<Family>,
    /// Families configured to be exchanged with path identifiers.
    pub add_path: FamilySet,
    /// Families sent with path identifiers on this session.
    pub add_path_send: FamilySet,
    /// Families received with path identifiers on this session.
    pub add_path_receive: FamilySet,
}

/// What one side brings to the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its AS, if it is fixed or known.
    pub asn: Option<u32>,
    /// Its BGP Identifier.
    pub router_id: Ipv4Addr,
    /// The Hold Time it proposes.
    pub hold_time: u16,
    /// Which of the listed capabilities it has.
    pub capabilities: [bool; 7],
    /// Its families.
    pub families: FamilySet,
}

impl PeerRow {
    /// The row of a neighbor whose session has this status.
    pub fn new(neighbor: &Neighbor, status: &Status) -> Self {
        let up = status.state == State::Established;
        let negotiated = status.negotiated.as_deref().filter(|_| up);
        let remote = status.remote_open.as_deref().filter(|_| up).map(Offer::of_open);
        Self {
            name: neighbor.name(),
            address: neighbor.peer_address,
            local_address: negotiated.and_then(|with| with.local_address).or(neighbor.local_address),
            state: status.state,
            since: status.since,
            trouble: status.trouble.clone(),
            counters: status.counters,
            local: Offer::of_neighbor(neighbor, negotiated.map(|with| with.local_as)),
            peer_as: remote.as_ref().and_then(|remote| remote.asn).or(neighbor.peer_as),
            remote,
            families: neighbor.families.clone(),
            add_path: add_path(neighbor),
            add_path_send: negotiated.map(|with| with.add_path_send).unwrap_or_default(),
            add_path_receive: negotiated.map(|with| with.add_path_receive).unwrap_or_default(),
        }
    }

    /// Whether the session is established.
    pub fn is_up(&self) -> bool {
        self.state == State::Established
    }

    /// The directions in which a family is exchanged with path identifiers.
    pub(super) fn add_path_directions(&self, family: Family) -> &'static str {
        match (self.add_path_send.contains(family), self.add_path_receive.contains(family)) {
            (true, true) => "send/receive",
            (true, false) => "send",
            (false, true) => "receive",
            (false, false) => "disabled",
        }
    }
}

impl Offer {
    fn of_neighbor(neighbor: &Neighbor, negotiated_as: Option<u32>) -> Self {
        Self {
            asn: negotiated_as.or(neighbor.local_as),
            router_id: neighbor.router_id,
            hold_time: neighbor.hold_time,
            capabilities: capability::configured(&neighbor.capability),
            families: neighbor.families.iter().copied().collect(),
        }
    }

    fn of_open(open: &Open) -> Self {
        Self {
            asn: Some(open.asn()),
            router_id: open.router_id,
            hold_time: open.hold_time,
            capabilities: capability::offered(open),
            families: families(open),
        }
    }
}

/// Without the multiprotocol capability, IPv4 unicast is meant (RFC 4760 section 8).
fn families(open: &Open) -> FamilySet {
    let multiprotocol = open.capabilities.iter().find_map(|capability| match capability {
        AnyCapability::Multiprotocol(multiprotocol) => Some(&multiprotocol.0),
        _ => None,
    });
    match multiprotocol {
        Some(codes) => codes.iter().copied().filter_map(FamilyCode::family).collect(),
        None => [Family::Ipv4Unicast].into_iter().collect(),
    }
}

/// ExaBGP offers path identifiers for unicast, labelled and VPN families only.
fn add_path(neighbor: &Neighbor) -> FamilySet {
    if neighbor.capability.add_path == AddPath::Disable {
        return FamilySet::new();
    }
    neighbor.families.iter().copied().filter(|family| neighbor.has_paths(*family)).collect()
}
