//! Two calls that cross, by the hundred: the one that RFC 4271 section 6.8 names stays, whichever OPEN comes first, and helpers
//! hear of one session alone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    iter,
    net::{IpAddr, SocketAddr, TcpListener},
};

use support::{
    conf::Neighbor,
    helper::Helper,
    net,
    place::{Place, message},
    raw::{KEEPALIVE, NOTIFICATION, OPEN, Raw, UPDATE, open},
    wait::{eventually, secs},
};

#[test]
fn of_two_connections_the_one_of_the_greater_identifier_stays() {
    let neighbor = |index| Neighbor::new(address(index), AS.into()).with("family { ipv4 unicast; }");
    let neighbors = (0..CROSSINGS).map(neighbor).collect();
    let (place, helpers) = Place::new(Vec::new(), neighbors, |lab| vec![Helper::new(lab, "helper")]);
    let listener = |index| net::listener(SocketAddr::new(address(index), place.at.port()), None).unwrap();
    let listeners: Vec<TcpListener> = (0..CROSSINGS).map(listener).collect();
    let cross = |(index, listener): (u32, &TcpListener)| Crossing::new(index).run(address(index), listener, place.at);
    let sessions: Vec<Raw> = (0..).zip(&listeners).map(cross).collect();
    for index in 0..CROSSINGS {
        let peer = address(index).to_string();
        eventually(secs(5), &format!("word of session {index}"), || helpers[0].count_states(&peer, "up") == 1);
        assert_eq!(helpers[0].count_states(&peer, "down"), 0, "{:?}", Crossing::new(index));
    }
    drop((listeners, sessions));
    place.end();
}

/// How two calls cross.
#[derive(Debug)]
struct Crossing {
    /// Our identifier is greater than the daemon's, so that our call stays.
    greater: bool,
    /// The OPEN on our call is sent first.
    ours_first: bool,
    /// The daemon has answered the first OPEN before the second is sent.
    answered: bool,
    /// We call only then.
    late: bool,
}

impl Crossing {
    const fn new(index: u32) -> Self {
        let (ours_first, answered) = (index & 2 != 0, index & 4 != 0);
        Self { greater: index & 1 != 0, ours_first, answered, late: answered && !ours_first && index & 8 != 0 }
    }

    fn open(&self) -> Vec<u8> {
        let mut body = open(AS, &[0]);
        body[5] = if self.greater { 11 } else { 9 };
        message(OPEN, &body)
    }

    /// The connection that stays.
    fn run(&self, from: IpAddr, listener: &TcpListener, to: SocketAddr) -> Raw {
        let mut theirs = Raw::answer(listener);
        let mut ours = (!self.late).then(|| Raw::call(from, to));
        for connection in iter::once(&mut theirs).chain(&mut ours) {
            assert_eq!(connection.read().unwrap().0, OPEN, "{self:?}");
        }
        let first = ours.as_mut().filter(|_| self.ours_first).unwrap_or(&mut theirs);
        first.send(&self.open());
        let answer = if self.answered { first.read() } else { None };
        let mut ours = ours.unwrap_or_else(|| Raw::call(from, to));
        let second = if self.ours_first { &mut theirs } else { &mut ours };
        second.send(&self.open());
        let (of_ours, of_theirs) = if self.ours_first { (answer, None) } else { (None, answer) };
        assert_eq!(self.stays(&mut ours, of_ours), self.greater, "{self:?}: our call");
        assert_eq!(self.stays(&mut theirs, of_theirs), !self.greater, "{self:?}: the other");
        if self.greater { ours } else { theirs }
    }

    /// Whether the connection comes to a session; else it is told that it has collided (RFC 4486).
    fn stays(&self, connection: &mut Raw, answer: Option<(u8, Vec<u8>)>) -> bool {
        connection.send(&message(KEEPALIVE, &[]));
        let mut next = answer.or_else(|| connection.read());
        loop {
            match next {
                Some((OPEN | KEEPALIVE, _)) => next = connection.read(),
                Some((UPDATE, _)) => return true,
                Some((NOTIFICATION, body)) if body[..2] == [6, 7] => return false,
                other => panic!("{self:?}: {other:?}"),
            }
        }
    }
}

fn address(index: u32) -> IpAddr {
    IpAddr::V4(net::address(5000 + index))
}

const AS: u16 = 65001;
const CROSSINGS: u32 = 200;
