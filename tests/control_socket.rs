//! Programs that connect to the control socket are answered each by itself, and `exactix reload` is one of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};

use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    lab::{Lab, program},
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// A daemon with one neighbor that has one route, and where its socket is.
struct Door {
    daemon: Daemon,
    speaker: Speaker,
    socket: PathBuf,
    lab: Lab,
}

impl Door {
    fn new() -> Self {
        let lab = Lab::new();
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let socket = lab.path("exactix.sock");
        let launch = lab.launch(&configuration(&speaker, "192.0.2.1", "180"), port);
        let launch = launch.set("api_cli", "true").set("api_socketpath", socket.to_string_lossy());
        let daemon = launch.start();
        speaker.wait_up(secs(10));
        speaker.wait_routes(1, secs(10));
        Self { daemon, speaker, socket, lab }
    }

    fn connect(&self) -> UnixStream {
        let stream = eventually(secs(5), "the socket", || UnixStream::connect(&self.socket).ok());
        stream.set_read_timeout(Some(secs(10))).unwrap();
        stream
    }

    fn reload(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(program());
        command.arg("reload").args(arguments).env("exabgp_api_socketpath", &self.socket);
        command.current_dir(self.lab.directory()).output().unwrap()
    }
}

fn configuration(speaker: &Speaker, next_hop: &str, hold_time: &str) -> String {
    let neighbor = Neighbor::of(speaker.profile()).with(&format!("hold-time {hold_time};"));
    Conf::default().neighbor(neighbor.routes([format!("10.0.0.0/24 next-hop {next_hop}")])).to_string()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

#[test]
fn reload_says_what_it_would_do_and_then_does_it() {
    let mut door = Door::new();
    let unchanged = door.reload(&["--check"]);
    assert_eq!(text(&unchanged.stdout), "unchanged: 1 neighbors, 0 processes\n", "{}", text(&unchanged.stderr));

    door.lab.write("exactix.conf", configuration(&door.speaker, "192.0.2.2", "180"));
    let checked = door.reload(&["--check"]);
    assert!(checked.status.success());
    assert!(text(&checked.stdout).contains(": 1 route announced anew, because they differ\n"), "{checked:?}");
    let other = door.lab.write("other one.conf", configuration(&door.speaker, "192.0.2.1", "30"));
    let checked = text(&door.reload(&["--check", "other one.conf", "--json"]).stdout);
    assert!(checked.contains("\"the session starts anew, because of hold-time\""), "{checked}");
    fs::write(&other, "neighbor 10.0.0.1 { hold-time soon; }").unwrap();
    let refused = door.reload(&["--check", "other one.conf"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stdout).contains("other one.conf:1:31"), "{}", text(&refused.stdout));
    assert_eq!(door.speaker.seen(|record| (record.sessions, record.announced)), (1, 1), "a check changed something");

    assert!(door.reload(&[]).status.success());
    eventually(secs(10), "the difference", || door.speaker.seen(|record| record.announced == 2));
    door.daemon.stop();
    assert!(!door.socket.exists(), "the socket is left behind");
    let gone = door.reload(&["--check"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(text(&gone.stderr).contains("no daemon answers at"), "{gone:?}");
}

#[test]
fn each_client_gets_its_own_answers() {
    let mut door = Door::new();
    assert_eq!(fs::metadata(&door.socket).unwrap().permissions().mode() & 0o777, 0o640);
    let mut clients: Vec<UnixStream> = (0..8).map(|_| door.connect()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        writeln!(client, "announce route 10.9.{number}.0/24 next-hop 192.0.2.9\nversion\nnonsense {number}").unwrap();
    }
    // One who has hung up after its question still hears the answer; the end of it is the end of the connection.
    for mut client in clients {
        client.shutdown(Shutdown::Write).unwrap();
        let mut heard = String::new();
        client.read_to_string(&mut heard).unwrap();
        let lines: Vec<_> = heard.lines().collect();
        assert!(matches!(lines[..], ["done", version, "done", "error"] if version.starts_with("exabgp ")), "{heard}");
    }
    door.speaker.wait_routes(9, secs(5));
    drop(door.connect());
    let mut last = door.connect();
    last.write_all(b"show neighbor summary\n").unwrap();
    let mut octets = [0; 1];
    last.read_exact(&mut octets).unwrap();
    door.daemon.stop();
}

#[test]
fn a_second_daemon_leaves_the_first_its_socket() {
    let mut door = Door::new();
    let other = Lab::new();
    let launch = other.launch(
        "neighbor 127.0.0.1 { local-address 127.0.0.1; local-as 1; peer-as 1; passive; }",
        net::free_port(net::DAEMON),
    );
    let mut second = launch.set("api_cli", "true").set("api_socketpath", door.socket.to_string_lossy()).start();
    eventually(secs(5), "a warning", || second.log().contains("another daemon answers there"));
    second.stop();
    let mut client = door.connect();
    client.write_all(b"version\n").unwrap();
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    client.read_exact(&mut [0; 6]).unwrap();
    door.daemon.stop();
}
