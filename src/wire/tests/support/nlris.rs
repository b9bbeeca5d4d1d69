//! Any NLRI that can be typed.

use std::net::IpAddr;

use bytes::Bytes;
use proptest::{collection::vec, option, prelude::*, sample::select};
use wire::{
    AnyNlri, Family,
    nlri::{
        evpn::{self, Esi, Evpn, Mac},
        flow::{self, Flow, FlowPrefix},
        inet::Inet,
        label::Labels,
        labelled::Labelled,
        mcast_vpn::{self, McastVpn, Tree},
        mup::{self, Mup, Session1},
        rd::RouteDistinguisher,
        rtc::{Member, RouteTargetConstraint},
        sr_policy::SrPolicy,
        vpls::Vpls,
        vpn::Vpn,
    },
};

pub(crate) fn family() -> impl Strategy<Value = Family> {
    select(Family::ALL)
}

fn prefix(family: Family) -> impl Strategy<Value = Inet> {
    let address = if family.afi() == 1 {
        any::<u32>().prop_map(|address| IpAddr::V4(address.into())).boxed()
    } else {
        any::<u128>().prop_map(|address| IpAddr::V6(address.into())).boxed()
    };
    let bits: u8 = if family.afi() == 1 { 32 } else { 128 };
    (address, 0..=bits, any::<Option<u32>>()).prop_map(|(address, length, path)| Inet {
        address: Inet::new(address, length).network(),
        length,
        path,
    })
}

fn labels() -> impl Strategy<Value = Labels> {
    // Two fit before any prefix, and a first one of 0 is not read as the withdrawal of a label because it ends the stack.
    vec(0..1_u32 << 20, 1..3).prop_map(|values| match &values[..] {
        [0, second] => Labels::stack([3, *second]),
        [0x8_0000, second] => Labels::stack([3, *second]),
        _ => Labels::stack(values),
    })
}

fn rd() -> impl Strategy<Value = RouteDistinguisher> {
    prop_oneof![
        (0..4_u8, any::<[u8; 6]>())
            .prop_map(|(kind, [a, b, c, d, e, f])| RouteDistinguisher([0, kind, a, b, c, d, e, f])),
        any::<[u8; 8]>().prop_map(RouteDistinguisher),
    ]
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), any::<[u8; 16]>().prop_map(IpAddr::from)]
}

/// Members are told by whole octets or by bits; those behind the last one are zero.
fn member() -> impl Strategy<Value = Member> {
    let whole = (0..3_u8, any::<[u8; 6]>()).prop_map(|(kind, [a, b, c, d, e, f])| ([kind, 2, a, b, c, d, e, f], 64));
    let part = (any::<u64>(), 0..=64_u8).prop_map(|(target, bits)| {
        let mask = u64::MAX.checked_shl(64 - u32::from(bits)).unwrap_or(0);
        ((target & mask).to_be_bytes(), bits)
    });
    (any::<u32>(), prop_oneof![whole, part]).prop_map(|(origin, (target, bits))| Member { origin, target, bits })
}

fn evpn_route() -> impl Strategy<Value = evpn::Route> {
    let field = || 0..1_u32 << 24;
    let segment = (rd(), any::<[u8; 10]>().prop_map(Esi), prop_oneof![Just(0), any::<u32>()]);
    let station = (any::<[u8; 6]>().prop_map(Mac), any::<Option<bool>>(), address(), field(), option::of(field()));
    let prefixes = prop_oneof![prefix(Family::Ipv4Unicast), prefix(Family::Ipv6Unicast)];
    (segment, station, prefixes, 0..6_u8, vec(any::<u8>(), 0..40)).prop_map(
        |((rd, esi, tag), (mac, with_ip, ip, label, second), prefix, kind, octets)| match kind {
            0 => evpn::Route::EthernetAd { rd, esi, tag, label },
            1 => evpn::Route::MacIp { rd, esi, tag, mac, ip: with_ip.map(|_| ip), label, second },
            2 => evpn::Route::Multicast { rd, tag, ip },
            3 => evpn::Route::EthernetSegment { rd, esi, ip },
            4 => {
                let gateway = if prefix.address.is_ipv4() { [10, 0, 0, 9].into() } else { IpAddr::from([9; 16]) };
                evpn::Route::IpPrefix { rd, esi, tag, prefix: Inet { path: None, ..prefix }, gateway, label }
            }
            _ => evpn::Route::Unknown { code: 6 + kind, value: Bytes::from(octets) },
        },
    )
}

