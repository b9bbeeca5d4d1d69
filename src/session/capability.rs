//! The capabilities of our OPEN, in ExaBGP's order, and what the peer's say (RFC 5492).
//!
//! Graceful Restart, ADD-PATH and the extended next hop go out and come in as [`Unknown`] values: `wire` carries their octets,
//! and only a session has an opinion about them.

use bytes::{BufMut, Bytes, BytesMut};
use wire::capability::{Asn4, EnhancedRouteRefresh, ExtendedMessage, Multiprotocol, RouteRefreshCapability, Unknown};
use wire::{AnyCapability, Family, FamilyCode, FamilySet, Open};

use crate::settings::Settings;

/// Route refresh (RFC 2918).
pub(crate) const ROUTE_REFRESH: u8 = 2;
/// Extended next hop (RFC 8950).
const NEXT_HOP: u8 = 5;
/// Extended message (RFC 8654).
pub(crate) const EXTENDED_MESSAGE: u8 = 6;
/// Graceful Restart (RFC 4724).
const GRACEFUL_RESTART: u8 = 64;
/// Four-octet AS number (RFC 6793).
pub(crate) const ASN4: u8 = 65;
/// Multiple sessions (draft-ietf-idr-bgp-multisession).
pub(crate) const MULTISESSION: u8 = 68;
/// ADD-PATH (RFC 7911).
const ADD_PATH: u8 = 69;
/// Enhanced route refresh (RFC 7313).
pub(crate) const ENHANCED_ROUTE_REFRESH: u8 = 70;
/// OPERATIONAL messages (draft-ietf-idr-operational-message).
pub(crate) const OPERATIONAL: u8 = 185;

/// The codes in the order in which ExaBGP builds its OPEN; any other comes last.
const ORDER: [u8; 15] = [1, ASN4, NEXT_HOP, ADD_PATH, 76, GRACEFUL_RESTART, 2, 70, OPERATIONAL, 6, 73, 75, 77, 68, 131];

/// The capabilities we offer. `restarting`: we have not been Established since we started (RFC 4724 section 3).
pub(crate) fn offered(settings: &Settings, local_as: u32, restarting: bool) -> Vec<AnyCapability> {
    let mut offered = simple(settings, local_as);
    offered.extend(settings.next_hops.as_deref().map(|pairs| unknown(NEXT_HOP, next_hop_value(pairs))));
    offered.extend(add_path_value(settings).map(|value| unknown(ADD_PATH, value)));
    let restart = settings.graceful_restart.map(|time| restart_value(&settings.families, time, restarting));
    offered.extend(restart.map(|value| unknown(GRACEFUL_RESTART, value)));
    offered.extend(settings.capabilities.iter().cloned());
    offered.sort_by_key(|capability| ORDER.iter().position(|code| *code == capability.code()).unwrap_or(ORDER.len()));
    offered
}

fn simple(settings: &Settings, local_as: u32) -> Vec<AnyCapability> {
    let families = settings.families.iter().copied().collect::<FamilySet>().iter().map(FamilyCode::from).collect();
    let multisession = |octet| unknown(MULTISESSION, BytesMut::from(&[octet][..]));
    let candidates = [
        (!settings.families.is_empty(), AnyCapability::Multiprotocol(Multiprotocol(families))),
        (settings.asn4, AnyCapability::Asn4(Asn4(local_as))),
        (settings.route_refresh, AnyCapability::RouteRefresh(RouteRefreshCapability)),
        (settings.route_refresh, AnyCapability::EnhancedRouteRefresh(EnhancedRouteRefresh)),
        (settings.operational, unknown(OPERATIONAL, BytesMut::new())),
        (settings.extended_message, AnyCapability::ExtendedMessage(ExtendedMessage)),
        (settings.multisession, multisession(0)),
        (settings.multisession, multisession(1)),
    ];
    candidates.into_iter().filter(|(wanted, _)| *wanted).map(|(_, capability)| capability).collect()
}

/// Does the OPEN have a capability of that code?
pub(crate) fn has(open: &Open, code: u8) -> bool {
    open.capabilities.iter().any(|capability| capability.code() == code)
}

/// The families of the OPEN in its order; IPv4 unicast if it says nothing of families (RFC 4760 section 8).
pub(crate) fn families(open: &Open) -> Vec<Family> {
    let mut named = open.capabilities.iter().filter_map(|capability| match capability {
        AnyCapability::Multiprotocol(multiprotocol) => Some(&multiprotocol.0),
        _ => None,
    });
    let Some(first) = named.next() else { return vec![Family::Ipv4Unicast] };
    let all = first.iter().chain(named.flatten());
    let mut families = Vec::new();
    for family in all.filter_map(|code| code.family()) {
        if !families.contains(&family) {
            families.push(family);
        }
    }
    families
}

/// Families in which the OPEN offers to send (bit 2) or to receive (bit 1) several paths (RFC 7911 section 4).
pub(crate) fn add_path(open: &Open, bit: u8) -> FamilySet {
    let mut set = FamilySet::new();
    for entry in value(open, ADD_PATH).chunks_exact(4) {
        let [high, low, safi, mode] = *entry else { continue };
        let Some(family) = Family::from_codes(u16::from_be_bytes([high, low]), safi) else { continue };
        // The last word about a family counts.
        if mode & bit != 0 { set.insert(family) } else { set.remove(family) }
    }
    set
}

