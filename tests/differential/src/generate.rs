//! Random routes.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use rand::{Rng, rngs::SmallRng, seq::IndexedRandom};
use wire::{
    AnyAttribute, AnyNlri, Attributes, Family, NextHop, Reader, Route,
    attribute::{
        Aggregator, AsPath, AtomicAggregate, AttributesBuilder, ClusterList, Communities, ExtendedCommunities,
        ExtendedCommunity, Generic, LargeCommunities, LocalPreference, Med, Origin, OriginatorId, Segment, SegmentKind,
    },
    nlri::{
        evpn::{self, Esi, Evpn, Mac},
        inet::Inet,
        label::Labels,
        labelled::Labelled,
        rd::RouteDistinguisher,
        rtc::{Member, RouteTargetConstraint},
        vpls::Vpls,
        vpn::Vpn,
    },
};

use crate::session::Session;

/// Families and how often each is chosen.
const WEIGHTS: &[(Family, u32)] = &[
    (Family::Ipv4Unicast, 30),
    (Family::Ipv6Unicast, 24),
    (Family::Ipv4Multicast, 3),
    (Family::Ipv6Multicast, 3),
    (Family::Ipv4NlriMpls, 7),
    (Family::Ipv6NlriMpls, 7),
    (Family::Ipv4MplsVpn, 7),
    (Family::Ipv6MplsVpn, 7),
    (Family::L2vpnEvpn, 6),
    (Family::L2vpnVpls, 1),
    (Family::Ipv4Rtc, 2),
    (Family::BgpLs, 2),
    (Family::BgpLsVpn, 1),
];

/// Routes of one group.
pub struct Batch {
    pub family: Family,
    pub withdraw: bool,
    pub routes: Vec<Route>,
}

pub fn batch(rng: &mut SmallRng, session: &Session) -> Batch {
    let family = WEIGHTS.choose_weighted(rng, |(_, weight)| *weight).map_or(Family::Ipv4Unicast, |(family, _)| *family);
    let count = match rng.random_range(0..1000) {
        0 => rng.random_range(500..1500),
        1..100 => rng.random_range(5..60),
        _ => rng.random_range(1..5),
    };
    let withdraw = rng.random_ratio(1, 6);
    let next_hop = next_hop(rng, family);
    let attributes = attributes(rng, session);
    let route = |rng: &mut SmallRng| Route {
        nlri: nlri(rng, family, session.add_path),
        next_hop,
        attributes: attributes.clone(),
    };
    Batch { family, withdraw, routes: (0..count).map(|_| route(rng)).collect() }
}

fn next_hop(rng: &mut SmallRng, family: Family) -> NextHop {
    let other = match family {
        Family::Ipv4Unicast | Family::Ipv4Multicast => rng.random_ratio(1, 20),
        Family::L2vpnEvpn | Family::Ipv4Rtc | Family::BgpLs => rng.random_ratio(1, 5),
        _ => false,
    };
    NextHop::Ip(if (family.afi() == 2) != other { host6(rng) } else { host4(rng).into() })
}

fn host4(rng: &mut SmallRng) -> Ipv4Addr {
    [rng.random_range(1..224), rng.random(), rng.random(), rng.random()].into()
}

fn host6(rng: &mut SmallRng) -> IpAddr {
    let mut octets: [u8; 16] = rng.random();
    octets[0] = rng.random_range(0x20..0x40);
    octets.into()
}

fn asn(rng: &mut SmallRng) -> u32 {
    if rng.random_ratio(2, 3) { rng.random_range(1..65536) } else { rng.random_range(1..=u32::MAX) }
}

