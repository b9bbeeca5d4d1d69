//! bgpkit-parser.

use std::net::IpAddr;

use bgpkit_parser::{
    models::{
        AsPath, AsPathSegment, AsnLength, AttributeValue, Community, ExtendedCommunity, NetworkPrefix, Nlri as MpNlri,
        Origin, TwoOctetAsExtCommunity,
    },
    parser::bgp::messages::parse_bgp_update_message,
};
use bytes::Bytes;

use crate::{
    session::Session,
    view::{Nlri, Value, View},
};

pub(super) fn view(body: &[u8], session: &Session) -> Result<View, String> {
    let width = if session.with.asn4 { AsnLength::Bits32 } else { AsnLength::Bits16 };
    let update = parse_bgp_update_message(Bytes::copy_from_slice(body), session.add_path, &width)
        .map_err(|error| error.to_string())?;
    let warnings = update.attributes.validation_warnings();
    // A withdrawal may carry any attributes or none.
    if let Some(warning) = warnings.first() {
        return Err(format!("{warning:?}"));
    }
    let mut view = View::default();
    view.withdrawn.extend(update.withdrawn_prefixes.iter().map(|one| prefix(1, 1, one)));
    let next_hop = update.attributes.next_hop();
    view.announced.extend(update.announced_prefixes.iter().map(|one| (next_hop, prefix(1, 1, one))));
    for attribute in &update.attributes {
        let (code, value) = match attribute {
            AttributeValue::MpReachNlri(reach) => {
                let next_hop = reach.next_hop.map(|next_hop| next_hop.global_addr());
                view.announced.extend(nlris(reach).into_iter().map(|nlri| (next_hop, nlri)));
                continue;
            }
            AttributeValue::MpUnreachNlri(unreach) => {
                view.withdrawn.extend(nlris(unreach));
                continue;
            }
            other => value(other)?,
        };
        view.attributes.insert(code, value);
    }
    Ok(view)
}

fn prefix(afi: u16, safi: u8, one: &NetworkPrefix) -> Nlri {
    Nlri::prefix(afi, safi, one.path_id, one.prefix.addr(), one.prefix.prefix_len())
}

fn nlris(list: &MpNlri) -> Vec<Nlri> {
    let (afi, safi) = (list.afi as u16, list.safi as u8);
    let mut nlris: Vec<Nlri> = list.prefixes.iter().map(|one| prefix(afi, safi, one)).collect();
    for one in list.labeled_prefixes.iter().flatten() {
        let base = Nlri::prefix(afi, safi, one.path_id, one.prefix.addr(), one.prefix.prefix_len());
        nlris.push(base.labels(one.labels.iter().map(|label| label.value() << 4)));
    }
    nlris
}

fn path(path: &AsPath) -> Value {
    let segment = |segment: &AsPathSegment| {
        let (kind, asns) = match segment {
            AsPathSegment::AsSet(asns) => (1, asns),
            AsPathSegment::AsSequence(asns) => (2, asns),
            AsPathSegment::ConfedSequence(asns) => (3, asns),
            AsPathSegment::ConfedSet(asns) => (4, asns),
        };
        (kind, asns.iter().map(|asn| asn.to_u32()).collect())
    };
    Value::Path(path.segments.iter().map(segment).collect())
}