/// Families and the AFI their next hop may have (RFC 8950 section 4).
pub(crate) fn next_hops(open: &Open) -> Vec<(Family, u16)> {
    let entries = value(open, NEXT_HOP).chunks_exact(6).filter_map(|entry| {
        let [afi_high, afi_low, _, safi, high, low] = *entry else { return None };
        let family = Family::from_codes(u16::from_be_bytes([afi_high, afi_low]), safi)?;
        Some((family, u16::from_be_bytes([high, low])))
    });
    entries.collect()
}

/// The peer sends several paths: the mode bit of ADD-PATH.
pub(crate) const SENDS: u8 = 2;
/// The peer receives several paths: the mode bit of ADD-PATH.
pub(crate) const RECEIVES: u8 = 1;

fn value(open: &Open, code: u8) -> &[u8] {
    let found = open.capabilities.iter().rev().find_map(|capability| match capability {
        AnyCapability::Unknown(unknown) if unknown.code == code => Some(&unknown.value[..]),
        _ => None,
    });
    found.unwrap_or_default()
}

fn unknown(code: u8, value: BytesMut) -> AnyCapability {
    AnyCapability::Unknown(Unknown { code, value: Bytes::from(value) })
}

fn next_hop_value(pairs: &[(Family, u16)]) -> BytesMut {
    let mut value = BytesMut::new();
    for (family, afi) in pairs {
        value.put_u16(family.afi());
        value.put_u16(u16::from(family.safi()));
        value.put_u16(*afi);
    }
    value
}

fn add_path_value(settings: &Settings) -> Option<BytesMut> {
    let (send, receive) = (settings.add_path_send, settings.add_path_receive);
    if send.is_empty() && receive.is_empty() {
        return None;
    }
    let mut families = Family::ALL.to_vec();
    // By SAFI, then AFI: ipv4 unicast, ipv6 unicast, ipv4 nlri-mpls and so on.
    families.sort_by_key(|family| (family.safi(), family.afi()));
    let mut value = BytesMut::new();
    for family in families {
        let mode = u8::from(receive.contains(family)) * RECEIVES + u8::from(send.contains(family)) * SENDS;
        if mode != 0 {
            value.put_u16(family.afi());
            value.put_slice(&[family.safi(), mode]);
        }
    }
    Some(value)
}

/// Flags and time in two octets, then each family with its forwarding state kept (RFC 4724 section 3).
fn restart_value(families: &[Family], time: u16, restarting: bool) -> BytesMut {
    let mut value = BytesMut::new();
    value.put_u16(if restarting { 0x8000 } else { 0 } | (time & 0x0FFF));
    for family in families.iter().copied().collect::<FamilySet>().iter() {
        value.put_u16(family.afi());
        value.put_slice(&[family.safi(), 0x80]);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::negotiate;

    fn settings() -> Settings {
        Settings::new(Some(65533), Some(65533), [10, 0, 0, 2].into(), [127, 0, 0, 1].into())
    }

    fn codes(settings: &Settings) -> Vec<u8> {
        offered(settings, 65533, false).iter().map(AnyCapability::code).collect()
    }

    #[test]
    fn the_default_offer() {
        assert_eq!(codes(&settings()), [1, 65, 6]);
    }

    #[test]
    fn everything_is_offered_in_the_order_of_exabgp() {
        let both: FamilySet = [Family::Ipv4Unicast, Family::Ipv6Unicast].into_iter().collect();
        let mut settings = Settings {
            families: vec![Family::Ipv6Unicast, Family::Ipv4Unicast],
            route_refresh: true,
            operational: true,
            multisession: true,
            graceful_restart: Some(120),
            add_path_send: both,
            add_path_receive: both,
            next_hops: Some(vec![(Family::Ipv4Unicast, 2)]),
            ..settings()
        };
        settings.capabilities = vec![unknown(75, BytesMut::new()), unknown(73, BytesMut::new())];
        assert_eq!(codes(&settings), [1, 65, 5, 69, 64, 2, 70, 185, 6, 73, 75, 68, 68]);
        let open = negotiate::open(&settings, 65533, true);
        assert_eq!(value(&open, GRACEFUL_RESTART), [0x80, 120, 0, 1, 1, 0x80, 0, 2, 1, 0x80]);
        assert_eq!(value(&open, ADD_PATH), [0, 1, 1, 3, 0, 2, 1, 3]);
        assert_eq!(value(&open, NEXT_HOP), [0, 1, 0, 1, 0, 2]);
        assert_eq!(add_path(&open, SENDS), both);
        assert_eq!(next_hops(&open), [(Family::Ipv4Unicast, 2)]);
        assert_eq!(families(&open), [Family::Ipv4Unicast, Family::Ipv6Unicast]);
    }

    #[test]
    fn no_word_of_families_means_ipv4_unicast() {
        let open = negotiate::open(&Settings { families: Vec::new(), ..settings() }, 1, false);
        assert_eq!(families(&open), [Family::Ipv4Unicast]);
    }
}
