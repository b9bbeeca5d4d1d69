//! Programs that connect to the control socket are answered each by itself, and `exactix reload` is one of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    net::Shutdown,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    time::Duration,
};

use support::{
    door::{Door, configuration, text},
    lab::Lab,
    net,
    wait::{eventually, secs},
};

#[test]
fn reload_says_what_it_would_do_and_then_does_it() {
    let mut door = Door::new();
    let unchanged = door.run(&["reload", "--check"]);
    assert_eq!(text(&unchanged.stdout), "unchanged: 1 neighbors, 0 processes\n", "{}", text(&unchanged.stderr));

    door.lab.write("exactix.conf", configuration(&door.speaker, "192.0.2.2", "180"));
    let checked = door.run(&["reload", "--check"]);
    assert!(checked.status.success());
    assert!(text(&checked.stdout).contains(": 1 route announced anew, because they differ\n"), "{checked:?}");
    let other = door.lab.write("other one.conf", configuration(&door.speaker, "192.0.2.1", "30"));
    let checked = text(&door.run(&["reload", "--check", "other one.conf", "--json"]).stdout);
    assert!(checked.contains("\"the session starts anew, because of hold-time\""), "{checked}");
    fs::write(&other, "neighbor 10.0.0.1 { hold-time soon; }").unwrap();
    let refused = door.run(&["reload", "--check", "other one.conf"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stdout).contains("other one.conf:1:31"), "{}", text(&refused.stdout));
    assert_eq!(door.speaker.seen(|record| (record.sessions, record.announced)), (1, 1), "a check changed something");

    assert!(door.run(&["reload"]).status.success());
    eventually(secs(10), "the difference", || door.speaker.seen(|record| record.announced == 2));
    door.daemon.stop();
    assert!(!door.socket.exists(), "the socket is left behind");
    let gone = door.run(&["reload", "--check"]);
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

#[test]
fn a_client_that_does_not_read_is_not_read_from() {
    let mut door = Door::new();
    let mut client = door.connect();
    client.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
    let many = "help\n".repeat(10_000);
    let mut said = 0;
    let refused = eventually(secs(60), "the end of patience", || match client.write(many.as_bytes()) {
        Ok(octets) => {
            said += octets;
            None
        }
        Err(error) => Some(error.kind()),
    });
    assert_eq!(refused, ErrorKind::WouldBlock);
    assert!(said < 4 * 1024 * 1024, "{said} octets of commands were taken");
    assert!(door.daemon.memory().now < 200 * 1024 * 1024, "{:?}", door.daemon.memory());
    // Whoever reads after all gets every answer.
    client.shutdown(Shutdown::Write).unwrap();
    let mut heard = String::new();
    client.read_to_string(&mut heard).unwrap();
    assert_eq!(heard.matches("\ndone\n").count(), said / "help\n".len());
    let other = door.run(&["run", "version"]);
    assert!(text(&other.stdout).starts_with("exabgp "), "{other:?}");
    door.daemon.stop();
}

#[test]
fn one_too_many_is_told_so() {
    for (most, launched) in [(64, Door::new()), (2, Door::set("api_max_clients", "2"))] {
        let mut door = launched;
        let mut clients: Vec<UnixStream> = (0..most)
            .map(|_| {
                let mut client = door.connect();
                client.write_all(b"ping\n").unwrap();
                client.read_exact(&mut [0; 1]).unwrap();
                client
            })
            .collect();
        let mut heard = String::new();
        door.connect().read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "error: maximum concurrent clients reached\nerror\n");
        // Who leaves makes room.
        clients.pop();
        eventually(secs(10), "room", || door.run(&["run", "--strict", "version"]).status.success());
        door.daemon.stop();
    }
}

#[test]
fn a_line_without_an_end_is_the_end_of_its_client() {
    let mut door = Door::new();
    let mut client = door.connect();
    let long = vec![b'a'; 2 * 1024 * 1024];
    let _ = client.write_all(&long);
    let mut heard = Vec::new();
    let _ = client.read_to_end(&mut heard);
    assert!(heard.is_empty(), "{heard:?}");
    assert!(door.run(&["run", "--strict", "version"]).status.success());
    door.daemon.stop();
}
