//! Two hundred peers panic at once: all come back by themselves, with every route, and nobody else notices.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use support::{
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};

#[test]
fn every_peer_panics_and_comes_back_with_every_route() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let profiles: Vec<Profile> = (0..=PEERS).map(|index| Profile::numbered(index).hold_time(HOLD)).collect();
    let profiles = profiles.into_iter().enumerate().map(|(index, profile)| Profile { asn: asn(index), ..profile });
    let (port, mut speakers) = Speaker::listen(profiles.collect());
    let uninvolved = speakers.pop().unwrap();
    let mut daemon = lab.start(&configuration(&helper, &speakers, &uninvolved), port);
    let pid = daemon.pid();
    helper.say((0..ROUTES).map(|index| format!("announce route {} next-hop 192.0.2.1 med 5", prefix(index))));
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(20)));
    speakers.iter().for_each(|speaker| speaker.wait_routes(ROUTES as usize, secs(20)));
    uninvolved.wait_routes(1, secs(5));
    let before = speakers[0].table();

    uninvolved.seen(|record| record.forget_gaps());
    let start = Instant::now();
    helper.say([format!("neighbor * peer-as {} fault inject panic", asn(0))]);
    eventually(secs(10), "the fall and the return of every peer", || returned(&speakers));
    let took = start.elapsed();
    note(format_args!("{PEERS} peers with {ROUTES} routes each were back after {took:?}"));
    assert!(took <= LIMIT, "{PEERS} peers took {took:?}");

    daemon.assert_alive();
    assert_eq!(daemon.pid(), pid);
    assert!(speakers.iter().all(|speaker| speaker.seen(|record| (record.sessions, record.resets)) == (2, 1)));
    assert!(speakers.iter().all(|speaker| speaker.table() == before), "a route came back changed");
    // A crash closes the connection without a word, as that of any neighbor's daemon would.
    assert!(speakers.iter().all(|speaker| speaker.seen(|record| record.notifications.is_empty())));
    let (resets, gap) = uninvolved.seen(|record| (record.resets, record.longest_gap()));
    assert_eq!(resets, 0);
    assert!(gap <= Duration::from_secs(u64::from(HOLD) / 3) + GRACE, "a silence of {gap:?}");
    assert_eq!(helper.answers().last().map(String::as_str), Some("done"));
    daemon.stop();
}

#[test]
fn faults_are_refused_unless_the_configuration_allows_them() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let profiles = vec![Profile::numbered(0), Profile::numbered(1)];
    let (port, speakers) = Speaker::listen(profiles);
    let [commanded, other] = &speakers[..] else { unreachable!() };
    let text = configuration(&helper, std::slice::from_ref(commanded), other).replace("faults: true,", "");
    let mut daemon = lab.start(&text, port);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    helper.say(["neighbor * fault inject panic"]);
    let answers = eventually(secs(5), "an answer", || Some(helper.answers()).filter(|answers| !answers.is_empty()));
    assert_eq!(answers.last().map(String::as_str), Some("error"), "{answers:?}");
    assert!(speakers.iter().all(|speaker| speaker.seen(|record| (record.sessions, record.resets)) == (1, 0)));
    daemon.stop();
}

/// Whether each has been established twice and holds all routes again.
fn returned(speakers: &[Speaker]) -> Result<(), String> {
    let back = |speaker: &&Speaker| {
        speaker.seen(|record| record.sessions >= 2 && record.len() == ROUTES as usize && !record.end_of_ribs.is_empty())
    };
    let count = speakers.iter().filter(back).count();
    if count == speakers.len() { Ok(()) } else { Err(format!("{count} are back")) }
}

/// The last neighbor is in an AS of its own, so that a command can leave it out.
fn configuration(helper: &Helper, speakers: &[Speaker], uninvolved: &Speaker) -> String {
    let mut text = format!(
        "(faults: true,\n processes: [(name: \"{}\", run: [\"{}\"])],\n neighbors: [\n",
        helper.name(),
        helper.script().display()
    );
    let common = format!("local_address: \"{}\", local_as: 65000, hold_time: {HOLD}, {FAMILIES}", net::DAEMON);
    for (index, speaker) in speakers.iter().enumerate() {
        let (address, name) = (speaker.profile().address, helper.name());
        let api = format!("apis: [(name: \"a{index}\", processes: [\"{name}\"], neighbor_changes: true)]");
        writeln!(text, "  (peer_address: \"{address}\", peer_as: {}, {common}, {api}),", speaker.profile().asn)
            .unwrap();
    }
    let address = uninvolved.profile().address;
    let routes = "routes: [\"route 10.0.0.0/24 next-hop 192.0.2.1\"]";
    writeln!(text, "  (peer_address: \"{address}\", peer_as: {}, {common}, {routes}),\n ])", uninvolved.profile().asn)
        .unwrap();
    text
}

/// That of the uninvolved neighbor differs.
const fn asn(index: usize) -> u32 {
    if index < PEERS as usize { 65001 } else { 65002 }
}

fn prefix(index: u32) -> String {
    format!("10.{}.{}.0/24", index / 256, index % 256)
}

const PEERS: u32 = 200;
const ROUTES: u32 = 1000;
const HOLD: u16 = 9;
const FAMILIES: &str = "families: [\"ipv4 unicast\"]";
/// Within which every peer is established and has every route again.
const LIMIT: Duration = Duration::from_secs(2);
/// What timers of two busy cores may be late.
const GRACE: Duration = Duration::from_millis(250);
