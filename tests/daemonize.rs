//! A daemon among others: its pid file, its life in the background, the rights it gives up.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, User, getuid},
};
use support::{
    lab::Lab,
    net,
    wait::{eventually, secs},
};

/// Nobody answers there.
const CONFIGURATION: &str =
    "neighbor 127.1.0.1 { local-address 127.0.0.1; local-as 65000; peer-as 65001; passive; family { ipv4 unicast; } }";

#[test]
fn the_pid_file_is_there_while_the_daemon_runs() {
    let lab = Lab::new();
    let file = lab.path("exactix.pid");
    let launch = || lab.launch(CONFIGURATION, net::free_port(net::DAEMON)).set("daemon_pid", file.to_string_lossy());
    let mut daemon = launch().start();
    let pid = eventually(secs(10), "the pid file", || pid_in(&file));
    assert_eq!(pid.to_string(), daemon.pid().to_string());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);

    let refused = launch().command().output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("names process {pid}, which runs")), "{said}");
    assert!(file.exists());

    daemon.stop();
    assert!(!file.exists());
}

#[test]
fn in_the_background_it_goes_on_by_itself() {
    let lab = Lab::new();
    let (file, log) = (lab.path("exactix.pid"), lab.path("background.log"));
    let launch = lab.launch(CONFIGURATION, net::free_port(net::DAEMON)).set("daemon_pid", file.to_string_lossy());
    let launch = launch.set("daemon_daemonize", "true").set("log_destination", log.to_string_lossy());
    let status = launch.command().status().unwrap();
    assert!(status.success(), "{status}");
    let pid = eventually(secs(10), "the pid file", || pid_in(&file));
    assert!(fs::read_link(format!("/proc/{pid}/cwd")).unwrap() == Path::new("/"));
    eventually(secs(10), "the log", || fs::read_to_string(&log).is_ok_and(|text| text.contains("starting")));
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o640);
    kill(pid, Signal::SIGTERM).unwrap();
    eventually(secs(10), "the end", || kill(pid, None).is_err() && !file.exists());
}

#[test]
fn on_the_terminal_it_stays_there() {
    let lab = Lab::new();
    let mut daemon = lab.launch(CONFIGURATION, net::free_port(net::DAEMON)).set("daemon_daemonize", "true").start();
    eventually(secs(10), "the warning, and the start", || {
        ["stays in the foreground", "starting"].iter().all(|text| daemon.log().contains(text))
    });
    daemon.stop();
}

#[test]
fn root_is_given_up_for_another_user() {
    if !getuid().is_root() {
        // There is nothing to give up: the user stays, whatever is configured.
        return;
    }
    let nobody = User::from_name("nobody").unwrap().unwrap();
    let lab = Lab::new();
    let launch = lab.launch(CONFIGURATION, net::free_port(net::DAEMON));
    let mut daemon = launch.set("daemon_user", "nobody").set("daemon_drop", "true").start();
    eventually(secs(10), "the other user", || {
        let status = fs::read_to_string(format!("/proc/{}/status", daemon.pid())).unwrap();
        let (uid, gid) = (nobody.uid, nobody.gid);
        status.contains(&format!("Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n"))
            && status.contains(&format!("Gid:\t{gid}\t{gid}\t{gid}\t{gid}\nFDSize"))
            && status.contains(&format!("Groups:\t{gid}"))
    });
    eventually(secs(10), "the start", || daemon.log().contains("starting"));
    daemon.stop();

    let launch = lab.launch(CONFIGURATION, net::free_port(net::DAEMON));
    let refused = launch.set("daemon_user", "no-such-user").set("daemon_drop", "true").command().output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no user no-such-user"));
}

fn pid_in(file: &Path) -> Result<Pid, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    text.trim().parse().map(Pid::from_raw).map_err(|_| format!("{text:?} is no pid"))
}
