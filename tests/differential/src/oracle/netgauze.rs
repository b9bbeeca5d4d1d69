//! netgauze-bgp-pkt.

use std::net::IpAddr;

use netgauze_bgp_pkt::{
    nlri::{
        BgpLsNlriValue, BgpLsNodeDescriptorSubTlv, L2EvpnIpPrefixRoute, L2EvpnRoute, MplsLabel, RouteDistinguisher,
    },
    path_attribute::{Aggregator, AsPath, MpReach, MpUnreach, Origin, PathAttributeValue},
    update::BgpUpdateMessage,
};
use netgauze_parse_utils::{WritablePdu, reader::SliceReader, traits::ParseFromWithOneInput};

use crate::{
    session::Session,
    view::{Nlri, Value, View, read_as4_path},
};

pub(super) fn view(body: &[u8], session: &mut Session) -> Result<View, String> {
    let mut reader = SliceReader::new(body);
    let update = BgpUpdateMessage::parse(&mut reader, &mut session.netgauze).map_err(|error| error.to_string())?;
    if !reader.is_empty() {
        return Err("it leaves octets behind".to_owned());
    }
    let mut view = View::default();
    let mut next_hop = None;
    view.withdrawn.extend(update.withdraw_routes().iter().map(|one| net(1, 1, one.path_id(), one.network().address())));
    let mut announced = Vec::new();
    for attribute in update.path_attributes() {
        let (code, value) = match attribute.value() {
            PathAttributeValue::MpReach(reach) => {
                announced = reached(reach)?;
                continue;
            }
            PathAttributeValue::MpUnreach(unreach) => {
                view.withdrawn.extend(withdrawn(unreach)?);
                continue;
            }
            PathAttributeValue::NextHop(address) => {
                next_hop = Some(IpAddr::V4(address.next_hop()));
                (3, Value::Numbers(vec![address.next_hop().into()]))
            }
            other => value(other)?,
        };
        view.attributes.insert(code, value);
    }
    let classic = update.nlri().iter().map(|one| net(1, 1, one.path_id(), one.network().address()));
    view.announced.extend(classic.map(|nlri| (next_hop, nlri)));
    view.announced.extend(announced);
    Ok(view)
}

fn net(afi: u16, safi: u8, path: Option<u32>, network: impl Into<ipnet::IpNet>) -> Nlri {
    let network = network.into();
    Nlri::prefix(afi, safi, path, network.addr(), network.prefix_len())
}

fn field(label: &MplsLabel) -> u32 {
    let [high, middle, low] = *label.value();
    u32::from_be_bytes([0, high, middle, low])
}

fn rd(rd: RouteDistinguisher) -> [u8; 8] {
    u64::from(rd).to_be_bytes()
}

/// One family, announced or withdrawn.
macro_rules! nlris {
    (unicast $afi:literal $safi:literal $list:expr) => {
        $list.iter().map(|one| net($afi, $safi, one.path_id(), one.network().address())).collect()
    };
    (labelled $afi:literal $list:expr) => {
        $list
            .iter()
            .map(|one| net($afi, 4, one.path_id(), one.prefix()).labels(one.labels().iter().map(field)))
            .collect()
    };
    (vpn $afi:literal $list:expr) => {
        $list
            .iter()
            .map(|one| {
                let base = net($afi, 128, one.path_id(), one.network().address()).rd(rd(one.rd()));
                base.labels(one.label_stack().iter().map(field))
            })
            .collect()
    };
    (evpn $list:expr) => {
        $list.iter().map(|one| evpn(one.route(), one.path_id())).collect()
    };
    (rtc $list:expr) => {
        $list
            .iter()
            .map(|one| {
                let base = Nlri { path: one.path_id(), ..Nlri::new(1, 132) };
                one.membership().iter().fold(base, |base, member| {
                    let bits = u8::try_from(member.route_target().len() * 8).unwrap_or(u8::MAX);
                    base.with(&member.origin_as().to_be_bytes()).with(&[bits]).with(member.route_target())
                })
            })
            .collect()
    };
    (ls $list:expr) => {
        $list.iter().map(|one| link_state(71, one.path_id(), one.nlri(), one)).collect::<Result<_, _>>()?
    };
    (ls_vpn $list:expr) => {
        $list.iter().map(|one| link_state(72, one.path_id(), one.nlri(), one)).collect::<Result<_, _>>()?
    };
}

