//! Puts routes into UPDATEs: groups those with equal attributes and cuts to the size of the session.
//!
//! The bytes are those of the reference: only families that [`Family::groups`] names share an UPDATE, NLRIs of
//! one UPDATE are sorted by their keys (the RIB hands a group over sorted), each withdrawal is a message of its
//! own, MP_REACH_NLRI stands behind all other attributes and MP_UNREACH_NLRI before them.

mod field;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use bytes::{BufMut, BytesMut};
use smallvec::SmallVec;

use crate::{
    AnyNlri, Attributes, AttributesOnly, Family, FamilyCode, Kind, Negotiated, NextHop, Operational, Route,
    RouteRefresh,
    attribute::{EXTENDED, OPTIONAL, code},
    frame, keepalive,
    nlri::inet::Inet,
};

use field::Field;

/// A route that no UPDATE of the session can carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The attributes leave no room for one NLRI.
    #[error("the attributes of {0} are too long for a message")]
    TooLong(String),
    /// The next hop is `self`, and the session has no address of the route's family.
    #[error("{0} has next-hop self, but the session has no address of its family")]
    NoSelf(String),
}

/// Octets of the route distinguisher before a next hop.
const RD: usize = 8;

/// Writes messages for one session.
#[derive(Debug)]
pub struct Packer {
    with: Arc<Negotiated>,
    group: Option<Group>,
    /// NLRIs of the group that is still open.
    nlris: Field,
    /// Space for attribute values.
    value: BytesMut,
}

/// What the routes of one UPDATE share.
#[derive(Debug)]
struct Group {
    family: Family,
    /// As the last route said it.
    said: NextHop,
    /// As it is sent.
    next_hop: NextHop,
    /// Follows a global next hop of IPv6.
    link_local: Option<Ipv6Addr>,
    attributes: Attributes,
    /// Whether other routes may join.
    open: bool,
    /// Whether path identifiers precede the NLRIs.
    add_path: bool,
    /// Whether they are IPv4 prefixes, others may join, and nothing precedes them.
    plain: bool,
    /// The attribute block, without MP_REACH_NLRI.
    block: BytesMut,
    /// The octets that NLRIs may take.
    room: usize,
}

impl Packer {
    /// A packer for a session with these parameters.
    pub fn new(with: Arc<Negotiated>) -> Self {
        Self { with, group: None, nlris: Field::default(), value: BytesMut::new() }
    }

    /// Adds a route; those of one group which follow each other share UPDATEs. What is complete is appended to
    /// `out`, the rest by [`Packer::finish`].
    ///
    /// # Errors
    /// When the session cannot carry the route; nothing is written for it.
    pub fn announce(&mut self, route: &Route, out: &mut BytesMut) -> Result<(), PackError> {
        let before = self.nlris.len();
        match (&self.group, &route.nlri) {
            // Most routes follow one of their kind: three comparisons and a store.
            (Some(group), AnyNlri::Ipv4Unicast(Inet { address: IpAddr::V4(address), length, .. }))
                if group.plain && group.attributes == route.attributes && group.said == route.next_hop =>
            {
                self.nlris.prefix(*length, address.octets());
                if self.nlris.len() <= group.room {
                    return Ok(());
                }
                self.overflow(before, &route.nlri, out)
            }
            (Some(group), nlri) if group.said == route.next_hop && group.takes(route) => self.add(nlri, out),
            (_, nlri) => {
                self.turn_to(route, out)?;
                self.add(nlri, out)
            }
        }
    }

    /// Opens the group of a route, unless it differs from the open one only in how its next hop was said. Out of line,
    /// as [`Packer::overflow`]: what happens once an UPDATE shall not slow down what happens for each route.
    #[inline(never)]
    fn turn_to(&mut self, route: &Route, out: &mut BytesMut) -> Result<(), PackError> {
        let family = route.nlri.family();
        let next_hop = route.next_hop.resolve(family.afi(), self.with.local_address, self.with.router_id);
        if route.next_hop == NextHop::Itself && next_hop == NextHop::None {
            return Err(PackError::NoSelf(route.nlri.to_string()));
        }
        match self.group.as_mut().filter(|group| group.next_hop == next_hop && group.takes(route)) {
            Some(group) => group.said = route.next_hop,
            None => {
                self.finish(out);
                self.group = Some(Group::new(route, next_hop, &self.with));
            }
        }
        Ok(())
    }

