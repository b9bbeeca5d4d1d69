//! What an UPDATE says, in a form that every decoder can be brought to.

use std::{collections::BTreeMap, net::IpAddr};

use wire::{
    AnyAttribute, AnyNlri, Family, NextHop, Update,
    attribute::{Origin, SegmentKind, code},
    json::Style,
    nlri::{evpn, inet::Inet, label::Labels, rd::RouteDistinguisher},
};

/// An UPDATE as one decoder reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    pub announced: Vec<(Option<IpAddr>, Nlri)>,
    pub withdrawn: Vec<Nlri>,
    /// By code. NEXT_HOP is one of them, the multiprotocol ones are not.
    pub attributes: BTreeMap<u8, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nlri {
    pub afi: u16,
    pub safi: u8,
    pub path: Option<u32>,
    pub rd: Option<[u8; 8]>,
    /// Fields of 24 bits.
    pub labels: Vec<u32>,
    pub prefix: Option<(IpAddr, u8)>,
    /// What there is besides, octet by octet.
    pub rest: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Numbers(Vec<u32>),
    /// Segments: type and AS numbers.
    Path(Vec<(u8, Vec<u32>)>),
    Communities(Vec<[u8; 8]>),
    Octets(Vec<u8>),
}

impl Nlri {
    pub fn new(afi: u16, safi: u8) -> Self {
        Self { afi, safi, ..Self::default() }
    }

    pub fn prefix(afi: u16, safi: u8, path: Option<u32>, address: impl Into<IpAddr>, length: u8) -> Self {
        Self { path, prefix: Some((address.into(), length)), ..Self::new(afi, safi) }
    }

    pub fn labels(mut self, labels: impl IntoIterator<Item = u32>) -> Self {
        self.labels.extend(labels);
        self
    }

    pub fn rd(mut self, rd: [u8; 8]) -> Self {
        self.rd = Some(rd);
        self
    }

    pub fn with(mut self, octets: &[u8]) -> Self {
        self.rest.extend_from_slice(octets);
        self
    }

    pub fn address(self, address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => self.with(&address.octets()),
            IpAddr::V6(address) => self.with(&address.octets()),
        }
    }

    /// A route of EVPN, to be followed by what stands behind the route distinguisher.
    pub fn evpn(code: u8, path: Option<u32>, rd: [u8; 8]) -> Self {
        Self { path, rest: vec![code], ..Self::new(25, 70).rd(rd) }
    }

    pub fn is_evpn(&self, code: u8) -> bool {
        self.afi == 25 && self.rest.first() == Some(&code)
    }
}

/// AS numbers of four octets, as in AS4_PATH.
pub fn read_as4_path(mut octets: &[u8]) -> Vec<(u8, Vec<u32>)> {
    let mut segments = Vec::new();
    while let [kind, count, rest @ ..] = octets {
        let (asns, rest) = rest.split_at_checked(usize::from(*count) * 4).unwrap_or((rest, &[]));
        let asns = asns.chunks_exact(4).map(|asn| u32::from_be_bytes([asn[0], asn[1], asn[2], asn[3]]));
        segments.push((*kind, asns.collect()));
        octets = rest;
    }
    segments
}

impl View {
    pub fn set(&mut self, code: u8, numbers: impl IntoIterator<Item = u32>) {
        self.attributes.insert(code, Value::Numbers(numbers.into_iter().collect()));
    }

    /// Our messages to a session with AS numbers of two octets have all that is in AS_PATH in AS4_PATH, if there is
    /// one, but for confederations, which the generator leaves out there; the same holds for AS4_AGGREGATOR.
    pub fn widen(&mut self) {
        for (narrow, wide) in [(2, 17), (7, 18)] {
            if let Some(value) = self.attributes.remove(&wide) {
                self.attributes.insert(narrow, value);
            }
        }
    }

    pub fn ours(update: &Update) -> Self {
        let mut view = Self { withdrawn: update.withdrawn.iter().map(nlri).collect(), ..Self::default() };
        for reach in &update.announced {
            let next_hop = match reach.next_hop {
                NextHop::Ip(address) => Some(address),
                NextHop::None | NextHop::Itself => None,
            };
            view.announced.extend(reach.nlris.iter().map(|one| (next_hop, nlri(one))));
        }
        if let Some(address) = update.next_hop {
            view.set(code::NEXT_HOP, [address.into()]);
        }
        for attribute in update.attributes.iter() {
            view.attributes.insert(attribute.code(), value(attribute));
        }
        view
    }
}

fn value(attribute: &AnyAttribute) -> Value {
    let numbers = |numbers: &[u32]| Value::Numbers(numbers.to_vec());
    match attribute {
        AnyAttribute::Origin(origin) => numbers(&[match origin {
            Origin::Igp => 0,
            Origin::Egp => 1,
            Origin::Incomplete => 2,
        }]),
        AnyAttribute::AsPath(path) => Value::Path(
            path.0
                .iter()
                .map(|segment| {
                    let kind = match segment.kind {
                        SegmentKind::Set => 1,
                        SegmentKind::Sequence => 2,
                        SegmentKind::ConfedSequence => 3,
                        SegmentKind::ConfedSet => 4,
                    };
                    (kind, segment.asns.clone())
                })
                .collect(),
        ),
        AnyAttribute::Med(med) => numbers(&[med.0]),
        AnyAttribute::LocalPreference(preference) => numbers(&[preference.0]),
        AnyAttribute::AtomicAggregate(_) => numbers(&[]),
        AnyAttribute::Aggregator(aggregator) => numbers(&[aggregator.asn, aggregator.router.into()]),
        AnyAttribute::Communities(list) => numbers(&list.0),
        AnyAttribute::OriginatorId(id) => numbers(&[id.0.into()]),
        AnyAttribute::ClusterList(list) => Value::Numbers(list.0.iter().map(|id| (*id).into()).collect()),
        AnyAttribute::ExtendedCommunities(list) => Value::Communities(list.0.iter().map(|one| one.0).collect()),
        AnyAttribute::LargeCommunities(list) => Value::Numbers(list.0.iter().flatten().copied().collect()),
        AnyAttribute::Generic(generic) => Value::Octets(generic.value.to_vec()),
        other => Value::Octets(format!("{other:?}").into_bytes()),
    }
}

