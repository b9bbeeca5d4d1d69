//! No port is left to call from: that is told, and tried again until there is one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{fs, net::SocketAddr, process::Command};

use nix::sched::{CloneFlags, unshare};
use socket2::SockRef;
use support::{
    conf::{Conf, Neighbor},
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{always, eventually, note, secs},
};

/// Has the thread it is called on, and what it starts, be in a network of its own, with these ports to call from.
fn narrow(ports: impl FnOnce() -> String) -> Result<(), String> {
    let word = |error: &dyn std::fmt::Display| error.to_string();
    let up = Command::new("ip").args(["link", "set", "lo", "up"]).status().map_err(|error| word(&error))?;
    if !up.success() {
        return Err("the loopback interface does not come up".to_owned());
    }
    fs::write("/proc/sys/net/ipv4/ip_local_port_range", ports()).map_err(|error| word(&error))
}

#[test]
fn a_port_is_waited_for() {
    let test = "a_port_is_waited_for";
    if let Err(error) = unshare(CloneFlags::CLONE_NEWNET) {
        return note(format_args!("SKIPPED {test}: a network of its own takes privileges: {error}"));
    }
    if let Err(why) = narrow(|| "32768 60999".to_owned()) {
        return note(format_args!("SKIPPED {test}: {why}"));
    }
    let lab = Lab::new();
    let (port, speakers) = Speaker::listen((0..2).map(Profile::numbered).collect());
    let [speaker, other] = &speakers[..] else { unreachable!() };
    let route = "10.0.0.0/24 next-hop 192.0.2.1";
    let neighbor = |speaker: &Speaker| Neighbor::of(speaker.profile()).routes([route]);
    let conf = Conf::new([]).neighbor(neighbor(speaker)).neighbor(neighbor(other)).to_string();
    narrow(|| format!("{FIRST} {}", FIRST + 1)).unwrap();
    let taken: Vec<_> = (0..2).map(|_| net::connect(net::DAEMON, at(speaker, port))).collect();
    let mut daemon = lab.start(&conf, port);
    let told = || daemon.log().matches("this peer cannot be called").count();
    eventually(secs(5), "a word about it", || told() >= 1);
    assert!(daemon.log().contains("Cannot assign requested address"), "{}", daemon.log());
    let lines = daemon.log().lines().count();
    always(secs(2), "nothing more to say", || told() <= 2);
    assert!(daemon.log().lines().count() < lines + 20 && !speaker.is_up());

    // Reset: what has ended as usual keeps its port for a minute.
    for stream in taken {
        SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }
    speaker.wait_routes(1, secs(15));
    other.wait_routes(1, secs(15));
    daemon.stop();
}

fn at(speaker: &Speaker, port: u16) -> SocketAddr {
    SocketAddr::new(speaker.profile().address, port)
}

const FIRST: u16 = 61_000;