    fn add(&mut self, nlri: &AnyNlri, out: &mut BytesMut) -> Result<(), PackError> {
        let Some(group) = &self.group else { return Ok(()) };
        let before = self.nlris.len();
        self.nlris.put(|out| nlri.encode_for(out, group.add_path, self.with.quirks));
        if self.nlris.len() <= group.room {
            return Ok(());
        }
        self.overflow(before, nlri, out)
    }

    /// Writes the UPDATE that the last NLRI, which begins at `before`, does not fit into, and begins the next with it.
    #[inline(never)]
    fn overflow(&mut self, before: usize, nlri: &AnyNlri, out: &mut BytesMut) -> Result<(), PackError> {
        let Some(group) = &self.group else { return Ok(()) };
        let (whole, last) = self.nlris.octets().split_at_checked(before).unwrap_or_default();
        if last.len() > group.room {
            self.nlris.truncate(before);
            return Err(PackError::TooLong(nlri.to_string()));
        }
        let last = SmallVec::<[u8; 32]>::from_slice(last);
        group.write(whole, &mut self.value, out);
        self.nlris.truncate(0);
        self.nlris.append(&last);
        Ok(())
    }

    /// Writes the UPDATE that is still open.
    pub fn finish(&mut self, out: &mut BytesMut) {
        if let Some(group) = self.group.take()
            && self.nlris.len() > 0
        {
            group.write(self.nlris.octets(), &mut self.value, out);
        }
        self.nlris.truncate(0);
    }

    /// Writes the withdrawal of a route. Unicast and multicast have nothing but the NLRI; other families have
    /// attributes behind it, those of the route and the defaults, unless they leave no room for it.
    pub fn withdraw(&mut self, route: &Route, out: &mut BytesMut) {
        self.finish(out);
        let Route { nlri, next_hop, attributes } = route;
        let family = nlri.family();
        let mut octets = BytesMut::with_capacity(24);
        nlri.encode_withdrawn(&mut octets, self.with.add_path_send.contains(family), self.with.quirks);
        if family == Family::Ipv4Unicast {
            return write_update(out, &octets, &[], &[]);
        }
        let mut value = BytesMut::with_capacity(octets.len() + 3);
        put_family(&mut value, family);
        value.put_slice(&octets);
        let mut block = BytesMut::with_capacity(value.len() + 4);
        crate::attribute::write(&mut block, OPTIONAL, code::MP_UNREACH, &value);
        if !family.withdraws_bare() {
            let alone = block.len();
            let next_hop = next_hop.resolve(family.afi(), self.with.local_address, self.with.router_id);
            attributes.encode(&mut block, next_hop_attribute(family, next_hop), &self.with);
            if frame::HEADER + 4 + block.len() > self.with.message_size() {
                block.truncate(alone);
            }
        }
        write_update(out, &[], &block, &[]);
    }

    /// Writes an UPDATE with attributes and no route. A next hop of IPv6 is left out: MP_REACH_NLRI has no place for it
    /// without an NLRI.
    ///
    /// # Errors
    /// When the session cannot carry it; nothing is written then.
    pub fn bare(&mut self, update: &AttributesOnly, out: &mut BytesMut) -> Result<(), PackError> {
        let family = Family::Ipv4Unicast;
        let next_hop = update.next_hop.resolve(family.afi(), self.with.local_address, self.with.router_id);
        if update.next_hop == NextHop::Itself && next_hop == NextHop::None {
            return Err(PackError::NoSelf(update.to_string()));
        }
        self.finish(out);
        let mut block = BytesMut::with_capacity(128);
        update.attributes.encode(&mut block, next_hop.ipv4(), &self.with);
        if frame::HEADER + 4 + block.len() > self.with.message_size() {
            return Err(PackError::TooLong(update.to_string()));
        }
        write_update(out, &[], &block, &[]);
        Ok(())
    }

