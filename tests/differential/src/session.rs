//! Sessions that messages are made for and read with.

use std::{collections::HashMap, sync::Arc};

use ::zettabgp::{BgpCapAddPath, BgpCapability, BgpSessionParams, BgpTransportMode};
use netgauze_bgp_pkt::wire::deserializer::BgpParsingContext;
use netgauze_iana::address_family::AddressType;
use wire::{Family, Negotiated};

pub struct Session {
    pub with: Arc<Negotiated>,
    pub add_path: bool,
    pub netgauze: BgpParsingContext,
    pub zettabgp: BgpSessionParams,
}

/// The families that are generated.
pub const FAMILIES: &[(Family, AddressType)] = &[
    (Family::Ipv4Unicast, AddressType::Ipv4Unicast),
    (Family::Ipv6Unicast, AddressType::Ipv6Unicast),
    (Family::Ipv4Multicast, AddressType::Ipv4Multicast),
    (Family::Ipv6Multicast, AddressType::Ipv6Multicast),
    (Family::Ipv4NlriMpls, AddressType::Ipv4NlriMplsLabels),
    (Family::Ipv6NlriMpls, AddressType::Ipv6NlriMplsLabels),
    (Family::Ipv4MplsVpn, AddressType::Ipv4MplsLabeledVpn),
    (Family::Ipv6MplsVpn, AddressType::Ipv6MplsLabeledVpn),
    (Family::L2vpnEvpn, AddressType::L2VpnBgpEvpn),
    (Family::L2vpnVpls, AddressType::L2VpnVpls),
    (Family::Ipv4Rtc, AddressType::RouteTargetConstrains),
    (Family::BgpLs, AddressType::BgpLs),
    (Family::BgpLsVpn, AddressType::BgpLsVpn),
];

impl Session {
    pub fn all() -> Vec<Self> {
        let flags = [false, true];
        let each = flags.iter().flat_map(|asn4| {
            flags.iter().flat_map(|internal| flags.iter().map(|add_path| Self::new(*asn4, *internal, *add_path)))
        });
        each.collect()
    }

    fn new(asn4: bool, internal: bool, add_path: bool) -> Self {
        let mut with = Negotiated::unnegotiated();
        (with.local_as, with.peer_as, with.asn4) = (65533, if internal { 65533 } else { 65000 }, asn4);
        with.local_address = Some([10, 0, 0, 1].into());
        with.router_id = [10, 0, 0, 1].into();
        with.families = Family::ALL.to_vec();
        with.next_hops = vec![(Family::Ipv4Unicast, 2), (Family::Ipv4Multicast, 2)];
        // Some of the sessions, and it must not matter to the reader.
        with.extended_message = asn4 && internal;
        if add_path {
            with.add_path_send = Family::ALL.iter().copied().collect();
            with.add_path_receive = with.add_path_send;
        }
        let labelled = FAMILIES.iter().filter(|(family, _)| matches!(family.safi(), 4 | 128));
        let labels: HashMap<_, _> = labelled.map(|(_, kind)| (*kind, u8::MAX)).collect();
        let paths: HashMap<_, _> = FAMILIES.iter().map(|(_, kind)| (*kind, add_path)).collect();
        let capabilities = FAMILIES.iter().map(|(family, _)| BgpCapAddPath {
            afi: family.afi(),
            safi: family.safi(),
            send: add_path,
            receive: add_path,
        });
        let mut zettabgp = BgpSessionParams::new(
            with.local_as,
            90,
            BgpTransportMode::IPv4,
            with.router_id,
            vec![BgpCapability::CapAddPath(capabilities.collect())],
        );
        (zettabgp.has_as32bit, zettabgp.fuzzy_pathid) = (asn4, false);
        Self {
            with: Arc::new(with),
            add_path,
            netgauze: BgpParsingContext::new(asn4, labels, paths, true, true, true, true),
            zettabgp,
        }
    }
}