fn value(attribute: &AttributeValue) -> Result<(u8, Value), String> {
    let numbers = |numbers: &[u32]| Value::Numbers(numbers.to_vec());
    Ok(match attribute {
        AttributeValue::Origin(origin) => (
            1,
            numbers(&[match origin {
                Origin::IGP => 0,
                Origin::EGP => 1,
                Origin::INCOMPLETE => 2,
            }]),
        ),
        AttributeValue::AsPath(segments) => (2, path(segments)),
        AttributeValue::NextHop(IpAddr::V4(address)) => (3, numbers(&[(*address).into()])),
        AttributeValue::MultiExitDiscriminator(med) => (4, numbers(&[*med])),
        AttributeValue::LocalPreference(preference) => (5, numbers(&[*preference])),
        AttributeValue::AtomicAggregate => (6, numbers(&[])),
        AttributeValue::Aggregator { asn, id } => (7, numbers(&[asn.to_u32(), (*id).into()])),
        AttributeValue::Communities(list) => (8, Value::Numbers(list.iter().map(community).collect())),
        AttributeValue::OriginatorId(id) => (9, numbers(&[(*id).into()])),
        AttributeValue::Clusters(list) => (10, numbers(list)),
        AttributeValue::ExtendedCommunities(list) => (16, Value::Communities(list.iter().map(extended).collect())),
        AttributeValue::As4Path(segments) => (17, path(segments)),
        AttributeValue::As4Aggregator { asn, id } => (18, numbers(&[asn.to_u32(), (*id).into()])),
        AttributeValue::LargeCommunities(list) => {
            let triple =
                |one: &bgpkit_parser::models::LargeCommunity| [one.global_admin, one.local_data[0], one.local_data[1]];
            (32, Value::Numbers(list.iter().flat_map(triple).collect()))
        }
        AttributeValue::Raw(raw) | AttributeValue::Deprecated(raw) | AttributeValue::Unknown(raw) => {
            (raw.code, Value::Octets(raw.bytes.to_vec()))
        }
        other => return Err(format!("it reads {other:?}")),
    })
}

fn community(community: &Community) -> u32 {
    match community {
        Community::NoExport => 0xFFFF_FF01,
        Community::NoAdvertise => 0xFFFF_FF02,
        Community::NoExportSubConfed => 0xFFFF_FF03,
        Community::Custom(asn, value) => asn.to_u32() << 16 | u32::from(*value),
    }
}

fn octets(kind: u8, low: u8, first: &[u8], second: &[u8]) -> [u8; 8] {
    let mut octets = [0; 8];
    octets[0] = kind;
    octets[1] = low;
    octets[2..2 + first.len()].copy_from_slice(first);
    octets[2 + first.len()..].copy_from_slice(second);
    octets
}

fn two_octet(kind: u8, one: &TwoOctetAsExtCommunity) -> [u8; 8] {
    octets(kind, one.subtype, &one.global_admin.to_u32().to_be_bytes()[2..], &one.local_admin)
}

fn extended(community: &ExtendedCommunity) -> [u8; 8] {
    use ExtendedCommunity as E;
    match community {
        E::TransitiveTwoOctetAs(one) => two_octet(0, one),
        E::NonTransitiveTwoOctetAs(one) | E::FlowSpecRedirect(one) => two_octet(0x40, one),
        E::TransitiveIpv4Addr(one) => octets(1, one.subtype, &one.global_admin.octets(), &one.local_admin),
        E::NonTransitiveIpv4Addr(one) => octets(0x41, one.subtype, &one.global_admin.octets(), &one.local_admin),
        E::TransitiveFourOctetAs(one) => {
            octets(2, one.subtype, &one.global_admin.to_u32().to_be_bytes(), &one.local_admin)
        }
        E::NonTransitiveFourOctetAs(one) => {
            octets(0x42, one.subtype, &one.global_admin.to_u32().to_be_bytes(), &one.local_admin)
        }
        E::TransitiveOpaque(one) => octets(3, one.subtype, &one.value, &[]),
        E::NonTransitiveOpaque(one) => octets(0x43, one.subtype, &one.value, &[]),
        E::FlowSpecTrafficRate(one) => {
            octets(0x40, 6, &one.as_number.to_be_bytes(), &one.rate_bytes_per_sec.to_bits().to_be_bytes())
        }
        E::FlowSpecTrafficAction(one) => {
            let bits = u8::from(one.sample) << 1 | u8::from(one.terminal);
            octets(0x40, 7, &one.as_number.to_be_bytes(), &[0, 0, 0, bits])
        }
        E::FlowSpecTrafficMarking(one) => octets(0x40, 9, &one.as_number.to_be_bytes(), &[one.dscp, 0, 0, 0]),
        E::LinkBandwidth(one) => {
            let kind = if one.transitive { 0 } else { 0x40 };
            octets(kind, 4, &one.global_admin.to_be_bytes(), &one.bandwidth.to_bits().to_be_bytes())
        }
        E::Raw(octets) => *octets,
    }
}
