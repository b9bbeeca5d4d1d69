//! Headers and OPENs that are malformed or not acceptable, a row each: every one is answered with the NOTIFICATION of its RFC and
//! its data, and nobody else notices.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::net::IpAddr;

use support::{
    conf::{LOCAL_AS, Neighbor},
    helper::Helper,
    net,
    place::{Place, message},
    raw::{
        KEEPALIVE, NOTIFICATION, Notification, OPEN, ROUTE_REFRESH, Raw, UPDATE, capabilities, octet, open, parameter,
    },
    wait::{eventually, secs},
};

/// What it is called, and the octets.
type Row = (String, Vec<u8>, Answer);

/// What the octets lead to.
enum Answer {
    /// A session.
    Session,
    /// This NOTIFICATION, whatever its data.
    Code(u8, u8),
    /// This NOTIFICATION, with this data.
    Data(u8, u8, Vec<u8>),
}
use Answer::{Code, Data, Session};

#[test]
fn a_header_that_is_none_is_answered_by_its_fault() {
    let rows = headers();
    let (place, helper) = place(2 * rows.len());
    for (index, (name, octets, answer)) in rows.iter().enumerate() {
        let mut first = Raw::call(address(2 * index), place.at);
        first.send(octets);
        answer.check(&format!("{name}, at first"), first.notification());
        let mut later = Raw::session(address(2 * index + 1), place.at, &open(AS, &[0]));
        later.send(octets);
        answer.check(&format!("{name}, in a session"), later.notification());
    }
    end(place, &helper, rows.len());
}

#[test]
fn an_open_that_cannot_be_accepted_is_answered_by_its_reason() {
    let rows = parameters().into_iter().chain(values()).chain(fields()).collect::<Vec<_>>();
    let (place, helper) = place(rows.len());
    for (index, (name, octets, answer)) in rows.iter().enumerate() {
        let mut raw = Raw::call(address(index), place.at);
        raw.send(octets);
        match answer {
            Session => {
                assert_eq!(raw.read().map(|(kind, _)| kind), Some(OPEN), "{name}");
                assert_eq!(raw.read(), Some((KEEPALIVE, Vec::new())), "{name}");
                raw.send(&message(KEEPALIVE, &[]));
                let peer = address(index).to_string();
                eventually(secs(5), name, || helper.heard_state(&peer, "up"));
            }
            _ => answer.check(name, raw.notification()),
        }
    }
    let refused = rows.iter().filter(|(_, _, answer)| !matches!(answer, Session)).count();
    end(place, &helper, refused);
}

/// Headers, each wrong in one way (RFC 4271 section 6.1).
fn headers() -> Vec<Row> {
    let header = |length: u16, kind: u8| [&[0xFF; 16][..], &length.to_be_bytes(), &[kind]].concat();
    let mut rows = Vec::new();
    for place in 0..16 {
        let mut octets = message(KEEPALIVE, &[]);
        octets[place] = 0xFE;
        rows.push((format!("octet {place} of the marker"), octets, Code(1, 1)));
    }
    let mut length = |length: u16, kind: u8| {
        let octets = [header(length, kind), vec![0; usize::from(length).saturating_sub(19).min(64)]].concat();
        rows.push((format!("a message {kind} of {length}"), octets, Data(1, 2, length.to_be_bytes().to_vec())));
    };
    (0..19).for_each(|short| length(short, KEEPALIVE));
    for (kind, wrong) in [
        (UPDATE, 4097),
        (UPDATE, 65535),
        (OPEN, 28),
        (UPDATE, 22),
        (NOTIFICATION, 20),
        (KEEPALIVE, 20),
        (ROUTE_REFRESH, 22),
        (ROUTE_REFRESH, 24),
    ] {
        length(wrong, kind);
    }
    rows.extend([0, 7, 99, 255].map(|kind| (format!("type {kind}"), message(kind, &[]), Data(1, 3, vec![kind]))));
    rows
}

