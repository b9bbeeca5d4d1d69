//! zettabgp.

use std::net::IpAddr;

use zettabgp::{
    afi::{evpn::BgpEVPN, ipv4::BgpAddrV4, ipv6::BgpAddrV6},
    prelude::*,
};

use crate::{
    session::Session,
    view::{Nlri, Value, View, read_as4_path},
};

pub(super) fn view(body: &[u8], session: &Session) -> Result<View, String> {
    let mut update = BgpUpdateMessage::new();
    update.decode_from(&session.zettabgp, body).map_err(|error| error.to_string())?;
    let mut view = View::default();
    view.withdrawn.extend(nlris(&update.withdraws)?);
    let next_hop = update.get_attr_nexthop().map(|next_hop| next_hop.value);
    view.announced.extend(nlris(&update.updates)?.into_iter().map(|nlri| (next_hop, nlri)));
    for attribute in &update.attrs {
        let (code, value) = match attribute {
            BgpAttrItem::MPUpdates(reach) => {
                let next_hop = match &reach.nexthop {
                    BgpAddr::None => None,
                    BgpAddr::V4(address) => Some(IpAddr::V4(*address)),
                    BgpAddr::V6(address) => Some(IpAddr::V6(*address)),
                    BgpAddr::V4RD(address) if address.rd.is_zero() => Some(IpAddr::V4(address.addr)),
                    BgpAddr::V6RD(address) if address.rd.is_zero() => Some(IpAddr::V6(address.addr)),
                    other => return Err(format!("the next hop is {other:?}")),
                };
                view.announced.extend(nlris(&reach.addrs)?.into_iter().map(|nlri| (next_hop, nlri)));
                continue;
            }
            BgpAttrItem::MPWithdraws(unreach) => {
                view.withdrawn.extend(nlris(&unreach.addrs)?);
                continue;
            }
            other => value(other)?,
        };
        view.attributes.insert(code, value);
    }
    Ok(view)
}

/// A prefix, in as many wrappers as there are.
trait Prefix {
    fn nlri(&self, safi: u8) -> Nlri;
}

impl Prefix for BgpAddrV4 {
    fn nlri(&self, safi: u8) -> Nlri {
        Nlri::prefix(1, safi, None, self.addr, self.prefixlen)
    }
}

impl Prefix for BgpAddrV6 {
    fn nlri(&self, safi: u8) -> Nlri {
        Nlri::prefix(2, safi, None, self.addr, self.prefixlen)
    }
}

impl<T: Prefix + BgpItem<T>> Prefix for Labeled<T> {
    fn nlri(&self, safi: u8) -> Nlri {
        self.prefix.nlri(safi).labels(fields(&self.labels))
    }
}

impl<T: Prefix + BgpItem<T>> Prefix for WithRd<T> {
    fn nlri(&self, safi: u8) -> Nlri {
        self.prefix.nlri(safi).rd(self.rd.to_u64().to_be_bytes())
    }
}

impl<T: Prefix + Clone + PartialEq + Eq + PartialOrd> Prefix for WithPathId<T> {
    fn nlri(&self, safi: u8) -> Nlri {
        Nlri { path: Some(self.pathid), ..self.nlri.nlri(safi) }
    }
}

fn fields(labels: &MplsLabels) -> impl Iterator<Item = u32> {
    labels.labels.iter().map(|label| label << 4)
}

fn all<T: Prefix>(list: &[T], safi: u8) -> Vec<Nlri> {
    list.iter().map(|one| one.nlri(safi)).collect()
}

fn nlris(list: &BgpAddrs) -> Result<Vec<Nlri>, String> {
    use BgpAddrs as A;
    Ok(match list {
        A::None => Vec::new(),
        A::IPV4U(list) => all(list, 1),
        A::IPV4UP(list) => all(list, 1),
        A::IPV4M(list) => all(list, 2),
        A::IPV4MP(list) => all(list, 2),
        A::IPV4LU(list) => all(list, 4),
        A::IPV4LUP(list) => all(list, 4),
        A::VPNV4U(list) => all(list, 128),
        A::VPNV4UP(list) => all(list, 128),
        A::IPV6U(list) => all(list, 1),
        A::IPV6UP(list) => all(list, 1),
        A::IPV6M(list) => all(list, 2),
        A::IPV6MP(list) => all(list, 2),
        A::IPV6LU(list) => all(list, 4),
        A::IPV6LUP(list) => all(list, 4),
        A::VPNV6U(list) => all(list, 128),
        A::VPNV6UP(list) => all(list, 128),
        A::L2VPLS(list) => list
            .iter()
            .map(|one| {
                let base = Nlri::new(25, 65).rd(one.rd.to_u64().to_be_bytes()).labels(fields(&one.labels));
                base.with(&one.site.to_be_bytes()).with(&one.offset.to_be_bytes()).with(&one.range.to_be_bytes())
            })
            .collect(),
        A::EVPN(list) => list.iter().map(evpn).collect(),
        other => return Err(format!("it reads {other:?}")),
    })
}

