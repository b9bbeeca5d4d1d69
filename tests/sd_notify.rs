//! The daemon under a service manager: sockets are handed over to it, and it says what it is about.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    net::TcpListener,
    os::{fd::OwnedFd, unix::net::UnixDatagram},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use support::{
    client::Client,
    conf::{Conf, Neighbor},
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};

/// How often the service manager wants to hear of the daemon.
const WATCHDOG: Duration = Duration::from_secs(2);

/// One who starts the daemon as a service manager does.
struct Service {
    daemon: Child,
    told: UnixDatagram,
}

impl Service {
    /// Starts it with this as its descriptor 3.
    fn start(lab: &Lab, command: &Command, handed: OwnedFd) -> Self {
        let path = lab.path("notify");
        let told = UnixDatagram::bind(&path).unwrap();
        told.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec 3<&0 </dev/null; LISTEN_PID=$$ exec \"$0\" \"$@\""]);
        shell.arg(command.get_program()).args(command.get_args());
        shell.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        shell.env("NOTIFY_SOCKET", path).env("LISTEN_FDS", "1").env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
        let log = std::fs::File::create(lab.path("log")).unwrap();
        shell.stdin(handed).stdout(Stdio::null()).stderr(log);
        Self { daemon: shell.spawn().unwrap(), told }
    }

    /// The next thing said, if anything is.
    fn hears(&self) -> Option<String> {
        let mut octets = [0; 256];
        let length = self.told.recv(&mut octets).ok()?;
        octets.get(..length).map(|said| String::from_utf8_lossy(said).into_owned())
    }

    /// Waits for something that starts like this.
    fn waits_for(&self, start: &str) -> String {
        eventually(secs(10), start, || self.hears().filter(|said| said.starts_with(start)))
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.daemon.id().try_into().unwrap()), signal).unwrap();
    }

    fn wait(&mut self) -> Option<i32> {
        eventually(secs(10), "the end of the daemon", || self.daemon.try_wait().unwrap()).code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

#[test]
fn it_serves_the_socket_it_is_handed_and_says_what_it_is_about() {
    let lab = Lab::new();
    let handed = TcpListener::bind((net::DAEMON, 0)).unwrap();
    let at = handed.local_addr().unwrap();
    let profile = Profile::numbered(0);
    let conf = Conf::new([]).neighbor(Neighbor::of(&profile).with("passive true;")).to_string();
    let socket = lab.path("exactix.sock");
    let launch = lab.launch(&conf, at.port()).faults().set("tcp_bind", net::DAEMON.to_string());
    let launch = launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
    let mut service = Service::start(&lab, &launch.command(), handed.into());
    service.waits_for("READY=1");
    let speaker = Speaker::connect(profile, at);
    speaker.wait_up(secs(10));
    service.waits_for("WATCHDOG=1");

    service.signal(Signal::SIGUSR1);
    let reloading = service.waits_for("RELOADING=1");
    let time: u64 = reloading.split_once("MONOTONIC_USEC=").and_then(|(_, time)| time.parse().ok()).unwrap();
    assert!(time > 0);
    service.waits_for("READY=1");

    // Nobody could bind the address anew: we hold the socket as well as who has handed it over.
    Client::connect(&socket).inject("fault inject listener panic");
    speaker.close(None);
    eventually(secs(10), "another session", || speaker.seen(|record| record.sessions == 2));

    Client::connect(&socket).inject("fault inject rate-limiter hang 2s");
    let start = Instant::now();
    let silence = std::iter::from_fn(|| (start.elapsed() < secs(1)).then(|| service.hears())).flatten().count();
    // One may have been under way.
    assert!(silence <= 1, "{silence} times it said that all is well");
    service.waits_for("WATCHDOG=1");

    service.signal(Signal::SIGTERM);
    service.waits_for("STOPPING=1");
    assert_eq!(service.wait(), Some(0));
}

#[test]
fn who_hangs_for_good_is_silent_and_ends() {
    let lab = Lab::new();
    let handed = TcpListener::bind((net::DAEMON, 0)).unwrap();
    let at = handed.local_addr().unwrap();
    let conf = Conf::new([]).neighbor(Neighbor::of(&Profile::numbered(0)).with("passive true;")).to_string();
    let socket = lab.path("exactix.sock");
    let launch = lab.launch(&conf, at.port()).faults().set("tcp_bind", net::DAEMON.to_string());
    let launch = launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
    let mut service = Service::start(&lab, &launch.command(), handed.into());
    service.waits_for("WATCHDOG=1");
    Client::connect(&socket).inject("fault inject rate-limiter hang 10s");
    let start = Instant::now();
    let mut said = Vec::new();
    let code = loop {
        said.extend(service.hears());
        if let Some(status) = service.daemon.try_wait().unwrap() {
            break status.code();
        }
        assert!(start.elapsed() < secs(9), "it hangs on");
    };
    said.extend(std::iter::from_fn(|| service.hears()));
    assert_eq!(code, Some(70));
    assert!(start.elapsed() >= WATCHDOG, "too soon for a service manager to have missed it");
    // One may have been under way.
    assert!(said.iter().filter(|said| said.starts_with("WATCHDOG=1")).count() <= 1, "{said:?}");
    assert!(!said.iter().any(|said| said.starts_with("READY=1")), "{said:?}");
}

#[test]
fn what_is_no_listening_socket_is_refused() {
    let lab = Lab::new();
    let conf = Conf::new([]).neighbor(Neighbor::of(&Profile::numbered(0))).to_string();
    let launch = lab.launch(&conf, net::free_port(net::DAEMON));
    let file = std::fs::File::open("/dev/null").unwrap();
    let mut service = Service::start(&lab, &launch.command(), file.into());
    assert_eq!(service.wait(), Some(1));
    let said = std::fs::read_to_string(lab.path("log")).unwrap();
    assert!(said.contains("LISTEN_FDS"), "{said}");
}

/// The units that we ship.
fn units() -> [PathBuf; 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd");
    ["exactix.service", "exactix.socket"].map(|name| folder.join(name))
}

fn analyze(words: &[&str], units: &[PathBuf]) -> Option<Output> {
    Command::new("systemd-analyze").args(words).args(units).output().ok()
}

#[test]
fn the_units_are_sound() {
    let lab = Lab::new();
    // What they start has to be there.
    let copies = units().map(|unit| {
        let text = std::fs::read_to_string(&unit).unwrap().replace("/usr/bin/exactix", "/bin/true");
        lab.write(unit.file_name().unwrap().to_str().unwrap(), text)
    });
    let Some(output) = analyze(&["verify", "--man=no"], &copies) else {
        return note("SKIPPED the_units_are_sound: there is no systemd-analyze");
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours: Vec<_> = said.lines().filter(|line| line.contains("exactix")).collect();
    assert!(output.status.success() && ours.is_empty(), "{said}");
    let exposure = analyze(&["security", "--offline=true", "--threshold=30"], &copies[..1]).unwrap();
    assert!(exposure.status.success(), "{}", String::from_utf8_lossy(&exposure.stdout));
}
