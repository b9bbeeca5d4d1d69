//! File descriptors, processor time and addresses are short: who has a session keeps it, people get at the daemon, and all is well again
//! once there is enough.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use support::{
    client::Client,
    conf::{Conf, Neighbor},
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{always, eventually, note, secs},
};

#[test]
fn neighbors_do_not_take_the_last_descriptors() {
    let lab = Lab::new();
    let (port, speakers) = Speaker::listen((0..PEERS).map(Profile::numbered).collect());
    let caller = Profile::numbered(PEERS);
    let all = || speakers.iter().map(Speaker::profile);
    let conf = |peers: &mut dyn Iterator<Item = &Profile>| {
        let passive = Neighbor::of(&caller).with("passive true;");
        peers.map(Neighbor::of).fold(Conf::new([]), Conf::neighbor).neighbor(passive).to_string()
    };
    let socket = lab.path("exactix.sock");
    let launch = lab.launch(&conf(&mut all()), port).after("ulimit -n 256").set("tcp_bind", net::DAEMON.to_string());
    let mut daemon = launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy()).start();
    let up = || speakers.iter().filter(|speaker| speaker.is_up()).count();
    eventually(secs(20), "as many sessions as there is room for", || {
        let up = up();
        if up >= 180 { Ok(()) } else { Err(format!("{up}")) }
    });
    eventually(secs(5), "a word about the others", || daemon.log().contains("waiting for a file descriptor"));
    let calling = Speaker::connect(caller.clone(), SocketAddr::new(net::DAEMON, port));
    eventually(secs(5), "a word about who calls", || daemon.log().contains("accept failed"));

    let start = Instant::now();
    let answer = Client::connect(&socket).ask("status");
    assert!(answer.last().is_some_and(|end| end == "done") && start.elapsed() < secs(1), "{:?}", start.elapsed());
    let (before, lines, kept) = (daemon.processor_time(), daemon.log().lines().count(), up());
    always(secs(3), "sessions that are there", || up() >= kept);
    let (used, lines) = (daemon.processor_time().saturating_sub(before), daemon.log().lines().count() - lines);
    note(format_args!("{kept} of {PEERS} sessions with 256 descriptors; waiting took {used:?} of 3 s, {lines} lines"));
    assert!(used < Duration::from_millis(600) && lines < 100, "{used:?} {lines}");
    assert!(!calling.is_up());

    // A hundred of them are enough, and then there is room again, also for a file to read and for who calls.
    lab.write("exactix.conf", conf(&mut all().take(100)));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(40), "who is left, each with a session", || speakers[..100].iter().all(Speaker::is_up));
    calling.wait_up(secs(40));
    daemon.stop();
}

#[test]
fn an_address_that_is_not_there_yet_is_waited_for() {
    let lab = Lab::new();
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    // An address for documentation (RFC 5737), which no machine has.
    let nowhere = Neighbor::between("192.0.2.77".parse().unwrap(), 65000, net::address(1).into(), 65001);
    let conf = Conf::new([]).neighbor(Neighbor::of(speaker.profile())).neighbor(nowhere);
    let mut daemon = lab.start(&conf.to_string(), port);
    speaker.wait_up(secs(10));
    let told = || daemon.log().matches("this peer cannot be called").count();
    eventually(secs(5), "a word about it", || told() == 1);
    always(secs(2), "one word", || told() == 1);
    assert!(speaker.is_up());
    daemon.stop();
}

#[test]
fn sessions_outlast_a_busy_machine() {
    let lab = Lab::new();
    let (port, speakers) = Speaker::listen((0..8).map(|index| Profile::numbered(index).hold_time(9)).collect());
    let conf = speakers.iter().map(|speaker| Neighbor::of(speaker.profile())).fold(Conf::new([]), Conf::neighbor);
    let mut daemon = lab.start(&conf.to_string(), port);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    speakers.iter().for_each(|speaker| speaker.seen(|record| record.forget_gaps()));
    let busy = Busy::start(32);
    always(secs(12), "every session", || speakers.iter().all(Speaker::is_up));
    drop(busy);
    let gap = speakers.iter().map(|speaker| speaker.seen(|record| record.longest_gap())).max().unwrap();
    note(format_args!("the longest silence among 32 busy loops was {gap:?}"));
    assert!(gap < secs(6), "{gap:?}");
    assert!(speakers.iter().all(|speaker| speaker.seen(|record| record.resets == 0)));
    daemon.stop();
}

/// Programs that take all the time they get; they end when dropped.
struct Busy(Vec<Child>);

impl Busy {
    fn start(count: usize) -> Self {
        let busy = |_| {
            let mut nice = Command::new("nice");
            // They end by themselves if nobody is left to end them.
            nice.args(["-n", "19", "timeout", "-s", "KILL", "20", "sh", "-c", "while :; do :; done"]);
            nice.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
        };
        Self((0..count).map(busy).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let pid = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
            // timeout passes it on.
            let _ = nix::sys::signal::kill(pid, Signal::SIGTERM);
        }
        self.0.iter_mut().for_each(|child| _ = child.wait());
    }
}

/// More than there are descriptors.
const PEERS: u32 = 300;