/// Optional parameters and the places where their lengths stand (RFC 4271 section 6.2, RFC 5492, RFC 9072).
fn parameters() -> Vec<Row> {
    let unknown = |count: u8| (0..count).flat_map(|_| parameter(200, &[])).collect::<Vec<_>>();
    let wide = |code: u8, value: &[u8]| [&[2, 0, octet(value.len() + 2), code, octet(value.len())], value].concat();
    let extended = |length: u8, parameters: &[u8]| {
        let total = u16::try_from(parameters.len()).unwrap().to_be_bytes();
        [&[length, 255], &total[..], parameters].concat()
    };
    let family = wide(1, IPV4);
    let many = (0..=255).flat_map(|code| wide(if known(code) { 200 } else { code }, &[])).collect::<Vec<_>>();
    let together = (0..255).flat_map(|_| [200, 0]).collect::<Vec<_>>();
    let together = [&[2, 1, 254], &together[..]].concat();
    vec![
        row("no parameter", &[0], Session),
        row("a parameter without a capability", &[2, 2, 0], Session),
        row("extended parameters", &extended(255, &family), Session),
        row("extended parameters behind a length that means nothing", &extended(7, &family), Session),
        row("no extended parameter", &extended(255, &[]), Session),
        row("255 capabilities, each in a parameter", &extended(255, &many), Session),
        row("255 capabilities in a parameter", &extended(255, &together), Session),
        row("as many as fit without", &[&[252], &unknown(63)[..]].concat(), Session),
        row("parameters longer than the message", &[9, 2, 2, 200, 0], Code(2, 0)),
        row("a parameter longer than the parameters", &[4, 2, 9, 200, 0], Code(2, 0)),
        row("a parameter without a length", &[1, 2], Code(2, 0)),
        row("a capability longer than its parameter", &[4, 2, 2, 200, 1], Code(2, 0)),
        row("a capability without a length", &[3, 2, 1, 200], Code(2, 0)),
        row("extended parameters without a length", &[255, 255, 0], Code(2, 0)),
        row("extended parameters longer than the message", &[255, 255, 0, 9, 2, 0, 2, 200, 0], Code(2, 0)),
        row("an extended parameter longer than the others", &[255, 255, 0, 5, 2, 1, 2, 200, 0], Code(2, 0)),
        row("an extended parameter without all of its length", &[255, 255, 0, 2, 2, 0], Code(2, 0)),
        row("authentication", &[3, 1, 1, 0], Code(2, 5)),
        row("a parameter that nobody knows", &[2, 3, 0], Data(2, 4, Vec::new())),
        row("an extended one that nobody knows", &extended(255, &[254, 0, 0]), Data(2, 4, Vec::new())),
    ]
}

/// Capabilities whose values are malformed, or odd and well formed.
fn values() -> Vec<Row> {
    let mut rows = vec![row("a capability of no octets that nobody knows", &capabilities(&[(200, &[])]), Session)];
    for (code, value) in [
        (1, &[][..]),
        (1, &[0, 1, 0]),
        (5, &[0, 1, 0, 1, 0]),
        (9, &[]),
        (64, &[]),
        (64, &[0]),
        (64, &[0, 120, 0]),
        (65, &[]),
        (65, &[0, 0, 1]),
        (69, &[0, 1, 1]),
        (71, &[0, 1, 1]),
        (73, &[]),
        (73, &[200, b'a']),
        (73, &[1, b'a', 200]),
        (75, &[]),
        (75, &[200, b'a']),
        (75, &[1, 0xFF]),
        (76, &[0, 1, 1, 0]),
    ] {
        let name = format!("capability {code} with {value:?}");
        rows.push(row(&name, &capabilities(&[(code, value)]), Code(2, 0)));
    }
    for (code, value) in
        [(2, &[7][..]), (5, &[]), (64, &[0, 0]), (69, &[]), (69, &[0, 1, 1, 9]), (73, &[0]), (75, &[0])]
    {
        let name = format!("capability {code} with {value:?}");
        rows.push(row(&name, &capabilities(&[(code, value)]), Session));
    }
    rows
}