fn evpn(route: &BgpEVPN) -> Nlri {
    let base = |code: u8, rd: &BgpRD| Nlri::evpn(code, None, rd.to_u64().to_be_bytes());
    match route {
        BgpEVPN::EVPN1(one) => {
            let base = base(1, &one.rd).with(&[one.esi_type]).with(&one.esi.v).with(&one.ether_tag.to_be_bytes());
            base.labels(fields(&one.labels))
        }
        BgpEVPN::EVPN2(one) => {
            let mut mac = [0; 6];
            one.mac.write_to_network_bytes(&mut mac);
            let base = base(2, &one.rd).with(&[one.esi_type]).with(&one.esi.v).with(&one.ether_tag.to_be_bytes());
            let base = base.with(&mac).labels(fields(&one.labels));
            one.ip.iter().fold(base, |base, ip| base.address(*ip))
        }
        BgpEVPN::EVPN3(one) => base(3, &one.rd).with(&one.ether_tag.to_be_bytes()).address(one.ip),
        BgpEVPN::EVPN4(one) => base(4, &one.rd).with(&[one.esi_type]).with(&one.esi.v).address(one.ip),
        BgpEVPN::EVPN5(one) => {
            let base = base(5, &one.rd).with(&[one.esi_type]).with(&one.esi.v).with(&one.ether_tag.to_be_bytes());
            let base = base.address(one.gw_ip).labels(fields(&one.labels));
            Nlri { prefix: Some((one.prefix, one.len)), ..base }
        }
    }
}

fn ipv4(address: IpAddr) -> Result<u32, String> {
    match address {
        IpAddr::V4(address) => Ok(address.into()),
        IpAddr::V6(address) => Err(format!("it reads the address {address}")),
    }
}

fn value(attribute: &BgpAttrItem) -> Result<(u8, Value), String> {
    let numbers = |numbers: &[u32]| Value::Numbers(numbers.to_vec());
    Ok(match attribute {
        BgpAttrItem::Origin(origin) => (
            1,
            numbers(&[match origin.value {
                BgpAttrOrigin::Igp => 0,
                BgpAttrOrigin::Egp => 1,
                BgpAttrOrigin::Incomplete => 2,
            }]),
        ),
        BgpAttrItem::ASPath(path) => {
            let segment = |item: &BgpASitem| match item {
                BgpASitem::Set(set) => {
                    let mut asns: Vec<u32> = set.value.iter().map(|asn| asn.value).collect();
                    asns.sort_unstable();
                    (1, asns)
                }
                BgpASitem::Seq(sequence) => (2, sequence.value.iter().map(|asn| asn.value).collect()),
            };
            (2, Value::Path(path.value.iter().map(segment).collect()))
        }
        BgpAttrItem::NextHop(next_hop) => (3, numbers(&[ipv4(next_hop.value)?])),
        BgpAttrItem::MED(med) => (4, numbers(&[med.value])),
        BgpAttrItem::LocalPref(preference) => (5, numbers(&[preference.value])),
        BgpAttrItem::AtomicAggregate(_) => (6, numbers(&[])),
        BgpAttrItem::AggregatorAS(aggregator) => (7, numbers(&[aggregator.asn, aggregator.addr.into()])),
        BgpAttrItem::CommunityList(list) => (8, Value::Numbers(list.value.iter().map(|one| one.value).collect())),
        BgpAttrItem::OriginatorID(id) => (9, numbers(&[ipv4(id.value)?])),
        BgpAttrItem::ClusterList(list) => {
            (10, Value::Numbers(list.value.iter().map(|id| ipv4(*id)).collect::<Result<_, _>>()?))
        }
        BgpAttrItem::ExtCommunityList(list) => {
            let octets = |one: &BgpExtCommunity| {
                let ([a, b], [c, d, e, f]) = (one.a.to_be_bytes(), one.b.to_be_bytes());
                [one.ctype, one.subtype, a, b, c, d, e, f]
            };
            (16, Value::Communities(list.value.iter().map(octets).collect()))
        }
        BgpAttrItem::LargeCommunityList(list) => {
            (32, Value::Numbers(list.value.iter().flat_map(|one| [one.ga, one.ldp1, one.ldp2]).collect()))
        }
        BgpAttrItem::Unknown(unknown) => match (unknown.params.typecode, &unknown.value[..]) {
            // What is left to its users.
            (17, octets) => {
                let mut segments = read_as4_path(octets);
                for (_, asns) in segments.iter_mut().filter(|(kind, _)| *kind == 1) {
                    asns.sort_unstable();
                    asns.dedup();
                }
                (17, Value::Path(segments))
            }
            (18, [a, b, c, d, e, f, g, h]) => {
                (18, numbers(&[u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h])]))
            }
            (code, octets) => (code, Value::Octets(octets.to_vec())),
        },
        other => return Err(format!("it reads {other:?}")),
    })
}