fn inet(family: Family, prefix: &Inet) -> Nlri {
    Nlri::prefix(family.afi(), family.safi(), prefix.path, prefix.address, prefix.length)
}

fn labelled(family: Family, prefix: &Inet, labels: &Labels, rd: Option<RouteDistinguisher>) -> Nlri {
    Nlri { rd: rd.map(|rd| rd.0), ..inet(family, prefix).labels(labels.0.iter().copied()) }
}

fn nlri(nlri: &AnyNlri) -> Nlri {
    let family = nlri.family();
    match nlri {
        AnyNlri::Ipv4Unicast(prefix)
        | AnyNlri::Ipv4Multicast(prefix)
        | AnyNlri::Ipv6Unicast(prefix)
        | AnyNlri::Ipv6Multicast(prefix) => inet(family, prefix),
        AnyNlri::Ipv4NlriMpls(route) | AnyNlri::Ipv6NlriMpls(route) => {
            labelled(family, &route.prefix, &route.labels, None)
        }
        AnyNlri::Ipv4MplsVpn(route) | AnyNlri::Ipv6MplsVpn(route) => {
            labelled(family, &route.prefix, &route.labels, route.rd)
        }
        AnyNlri::Ipv4Rtc(wish) => {
            let base = Nlri { path: wish.path, ..Nlri::new(1, 132) };
            match &wish.member {
                Some(member) => {
                    let octets = usize::from(member.bits).div_ceil(8);
                    base.with(&member.origin.to_be_bytes()).with(&[member.bits]).with(&member.target[..octets])
                }
                None => base,
            }
        }
        AnyNlri::L2vpnVpls(vpls) => {
            let [endpoint, offset, size] = [vpls.endpoint, vpls.offset, vpls.size].map(Option::unwrap_or_default);
            let base = Nlri { path: vpls.path, ..Nlri::new(25, 65) };
            let base = base.rd(vpls.rd.map(|rd| rd.0).unwrap_or_default());
            let base = base.with(&endpoint.to_be_bytes()).with(&offset.to_be_bytes()).with(&size.to_be_bytes());
            base.labels([vpls.base.unwrap_or_default() << 4])
        }
        AnyNlri::L2vpnEvpn(route) => evpn(&route.route, route.path),
        AnyNlri::BgpLs(_) | AnyNlri::BgpLsVpn(_) => link_state(nlri),
        other => unreachable!("{other:?} is not generated"),
    }
}

fn evpn(route: &evpn::Route, path: Option<u32>) -> Nlri {
    use evpn::Route;
    let base = |rd: &RouteDistinguisher| Nlri::evpn(route.code(), path, rd.0);
    match route {
        Route::EthernetAd { rd, esi, tag, label } => base(rd).with(&esi.0).with(&tag.to_be_bytes()).labels([*label]),
        Route::MacIp { rd, esi, tag, mac, ip, label, second } => {
            let base = base(rd).with(&esi.0).with(&tag.to_be_bytes()).with(&mac.0).labels([*label]).labels(*second);
            ip.iter().fold(base, |base, ip| base.address(*ip))
        }
        Route::Multicast { rd, tag, ip } => base(rd).with(&tag.to_be_bytes()).address(*ip),
        Route::EthernetSegment { rd, esi, ip } => base(rd).with(&esi.0).address(*ip),
        Route::IpPrefix { rd, esi, tag, prefix, gateway, label } => {
            let base = base(rd).with(&esi.0).with(&tag.to_be_bytes()).address(*gateway).labels([*label]);
            Nlri { prefix: Some((prefix.address, prefix.length)), ..base }
        }
        Route::Unknown { value, .. } => Nlri { rd: None, ..base(&RouteDistinguisher([0; 8])) }.with(value),
    }
}

/// We keep the octets and read them for events: protocol, identifier and the AS of the node come from there, the
/// octets are compared with those that the other decoder makes of what it understood.
fn link_state(nlri: &AnyNlri) -> Nlri {
    let mut text = String::new();
    nlri.json(&mut text, &Style::default());
    let told: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let mut octets = bytes::BytesMut::new();
    nlri.encode(&mut octets, false);
    let kind = octets.get(1).copied().unwrap_or_default();
    let number = |name: &str| told[name].as_u64().unwrap_or(u64::MAX);
    let nodes = if kind == 2 { &told["local-node-descriptors"] } else { &told["node-descriptors"] };
    let asn = nodes.as_array().into_iter().flatten().find_map(|node| node["autonomous-system"].as_u64());
    let path = told["path-information"].as_str().and_then(|path| path.parse::<std::net::Ipv4Addr>().ok());
    let base = Nlri { path: path.map(u32::from), ..Nlri::new(nlri.family().afi(), nlri.family().safi()) };
    let base = base.with(&[kind, u8::try_from(number("protocol-id")).unwrap_or(u8::MAX)]);
    base.with(&number("l3-routing-topology").to_be_bytes()).with(&asn.unwrap_or(u64::MAX).to_be_bytes()).with(&octets)
}
