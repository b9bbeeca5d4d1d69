//! Garbage, short and oversized messages: the right NOTIFICATION, the end of that connection, and of nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use bytes::BytesMut;
use socket2::{Domain, Socket, Type};
use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};
use wire::{Kind, Notify, Open, frame, keepalive};

/// Bytes that are sent instead of a proper OPEN, and the error code and subcode which have to answer them.
fn before_the_session() -> Vec<(&'static str, Vec<u8>, (u8, u8))> {
    let open = |change: fn(&mut Open)| {
        let mut open = Open {
            version: 4,
            asn16: 65001,
            hold_time: 180,
            router_id: [10, 9, 9, 9].into(),
            capabilities: Vec::new(),
        };
        change(&mut open);
        let mut out = BytesMut::new();
        open.encode(&mut out);
        out.to_vec()
    };
    vec![
        ("a web browser", b"GET / HTTP/1.1\r\nHost: router\r\n\r\n".to_vec(), (1, 1)),
        ("zeros", vec![0; 64], (1, 1)),
        ("a length below the header's", message(18, 1, &[]), (1, 2)),
        ("a length beyond the limit", message(5000, 2, &[0; 5000 - 19]), (1, 2)),
        ("a short OPEN", message(20, 1, &[4]), (1, 2)),
        ("a KEEPALIVE with a body", message(20, 4, &[0]), (1, 2)),
        ("an unknown type", message(19, 99, &[]), (1, 3)),
        ("an UPDATE before the OPEN", message(23, 2, &[0; 4]), (5, 1)),
        ("a KEEPALIVE before the OPEN", keepalive().to_vec(), (5, 1)),
        ("another version", open(|open| open.version = 3), (2, 1)),
        ("another AS", open(|open| open.asn16 = 65002), (2, 2)),
        ("no router id", open(|open| open.router_id = Ipv4Addr::UNSPECIFIED), (2, 3)),
        ("a hold time of one second", open(|open| open.hold_time = 1), (2, 6)),
    ]
}

#[test]
fn bad_input_on_the_port_ends_that_connection_only() {
    let cases = before_the_session();
    let lab = Lab::new();
    let (port, witness) = Speaker::listen_alone(Profile::numbered(0));
    let passive = |index| Neighbor::new(caller(index), 65001).with("passive true;").with("family { ipv4 unicast; }");
    let conf = Conf::new([]).neighbor(Neighbor::of(witness.profile()));
    let conf = (0..cases.len()).fold(conf, |conf, index| conf.neighbor(passive(index)));
    let launch = lab.launch(&conf.to_string(), port).set("tcp_bind", net::DAEMON.to_string());
    let mut daemon = launch.start();
    witness.wait_up(secs(10));
    let mut wrong = Vec::new();
    for (index, (name, bytes, expected)) in cases.iter().enumerate() {
        let (notify, ended) = answer(call(caller(index), port), bytes);
        let found = notify.as_ref().map(|notify| (notify.code, notify.subcode));
        if found != Some(*expected) || !ended {
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}, closed: {ended}"));
        }
        daemon.assert_alive();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_undisturbed(&witness, &mut daemon);
    daemon.stop();
}

#[test]
fn strangers_and_those_who_say_nothing_are_no_trouble() {
    let lab = Lab::new();
    let (port, witness) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([])
        .neighbor(Neighbor::of(witness.profile()))
        .neighbor(Neighbor::new(caller(0), 65001).with("passive true;").with("family { ipv4 unicast; }"));
    let launch = lab.launch(&conf.to_string(), port).set("tcp_bind", net::DAEMON.to_string());
    let mut daemon = launch.start();
    witness.wait_up(secs(10));
    let (notify, ended) = answer(call(caller(1), port), &[]);
    assert!(ended, "a stranger was let in");
    assert!(notify.is_none_or(|notify| notify.code == 6), "a stranger is told Cease or nothing");
    // Half a message, and gone; then nothing at all, many times over.
    call(caller(0), port).write_all(&message(29, 1, &[4, 0])).unwrap();
    let silent: Vec<TcpStream> = (0..50).map(|index| call(caller(index % 2), port)).collect();
    assert_undisturbed(&witness, &mut daemon);
    drop(silent);
    assert_undisturbed(&witness, &mut daemon);
    daemon.stop();
}

