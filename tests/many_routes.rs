//! A neighbor without a limit announces two million routes, and all of them once more with other attributes: all are there, who
//! asks and the other neighbors do not notice, and memory follows the routes. `make many-routes` says the figures.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use support::{
    client::Client,
    place::{Place, message},
    raw::UPDATE,
    rows::{attribute, update},
    speaker::Profile,
    wait::{eventually, note, secs},
};

#[test]
#[ignore = "a measurement, for an optimized build: make many-routes"]
fn a_neighbor_announces_two_million_routes() {
    let mut place = Place::alone(vec![(Profile::numbered(1), ""), (Profile::numbered(2).hold_time(9), "")]);
    let source = place.speakers[0].profile().address.to_string();
    let before = place.daemon.memory().now;
    for round in 0..ROUNDS {
        let began = Instant::now();
        (0..MESSAGES).for_each(|number| place.speakers[0].send(announcement(number, round)));
        let mut slowest = Duration::ZERO;
        eventually(secs(120), "the last of the routes", || {
            let asked = Instant::now();
            let read = received(&mut place.client, &source);
            slowest = slowest.max(asked.elapsed());
            read >= (u64::from(round) + 1) * u64::from(MESSAGES)
        });
        let took = began.elapsed();
        assert_eq!(place.client.count(&format!("neighbor {source} show adj-rib in")), ROUTES);
        assert!(slowest <= secs(1), "an answer took {slowest:?}");
        let memory = place.daemon.memory();
        let [now, peak] = [memory.now, memory.peak].map(|octets| (octets - before) / ROUTES as u64);
        note(format_args!(
            "{ROUTES} routes, round {round}: read in {took:?}, the slowest answer in {slowest:?}, {now} octets a route, \
             {peak} at most"
        ));
        assert!(peak <= OCTETS, "{peak} octets a route");
    }
    let gap = place.speakers[1].seen(|record| record.longest_gap());
    assert!(gap <= Duration::from_millis(3250), "a silence of {gap:?} at another neighbor");
    assert!(place.speakers.iter().all(|speaker| speaker.seen(|record| record.resets == 0)));
    // The next session begins with none.
    place.speakers[0].cut();
    eventually(secs(30), "their end", || place.client.count(&format!("neighbor {source} show adj-rib in")) == 0);
    place.end();
}

/// UPDATEs received of this neighbor, by the last column of the summary.
fn received(client: &mut Client, source: &str) -> u64 {
    let lines = client.told("show neighbor summary");
    let line = lines.iter().find(|line| line.starts_with(&format!("{source} "))).unwrap();
    line.split_whitespace().last().unwrap().parse().unwrap()
}

/// Prefixes of 24 bits from 1.0.0.0 on, those of one message with a MULTI_EXIT_DISC of their own.
fn announcement(number: u32, round: u32) -> Vec<u8> {
    let attributes = [
        attribute(0x40, 1, &[0]),
        attribute(0x40, 2, &[2, 1, 0, 0, 0xFD, 0xE9]),
        attribute(0x40, 3, &[127, 1, 0, 2]),
        attribute(0x80, 4, &(number + round).to_be_bytes()),
    ];
    let first = u32::from(Ipv4Addr::new(1, 0, 0, 0)) >> 8;
    let prefixes = (0..EACH).flat_map(|index| {
        let [_, high, middle, low] = (first + number * EACH + index).to_be_bytes();
        [24, high, middle, low]
    });
    message(UPDATE, &update(&[], &attributes.concat(), &prefixes.collect::<Vec<_>>()))
}

/// Prefixes in a message, and messages.
const EACH: u32 = 500;
const MESSAGES: u32 = 4000;
const ROUTES: usize = (EACH * MESSAGES) as usize;
const ROUNDS: u32 = 2;
/// Octets of memory for a route, at most.
const OCTETS: u64 = 250;