fn flow_prefix(version: flow::Version) -> impl Strategy<Value = FlowPrefix> {
    let v4 =
        (any::<u32>(), 0..=32_u8).prop_map(|(address, length)| FlowPrefix::new(IpAddr::V4(address.into()), length, 0));
    let v6 = (any::<u128>(), 0..=128_u8, 0..=127_u8).prop_map(|(address, length, offset)| {
        let offset = if offset < length { offset } else { 0 };
        // Bits before the offset are not sent.
        let address = address.checked_shl(offset.into()).unwrap_or(0) >> offset;
        FlowPrefix::new(IpAddr::V6(address.into()), length, offset)
    });
    if version == flow::Version::V4 { v4.boxed() } else { v6.boxed() }
}

fn terms(kind: flow::Kind, version: flow::Version) -> impl Strategy<Value = Vec<flow::Term>> {
    let most: u64 = match kind {
        flow::Kind::FlowLabel => 0xF_FFFF,
        flow::Kind::Dscp if version == flow::Version::V4 => 63,
        flow::Kind::Port | flow::Kind::DestinationPort | flow::Kind::SourcePort | flow::Kind::PacketLength => 0xFFFF,
        flow::Kind::TcpFlags => 0x1FF,
        flow::Kind::Fragment => 0x1F,
        _ => 0xFF,
    };
    let tests: u8 = if kind.is_bitmask() { 4 } else { 8 };
    let term = (any::<bool>(), 0..tests, prop_oneof![0..=most, 0..=most.min(20)]);
    vec(term, 1..5).prop_map(move |terms| {
        let term = |(index, (and, test, value)): (usize, (bool, u8, u64))| {
            let constant = !kind.is_bitmask() && matches!(test, 0 | 7);
            flow::Term { and: and && index > 0, test, value: if constant { 0 } else { value } }
        };
        terms.into_iter().enumerate().map(term).collect()
    })
}

fn component(kind: flow::Kind, version: flow::Version) -> impl Strategy<Value = flow::Component> {
    if kind.is_prefix() {
        flow_prefix(version).prop_map(move |prefix| flow::Component::Prefix(kind, prefix)).boxed()
    } else {
        terms(kind, version).prop_map(move |terms| flow::Component::Values(kind, terms)).boxed()
    }
}

/// A rule of the family, with some of the kinds it can have.
fn flow(family: Family) -> impl Strategy<Value = Box<Flow>> {
    let version = if family.afi() == 1 { flow::Version::V4 } else { flow::Version::V6 };
    let kinds: Vec<flow::Kind> = flow::Kind::ALL
        .iter()
        .copied()
        .filter(|kind| version == flow::Version::V6 || *kind != flow::Kind::FlowLabel)
        .collect();
    let kinds = prop::sample::subsequence(kinds, 1..6);
    let components =
        kinds.prop_flat_map(move |kinds| kinds.into_iter().map(|kind| component(kind, version)).collect::<Vec<_>>());
    (components, rd(), any::<Option<u32>>()).prop_map(move |(components, rd, path)| {
        let rd = (family.safi() == 134).then_some(rd);
        Flow { version: Some(version), rd, components, path }.into()
    })
}

/// An address of the family's AFI.
fn address_of(family: Family) -> impl Strategy<Value = IpAddr> {
    any::<[u8; 16]>().prop_map(move |octets| match octets {
        [a, b, c, d, ..] if family.afi() == 1 => [a, b, c, d].into(),
        _ => octets.into(),
    })
}

fn mcast_vpn_route(family: Family) -> impl Strategy<Value = mcast_vpn::Route> {
    let tree = (rd(), address_of(family), address_of(family));
    (tree, any::<u32>(), 0..4_u8, vec(any::<u8>(), 0..40)).prop_map(|((rd, source, group), asn, kind, octets)| {
        let tree = Tree { rd, source, group };
        match kind {
            0 => mcast_vpn::Route::SourceAd(tree),
            1 => mcast_vpn::Route::SharedJoin(asn, tree),
            2 => mcast_vpn::Route::SourceJoin(asn, tree),
            _ => mcast_vpn::Route::Unknown {
                code: [0, 1, 2, 3, 4, 8, 255][octets.len() % 7],
                value: Bytes::from(octets),
            },
        }
    })
}

