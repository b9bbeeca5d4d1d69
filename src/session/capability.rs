//! The capabilities of our OPEN, in ExaBGP's order, and what the peer's say (RFC 5492).

use wire::capability::{
    AddPath, Asn4, EnhancedRouteRefresh, ExtendedMessage, ExtendedNextHop, GracefulRestart, LinkLocalNextHop,
    LongLivedGracefulRestart, Multiprotocol, Multisession, Operational, RouteRefresh, StaleTime,
};
use wire::{AnyCapability, Capability, Family, FamilyCode, FamilySet, Open};

use crate::settings::Settings;

pub(crate) use codes::*;

/// Codes that decide by being in both OPENs.
mod codes {
    use super::{
        Asn4, Capability, EnhancedRouteRefresh, ExtendedMessage, GracefulRestart, LinkLocalNextHop, Multisession,
        Operational, RouteRefresh,
    };

    pub(crate) const ROUTE_REFRESH: u8 = RouteRefresh::CODE;
    pub(crate) const EXTENDED_MESSAGE: u8 = ExtendedMessage::CODE;
    pub(crate) const GRACEFUL_RESTART: u8 = GracefulRestart::CODE;
    pub(crate) const ASN4: u8 = Asn4::CODE;
    pub(crate) const MULTISESSION: u8 = Multisession::CODE;
    pub(crate) const ENHANCED_ROUTE_REFRESH: u8 = EnhancedRouteRefresh::CODE;
    pub(crate) const OPERATIONAL: u8 = Operational::CODE;
    pub(crate) const LINK_LOCAL_NEXT_HOP: u8 = LinkLocalNextHop::CODE;
}

/// The codes in the order in which ExaBGP builds its OPEN, those it has not beside their kin; any other comes last.
const ORDER: [u8; 16] = [1, ASN4, 5, 69, 76, 64, 71, 2, 70, OPERATIONAL, 6, 73, 75, 77, 68, 131];

/// The capabilities we offer. `restarting`: we have not been Established since we started (RFC 4724 section 3).
pub(crate) fn offered(settings: &Settings, local_as: u32, restarting: bool) -> Vec<AnyCapability> {
    let mut offered = simple(settings, local_as);
    offered.extend(settings.next_hops.as_deref().map(next_hop));
    offered.extend(
        settings
            .add_path
            .then(|| AnyCapability::AddPath(AddPath::new(settings.add_path_send, settings.add_path_receive))),
    );
    if let Some(time) = settings.graceful_restart {
        let flag = |on, flag| if on { flag } else { 0 };
        let flags = flag(restarting, GracefulRestart::RESTARTING)
            | flag(settings.graceful_notification, GracefulRestart::NOTIFICATION);
        offered.push(restart(&settings.families, time, flags));
        offered.extend(settings.long_lived.map(|time| long_lived(&settings.families, time)));
    }
    offered.extend(settings.capabilities.iter().cloned());
    offered.sort_by_key(|capability| ORDER.iter().position(|code| *code == capability.code()).unwrap_or(ORDER.len()));
    offered
}

fn simple(settings: &Settings, local_as: u32) -> Vec<AnyCapability> {
    let families = settings.families.iter().copied().collect::<FamilySet>().iter().map(FamilyCode::from).collect();
    let candidates = [
        (!settings.families.is_empty(), AnyCapability::Multiprotocol(Multiprotocol(families))),
        (settings.asn4, AnyCapability::Asn4(Asn4(local_as))),
        (settings.route_refresh, AnyCapability::RouteRefresh(RouteRefresh)),
        (settings.route_refresh, AnyCapability::EnhancedRouteRefresh(EnhancedRouteRefresh)),
        (settings.operational, AnyCapability::Operational(Operational)),
        (settings.extended_message, AnyCapability::ExtendedMessage(ExtendedMessage)),
        (settings.multisession, AnyCapability::Multisession(Multisession(vec![0, 1]))),
    ];
    candidates.into_iter().filter(|(wanted, _)| *wanted).map(|(_, capability)| capability).collect()
}

fn next_hop(pairs: &[(Family, u16)]) -> AnyCapability {
    let entries = pairs.iter().map(|(family, afi)| (FamilyCode::from(*family), *afi));
    AnyCapability::ExtendedNextHop(ExtendedNextHop(entries.collect()))
}

/// Each family with its forwarding state kept.
fn restart(families: &[Family], time: u16, flags: u8) -> AnyCapability {
    let families = families.iter().copied().collect::<FamilySet>();
    AnyCapability::GracefulRestart(GracefulRestart {
        flags,
        time: time & 0x0FFF,
        families: families.iter().map(|family| (FamilyCode::from(family), GracefulRestart::FORWARDING)).collect(),
    })
}

/// Each family with its forwarding state kept all that time.
fn long_lived(families: &[Family], time: u32) -> AnyCapability {
    let families = families.iter().copied().collect::<FamilySet>();
    let stale = families.iter().map(|family| StaleTime { family: family.into(), forwarding: true, time });
    AnyCapability::LongLivedGracefulRestart(LongLivedGracefulRestart(stale.collect()))
}

/// Does the OPEN have a capability of that code?
pub(crate) fn has(open: &Open, code: u8) -> bool {
    open.capabilities.iter().any(|capability| capability.code() == code)
}

/// Does the OPEN say that a NOTIFICATION does not end the keeping of routes (RFC 8538 section 2)?
pub(crate) fn keeps_after_notification(open: &Open) -> bool {
    open.capabilities.iter().any(|capability| match capability {
        AnyCapability::GracefulRestart(restart) => restart.flags & GracefulRestart::NOTIFICATION != 0,
        _ => false,
    })
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

/// Families in which the OPEN offers to send or to receive several paths (RFC 7911 section 4).
pub(crate) fn add_path(open: &Open, bit: u8) -> FamilySet {
    let found = open.capabilities.iter().find_map(|capability| match capability {
        AnyCapability::AddPath(add_path) => Some(add_path.families(bit)),
        _ => None,
    });
    found.unwrap_or_default()
}

/// Families and the AFI their next hop may have (RFC 8950 section 4).
pub(crate) fn next_hops(open: &Open) -> Vec<(Family, u16)> {
    let found = open.capabilities.iter().find_map(|capability| match capability {
        AnyCapability::ExtendedNextHop(next_hop) => Some(&next_hop.0),
        _ => None,
    });
    found.into_iter().flatten().filter_map(|(code, afi)| Some((code.family()?, *afi))).collect()
}

/// The peer sends several paths.
pub(crate) const SENDS: u8 = AddPath::SENDS;
/// The peer receives several paths.
pub(crate) const RECEIVES: u8 = AddPath::RECEIVES;

#[cfg(test)]
mod tests {
    use wire::capability::{HostName, SoftwareVersion};

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
            long_lived: Some(3600),
            add_path: true,
            add_path_send: both,
            add_path_receive: both,
            next_hops: Some(vec![(Family::Ipv4Unicast, 2)]),
            ..settings()
        };
        let names = HostName { host: "a".into(), domain: String::new() };
        settings.capabilities =
            vec![AnyCapability::SoftwareVersion(SoftwareVersion("b".into())), AnyCapability::HostName(names)];
        assert_eq!(codes(&settings), [1, 65, 5, 69, 64, 71, 2, 70, 185, 6, 73, 75, 68]);
        let open = negotiate::open(&settings, 65533, true);
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
