//! Events as helpers get them: every kind in both dialects and as text.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

mod support;

use std::{net::Ipv4Addr, sync::Arc};

use api::{
    Subscription, Wanted,
    encode::{self, Envelope, Event, PeerFacts},
};
use bytes::{Bytes, BytesMut};
use config::Encoder;
use proptest::prelude::*;
use session::{Cause, Direction, MessageReport, Parsed, Report, State, StopReason};
use support::{LOCAL, golden};
use wire::{
    AnyCapability, Family, FamilyCode, Frame, Kind, Negotiated, Notify, Open, Operational, Refresh, RouteRefresh,
    Update,
    capability::{
        Asn4, EnhancedRouteRefresh, ExtendedMessage, HostName, Multiprotocol, RouteRefresh as RouteRefreshCapability,
        SoftwareVersion, Unknown,
    },
    json::Dialect,
};

const ALL: [bool; 6] = [true; 6];
const BOTH: Wanted = Wanted { packets: ALL, parsed: ALL, consolidated: [false; 6], raw: false };
const CONSOLIDATED: Wanted = Wanted { packets: [false; 6], parsed: [false; 6], consolidated: ALL, raw: true };
const UPDATE: &str = "000000144001010040020602010000FDEA40030401010101180A0100";

fn subscription(wanted: Wanted, with_negotiated: bool) -> Subscription {
    Subscription {
        neighbor_changes: true,
        negotiated: true,
        with_negotiated,
        fsm: true,
        signal: true,
        receive: wanted,
        send: wanted,
    }
}

fn envelope(dialect: Dialect) -> Envelope {
    Envelope { host: "router1".into(), pid: 28981, ppid: 1, dialect, compact: false, main: false }
}

fn facts() -> PeerFacts {
    PeerFacts {
        local_address: Some(LOCAL),
        peer_address: LOCAL,
        local_as: Some(65001),
        peer_as: Some(65002),
        router_id: Ipv4Addr::new(10, 0, 0, 1),
    }
}

fn negotiated() -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    (with.local_as, with.peer_as, with.hold_time, with.asn4) = (65001, 65002, 180, true);
    with.families = vec![Family::Ipv4Unicast, Family::Ipv6Unicast];
    with.refresh = Refresh::Enhanced;
    with
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

fn frame(kind: Kind, body: &[u8]) -> Frame {
    let length = u16::try_from(body.len() + 19).unwrap();
    let mut bytes = vec![0xFF; 16];
    bytes.extend(length.to_be_bytes());
    bytes.push(kind.code());
    bytes.extend(body);
    Frame::new(bytes.into())
}

fn message(direction: Direction, kind: Kind, body: &[u8], parsed: Parsed, with: Negotiated) -> Report {
    let frame = Some(frame(kind, body));
    Report::Message(MessageReport { direction, kind, frame, parsed: Some(parsed), negotiated: Arc::new(with) })
}

fn update(direction: Direction, body: &[u8], with: Negotiated) -> Report {
    let parsed = Update::decode(body, &with).unwrap();
    message(direction, Kind::Update, body, Parsed::Update(Arc::new(parsed)), with)
}

fn told(encoder: Encoder, dialect: Dialect, to: &Subscription, reports: &[Report]) -> String {
    let (mut out, mut counter) = (String::new(), 0);
    for report in reports {
        let event = Event { who: &facts(), to, report, time: 1_795_349_964.482_716_6 };
        encode::event(&mut out, encoder, &envelope(dialect), &mut counter, &event);
    }
    out
}

