//! The log of the daemon: where it goes, how it looks there, and that it is in nobody's way.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::UdpSocket,
    os::{fd::OwnedFd, unix::fs::PermissionsExt as _},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use nix::{
    pty::openpty,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use support::{
    conf::{Conf, Neighbor},
    daemon::Launch,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

const CONFIGURATION: &str =
    "neighbor 127.1.0.1 { local-address 127.0.0.1; local-as 65000; peer-as 65001; passive; family { ipv4 unicast; } }";

fn launch(lab: &Lab, destination: &str) -> Launch {
    lab.launch(CONFIGURATION, net::free_port(net::DAEMON)).set("log_destination", destination)
}

/// A daemon whose output a test has in hand.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.0.id().try_into().unwrap()), signal).unwrap();
    }

    fn stop(&mut self) {
        self.signal(Signal::SIGTERM);
        let status = eventually(secs(10), "the end of the daemon", || self.0.try_wait().unwrap());
        assert_eq!(status.code(), Some(0));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What comes out of it from now on, as it comes.
fn reader(mut from: File) -> mpsc::Receiver<u8> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let _ = buffer.iter().take(length).try_for_each(|byte| send.send(*byte));
        }
    });
    receive
}

#[test]
fn a_file_has_long_lines() {
    let lab = Lab::new();
    for prefix in ["", "file:"] {
        let path = lab.path(&format!("{}.log", prefix.len()));
        let mut daemon = launch(&lab, &format!("{prefix}{}", path.display())).start();
        eventually(secs(10), "the start", || fs::read_to_string(&path).is_ok_and(|text| text.contains("starting")));
        daemon.stop();
        let text = fs::read_to_string(&path).unwrap();
        let pid = format!(" {:<6} ", daemon.pid());
        assert!(text.lines().all(|line| line.get(8..).is_some_and(|rest| rest.starts_with(&pid))), "{text}");
        assert!(text.lines().last().unwrap().contains("reactor         the end code=0"), "{text}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(daemon.log(), "");
    }
}

#[test]
fn a_path_may_start_at_home() {
    let lab = Lab::new();
    let mut daemon = Running::start(launch(&lab, "~/mine.log").command().env("HOME", lab.directory()));
    let path = lab.path("mine.log");
    eventually(secs(10), "the start", || fs::read_to_string(&path).is_ok_and(|text| text.contains("starting")));
    daemon.stop();
}

#[test]
fn standard_output_is_standard_error() {
    let lab = Lab::new();
    let output = lab.path("output");
    let mut command = launch(&lab, "stdout").command();
    let said = lab.path("said");
    command.stdout(File::create(&output).unwrap()).stderr(File::create(&said).unwrap());
    let mut daemon = Running::start(&mut command);
    eventually(secs(10), "the start", || fs::read_to_string(&said).is_ok_and(|text| text.contains("starting")));
    daemon.stop();
    assert_eq!(fs::metadata(&output).unwrap().len(), 0);
}

#[test]
fn an_unknown_destination_is_standard_error_after_a_warning() {
    let lab = Lab::new();
    let mut daemon = launch(&lab, "nowhere").start();
    eventually(secs(10), "the start", || daemon.log().contains("starting"));
    let log = daemon.log();
    let warning = "daemon          WARNING: this log.destination is not known: the log goes to standard error";
    assert!(log.starts_with(warning) && log.contains("destination=nowhere"), "{log}");
    daemon.stop();
    assert!(!lab.path("nowhere").exists());
}

#[test]
fn another_host_is_told_in_datagrams() {
    let lab = Lab::new();
    let syslog = UdpSocket::bind("127.0.0.1:0").unwrap();
    syslog.set_read_timeout(Some(secs(10))).unwrap();
    let mut daemon = launch(&lab, &format!("host:{}", syslog.local_addr().unwrap())).start();
    let hear = || {
        let mut buffer = [0; 2048];
        let length = syslog.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let expected = format!("<30>exactix[{}]: startup         exactix ", daemon.pid());
    let first = hear();
    assert!(first.starts_with(&expected) && !first.ends_with('\n'), "{first}");
    // Nobody listens any more: that ends nothing.
    drop(syslog);
    daemon.signal(Signal::SIGUSR1);
    daemon.stop();
}

#[test]
fn a_log_that_cannot_be_opened_is_an_error() {
    let lab = Lab::new();
    let mut destinations = vec![("/nonexistent/exactix.log", "the log file /nonexistent/exactix.log cannot be opened")];
    destinations.push(("host:127.0.0.1:many", "the syslog of 127.0.0.1:many cannot be reached"));
    if std::path::Path::new("/dev/log").exists() {
        support::wait::note("UNABLE a_log_that_cannot_be_opened_is_an_error, of the local syslog: there is one");
    } else {
        destinations.push(("syslog", "the local syslog cannot be reached at /dev/log"));
        destinations.push(("", "the local syslog cannot be reached at /dev/log"));
    }
    for (destination, sentence) in destinations {
        let output = launch(&lab, destination).command().output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.starts_with(sentence) && said.lines().count() == 1, "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_full_disk_ends_nothing() {
    let lab = Lab::new();
    let ready = lab.path("exactix.pid");
    let mut daemon = launch(&lab, "/dev/full").set("daemon_pid", ready.to_string_lossy()).start();
    eventually(secs(10), "the start", || ready.exists());
    daemon.signal(Signal::SIGUSR1);
    daemon.stop();
    assert!(fs::metadata("/dev/full").is_ok());
}

#[test]
fn nobody_left_to_read_what_it_says_ends_nothing() {
    let lab = Lab::new();
    let ready = lab.path("exactix.pid");
    let mut command = launch(&lab, "stderr").set("daemon_pid", ready.to_string_lossy()).command();
    // Both are closed at the other end before the first line.
    command.stdout(nix::unistd::pipe().unwrap().1).stderr(nix::unistd::pipe().unwrap().1);
    let mut daemon = Running::start(&mut command);
    eventually(secs(10), "the start", || ready.exists());
    for _ in 0..3 {
        daemon.signal(Signal::SIGUSR1);
    }
    always(secs(1), "a daemon that runs", || daemon.0.try_wait().unwrap().is_none());
    daemon.stop();
}

#[test]
fn a_log_that_is_moved_away_is_opened_again() {
    let lab = Lab::new();
    let (log, moved, ready) = (lab.path("exactix.messages"), lab.path("exactix.messages.1"), lab.path("exactix.pid"));
    let daemon = launch(&lab, &log.to_string_lossy()).set("daemon_pid", ready.to_string_lossy());
    let mut daemon = daemon.start();
    let has = |text: &str| fs::read_to_string(&log).unwrap_or_default().contains(text);
    eventually(secs(10), "the start", || has("starting"));
    fs::rename(&log, &moved).unwrap();
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the next line in a file of that name", || has("reading the configuration"));
    assert!(fs::read_to_string(&moved).unwrap().contains("starting") && !has("starting"));
    daemon.stop();
    assert!(has("shutting down"));
}

#[test]
fn who_does_not_read_the_log_holds_nothing_up() {
    let (_kept, full) = {
        let (read, write) = nix::unistd::pipe().unwrap();
        let filled: OwnedFd = write.try_clone().unwrap();
        // The copy shares what it waits for with the original, so that has to be put back.
        let flags = |on| nix::fcntl::fcntl(&filled, nix::fcntl::FcntlArg::F_SETFL(on)).unwrap();
        flags(nix::fcntl::OFlag::O_NONBLOCK);
        let mut pipe = File::from(filled.try_clone().unwrap());
        while pipe.write(&[b'x'; 1024]).is_ok() {}
        flags(nix::fcntl::OFlag::empty());
        (read, write)
    };
    let lab = Lab::new();
    let ready = lab.path("exactix.pid");
    let mut command = launch(&lab, "stderr").set("daemon_pid", ready.to_string_lossy()).command();
    command.stderr(full);
    let mut daemon = Running::start(&mut command);
    eventually(secs(10), "the start", || ready.exists());
    daemon.stop();
}

#[test]
fn a_terminal_has_colours_unless_they_are_not_wanted() {
    let lab = Lab::new();
    for (variable, coloured) in [("", true), ("1", false)] {
        let terminal = openpty(None, None).unwrap();
        let mut command = launch(&lab, "stderr").command();
        command.env("NO_COLOR", variable).stderr(terminal.slave);
        let mut daemon = Running::start(&mut command);
        drop(command);
        let (shown, mut text) = (reader(File::from(terminal.master)), Vec::new());
        eventually(secs(10), "the start", || {
            text.extend(shown.try_iter());
            String::from_utf8_lossy(&text).contains("starting")
        });
        let text = String::from_utf8_lossy(&text);
        assert_eq!(text.starts_with("\r\u{1b}[32mstartup        \u{1b}[0m exactix "), coloured, "{text:?}");
        assert_eq!(text.contains('\u{1b}'), coloured, "{text:?}");
        daemon.stop();
    }
}

#[test]
fn categories_and_levels() {
    let lab = Lab::new();
    let logged = |settings: &[(&str, &str)]| {
        let ready = lab.path("exactix.pid");
        let launch = launch(&lab, "stderr").set("daemon_pid", ready.to_string_lossy());
        let launch = settings.iter().fold(launch, |launch, (key, value)| launch.set(key, *value));
        let mut daemon = launch.start();
        eventually(secs(10), "the start", || ready.exists());
        daemon.signal(Signal::SIGUSR1);
        daemon.stop();
        daemon.log()
    };
    let usual = logged(&[]);
    assert!(usual.contains("\nreactor         signal name=") && usual.contains("\nconfiguration   reading"), "{usual}");
    assert!(!usual.contains("DEBG"), "{usual}");
    let quiet = logged(&[("log_reactor", "false")]);
    assert!(!quiet.contains("\nreactor ") && quiet.contains("\nconfiguration   reading"), "{quiet}");
    let all = logged(&[("log_reactor", "false"), ("log_all", "true")]);
    assert!(all.contains("\nreactor         signal"), "{all}");
    assert_eq!(logged(&[("log_level", "critical")]), "");
    assert_eq!(logged(&[("log_enable", "false")]), "");
    let long = logged(&[("log_short", "false")]);
    assert!(long.lines().all(|line| line.get(2..3) == Some(":") && line.get(5..6) == Some(":")), "{long}");
}

/// What is logged about a session with one route in each direction.
fn logged(settings: &[&str]) -> String {
    let lab = Lab::new();
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let neighbor = Neighbor::of(speaker.profile()).routes(["10.0.0.0/24 next-hop 192.0.2.1"]);
    let launch = lab.launch(&Conf::default().neighbor(neighbor).to_string(), port);
    let mut daemon =
        settings.iter().fold(launch, |launch, key| launch.set(key, "true")).set("log_level", "DEBUG").start();
    speaker.wait_up(secs(10));
    speaker.wait_routes(1, secs(10));
    speaker.announce(["10.1.0.0/24 next-hop 192.0.2.2 med 7"]);
    speaker.withdraw(["10.1.0.0/24"]);
    speaker.close(None);
    eventually(secs(10), "the end of the session", || daemon.log().contains("session down"));
    daemon.stop();
    daemon.log()
}

#[test]
fn each_category_is_switched_on_by_its_setting() {
    let all = ["log_packets", "log_message", "log_timers", "log_routes", "log_parser"];
    let text = logged(&all);
    for (category, line) in [
        ("packets", ["direction=sent", "octets=FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"]),
        ("message", ["direction=received", "type=open"]),
        ("message", ["direction=sent", "type=update"]),
        ("timers", ["next timer", "in="]),
        ("routes", ["announced", "med 7"]),
        ("routes", ["withdrawn", "route=10.1.0.0/24"]),
        ("parser", ["decoded", "announced=1"]),
        ("statistics", ["messages of the session", "update"]),
    ] {
        let says = |found: &str| found.starts_with(category) && line.iter().all(|part| found.contains(part));
        assert!(text.lines().any(says), "{category}: {line:?}: {text}");
    }
    let text = logged(&[]);
    for category in ["packets", "message", "timers", "routes", "parser"] {
        assert!(!text.lines().any(|line| line.starts_with(category)), "{category}: {text}");
    }
    assert!(text.contains("statistics"), "{text}");
}