#[test]
fn bad_input_within_a_session_ends_that_session_only() {
    let cases: Vec<(&str, Vec<u8>, (u8, u8))> = vec![
        ("garbage", vec![0x55; 100], (1, 1)),
        ("a short UPDATE", message(20, 2, &[0]), (1, 2)),
        ("a length beyond the limit", message(4097, 2, &[0; 4097 - 19]), (1, 2)),
        ("an unknown type", message(19, 255, &[]), (1, 3)),
        ("withdrawals longer than the message", message(23, 2, &[0xFF, 0xFF, 0, 0]), (3, 1)),
        ("attributes longer than the message", message(23, 2, &[0, 0, 0xFF, 0xFF]), (3, 1)),
        ("a prefix of 200 bits", message(25, 2, &[0, 0, 0, 0, 200, 10]), (3, 10)),
        ("a second OPEN", message(29, 1, &[4, 0xFD, 0xE9, 0, 180, 10, 9, 9, 9, 0]), (5, 3)),
    ];
    let lab = Lab::new();
    let profiles = (0..=u32::try_from(cases.len()).unwrap()).map(Profile::numbered).collect();
    let (port, mut speakers) = Speaker::listen(profiles);
    let conf = speakers.iter().map(|speaker| Neighbor::of(speaker.profile())).fold(Conf::new([]), Conf::neighbor);
    let mut daemon = lab.start(&conf.to_string(), port);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    let witness = speakers.pop().unwrap();
    for ((_, bytes, _), speaker) in cases.iter().zip(&speakers) {
        speaker.send(bytes.clone());
    }
    let mut wrong = Vec::new();
    for ((name, _, expected), speaker) in cases.iter().zip(&speakers) {
        eventually(secs(10), &format!("the end of the session after {name}"), || {
            speaker.seen(|record| record.resets > 0)
        });
        let found = speaker.seen(|record| record.notifications.first().map(|notify| (notify.code, notify.subcode)));
        if found != Some(*expected) {
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_undisturbed(&witness, &mut daemon);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(20)));
    daemon.stop();
}

/// RFC 7606: routes with a malformed attribute count as withdrawn, and the session goes on.
#[test]
fn a_malformed_attribute_withdraws_its_routes_and_no_more() {
    let lab = Lab::new();
    let helper = support::helper::Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper));
    let mut daemon = lab.start(&conf.to_string(), port);
    speaker.wait_up(secs(10));
    // ORIGIN of two octets; AS_PATH [ 65001 ]; NEXT_HOP 127.1.0.1; 10.7.0.0/16.
    let attributes =
        [&[0x40, 1, 2, 0, 0][..], &[0x40, 2, 6, 2, 1, 0, 0, 0xFD, 0xE9], &[0x40, 3, 4, 127, 1, 0, 1]].concat();
    let mut body = vec![0, 0, 0, u8::try_from(attributes.len()).unwrap()];
    body.extend(attributes);
    body.extend([16, 10, 7]);
    speaker.send(message(u16::try_from(body.len() + frame::HEADER).unwrap(), 2, &body));
    speaker.announce(["10.8.0.0/16 next-hop 127.1.0.1"]);
    let updates = eventually(secs(5), "the update behind the malformed one", || {
        let updates: Vec<String> = helper
            .events()
            .iter()
            .filter(|event| event["type"] == "update")
            .map(|event| event["neighbor"]["message"].to_string())
            .collect();
        updates.iter().any(|update| update.contains("10.8.0.0/16")).then_some(updates)
    });
    let malformed = |update: &&String| update.contains("10.7.0.0/16") && update.contains("\"announce\"");
    assert_eq!(updates.iter().find(malformed), None);
    assert_undisturbed(&speaker, &mut daemon);
    daemon.stop();
}

/// Sends `bytes` behind the daemon's OPEN; the NOTIFICATION that comes back, and whether the connection was closed.
fn answer(mut stream: TcpStream, bytes: &[u8]) -> (Option<Notify>, bool) {
    stream.set_read_timeout(Some(secs(5))).unwrap();
    let _ = stream.write_all(bytes);
    let (mut read, mut chunk, mut closed) = (Vec::new(), [0; 4096], false);
    while !closed {
        match stream.read(&mut chunk) {
            Ok(0) => closed = true,
            Ok(count) => read.extend_from_slice(&chunk[..count]),
            Err(error) => {
                closed = error.kind() == std::io::ErrorKind::ConnectionReset;
                break;
            }
        }
    }
    let mut rest = &read[..];
    while let Ok(Some(length)) = frame::split(rest, frame::MAX) {
        if rest[18] == Kind::Notification.code() {
            return (Some(Notify::decode(&rest[frame::HEADER..length])), closed);
        }
        rest = &rest[length..];
    }
    (None, closed)
}

/// A connection to the daemon from this address.
fn call(from: IpAddr, port: u16) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(from, 0).into()).unwrap();
    socket.connect(&SocketAddr::new(net::DAEMON, port).into()).unwrap();
    socket.into()
}

fn caller(index: usize) -> IpAddr {
    net::address(1000 + u32::try_from(index).unwrap()).into()
}

/// A message of this type which says that it is `length` octets long.
fn message(length: u16, kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0xFF; 16];
    out.extend(length.to_be_bytes());
    out.push(kind);
    out.extend(body);
    out
}

fn assert_undisturbed(witness: &Speaker, daemon: &mut Daemon) {
    always(Duration::from_millis(200), "the other session", || witness.is_up());
    assert_eq!(witness.seen(|record| (record.sessions, record.resets)), (1, 0));
    daemon.assert_alive();
}