fn many<T>(rng: &mut SmallRng, long: usize, mut one: impl FnMut(&mut SmallRng) -> T) -> Vec<T> {
    let count = if rng.random_ratio(1, 200) { rng.random_range(1..=long) } else { rng.random_range(1..6) };
    (0..count).map(|_| one(rng)).collect()
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

fn path(rng: &mut SmallRng, session: &Session) -> AsPath {
    let kinds: &[SegmentKind] = match rng.random_range(0..100) {
        // Confederations are not in AS4_PATH.
        0 if session.with.asn4 => {
            &[SegmentKind::ConfedSequence, SegmentKind::ConfedSet, SegmentKind::Sequence, SegmentKind::Set]
        }
        1..20 => &[SegmentKind::Sequence, SegmentKind::Set],
        _ => &[SegmentKind::Sequence],
    };
    let count = if kinds.len() > 1 { rng.random_range(0..5) } else { rng.random_range(0..2) };
    let segment = |rng: &mut SmallRng| Segment {
        kind: kinds.choose(rng).copied().unwrap_or(SegmentKind::Sequence),
        asns: many(rng, 600, asn),
    };
    AsPath((0..count).map(|_| segment(rng)).collect())
}

fn extended(rng: &mut SmallRng) -> ExtendedCommunity {
    let mut octets: [u8; 8] = rng.random();
    if rng.random_ratio(7, 8) {
        let kinds = [0, 1, 2, 3, 6, 0x40, 0x41, 0x42, 0x43, 0x80, 0x81, 0x82];
        octets[0] = kinds.choose(rng).copied().unwrap_or_default();
        octets[1] = if rng.random_ratio(1, 2) { rng.random_range(2..4) } else { rng.random_range(0..0x20) };
    }
    ExtendedCommunity(octets)
}

fn attributes(rng: &mut SmallRng, session: &Session) -> Attributes {
    let mut builder = AttributesBuilder::default();
    if rng.random_ratio(1, 30) {
        return builder.finish();
    }
    let origins = [Origin::Igp, Origin::Egp, Origin::Incomplete];
    builder.add(AnyAttribute::Origin(origins.choose(rng).copied().unwrap_or(Origin::Igp)));
    builder.add(AnyAttribute::AsPath(path(rng, session)));
    let mut add = |rng: &mut SmallRng, make: &dyn Fn(&mut SmallRng) -> AnyAttribute| {
        if rng.random_ratio(1, 3) {
            let attribute = make(rng);
            builder.add(attribute);
        }
    };
    add(rng, &|rng| AnyAttribute::Med(Med(rng.random())));
    add(rng, &|_| AnyAttribute::AtomicAggregate(AtomicAggregate));
    add(rng, &|rng| AnyAttribute::Aggregator(Aggregator { asn: asn(rng), router: host4(rng) }));
    add(rng, &|rng| {
        let community = |rng: &mut SmallRng| {
            if rng.random_ratio(1, 8) { 0xFFFF_FF00 | rng.random_range(0..8) } else { rng.random() }
        };
        AnyAttribute::Communities(Communities(sorted(many(rng, 400, community))))
    });
    add(rng, &|rng| AnyAttribute::ExtendedCommunities(ExtendedCommunities(sorted(many(rng, 200, extended)))));
    add(rng, &|rng| AnyAttribute::LargeCommunities(LargeCommunities(sorted(many(rng, 100, |rng| rng.random())))));
    if session.with.is_ibgp() {
        add(rng, &|rng| AnyAttribute::LocalPreference(LocalPreference(rng.random())));
        add(rng, &|rng| AnyAttribute::OriginatorId(OriginatorId(host4(rng))));
        add(rng, &|rng| AnyAttribute::ClusterList(ClusterList(many(rng, 60, host4))));
    }
    if rng.random_ratio(1, 10) {
        let value: Vec<u8> = many(rng, 400, |rng| rng.random());
        builder.add(AnyAttribute::Generic(Generic {
            code: rng.random_range(150..=250),
            flags: 0xE0,
            value: Bytes::from(value),
        }));
    }
    builder.finish()
}

/// A prefix of unicast addresses.
fn prefix(rng: &mut SmallRng, ipv6: bool, add_path: bool) -> Inet {
    let bits = if ipv6 { 128 } else { 32 };
    let length = match rng.random_range(0..400) {
        0 => 0,
        1..20 => rng.random_range(1..8),
        20..60 => bits,
        _ => rng.random_range(8..=bits),
    };
    let address = if ipv6 { host6(rng) } else { host4(rng).into() };
    let address = Inet::new(address, length).network();
    Inet { address, length, path: add_path.then(|| rng.random()) }
}

fn labels(rng: &mut SmallRng) -> Labels {
    let label = |rng: &mut SmallRng| rng.random_range(16..0x8_0000);
    match rng.random_range(0..20) {
        0 => Labels::stack([rng.random_range(0..4)]),
        1..4 => Labels::stack([label(rng), label(rng)]),
        _ => Labels::stack([label(rng)]),
    }
}

fn rd(rng: &mut SmallRng) -> RouteDistinguisher {
    let [_, _, a, b, c, d, e, f]: [u8; 8] = rng.random();
    RouteDistinguisher([0, rng.random_range(0..3), a, b, c, d, e, f])
}

fn address(rng: &mut SmallRng) -> IpAddr {
    if rng.random() { host4(rng).into() } else { host6(rng) }
}

fn evpn_route(rng: &mut SmallRng) -> evpn::Route {
    let (rd, esi, tag) = (rd(rng), Esi(rng.random()), rng.random());
    let field = |rng: &mut SmallRng| rng.random_range(0..1 << 24);
    match rng.random_range(1..6) {
        1 => evpn::Route::EthernetAd { rd, esi, tag, label: field(rng) },
        2 => evpn::Route::MacIp {
            rd,
            esi,
            tag,
            mac: Mac(rng.random()),
            ip: if rng.random() { Some(address(rng)) } else { None },
            label: field(rng),
            second: if rng.random() { Some(field(rng)) } else { None },
        },
        3 => evpn::Route::Multicast { rd, tag, ip: address(rng) },
        4 => evpn::Route::EthernetSegment { rd, esi, ip: address(rng) },
        _ => {
            let ipv6 = rng.random();
            let gateway = if ipv6 { host6(rng) } else { host4(rng).into() };
            evpn::Route::IpPrefix { rd, esi, tag, prefix: prefix(rng, ipv6, false), gateway, label: field(rng) }
        }
    }
}

fn member(rng: &mut SmallRng) -> Member {
    let bits = match rng.random_range(0..20) {
        0 => rng.random_range(0..=64),
        1..5 => rng.random_range(0..=8) * 8,
        _ => 64,
    };
    let mask = u64::MAX.checked_shl(64 - u32::from(bits)).unwrap_or(0);
    Member { origin: rng.random(), target: (rng.random::<u64>() & mask).to_be_bytes(), bits }
}

fn tlv(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    out.extend(code.to_be_bytes());
    out.extend(u16::try_from(value.len()).unwrap_or_default().to_be_bytes());
    out.extend(value);
}

fn node(rng: &mut SmallRng, code: u16, out: &mut Vec<u8>) {
    let mut inside = Vec::new();
    for code in 512..515 {
        if rng.random_ratio(2, 3) {
            tlv(&mut inside, code, &rng.random::<[u8; 4]>());
        }
    }
    let router: [u8; 8] = rng.random();
    tlv(&mut inside, 515, &router[..[4, 6, 7, 8].choose(rng).copied().unwrap_or(4)]);
    tlv(out, code, &inside);
}

/// A node, a link or a prefix (RFC 9552 section 5.2), octet by octet: we read the family only.
fn link_state(rng: &mut SmallRng, family: Family, add_path: bool) -> AnyNlri {
    let mut value = Vec::new();
    if family == Family::BgpLsVpn {
        value.extend(rd(rng).0);
    }
    let protocol: u8 = rng.random_range(1..8);
    value.push(protocol);
    value.extend(rng.random::<[u8; 8]>());
    node(rng, 256, &mut value);
    let kind: u16 = rng.random_range(1..5);
    if kind == 2 {
        node(rng, 257, &mut value);
        tlv(&mut value, 258, &rng.random::<[u8; 8]>());
        if rng.random() {
            tlv(&mut value, 259, &host4(rng).octets());
            tlv(&mut value, 260, &host4(rng).octets());
        }
    }
    if kind > 2 {
        if matches!(protocol, 3 | 6) {
            tlv(&mut value, 264, &[rng.random_range(1..7)]);
        }
        let prefix = prefix(rng, kind == 4, false);
        let octets = match prefix.address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let mut reachable = vec![prefix.length];
        reachable.extend(&octets[..usize::from(prefix.length).div_ceil(8)]);
        tlv(&mut value, 265, &reachable);
    }
    let mut whole = Vec::new();
    if add_path {
        whole.extend(rng.random::<[u8; 4]>());
    }
    tlv(&mut whole, kind, &value);
    match AnyNlri::decode(family, &mut Reader::new(&whole), add_path) {
        Ok(nlri) => nlri,
        Err(why) => panic!("we do not read {whole:02x?}: {}", why.0),
    }
}

fn nlri(rng: &mut SmallRng, family: Family, add_path: bool) -> AnyNlri {
    let path = add_path.then(|| rng.random());
    match family {
        Family::Ipv4Unicast => AnyNlri::Ipv4Unicast(prefix(rng, false, add_path)),
        Family::Ipv4Multicast => AnyNlri::Ipv4Multicast(prefix(rng, false, add_path)),
        Family::Ipv6Unicast => AnyNlri::Ipv6Unicast(prefix(rng, true, add_path)),
        Family::Ipv6Multicast => AnyNlri::Ipv6Multicast(prefix(rng, true, add_path)),
        Family::Ipv4NlriMpls | Family::Ipv6NlriMpls => {
            let route = Labelled { prefix: prefix(rng, family.afi() == 2, add_path), labels: labels(rng) }.into();
            if family.afi() == 1 { AnyNlri::Ipv4NlriMpls(route) } else { AnyNlri::Ipv6NlriMpls(route) }
        }
        Family::Ipv4MplsVpn | Family::Ipv6MplsVpn => {
            let prefix = prefix(rng, family.afi() == 2, add_path);
            let route = Vpn { prefix, labels: labels(rng), rd: Some(rd(rng)) }.into();
            if family.afi() == 1 { AnyNlri::Ipv4MplsVpn(route) } else { AnyNlri::Ipv6MplsVpn(route) }
        }
        Family::L2vpnEvpn => AnyNlri::L2vpnEvpn(Evpn { route: evpn_route(rng), path }.into()),
        Family::L2vpnVpls => {
            let (size, base) = (rng.random_range(0..100), rng.random_range(16..1_000_000));
            let numbers = (Some(rng.random()), Some(rng.random()));
            let (rd, size, base) = (Some(rd(rng)), Some(size), Some(base));
            AnyNlri::L2vpnVpls(Vpls { rd, endpoint: numbers.0, offset: numbers.1, size, base, path }.into())
        }
        Family::Ipv4Rtc => {
            let member = if rng.random_ratio(1, 10) { None } else { Some(member(rng)) };
            AnyNlri::Ipv4Rtc(RouteTargetConstraint { member, path }.into())
        }
        Family::BgpLs | Family::BgpLsVpn => link_state(rng, family, add_path),
        other => unreachable!("{other} is not generated"),
    }
}
