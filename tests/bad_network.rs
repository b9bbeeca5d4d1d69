//! A network that delays and loses, and one that takes our address away: in a network namespace, where there is a right to one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{net::IpAddr, path::Path, process::Command};

use nix::sched::{CloneFlags, unshare};
use support::{
    client::Client,
    conf::{Conf, LOCAL_AS, Neighbor},
    daemon::Daemon,
    interop::{self, skipped, unable},
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

/// One after the other: all speakers are of one thread, which is in one network.
#[test]
fn a_network_goes_bad() {
    let Some([ip, tc]) = interop::programs(TEST, ["ip", "tc"]) else { return };
    // Of this thread, and of all it starts.
    if let Err(error) = unshare(CloneFlags::CLONE_NEWNET) {
        return skipped(TEST, &format!("no network of our own: {error}"));
    }
    run(&ip, "link set lo up").unwrap();
    an_address_goes_and_comes(&ip);
    match delay(&tc) {
        Ok(()) => a_session_lasts_where_packets_do_not(),
        Err(why) => unable(TEST, &format!("no netem: {why}")),
    }
}

/// A daemon with a witness, and a neighbor of these words and routes.
struct Pair {
    daemon: Daemon,
    client: Client,
    witness: Speaker,
    speaker: Speaker,
    _lab: Lab,
}

impl Pair {
    fn new(speaker: Profile, local: IpAddr, routes: impl Iterator<Item = String>) -> Self {
        let lab = Lab::new();
        let (port, mut speakers) = Speaker::listen(vec![Profile::numbered(0), speaker.clone()]);
        let neighbor = Neighbor::between(local, LOCAL_AS, speaker.address, speaker.asn)
            .with(&format!("hold-time {}; family {{ ipv4 unicast; ipv6 unicast; }}", speaker.hold_time))
            .routes(routes);
        let conf = Conf::default().neighbor(Neighbor::of(speakers[0].profile())).neighbor(neighbor).to_string();
        let socket = lab.path("exactix.sock");
        let launch = lab.launch(&conf, port).set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
        let daemon = launch.start();
        let client = Client::connect(&socket);
        let (speaker, witness) = (speakers.remove(1), speakers.remove(0));
        witness.wait_up(secs(10));
        speaker.wait_up(secs(30));
        Self { daemon, client, witness, speaker, _lab: lab }
    }

    fn end(mut self) {
        assert_eq!(self.witness.seen(|record| (record.sessions, record.resets)), (1, 0));
        self.daemon.assert_alive();
        self.daemon.stop();
    }
}

/// The neighbor is called again and again, from an address that is not there, and costs nothing meanwhile.
fn an_address_goes_and_comes(ip: &Path) {
    let [ours, theirs]: [IpAddr; 2] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap());
    [ours, theirs].iter().for_each(|address| run(ip, &format!("address add {address}/32 dev lo")).unwrap());
    let profile = Profile { address: theirs, ..Profile::numbered(1) }.hold_time(3);
    let mut pair = Pair::new(profile, ours, ["10.1.0.0/16 next-hop 192.0.2.9".to_owned()].into_iter());
    let descriptors = pair.daemon.descriptors();
    for _ in 0..2 {
        run(ip, &format!("address del {ours}/32 dev lo")).unwrap();
        eventually(secs(10), "the reason", || {
            let lines = pair.client.told("show neighbor extensive 192.0.2.2");
            let told = lines.iter().any(|line| line.contains("last failure") && line.contains("assign"));
            if told { Ok(()) } else { Err(format!("{lines:?}")) }
        });
        assert!(!pair.speaker.is_up());
        eventually(secs(5), "the end of its socket", || pair.daemon.descriptors() < descriptors);
        run(ip, &format!("address add {ours}/32 dev lo")).unwrap();
        // It is called each second.
        eventually(secs(3), "another session", || pair.speaker.is_up() && pair.speaker.table().len() == 1);
        assert_eq!(pair.daemon.descriptors(), descriptors);
    }
    pair.end();
}

fn a_session_lasts_where_packets_do_not() {
    let route =
        |which: usize, index: usize, rest: &str| format!("10.{which}{}.{}.0/24 {rest}", index / 250, index % 250);
    let profile = Profile::numbered(1).hold_time(9);
    let next_hop = format!("next-hop {}", profile.address);
    let ours = (0..ROUTES).map(|index| route(1, index, "next-hop 192.0.2.9"));
    let mut pair = Pair::new(profile, "127.0.0.1".parse().unwrap(), ours);
    pair.speaker.announce((0..ROUTES).map(|index| route(2, index, &next_hop)));
    pair.speaker.wait_routes(ROUTES, secs(30));
    eventually(secs(30), "its routes", || {
        match pair.client.told("neighbor 127.1.0.2 show adj-rib in").iter().filter(|line| line.contains("/24")).count()
        {
            ROUTES => Ok(()),
            count => Err(count.to_string()),
        }
    });
    always(secs(20), "the session", || pair.speaker.is_up());
    assert_eq!(pair.speaker.seen(|record| (record.sessions, record.resets, record.len())), (1, 0, ROUTES));
    pair.end();
}

/// Half a second there and back, a fifth of it more or less, and one of twenty packets lost.
fn delay(tc: &Path) -> Result<(), String> {
    run(tc, "qdisc add dev lo root netem delay 250ms 100ms loss 5%")
}

fn run(program: &Path, words: &str) -> Result<(), String> {
    interop::output(Command::new(program).args(words.split(' '))).map(|_| ())
}

const TEST: &str = "bad_network";
const ROUTES: usize = 2000;