fn mup_route(family: Family) -> impl Strategy<Value = mup::Route> {
    let session = (any::<u32>(), 0..64_u8, address(), option::of(address()));
    let parts = (rd(), prefix(family), address_of(family), 0..=32_u8, vec(any::<u8>(), 0..40));
    (0..5_u8, session, parts).prop_map(|(kind, (teid, qfi, endpoint, source), (rd, prefix, address, bits, octets))| {
        let prefix = Inet { path: None, ..prefix };
        match kind {
            0 => mup::Route::InterworkSegment { rd, prefix },
            1 => mup::Route::DirectSegment { rd, address },
            2 => mup::Route::Session1(Session1 { rd, prefix, teid, qfi, endpoint, source }),
            3 => {
                let teid = teid & u32::MAX.checked_shr(32 - u32::from(bits)).unwrap_or(0);
                mup::Route::Session2 { rd, endpoint: address, teid, bits }
            }
            _ => mup::Route::Unknown { architecture: qfi % 3, code: 5 + u16::from(bits), value: octets.into() },
        }
    })
}

fn vpls() -> impl Strategy<Value = Vpls> {
    let numbers = (any::<u16>(), any::<u16>(), any::<u16>(), 0..=0xF_FFFF_u32);
    (rd(), numbers, any::<Option<u32>>()).prop_map(|(rd, (endpoint, offset, size, base), path)| Vpls {
        rd: Some(rd),
        endpoint: Some(endpoint),
        offset: Some(offset),
        size: Some(size),
        base: Some(base.min(0xF_FFFF - u32::from(size))),
        path,
    })
}

fn sr_policy(family: Family) -> impl Strategy<Value = SrPolicy> {
    (any::<[u32; 2]>(), address_of(family), any::<Option<u32>>())
        .prop_map(|([distinguisher, color], endpoint, path)| SrPolicy { distinguisher, color, endpoint, path })
}

/// A family whose NLRIs can be typed.
fn typed() -> impl Strategy<Value = Family> {
    family().prop_filter("routes of BGP-LS are only read", |family| family.afi() != 16388)
}

/// An NLRI that can be typed. One arm a kind of family; a new kind adds its own.
pub(crate) fn nlri() -> impl Strategy<Value = AnyNlri> {
    let parts = (labels(), rd(), evpn_route(), option::of(member()));
    (typed(), parts).prop_flat_map(|(family, (labels, rd, route, member))| {
        let signalled = (mcast_vpn_route(family), mup_route(family), vpls(), sr_policy(family));
        (prefix(family), signalled, flow(family)).prop_map(move |(prefix, (mcast, mup, vpls, policy), flow)| {
            let (path, labels) = (prefix.path, labels.clone());
            match family {
                Family::Ipv4Unicast => AnyNlri::Ipv4Unicast(prefix),
                Family::Ipv4Multicast => AnyNlri::Ipv4Multicast(prefix),
                Family::Ipv6Unicast => AnyNlri::Ipv6Unicast(prefix),
                Family::Ipv6Multicast => AnyNlri::Ipv6Multicast(prefix),
                Family::Ipv4NlriMpls => AnyNlri::Ipv4NlriMpls(Labelled { prefix, labels }.into()),
                Family::Ipv6NlriMpls => AnyNlri::Ipv6NlriMpls(Labelled { prefix, labels }.into()),
                Family::Ipv4MplsVpn => AnyNlri::Ipv4MplsVpn(Vpn { prefix, labels, rd: Some(rd) }.into()),
                Family::Ipv6MplsVpn => AnyNlri::Ipv6MplsVpn(Vpn { prefix, labels, rd: Some(rd) }.into()),
                Family::Ipv4Flow => AnyNlri::Ipv4Flow(flow),
                Family::Ipv4FlowVpn => AnyNlri::Ipv4FlowVpn(flow),
                Family::Ipv6Flow => AnyNlri::Ipv6Flow(flow),
                Family::Ipv6FlowVpn => AnyNlri::Ipv6FlowVpn(flow),
                Family::Ipv4McastVpn => AnyNlri::Ipv4McastVpn(McastVpn { route: mcast, path }.into()),
                Family::Ipv6McastVpn => AnyNlri::Ipv6McastVpn(McastVpn { route: mcast, path }.into()),
                Family::Ipv4Mup => AnyNlri::Ipv4Mup(Mup { route: mup, path }.into()),
                Family::Ipv6Mup => AnyNlri::Ipv6Mup(Mup { route: mup, path }.into()),
                Family::Ipv4SrPolicy => AnyNlri::Ipv4SrPolicy(policy.into()),
                Family::Ipv6SrPolicy => AnyNlri::Ipv6SrPolicy(policy.into()),
                Family::L2vpnVpls => AnyNlri::L2vpnVpls(vpls.into()),
                Family::Ipv4Rtc => AnyNlri::Ipv4Rtc(RouteTargetConstraint { member, path }.into()),
                Family::L2vpnEvpn => AnyNlri::L2vpnEvpn(Evpn { route: route.clone(), path }.into()),
                Family::BgpLs | Family::BgpLsVpn => unreachable!("{family} is filtered out"),
            }
        })
    })
}