fn reached(reach: &MpReach) -> Result<Vec<(Option<IpAddr>, Nlri)>, String> {
    use MpReach as M;
    let zero = |rd: RouteDistinguisher| if u64::from(rd) == 0 { Ok(()) } else { Err(format!("next hop with {rd}")) };
    let (next_hop, nlris): (IpAddr, Vec<Nlri>) = match reach {
        M::Ipv4Unicast { next_hop, nlri, .. } => (*next_hop, nlris!(unicast 1 1 nlri)),
        M::Ipv4Multicast { next_hop, nlri, .. } => (*next_hop, nlris!(unicast 1 2 nlri)),
        M::Ipv6Unicast { next_hop_global, nlri, .. } => ((*next_hop_global).into(), nlris!(unicast 2 1 nlri)),
        M::Ipv6Multicast { next_hop_global, nlri, .. } => ((*next_hop_global).into(), nlris!(unicast 2 2 nlri)),
        M::Ipv4NlriMplsLabels { next_hop, nlri, .. } => (*next_hop, nlris!(labelled 1 nlri)),
        M::Ipv6NlriMplsLabels { next_hop, nlri, .. } => (*next_hop, nlris!(labelled 2 nlri)),
        M::Ipv4MplsVpnUnicast { next_hop, nlri } => {
            zero(next_hop.rd())?;
            (next_hop.next_hop(), nlris!(vpn 1 nlri))
        }
        M::Ipv6MplsVpnUnicast { next_hop, nlri } => {
            zero(next_hop.rd())?;
            (next_hop.next_hop(), nlris!(vpn 2 nlri))
        }
        M::L2Evpn { next_hop, nlri } => (*next_hop, nlris!(evpn nlri)),
        M::RouteTargetMembership { next_hop, nlri } => (*next_hop, nlris!(rtc nlri)),
        M::BgpLs { next_hop, nlri } => (*next_hop, nlris!(ls nlri)),
        M::BgpLsVpn { next_hop, nlri } => {
            zero(next_hop.rd())?;
            (next_hop.next_hop(), nlris!(ls_vpn nlri))
        }
        M::Unknown { afi, safi, .. } => return Err(format!("{afi}/{safi} is unknown")),
    };
    Ok(nlris.into_iter().map(|nlri| (Some(next_hop), nlri)).collect())
}

fn withdrawn(unreach: &MpUnreach) -> Result<Vec<Nlri>, String> {
    use MpUnreach as M;
    Ok(match unreach {
        M::Ipv4Unicast { nlri } => nlris!(unicast 1 1 nlri),
        M::Ipv4Multicast { nlri } => nlris!(unicast 1 2 nlri),
        M::Ipv6Unicast { nlri } => nlris!(unicast 2 1 nlri),
        M::Ipv6Multicast { nlri } => nlris!(unicast 2 2 nlri),
        M::Ipv4NlriMplsLabels { nlri } => nlris!(labelled 1 nlri),
        M::Ipv6NlriMplsLabels { nlri } => nlris!(labelled 2 nlri),
        M::Ipv4MplsVpnUnicast { nlri } => nlris!(vpn 1 nlri),
        M::Ipv6MplsVpnUnicast { nlri } => nlris!(vpn 2 nlri),
        M::L2Evpn { nlri } => nlris!(evpn nlri),
        M::RouteTargetMembership { nlri } => nlris!(rtc nlri),
        M::BgpLs { nlri } => nlris!(ls nlri),
        M::BgpLsVpn { nlri } => nlris!(ls_vpn nlri),
        M::Unknown { afi, safi, .. } => return Err(format!("{afi}/{safi} is unknown")),
    })
}

fn evpn(route: &L2EvpnRoute, path: Option<u32>) -> Nlri {
    let base = |code: u8, one: RouteDistinguisher| Nlri::evpn(code, path, rd(one));
    match route {
        L2EvpnRoute::EthernetAutoDiscovery(one) => {
            let base = base(1, one.rd()).with(one.segment_id().value()).with(&one.tag().value().to_be_bytes());
            base.labels([field(one.mpls_label())])
        }
        L2EvpnRoute::MacIpAdvertisement(one) => {
            let base = base(2, one.rd()).with(one.segment_id().value()).with(&one.tag().value().to_be_bytes());
            let base = base.with(one.mac().value()).labels([field(one.mpls_label1())]);
            let base = base.labels(one.mpls_label2().map(field));
            one.ip().iter().fold(base, |base, ip| base.address(*ip))
        }
        L2EvpnRoute::InclusiveMulticastEthernetTagRoute(one) => {
            base(3, one.rd()).with(&one.tag().value().to_be_bytes()).address(one.ip())
        }
        L2EvpnRoute::EthernetSegmentRoute(one) => base(4, one.rd()).with(one.segment_id().value()).address(one.ip()),
        L2EvpnRoute::IpPrefixRoute(L2EvpnIpPrefixRoute::V4(one)) => {
            let base = base(5, one.rd()).with(one.segment_id().value()).with(&one.tag().value().to_be_bytes());
            let base = base.address(one.gateway().into()).labels([field(one.label())]);
            Nlri { prefix: Some((one.prefix().addr().into(), one.prefix().prefix_len())), ..base }
        }
        L2EvpnRoute::IpPrefixRoute(L2EvpnIpPrefixRoute::V6(one)) => {
            let base = base(5, one.rd()).with(one.segment_id().value()).with(&one.tag().value().to_be_bytes());
            let base = base.address(one.gateway().into()).labels([field(one.label())]);
            Nlri { prefix: Some((one.prefix().addr().into(), one.prefix().prefix_len())), ..base }
        }
        L2EvpnRoute::Unknown { code, value } => Nlri { rd: None, ..Nlri::evpn(*code, path, [0; 8]).with(value) },
    }
}

