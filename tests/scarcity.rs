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
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use support::{
    client::Client,
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::{self, Lab},
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
fn a_helper_waits_for_a_process_to_be_had() {
    let Some(user) = Stranger::new() else {
        return note("SKIPPED a_helper_waits_for_a_process_to_be_had: it takes root, setpriv and prlimit");
    };
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0).hold_time(3));
    let conf = |next_hop| {
        let neighbor = Neighbor::of(speaker.profile()).helper(&helper);
        Conf::new([&helper]).neighbor(neighbor.routes([format!("10.0.0.0/24 next-hop {next_hop}")])).to_string()
    };
    let socket = lab.path("exactix.sock");
    let launch = lab.launch(&conf("192.0.2.1"), port).after(&format!("exec {} \"$0\" \"$@\"", user.limited(PROCESSES)));
    let launch = launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
    user.may_write(lab.directory());
    let mut daemon = launch.restarts("process", "first 100ms max 400ms jitter 0 intensity 1000 window 60s").start();
    speaker.wait_routes(1, secs(10));
    eventually(secs(5), "the program", || helper.pids().len() == 1);

    let others = user.takes(PROCESSES);
    helper.kill();
    let failed = || daemon.log().matches("Resource temporarily unavailable").count();
    eventually(secs(5), "attempts", || failed() >= 3);
    // Nothing of this needs another thread.
    let mut client = Client::connect(&socket);
    client.told("announce route 10.1.0.0/24 next-hop 192.0.2.1");
    speaker.wait_routes(2, secs(5));
    lab.write("exactix.conf", conf("192.0.2.2"));
    daemon.signal(Signal::SIGUSR1);
    let changed = || speaker.table().get("10.0.0.0/24").is_some_and(|path| path.next_hop == "192.0.2.2");
    eventually(secs(5), "the change", changed);
    always(secs(1), "the session", || speaker.is_up());
    let attempts = failed();
    assert!(attempts < 30, "{attempts} attempts");

    drop(others);
    eventually(secs(5), "another life", || helper.pids().len() == 2);
    helper.say(["announce route 10.2.0.0/24 next-hop 192.0.2.1"]);
    speaker.wait_routes(3, secs(5));
    assert_eq!(speaker.seen(|record| (record.sessions, record.resets)), (1, 0));
    daemon.stop();
}

#[test]
fn address_space_that_is_enough_is_enough() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper));
    let mut daemon = lab.launch(&conf.to_string(), port).after(&format!("ulimit -v {ADDRESS_SPACE}")).start();
    speaker.wait_up(secs(10));
    for batch in 0..20 {
        helper.say((0..250).map(|index| format!("announce route 10.{batch}.{index}.0/24 next-hop 192.0.2.1")));
    }
    speaker.wait_routes(5000, secs(20));
    assert_eq!(speaker.seen(|record| (record.sessions, record.resets)), (1, 0));
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

/// A user who has nothing yet.
struct Stranger(u32);

impl Stranger {
    /// One that the daemon can run as, if we may have it do so.
    fn new() -> Option<Self> {
        let user = Self(70_000 + std::process::id() % 10_000);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec {} \"$0\" version", user.limited(PROCESSES))]).arg(lab::program());
        shell.output().is_ok_and(|output| output.status.success()).then_some(user)
    }

    fn becomes(&self) -> String {
        format!("setpriv --reuid {0} --regid {0} --clear-groups", self.0)
    }

    /// What a shell puts before a program that this user is to run, with so many processes and threads.
    fn limited(&self, processes: usize) -> String {
        format!("prlimit --nproc={processes} {}", self.becomes())
    }

    /// All that is there is for this user as well.
    fn may_write(&self, directory: &Path) {
        let owner = format!("{0}:{0}", self.0);
        assert!(Command::new("chown").arg("-R").arg(owner).arg(directory).status().unwrap().success());
    }

    /// Processes of this user that do nothing.
    fn takes(&self, count: usize) -> Busy {
        let idle = |_| {
            let line = format!("exec {} sleep 30", self.becomes());
            Command::new("sh").args(["-c", &line]).spawn().unwrap()
        };
        let idle = Busy((0..count).map(idle).collect());
        let runs = |child: &Child| {
            let owner = std::fs::metadata(format!("/proc/{}", child.id())).unwrap();
            std::os::unix::fs::MetadataExt::uid(&owner) == self.0
        };
        eventually(secs(5), "processes", || idle.0.iter().all(runs));
        idle
    }
}

/// More than there are descriptors.
const PEERS: u32 = 300;
/// Processes and threads that a user may have: more than the daemon and a helper need.
const PROCESSES: usize = 40;
/// KiB: what a thread and its heap may claim is more than they use.
const ADDRESS_SPACE: u32 = 1 << 20;