    /// Writes an End-of-RIB (RFC 4724 section 2); on a session without any family a KEEPALIVE stands for it.
    pub fn end_of_rib(&mut self, family: Family, out: &mut BytesMut) {
        self.finish(out);
        if self.with.families.is_empty() {
            return out.put_slice(&keepalive());
        }
        if family == Family::Ipv4Unicast {
            return write_update(out, &[], &[], &[]);
        }
        let mut value = BytesMut::with_capacity(3);
        put_family(&mut value, family);
        let mut block = BytesMut::with_capacity(7);
        crate::attribute::write(&mut block, OPTIONAL | EXTENDED, code::MP_UNREACH, &value);
        write_update(out, &[], &block, &[]);
    }

    /// Writes a ROUTE-REFRESH of this subtype.
    pub fn refresh(&mut self, family: Family, subtype: u8, out: &mut BytesMut) {
        self.finish(out);
        RouteRefresh { family: FamilyCode::from(family), subtype }.encode(out);
    }

    /// Writes an OPERATIONAL message.
    pub fn operational(&mut self, message: &Operational, out: &mut BytesMut) {
        self.finish(out);
        message.encode(out);
    }
}

impl Group {
    fn new(route: &Route, next_hop: NextHop, with: &Negotiated) -> Self {
        let (family, attributes) = (route.nlri.family(), route.attributes.clone());
        let mut block = BytesMut::with_capacity(128);
        attributes.encode(&mut block, next_hop_attribute(family, next_hop), with);
        let fixed = frame::HEADER + 4 + block.len();
        let link_local = with.link_local.filter(|_| family.afi() == 2 && next_hop.is_global_ipv6());
        let open = with.group_updates && family.groups();
        let add_path = with.add_path_send.contains(family);
        let said = route.next_hop;
        let plain = open && !add_path && family == Family::Ipv4Unicast;
        let mut group = Self { family, said, next_hop, link_local, attributes, open, add_path, plain, block, room: 0 };
        let room = with.message_size().saturating_sub(fixed);
        group.room = if group.is_classic() { room } else { mp_room(room, 5 + group.next_hop_length()) };
        group
    }

    /// Whether a route of the same next hop may share an UPDATE with those of the group.
    fn takes(&self, route: &Route) -> bool {
        self.open && self.attributes == route.attributes && self.family == route.nlri.family()
    }

    /// Whether the routes stand in the NLRI field of the UPDATE rather than in MP_REACH_NLRI.
    const fn is_classic(&self) -> bool {
        matches!(self.family, Family::Ipv4Unicast) && !matches!(self.next_hop, NextHop::Ip(IpAddr::V6(_)))
    }

    const fn next_hop_length(&self) -> usize {
        let rd = if self.family.rd_in_next_hop() { RD } else { 0 };
        match self.next_hop {
            NextHop::Ip(IpAddr::V4(_)) => rd + 4,
            NextHop::Ip(IpAddr::V6(_)) if self.link_local.is_some() => rd + 32,
            NextHop::Ip(IpAddr::V6(_)) => rd + 16,
            NextHop::None | NextHop::Itself => 0,
        }
    }

    fn put_next_hop(&self, out: &mut BytesMut) {
        let NextHop::Ip(address) = self.next_hop else { return };
        if self.family.rd_in_next_hop() {
            out.put_slice(&[0; RD]);
        }
        match address {
            IpAddr::V4(address) => out.put_slice(&address.octets()),
            IpAddr::V6(address) => out.put_slice(&address.octets()),
        }
        self.link_local.iter().for_each(|address| out.put_slice(&address.octets()));
    }

    fn write(&self, nlris: &[u8], value: &mut BytesMut, out: &mut BytesMut) {
        if self.is_classic() {
            return write_update(out, &[], &self.block, nlris);
        }
        value.clear();
        put_family(value, self.family);
        value.put_u8(u8::try_from(self.next_hop_length()).unwrap_or_default());
        self.put_next_hop(value);
        value.put_u8(0);
        value.put_slice(nlris);
        let mut block = self.block.clone();
        crate::attribute::write(&mut block, OPTIONAL, code::MP_REACH, value);
        write_update(out, &[], &block, &[]);
    }
}