/// What the fixed fields say (RFC 4271 section 6.2, RFC 6286, RFC 7607).
fn fields() -> Vec<Row> {
    let asn4 = |asn: u32| capabilities(&[(65, &asn.to_be_bytes())]);
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = open(AS, &[0]);
        change(&mut body);
        message(OPEN, &body)
    };
    // The largest version there is, or the smallest.
    let version = |version: u8| (format!("version {version}"), with(&|open| open[0] = version), Data(2, 1, vec![0, 4]));
    let hold = |seconds: u16, answer| {
        let octets = with(&|open| open[3..5].copy_from_slice(&seconds.to_be_bytes()));
        (format!("hold time {seconds}"), octets, answer)
    };
    let identifier = |octets: [u8; 4], answer| {
        (format!("identifier {octets:?}"), with(&|open| open[5..9].copy_from_slice(&octets)), answer)
    };
    let speaker = |name: &str, asn: u16, parameters: &[u8], answer| {
        (name.to_owned(), message(OPEN, &open(asn, parameters)), answer)
    };
    let mut rows = vec![
        speaker("another AS", AS + 1, &[0], Code(2, 2)),
        speaker("AS 0", 0, &[0], Code(2, 2)),
        speaker("another AS in four octets", AS, &asn4(70_000), Code(2, 2)),
        speaker("AS 0 in four octets", AS, &asn4(0), Code(2, 2)),
        speaker("AS_TRANS alone", 23456, &[0], Code(2, 2)),
        speaker("AS_TRANS, and the AS in four octets", 23456, &asn4(AS.into()), Session),
        identifier([0; 4], Code(2, 3)),
        identifier([10, 0, 0, 1], Session),
        hold(0, Session),
        hold(1, Code(2, 6)),
        hold(2, Code(2, 6)),
        hold(3, Session),
        hold(65535, Session),
    ];
    rows.extend([0, 3, 5, 255].map(version));
    rows
}

#[test]
fn within_an_as_identifiers_differ() {
    let inside = Neighbor::new(address(0), LOCAL_AS).with("passive true; family { ipv4 unicast; }");
    let place = Place::new(Vec::new(), vec![inside], |_| Vec::new()).0;
    let mut body = open(u16::try_from(LOCAL_AS).unwrap(), &[0]);
    body[5..9].copy_from_slice(&[10, 0, 0, 1]);
    let mut raw = Raw::call(address(0), place.at);
    raw.send(&message(OPEN, &body));
    Code(2, 3).check("our identifier", raw.notification());
    place.end();
}

impl Answer {
    fn check(&self, name: &str, found: Option<Notification>) {
        let (code, subcode, data) = found.unwrap_or_else(|| panic!("{name}: no NOTIFICATION"));
        match self {
            Session => panic!("{name}: {code}/{subcode}"),
            Code(..) => {}
            Data(.., expected) => assert_eq!(&data, expected, "{name}"),
        }
        let (Code(wanted, less) | Data(wanted, less, _)) = self else { return };
        assert_eq!((code, subcode), (*wanted, *less), "{name}: {}", String::from_utf8_lossy(&data));
    }
}

fn row(name: &str, parameters: &[u8], answer: Answer) -> Row {
    (name.to_owned(), message(OPEN, &open(AS, parameters)), answer)
}

/// Whether an empty value of this capability is malformed, or has a meaning.
const fn known(code: u8) -> bool {
    matches!(code, 1..=9 | 64..=79 | 128..=131 | 185)
}

/// A daemon with so many neighbors that call.
fn place(count: usize) -> (Place, Helper) {
    let neighbor = |index: usize| {
        Neighbor::new(address(index), AS.into()).with("passive true; family { ipv4 unicast; }").events(EVENTS)
    };
    let (place, mut helpers) =
        Place::new(Vec::new(), (0..count).map(neighbor).collect(), |lab| vec![Helper::new(lab, "helper")]);
    (place, helpers.remove(0))
}

/// The helper has heard of all that were refused, each time in JSON, and nobody else has noticed.
fn end(place: Place, helper: &Helper, refused: usize) {
    let down = |event: &&serde_json::Value| event["neighbor"]["state"] == "down";
    eventually(secs(5), "each of them is told", || {
        helper.with_events(|events| events.iter().filter(down).count()) >= refused
    });
    place.end();
}

fn address(index: usize) -> IpAddr {
    IpAddr::V4(net::address(5000 + u32::try_from(index).unwrap()))
}

const AS: u16 = 65001;
const IPV4: &[u8] = &[0, 1, 0, 1];
const EVENTS: &str = "neighbor-changes; negotiated; receive { parsed; packets; open; keepalive; notification; }";