fn link_state<E: std::fmt::Debug>(
    safi: u8,
    path: Option<u32>,
    value: &BgpLsNlriValue,
    whole: &impl WritablePdu<E>,
) -> Result<Nlri, String> {
    let (protocol, identifier, node) = match value {
        BgpLsNlriValue::Node(one) => (one.protocol_id(), one.identifier(), one.local_node_descriptors()),
        BgpLsNlriValue::Link(one) => (one.protocol_id(), one.identifier(), one.local_node_descriptors()),
        BgpLsNlriValue::Ipv4Prefix(one) | BgpLsNlriValue::Ipv6Prefix(one) => {
            (one.protocol_id(), one.identifier(), one.local_node_descriptors())
        }
        BgpLsNlriValue::Unknown { code, .. } => return Err(format!("BGP-LS type {code} is unknown")),
    };
    let asn = node.subtlvs().iter().find_map(|tlv| match tlv {
        BgpLsNodeDescriptorSubTlv::AutonomousSystem(asn) => Some(u64::from(*asn)),
        _ => None,
    });
    let mut octets = Vec::new();
    whole.write(&mut octets).map_err(|error| format!("{error:?}"))?;
    // Written with its path identifier, which is compared on its own.
    let octets = if path.is_some() { &octets[4..] } else { &octets[..] };
    let kind = u8::try_from(value.raw_code()).unwrap_or(u8::MAX);
    let base = Nlri { path, ..Nlri::new(16388, safi).with(&[kind, protocol as u8]) };
    Ok(base.with(&identifier.to_be_bytes()).with(&asn.unwrap_or(u64::MAX).to_be_bytes()).with(octets))
}

fn path(path: &AsPath) -> Value {
    Value::Path(match path {
        AsPath::As2PathSegments(segments) => segments
            .iter()
            .map(|one| (one.segment_type() as u8, one.as_numbers().iter().map(|asn| u32::from(*asn)).collect()))
            .collect(),
        AsPath::As4PathSegments(segments) => {
            segments.iter().map(|one| (one.segment_type() as u8, one.as_numbers().to_vec())).collect()
        }
    })
}

fn value(attribute: &PathAttributeValue) -> Result<(u8, Value), String> {
    let numbers = |numbers: &[u32]| Value::Numbers(numbers.to_vec());
    Ok(match attribute {
        PathAttributeValue::Origin(origin) => (
            1,
            numbers(&[match origin {
                Origin::IGP => 0,
                Origin::EGP => 1,
                Origin::Incomplete => 2,
            }]),
        ),
        PathAttributeValue::AsPath(segments) => (2, path(segments)),
        PathAttributeValue::MultiExitDiscriminator(med) => (4, numbers(&[med.metric()])),
        PathAttributeValue::LocalPreference(preference) => (5, numbers(&[preference.metric()])),
        PathAttributeValue::AtomicAggregate(_) => (6, numbers(&[])),
        PathAttributeValue::Aggregator(Aggregator::As2Aggregator(one)) => {
            (7, numbers(&[u32::from(*one.asn()), one.origin().into()]))
        }
        PathAttributeValue::Aggregator(Aggregator::As4Aggregator(one)) => {
            (7, numbers(&[*one.asn(), one.origin().into()]))
        }
        PathAttributeValue::Communities(list) => {
            (8, Value::Numbers(list.communities().iter().map(|one| one.value()).collect()))
        }
        PathAttributeValue::Originator(id) => (9, numbers(&[id.id().into()])),
        PathAttributeValue::ClusterList(list) => {
            (10, Value::Numbers(list.cluster_list().iter().map(|one| one.id().into()).collect()))
        }
        PathAttributeValue::ExtendedCommunities(list) => {
            let octets = list.communities().iter().map(|one| {
                let mut octets = Vec::new();
                one.write(&mut octets).map_err(|error| error.to_string())?;
                <[u8; 8]>::try_from(octets).map_err(|octets| format!("a community of {} octets", octets.len()))
            });
            (16, Value::Communities(octets.collect::<Result<_, String>>()?))
        }
        PathAttributeValue::As4Path(path) => {
            let segment = |one: &netgauze_bgp_pkt::path_attribute::As4PathSegment| {
                (one.segment_type() as u8, one.as_numbers().to_vec())
            };
            (17, Value::Path(path.segments().iter().map(segment).collect()))
        }
        PathAttributeValue::LargeCommunities(list) => {
            let triple = |one: &netgauze_bgp_pkt::community::LargeCommunity| {
                [one.global_admin(), one.local_data1(), one.local_data2()]
            };
            (32, Value::Numbers(list.communities().iter().flat_map(triple).collect()))
        }
        PathAttributeValue::UnknownAttribute(unknown) => match (unknown.code(), unknown.value()) {
            (17, octets) => (17, Value::Path(read_as4_path(octets))),
            // What is left to its users.
            (18, [a, b, c, d, e, f, g, h]) => {
                (18, numbers(&[u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h])]))
            }
            (code, octets) => (code, Value::Octets(octets.to_vec())),
        },
        other => return Err(format!("it reads {other:?}")),
    })
}
