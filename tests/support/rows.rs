//! UPDATEs, a row each: the octets, and what has to become of a route that was there before.

use std::net::IpAddr;

use super::{
    client::Client,
    conf::Neighbor,
    helper::Helper,
    net,
    place::{Place, message},
    raw::{Raw, UPDATE, capabilities, octet, open},
    wait::{eventually, secs},
};

/// What two speakers agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// AS numbers of four octets, messages of any length.
    Wide,
    /// AS numbers of two octets, messages of any length.
    Narrow,
    /// As wide, and with path identifiers in both unicast families.
    Paths,
}

/// What has to become of the route that the row is about.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// It is told with these words.
    Told(String),
    /// It is as it was.
    Kept,
    /// It is withdrawn.
    Withdrawn,
    /// The session ends with this NOTIFICATION, and this data if the RFC says which.
    Reset(u8, u8, Option<Vec<u8>>),
}

/// An UPDATE that is not as it should be.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What it is called.
    pub(crate) name: String,
    /// The session it is sent in.
    pub(crate) kind: Kind,
    /// The route it is about, as the daemon shows it.
    pub(crate) about: &'static str,
    /// The body of the message.
    pub(crate) body: Vec<u8>,
    /// What it leads to.
    pub(crate) outcome: Outcome,
}

impl Kind {
    fn open(self) -> Vec<u8> {
        let asn = &u32::from(AS).to_be_bytes()[..];
        let mut offered: Vec<(u8, &[u8])> = FAMILIES.iter().map(|family| (1, &family[..])).collect();
        offered.push((6, &[]));
        match self {
            Self::Wide => offered.push((65, asn)),
            Self::Narrow => {}
            Self::Paths => offered.extend([(65, asn), (69, &[0, 1, 1, 3, 0, 2, 1, 3][..])]),
        }
        open(AS, &capabilities(&offered))
    }

    /// An AS number as it stands in AS_PATH.
    pub(crate) fn asn(self, asn: u32) -> Vec<u8> {
        let octets = asn.to_be_bytes();
        if self == Self::Narrow { octets[2..].to_vec() } else { octets.to_vec() }
    }

    /// What stands before a prefix.
    pub(crate) fn path_id(self) -> &'static [u8] {
        if self == Self::Paths { &[0, 0, 0, 1] } else { &[] }
    }

    /// The attributes that have to be there.
    pub(crate) fn attributes(self) -> Vec<u8> {
        [self.attributes_but_path(), attribute(0x40, 2, &[&[2, 1], &self.asn(AS.into())[..]].concat())].concat()
    }

    /// The same without AS_PATH.
    pub(crate) fn attributes_but_path(self) -> Vec<u8> {
        [attribute(0x40, 1, &[0]), attribute(0x40, 3, &[192, 0, 2, 1])].concat()
    }

    /// The announcement of [`V4`], [`V6`] and [`FLOW`], each in a message.
    fn announcements(self) -> Vec<u8> {
        let [v4, v6] = [V4_NLRI, V6_NLRI].map(|nlri| [self.path_id(), nlri].concat());
        let reach = |value: &[u8]| update(&[], &[self.attributes(), attribute(0x80, 14, value)].concat(), &[]);
        [
            update(&[], &self.attributes(), &v4),
            reach(&reach_value([0, 2, 1], &NEXT_HOP, &v6)),
            reach(&reach_value([0, 1, 133], &[], FLOW_NLRI)),
        ]
        .map(|body| message(UPDATE, &body))
        .concat()
    }

    /// The announcement of a route after which all that came before has been read.
    fn marker(self, count: u8) -> Vec<u8> {
        message(UPDATE, &update(&[], &self.attributes(), &[self.path_id(), &[24, 20, 0, count]].concat()))
    }
}

/// Tries rows, each in a session of its own, and sees to it that the helper hears of each and nobody else notices any.
pub(crate) fn try_rows(rows: &[Row]) {
    let statements = "passive true; adj-rib-in true; capability { add-path send/receive; }\n  \
                      family { ipv4 unicast; ipv6 unicast; ipv4 flow; ipv6 flow; ipv4 flow-vpn; }";
    let neighbor = |index: usize| Neighbor::new(address(index), AS.into()).with(statements).events(EVENTS);
    let (mut place, helpers) =
        Place::new(Vec::new(), (0..rows.len()).map(neighbor).collect(), |lab| vec![Helper::new(lab, "helper")]);
    for (index, row) in rows.iter().enumerate() {
        let mut raw = Raw::session(address(index), place.at, &row.kind.open());
        raw.send(&[row.kind.announcements(), row.kind.marker(0)].concat());
        let before = held(&mut place.client, index, 0, &row.name);
        assert!(find(&before, row.about).is_some(), "{}: {before:?}", row.name);
        raw.send(&message(UPDATE, &row.body));
        match &row.outcome {
            Outcome::Reset(code, subcode, data) => {
                let (found, less, octets) = raw.notification().unwrap_or_else(|| panic!("{}: it lasts", row.name));
                assert_eq!((found, less), (*code, *subcode), "{}", row.name);
                assert!(data.as_ref().is_none_or(|data| *data == octets), "{}: {octets:02x?}", row.name);
            }
            outcome => {
                raw.send(&row.kind.marker(1));
                let after = held(&mut place.client, index, 1, &row.name);
                outcome.check(row, &before, &after);
                heard(&helpers[0], index, row);
            }
        }
    }
    place.end();
}