/// The NLRI octets that fit behind `fixed` octets of an MP_REACH_NLRI value, in `room` octets of attribute: its
/// header has three octets, four when the value is longer than 255.
const fn mp_room(room: usize, fixed: usize) -> usize {
    let short = room.saturating_sub(3 + fixed);
    if short + fixed > 255 { room.saturating_sub(4 + fixed) } else { short }
}

/// The value of NEXT_HOP, if there is one for the family and it is of IPv4.
fn next_hop_attribute(family: Family, next_hop: NextHop) -> Option<Ipv4Addr> {
    if family.has_next_hop_attribute() { next_hop.ipv4() } else { None }
}

fn put_family(out: &mut BytesMut, family: Family) {
    out.put_u16(family.afi());
    out.put_u8(family.safi());
}

fn write_update(out: &mut BytesMut, withdrawn: &[u8], attributes: &[u8], nlri: &[u8]) {
    out.reserve(frame::HEADER + 4 + withdrawn.len() + attributes.len() + nlri.len());
    frame::write(out, Kind::Update.code(), |out| {
        out.put_u16(u16::try_from(withdrawn.len()).unwrap_or(u16::MAX));
        out.put_slice(withdrawn);
        out.put_u16(u16::try_from(attributes.len()).unwrap_or(u16::MAX));
        out.put_slice(attributes);
        out.put_slice(nlri);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Intent, Update, Words, route::parse_route};

    fn session() -> Negotiated {
        let mut with = Negotiated::unnegotiated();
        (with.local_as, with.peer_as, with.asn4) = (65533, 65533, true);
        with.families = Family::ALL.to_vec();
        with
    }

    fn routes(text: &str) -> Vec<Route> {
        parse_route(&mut Words::new(text), Intent::Announce).unwrap().routes
    }

    fn pack(texts: &[&str], with: Negotiated) -> Vec<String> {
        let (mut packer, mut out) = (Packer::new(Arc::new(with)), BytesMut::new());
        for route in texts.iter().flat_map(|text| routes(text)) {
            packer.announce(&route, &mut out).unwrap();
        }
        packer.finish(&mut out);
        bodies(&out)
    }

    fn bodies(mut out: &[u8]) -> Vec<String> {
        let mut bodies = Vec::new();
        while let Ok(Some(length)) = frame::split(out, 65535) {
            bodies.push(out[19..length].iter().map(|octet| format!("{octet:02x}")).collect());
            out = &out[length..];
        }
        assert!(out.is_empty());
        bodies
    }

    #[test]
    fn vectors() {
        let one = |text: &str| pack(&[text], session()).remove(0);
        assert_eq!(
            one("77.77.77.77/32 next-hop 1.2.3.4 origin igp local-preference 100"),
            "00000015400101004002004003040102030440050400000064204d4d4d4d"
        );
        assert_eq!(
            one("153.153.153.153/32 next-hop bad:cafe:bad:cafe:bad:cafe:bad:cafe"),
            "0000002b4001010040020040050400000064800e1a000101100badcafe0badcafe0badcafe0badcafe002099999999"
        );
        assert_eq!(
            one("dead:beef:dead:beef:dead:beef:dead:beef/128 next-hop 170.170.170.170"),
            "0000003240010100400200400304aaaaaaaa40050400000064800e1a00020104aaaaaaaa0080deadbeefdeadbeefdeadbeefdeadbeef"
        );
    }

    #[test]
    fn without_four_octet_numbers() {
        let mut with = session();
        (with.local_as, with.asn4) = (65001, false);
        let body = pack(&["10.0.0.0/8 next-hop 10.0.0.1 as-path [ 80000 1 ] aggregator 80000:1.2.3.4"], with).remove(0);
        assert!(
            body.contains("40010100400206020 25ba00001c0110a02020001388000000001".replace(' ', "").as_str()),
            "{body}"
        );
        assert!(
            body.contains("400304 0a000001 c00706 5ba001020304 c01208 0001388001020304".replace(' ', "").as_str()),
            "{body}"
        );
    }

    #[test]
    fn groups_are_cut_at_the_limit() {
        let updates = pack(&["10.0.0.0/12 next-hop 1.1.1.1 split /23"], session());
        assert_eq!(updates.iter().map(|body| body.len() / 2 + 19).collect::<Vec<_>>(), [4096, 4096, 132]);
    }

    #[test]
    fn only_equal_attributes_share_an_update() {
        let texts =
            ["10.0.0.0/24 next-hop 1.1.1.1", "10.0.1.0/24 next-hop 1.1.1.1", "10.0.2.0/24 next-hop 1.1.1.1 med 1"];
        assert_eq!(pack(&texts, session()).len(), 2);
        let mut alone = session();
        alone.group_updates = false;
        assert_eq!(pack(&texts, alone).len(), 3);
        assert_eq!(pack(&["::/1 next-hop ::1", "8000::/1 next-hop ::1"], session()).len(), 2);
    }

    #[test]
    fn a_link_local_address_follows_a_global_next_hop() {
        let mut with = session();
        with.link_local = Some("fe80::1".parse().unwrap());
        let both = pack(&["2001:db8::/32 next-hop 2001:db8::1"], with.clone());
        assert!(
            both[0].contains("0002012020010db8000000000000000000000001fe80000000000000000000000000000100"),
            "{both:?}"
        );
        let alone = pack(&["2001:db8::/32 next-hop fe80::2"], with.clone());
        assert!(alone[0].contains("00020110fe800000000000000000000000000002"), "{alone:?}");
        assert!(pack(&["10.0.0.0/8 next-hop 2001:db8::1"], with)[0].contains("00010110"));
    }

    #[test]
    fn next_hop_self() {
        let mut with = session();
        with.router_id = [9, 9, 9, 9].into();
        with.local_address = Some("::1".parse().unwrap());
        assert!(pack(&["10.0.0.0/8 next-hop self"], with.clone())[0].contains("40030409090909"));
        with.local_address = Some("10.9.9.9".parse().unwrap());
        let mut packer = Packer::new(Arc::new(with));
        let refused = packer.announce(&routes("::/0 next-hop self")[0], &mut BytesMut::new());
        assert!(matches!(refused, Err(PackError::NoSelf(_))));
    }

    #[test]
    fn markers() {
        let (mut packer, mut out) = (Packer::new(Arc::new(session())), BytesMut::new());
        packer.end_of_rib(Family::Ipv4Unicast, &mut out);
        packer.end_of_rib(Family::Ipv6Unicast, &mut out);
        packer.withdraw(&routes("77.77.77.77/32 next-hop 1.1.1.1")[0], &mut out);
        packer.withdraw(&routes("::/0 next-hop ::1")[0], &mut out);
        packer.refresh(Family::Ipv4Unicast, 1, &mut out);
        let expected =
            ["00000000", "00000007900f0003000201", "0005204d4d4d4d0000", "00000007800f0400020100", "00010101"];
        assert_eq!(bodies(&out), expected);
    }

    #[test]
    fn too_long_attributes_are_refused() {
        let asns = vec!["1"; 1100].join(" ");
        let text = format!("10.0.0.0/24 next-hop 1.1.1.1 as-path [ {asns} ]");
        let mut packer = Packer::new(Arc::new(session()));
        let mut out = BytesMut::new();
        assert!(matches!(packer.announce(&routes(&text)[0], &mut out), Err(PackError::TooLong(_))));
        packer.finish(&mut out);
        assert!(out.is_empty());
    }

    #[test]
    fn what_is_packed_is_read_back() {
        let with = session();
        let text = "10.0.0.0/24 next-hop 1.1.1.1 origin egp as-path [ 1 2 ] ( 3 ) med 5 local-preference 7 atomic-aggregate \
                    aggregator 65000:1.1.1.1 community [ 1:2 ] originator-id 1.1.1.1 cluster-list [ 2.2.2.2 ] large-community 1:2:3";
        let (mut packer, mut out) = (Packer::new(Arc::new(with.clone())), BytesMut::new());
        let route = routes(text).remove(0);
        packer.announce(&route, &mut out).unwrap();
        packer.finish(&mut out);
        let update = Update::decode(&out[19..], &with).unwrap();
        assert_eq!(update.attributes, route.attributes);
        assert_eq!(update.fault, None);
    }
}