fn everything(to: &Subscription, reports: &[Report]) -> String {
    let v5 = told(Encoder::Json, Dialect::V5, to, reports);
    let v6 = told(Encoder::Json, Dialect::V6, to, reports);
    for line in v5.lines().chain(v6.lines()) {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    let text = told(Encoder::Text, Dialect::V5, to, reports);
    format!("# 5.0.0\n{v5}# 6.0.0\n{v6}# text\n{text}")
}

fn check(name: &str, wanted: Wanted, reports: &[Report]) {
    golden(name, &everything(&subscription(wanted, false), reports));
}

#[test]
fn state() {
    let causes = [Cause::NotificationSent(3, 1), Cause::Stopped(StopReason::Shutdown), Cause::Internal];
    let mut reports = vec![Report::Connected, Report::Up];
    reports.extend(causes.map(Report::Down));
    check("state", BOTH, &reports);
}

#[test]
fn fsm_signal_negotiated() {
    let reports = [
        Report::Fsm(State::OpenConfirm),
        Report::Fsm(State::Established),
        Report::Signal { code: 10, name: "SIGUSR1" },
        Report::Signal { code: 0, name: "none" },
        Report::Negotiated(Arc::new(negotiated())),
    ];
    check("fsm_signal_negotiated", BOTH, &reports);
}

fn opens() -> [Report; 2] {
    let families = vec![FamilyCode { afi: 1, safi: 1 }, FamilyCode { afi: 2, safi: 1 }];
    let open = Open {
        version: 4,
        asn16: 65002,
        hold_time: 180,
        router_id: Ipv4Addr::new(10, 0, 0, 2),
        capabilities: vec![
            AnyCapability::Multiprotocol(Multiprotocol(families)),
            AnyCapability::Asn4(Asn4(65002)),
            AnyCapability::RouteRefresh(RouteRefreshCapability),
            AnyCapability::EnhancedRouteRefresh(EnhancedRouteRefresh),
            AnyCapability::ExtendedMessage(ExtendedMessage),
            AnyCapability::Unknown(Unknown { code: 200, value: Bytes::from_static(&[0xDE, 0xAD]) }),
        ],
    };
    let mut bytes = BytesMut::new();
    open.encode(&mut bytes);
    [Direction::Send, Direction::Receive].map(|direction| {
        let parsed = Parsed::Open(Arc::new(open.clone()));
        message(direction, Kind::Open, &bytes[19..], parsed, Negotiated::unnegotiated())
    })
}

#[test]
fn open() {
    check("open", BOTH, &opens());
}

/// What our own OPEN says of the name of the router, if anything.
fn host_name(named: Option<(&str, &str)>) -> [String; 3] {
    let [Report::Message(mut report), _] = opens() else { panic!("a message") };
    let Some(Parsed::Open(open)) = &report.parsed else { panic!("an OPEN") };
    let mut open = Open::clone(open);
    open.capabilities = vec![AnyCapability::SoftwareVersion(SoftwareVersion("s".to_owned()))];
    open.capabilities.extend(
        named.map(|(host, domain)| {
            AnyCapability::HostName(HostName { host: host.to_owned(), domain: domain.to_owned() })
        }),
    );
    report.parsed = Some(Parsed::Open(Arc::new(open)));
    let to = subscription(Wanted { packets: [false; 6], ..BOTH }, false);
    [(Encoder::Json, Dialect::V5), (Encoder::Json, Dialect::V6), (Encoder::Text, Dialect::V5)].map(
        |(encoder, dialect)| {
            let told = told(encoder, dialect, &to, &[Report::Message(report.clone())]);
            let (_, capabilities) = told.split_once("capabilities").unwrap();
            capabilities.trim().trim_end_matches([' ', '}', '\n']).to_owned()
        },
    )
}

#[test]
fn our_name_is_told_also_where_we_have_none() {
    let [v5, v6, text] = host_name(None);
    assert!(
        v5.ends_with(
            r#"{ "hostname": { "host-name": null, "domain-name": null }, "software-version": { "software": "s""#
        ),
        "{v5}"
    );
    assert!(v6.contains(r#"{ "host-name": "", "domain-name": "" }"#), "{v6}");
    assert_eq!(text, "[hostname(none none), software(s)]");
    let [v5, v6, text] = host_name(Some(("r1", "")));
    assert!(v5.ends_with(r#""hostname": { "host-name": "r1", "domain-name": null"#), "{v5}");
    assert!(v6.ends_with(r#""hostname": { "host-name": "r1", "domain-name": """#), "{v6}");
    assert!(text.starts_with("[hostname(r1 "), "{text}");
}

#[test]
fn keepalive() {
    let directions = [Direction::Send, Direction::Receive];
    check(
        "keepalive",
        BOTH,
        &directions.map(|way| message(way, Kind::Keepalive, &[], Parsed::Keepalive, negotiated())),
    );
}

fn notification(direction: Direction, notify: Notify) -> Report {
    let mut bytes = BytesMut::new();
    notify.encode(&mut bytes);
    message(direction, Kind::Notification, &bytes[19..], Parsed::Notification(notify), negotiated())
}

#[test]
fn notifications() {
    let reports = [
        notification(Direction::Receive, Notify::with_text(6, 2, "hello")),
        notification(Direction::Receive, Notify::with_data(6, 2, Bytes::new())),
        notification(Direction::Send, Notify::new(6, 4)),
        notification(Direction::Receive, Notify::with_data(3, 1, &[0xFF, 0x0A, b'"'][..])),
    ];
    check("notification", BOTH, &reports);
}

#[test]
fn refresh() {
    let one = |subtype| {
        let refresh = RouteRefresh { family: FamilyCode { afi: 1, safi: 1 }, subtype };
        let mut bytes = BytesMut::new();
        refresh.encode(&mut bytes);
        message(Direction::Receive, Kind::Refresh, &bytes[19..], Parsed::Refresh(refresh), negotiated())
    };
    let unknown = Parsed::Refresh(RouteRefresh { family: FamilyCode { afi: 9, safi: 200 }, subtype: 0 });
    let unknown = message(Direction::Send, Kind::Refresh, &[0, 9, 0, 200], unknown, negotiated());
    check("refresh", BOTH, &[one(0), one(1), one(2), unknown]);
}

#[test]
fn operational() {
    let body = Bytes::from_static(&[0, 2, 0, 5, 0, 1, 1, b'h', b'i']);
    let parsed = Parsed::Operational(Operational::decode(&body).unwrap());
    let report = message(Direction::Receive, Kind::Operational, &body, parsed, negotiated());
    check("operational", BOTH, &[report]);
}

fn updates() -> Vec<Report> {
    let mut add_path = negotiated();
    add_path.add_path_receive.insert(Family::Ipv4Unicast);
    let withdraw = octets("0004180A02000000");
    let eor = octets("00000000");
    let eor6 = octets("00000006800F03000201");
    let six = octets(
        "0000002E 40010100 40020602010000FDEA 800E1E 000201 10 20010DB8000000000000000000000001 00 40 20010DB800000000",
    );
    let bad_med = octets("0000001A 40010100 40020602010000FDEA 40030401010101 800403000005 180A0100");
    let mut reports = vec![update(Direction::Receive, &octets(UPDATE), negotiated())];
    reports.push(update(Direction::Send, &withdraw, negotiated()));
    reports.push(update(Direction::Receive, &eor, negotiated()));
    reports.push(update(Direction::Receive, &eor6, negotiated()));
    reports.push(update(Direction::Receive, &six, negotiated()));
    reports.push(update(Direction::Receive, &bad_med, negotiated()));
    let mixed = octets("0004180A0200 0014 40010100 40020602010000FDEA 40030401010101 180A0100");
    reports.push(update(Direction::Receive, &mixed, negotiated()));
    let with_path = octets("000000144001010040020602010000FDEA4003040101010100000001180A0100");
    reports.push(update(Direction::Receive, &with_path, add_path));
    let both_next_hops = octets(
        "0000003F 40010100 40020602010000FDEA 800E2F 000201 20 20010DB8000000000000000000000001 FE800000000000000000000000000001 00 \
         20 20010DB8 20 20010DB9",
    );
    reports.push(update(Direction::Receive, &both_next_hops, negotiated()));
    reports
}

#[test]
fn update_events() {
    let parsed = Wanted { packets: [false; 6], ..BOTH };
    check("update", parsed, &updates());
    golden("update_with_negotiated", &everything(&subscription(parsed, true), &updates()[..3]));
}

#[test]
fn packets() {
    let reports = [update(Direction::Receive, &octets(UPDATE), negotiated()), opens()[1].clone()];
    let packets = Wanted { parsed: [false; 6], ..BOTH };
    check("packets", packets, &reports);
    golden("packets_with_negotiated", &everything(&subscription(packets, true), &reports[..1]));
}

#[test]
fn consolidate() {
    let mut reports = opens()[1..].to_vec();
    reports.push(message(Direction::Receive, Kind::Keepalive, &[], Parsed::Keepalive, negotiated()));
    reports.push(notification(Direction::Receive, Notify::with_text(6, 2, "hello")));
    reports.extend_from_slice(&updates()[..3]);
    check("consolidate", CONSOLIDATED, &reports);
    check("consolidate_without_packets", Wanted { raw: false, ..CONSOLIDATED }, &reports[..2]);
}

#[test]
fn compact() {
    let (mut out, mut counter) = (String::new(), 0);
    let envelope = Envelope { compact: true, ..envelope(Dialect::V5) };
    let to = subscription(Wanted { packets: [false; 6], ..BOTH }, false);
    for report in &updates() {
        let event = Event { who: &facts(), to: &to, report, time: 1.0 };
        encode::event(&mut out, Encoder::Json, &envelope, &mut counter, &event);
    }
    golden("compact", &out);
}

#[test]
fn shutdown() {
    let mut out = String::new();
    for (encoder, dialect) in [(Encoder::Json, Dialect::V5), (Encoder::Json, Dialect::V6), (Encoder::Text, Dialect::V5)]
    {
        encode::shutdown(&mut out, encoder, &envelope(dialect), 1_795_350_014.405_658_7);
    }
    golden("shutdown", &out);
}

#[test]
fn nothing_unwanted_is_written_or_counted() {
    let mut reports = updates();
    reports.extend([Report::Up, Report::Fsm(State::Idle)]);
    for encoder in [Encoder::Json, Encoder::Text] {
        assert_eq!(told(encoder, Dialect::V5, &Subscription::default(), &reports), "");
    }
}

#[test]
fn a_peer_not_known_yet_is_still_json() {
    let who = PeerFacts { local_address: None, local_as: None, peer_as: None, ..facts() };
    let (mut out, mut counter) = (String::new(), u64::MAX);
    let to = subscription(BOTH, false);
    let event = Event { who: &who, to: &to, report: &Report::Connected, time: f64::NAN };
    encode::event(&mut out, Encoder::Json, &envelope(Dialect::V5), &mut counter, &event);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["neighbor"]["asn"]["peer"], serde_json::Value::Null);
}

/// Whatever wire makes of the octets, told in each way.
fn lines(kind: Kind, body: &[u8], direction: Direction, wanted: Wanted) -> Vec<String> {
    let with = negotiated();
    let parsed = match kind {
        Kind::Open => Open::decode(body).ok().map(|open| Parsed::Open(Arc::new(open))),
        Kind::Update => Update::decode(body, &with).ok().map(|update| Parsed::Update(Arc::new(update))),
        Kind::Notification => Some(Parsed::Notification(Notify::decode(body))),
        Kind::Keepalive => Some(Parsed::Keepalive),
        Kind::Refresh => RouteRefresh::decode(body).ok().map(Parsed::Refresh),
        Kind::Operational => Operational::decode(body).ok().map(Parsed::Operational),
    };
    let frame = Some(frame(kind, body));
    let report = Report::Message(MessageReport { direction, kind, frame, parsed, negotiated: Arc::new(with) });
    let (mut out, mut counter, to) = (String::new(), 0, subscription(wanted, true));
    let envelope = Envelope { host: "ho\"st\n".into(), ..envelope(Dialect::V5) };
    let event = Event { who: &facts(), to: &to, report: &report, time: 0.0 };
    encode::event(&mut out, Encoder::Json, &envelope, &mut counter, &event);
    let lines: Vec<_> = out.lines().map(str::to_owned).collect();
    assert_eq!(lines.len() as u64, counter);
    let mut text = String::new();
    encode::event(&mut text, Encoder::Text, &envelope, &mut counter, &event);
    assert!(text.bytes().all(|byte| byte == b'\n' || matches!(byte, b' '..=b'~')), "{text:?}");
    lines
}

/// A well-formed UPDATE around any attribute, so that attributes are reached.
fn with_attribute(flags: u8, code: u8, value: &[u8]) -> Vec<u8> {
    let size = u8::try_from(value.len()).unwrap();
    let length = u16::from(size) + 3 + 20;
    let mut body = vec![0, 0];
    body.extend(length.to_be_bytes());
    body.extend(octets("4001010040020602010000FDEA40030401010101"));
    body.extend([flags & 0xEF, code, size]);
    body.extend(value);
    body.extend(octets("180A0100"));
    body
}

fn checked(lines: &[String]) {
    for line in lines {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value.is_object() && line.is_ascii());
    }
}

proptest! {
    #[test]
    fn any_message_gives_valid_json(
        kind in prop::sample::select(&Kind::ALL[..]),
        body in prop::collection::vec(any::<u8>(), 0..80),
        receive in any::<bool>(),
        consolidate in any::<bool>(),
    ) {
        let direction = if receive { Direction::Receive } else { Direction::Send };
        checked(&lines(kind, &body, direction, if consolidate { CONSOLIDATED } else { BOTH }));
    }

    #[test]
    fn any_attribute_gives_valid_json(
        flags in any::<u8>(),
        code in 0_u8..45,
        value in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        checked(&lines(Kind::Update, &with_attribute(flags, code, &value), Direction::Receive, BOTH));
    }

    #[test]
    fn any_capability_gives_valid_json(code in any::<u8>(), value in prop::collection::vec(any::<u8>(), 0..60)) {
        let size = u8::try_from(value.len()).unwrap();
        let mut body = octets("04FDEA00B40A000002");
        body.extend([size + 4, 2, size + 2, code, size]);
        body.extend(value);
        for direction in [Direction::Send, Direction::Receive] {
            checked(&lines(Kind::Open, &body, direction, BOTH));
        }
    }
}