impl Outcome {
    fn check(&self, row: &Row, before: &[String], after: &[String]) {
        let [before, after] = [before, after].map(|lines| find(lines, row.about));
        match self {
            Self::Told(words) => {
                assert!(after.is_some_and(|line| line.contains(words)), "{}: {after:?}", row.name);
                assert_ne!(before, after, "{}", row.name);
            }
            Self::Kept => assert_eq!(before, after, "{}", row.name),
            Self::Withdrawn => assert_eq!(after, None, "{}", row.name),
            Self::Reset(..) => {}
        }
    }
}

/// The helper was told of a withdrawal, and of what came behind the row.
fn heard(helper: &Helper, index: usize, row: &Row) {
    let peer = address(index).to_string();
    let of = |event: &&serde_json::Value| event["neighbor"]["address"]["peer"] == *peer;
    let told =
        |words: &str| helper.with_events(|events| events.iter().filter(of).any(|it| it.to_string().contains(words)));
    eventually(secs(5), &row.name, || told("20.0.1.0/24"));
    if matches!(row.outcome, Outcome::Withdrawn) {
        assert!(told("\"withdraw\""), "{}", row.name);
    }
}

/// The routes of a neighbor once this marker is among them.
fn held(client: &mut Client, index: usize, marker: u8, name: &str) -> Vec<String> {
    let marker = format!("20.0.{marker}.0/24");
    eventually(secs(5), name, || {
        let lines = client.told(&format!("neighbor {} show adj-rib in extensive", address(index)));
        if find(&lines, &marker).is_some() { Ok(lines) } else { Err(format!("{lines:?}")) }
    })
}

fn find<'l>(lines: &'l [String], route: &str) -> Option<&'l String> {
    lines.iter().find(|line| line.contains(route))
}

/// The body of an UPDATE.
pub(crate) fn update(withdrawn: &[u8], attributes: &[u8], nlri: &[u8]) -> Vec<u8> {
    let [gone, total] = [withdrawn, attributes].map(|part| u16::try_from(part.len()).unwrap().to_be_bytes());
    [&gone, withdrawn, &total, attributes, nlri].concat()
}

/// An attribute; its length takes two octets if it has to.
pub(crate) fn attribute(flags: u8, code: u8, value: &[u8]) -> Vec<u8> {
    match u8::try_from(value.len()) {
        Ok(length) => [&[flags, code, length], value].concat(),
        Err(_) => [&[flags | 0x10, code], &u16::try_from(value.len()).unwrap().to_be_bytes()[..], value].concat(),
    }
}

/// The value of MP_REACH_NLRI (RFC 4760 section 3).
pub(crate) fn reach_value(family: [u8; 3], next_hop: &[u8], nlri: &[u8]) -> Vec<u8> {
    [&family[..], &[octet(next_hop.len())], next_hop, &[0], nlri].concat()
}

fn address(index: usize) -> IpAddr {
    IpAddr::V4(net::address(5000 + u32::try_from(index).unwrap()))
}

/// The AS of the neighbors.
pub(crate) const AS: u16 = 65001;
/// A route of IPv4 unicast, and its octets.
pub(crate) const V4: &str = "10.1.0.0/16";
/// See [`V4`].
pub(crate) const V4_NLRI: &[u8] = &[16, 10, 1];
/// A route of IPv6 unicast, and its octets.
pub(crate) const V6: &str = "2001:db8:1::/48";
/// See [`V6`].
pub(crate) const V6_NLRI: &[u8] = &[48, 0x20, 1, 0x0D, 0xB8, 0, 1];
/// A flow of IPv4, and its octets: protocol TCP, and a port.
pub(crate) const FLOW: &str = "flow protocol =tcp port =7777";
/// See [`FLOW`].
pub(crate) const FLOW_NLRI: &[u8] = &[7, 3, 0x81, 6, 4, 0x91, 0x1E, 0x61];
/// A next hop of IPv6.
pub(crate) const NEXT_HOP: [u8; 16] = [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const FAMILIES: [[u8; 4]; 5] = [[0, 1, 0, 1], [0, 2, 0, 1], [0, 1, 0, 133], [0, 2, 0, 133], [0, 1, 0, 134]];
const EVENTS: &str = "neighbor-changes; receive { parsed; packets; update; notification; }";
