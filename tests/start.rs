//! How the daemon starts, what it waits for, when it gives up, and the exit code it ends with.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use nix::{
    pty::openpty,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use support::{
    conf::{Conf, Neighbor},
    daemon::Launch,
    helper::Helper,
    lab::{self, Lab},
    net,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

/// A neighbor that only we could call.
const ALONE: &str = "neighbor 127.1.0.1 { local-address 127.0.0.1; local-as 65000; peer-as 65001; }";

/// A daemon that reads its configuration from a test.
struct Reading {
    child: Child,
    lab: Lab,
}

impl Reading {
    fn start() -> Self {
        let lab = Lab::new();
        let mut command = Launch::new(&lab::program(), lab.directory(), Path::new("-")).command();
        let log = fs::File::create(lab.path("log")).unwrap();
        let child = command.stdin(Stdio::piped()).stderr(log).spawn().unwrap();
        let reading = Self { child, lab };
        eventually(secs(10), "signals to be held", || reading.holds(Signal::SIGTERM));
        reading
    }

    /// Whether a signal waits to be let through.
    fn holds(&self, signal: Signal) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
        u64::from_str_radix(mask.trim(), 16).unwrap() & (1 << (signal as u32 - 1)) != 0
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    fn write(&mut self, text: &str) {
        self.child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.lab.path("log")).unwrap()
    }

    fn code(&mut self) -> Option<i32> {
        eventually(secs(10), "the end", || self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn signals_wait_until_there_is_a_daemon() {
    let mut daemon = Reading::start();
    daemon.signal(Signal::SIGUSR1);
    daemon.signal(Signal::SIGUSR1);
    daemon.write(ALONE);
    eventually(secs(10), "the reload", || daemon.log().contains("nothing changes"));
    assert_eq!(daemon.log().matches("name=SIGUSR1").count(), 1, "{}", daemon.log());
    daemon.signal(Signal::SIGTERM);
    assert_eq!(daemon.code(), Some(0));

    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let mut daemon = Reading::start();
        daemon.signal(signal);
        daemon.write(ALONE);
        assert_eq!(daemon.code(), Some(0), "{}", daemon.log());
        assert!(daemon.log().contains(&format!("name={}", signal.as_str())), "{}", daemon.log());
    }
}

#[test]
fn an_interrupt_does_not_wait_for_a_configuration() {
    use std::os::unix::process::ExitStatusExt as _;
    let mut daemon = Reading::start();
    daemon.signal(Signal::SIGINT);
    let status = eventually(secs(10), "the end", || daemon.child.try_wait().unwrap());
    assert_eq!(status.signal(), Some(Signal::SIGINT as i32));
}

#[test]
fn a_terminal_is_no_configuration() {
    let lab = Lab::new();
    let terminal = openpty(None, None).unwrap();
    let mut command = Launch::new(&lab::program(), lab.directory(), Path::new("-")).command();
    let said = fs::File::create(lab.path("said")).unwrap();
    let mut daemon = command.stdin(terminal.slave).stderr(said).spawn().map(|child| Reading { child, lab }).unwrap();
    assert_eq!(daemon.code(), Some(1));
    let said = fs::read_to_string(daemon.lab.path("said")).unwrap();
    assert!(said.contains("the standard input is a terminal"), "{said}");
}

#[test]
fn helpers_inherit_no_held_signals() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let mut daemon = lab.start(&format!("{}{ALONE}", Conf::new([&helper])), 1);
    let pid = eventually(secs(10), "the helper", || helper.pids().first().copied());
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    assert!(status.contains("SigBlk:\t0000000000000000\n"), "{status}");
    daemon.stop();
}

#[test]
fn announcing_waits_for_its_minute() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let text = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper)).to_string();
    // A minute that no test sees.
    let mut daemon = lab.launch(&text, port).set("tcp_delay", "1000000000").start();
    eventually(secs(10), "the helper", || !helper.pids().is_empty());
    eventually(secs(10), "the notice", || daemon.log().contains("waiting before neighbors are called"));
    // A reload has nobody called early.
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the reload", || daemon.log().contains("configuration changed"));
    always(Duration::from_millis(300), "nobody is called", || speaker.seen(|record| record.sessions == 0));
    daemon.stop();
    assert_eq!(speaker.seen(|record| record.sessions), 0);
}

#[test]
fn who_has_used_up_the_attempts_ends_the_daemon() {
    for (key, value, option) in
        [("tcp_attempts", "2", None), ("tcp_once", "true", None), ("log_level", "INFO", Some("--once"))]
    {
        let lab = Lab::new();
        let launch = lab.launch(ALONE, net::free_port(net::address(0).into())).set(key, value);
        let mut daemon = option.into_iter().fold(launch, Launch::argument).start();
        assert_eq!(daemon.wait(secs(20)).code(), Some(0), "{key} {}", daemon.log());
        assert!(daemon.log().contains("no neighbor is left to connect to"), "{}", daemon.log());
    }
}

#[test]
fn who_says_nothing_is_told_so() {
    let (port, listeners) = net::listen(&[net::address(0).into()], None);
    let lab = Lab::new();
    let mut daemon = lab.launch(ALONE, port).set("bgp_openwait", "1").start();
    let (mut stream, _) = eventually(secs(10), "the call", || listeners[0].accept());
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(secs(10))).unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    // Behind the OPEN: a NOTIFICATION, of the finite state machine, in OpenSent (RFC 6608).
    let open = usize::from(u16::from_be_bytes([heard[16], heard[17]]));
    assert_eq!(heard[open + 18..open + 21], [3, 5, 1], "{heard:?}");
    daemon.stop();
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind((net::DAEMON, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let lab = Lab::new();
    let output = lab.launch(ALONE, port).set("tcp_bind", "127.0.0.1").command().output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains(&format!("cannot listen on 127.0.0.1:{port}: ")), "{said}");
}

#[test]
fn ports_come_and_go_with_a_reload() {
    let (first, second) = (net::free_port(net::DAEMON), net::free_port(net::DAEMON));
    let listening = |port: u16| TcpStream::connect(SocketAddr::new(net::DAEMON, port)).is_ok();
    let text = |port: u16| {
        format!("neighbor 127.1.0.1 {{ local-address 127.0.0.1; local-as 1; peer-as 2; passive; listen {port}; }}")
    };
    let lab = Lab::new();
    let mut daemon = lab.start(&text(first), 1);
    eventually(secs(10), "the first port", || listening(first));
    lab.write("exactix.conf", text(second));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the second port alone", || listening(second) && !listening(first));
    // What is refused changes nothing.
    lab.write("exactix.conf", "neighbor 127.1.0.1 { listen soon; }");
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the refusal", || daemon.log().contains("nothing changes"));
    assert!(listening(second));
    lab.write("exactix.conf", text(first));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the first port again", || listening(first) && !listening(second));
    daemon.stop();
}

#[test]
fn a_port_that_is_taken_later_does_not_end_the_daemon() {
    let taken = TcpListener::bind((net::DAEMON, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let lab = Lab::new();
    let mut daemon = lab.start(ALONE, 1);
    eventually(secs(10), "the start", || daemon.log().contains("starting"));
    let text = ALONE.replace("peer-as", &format!("listen {port}; peer-as"));
    lab.write("exactix.conf", text);
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "a complaint", || daemon.log().contains("cannot listen"));
    drop(taken);
    eventually(secs(10), "another try", || TcpStream::connect(SocketAddr::new(net::DAEMON, port)).is_ok());
    daemon.stop();
}

#[test]
fn a_rotation_moves_on_at_each_reload() {
    let lab = Lab::new();
    let (port, speakers) = Speaker::listen(vec![Profile::numbered(0), Profile::numbered(1)]);
    let text = |speaker: &Speaker| Conf::new([]).neighbor(Neighbor::of(speaker.profile())).to_string();
    let other = lab.write("other.conf", text(&speakers[1]));
    let launch = lab.launch(&text(&speakers[0]), port).argument(other).set("debug_rotate", "true");
    let mut daemon = launch.set("log_destination", lab.path("rotation.log").to_string_lossy()).start();
    for place in [0, 1, 0] {
        eventually(secs(10), "the one neighbor", || speakers[place].is_up() && !speakers[1 - place].is_up());
        daemon.signal(Signal::SIGUSR1);
    }
    daemon.stop();
}

#[test]
fn who_calls_is_answered_by_what_is_configured() {
    let port = net::free_port(net::DAEMON);
    let neighbor = |peer: &str, more: &str| {
        format!(
            "neighbor {peer} {{ local-address 127.0.0.1; local-as 65000; peer-as 65001; router-id 10.0.0.1; passive; {more} }}\n"
        )
    };
    // One range within another, with router ids of their own.
    let text =
        neighbor("127.2.0.0/16", "") + &neighbor("127.2.0.0/24", "description inner;") + &neighbor("127.1.0.1", "");
    let lab = Lab::new();
    let mut daemon = lab.launch(&text, port).set("tcp_bind", "127.0.0.1").start();
    let up = Speaker::connect(Profile::numbered(0), SocketAddr::new(net::DAEMON, port));
    up.wait_up(secs(10));
    for (from, subcode) in [("127.3.0.1", 3), ("127.2.0.7", 5), ("127.1.0.1", 7)] {
        let heard = call(from.parse().unwrap(), port);
        assert_eq!(heard.get(18..21), Some(&[3, 6, subcode][..]), "{from} {heard:?}");
    }
    assert!(up.is_up());
    daemon.stop();
}

/// What is said to who calls from there, and says nothing himself.
fn call(from: IpAddr, port: u16) -> Vec<u8> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(from, 0).into()).unwrap();
    socket.connect(&SocketAddr::new(net::DAEMON, port).into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(secs(10))).unwrap();
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    heard
}

#[test]
fn a_reminder_is_a_reload() {
    let lab = Lab::new();
    let mut daemon = lab.launch(ALONE, 1).argument("--signal").argument("0").start();
    eventually(secs(10), "the reload", || daemon.log().contains("configuration changed"));
    daemon.stop();
}

#[test]
fn passive_calls_nobody() {
    let lab = Lab::new();
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let text = Conf::new([]).neighbor(Neighbor::of(speaker.profile())).to_string();
    let mut daemon = lab.launch(&text, port).argument("-P").start();
    eventually(secs(10), "the start", || daemon.log().contains("starting"));
    always(Duration::from_millis(300), "nobody is called", || speaker.seen(|record| record.sessions == 0));
    daemon.stop();
}

#[test]
fn options_of_exabgp_are_taken() {
    let lab = Lab::new();
    let mut launch = lab.launch(ALONE, 1);
    for option in ["-p", "-m", "-d", "-v", "--profile", "stdout"] {
        launch = launch.argument(option);
    }
    let mut daemon = launch.start();
    eventually(secs(10), "the start", || daemon.log().contains("starting"));
    daemon.stop();
    let long = |line: &str| line.get(2..3) == Some(":") && line.get(5..6) == Some(":");
    assert!(daemon.log().lines().all(long), "{}", daemon.log());
}
