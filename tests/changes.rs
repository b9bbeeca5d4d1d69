//! What changes while other things go on: configurations, helpers and neighbors, at the worst of times.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{
    fs,
    io::Read as _,
    net::{IpAddr, SocketAddr},
    os::unix::fs::PermissionsExt as _,
};

use nix::sys::signal::Signal;
use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    town::{ROUTES, Town},
    wait::{eventually, secs},
};

fn town(helpers: impl FnOnce(&Lab) -> Vec<Helper>) -> Town {
    Town::new(helpers, (0..3).map(Profile::numbered).collect(), |_, neighbor| neighbor)
}

/// Gives the daemon another configuration.
fn reload(town: &Town, text: &str) {
    fs::write(town.lab.path("exactix.conf"), text).unwrap();
    town.daemon.signal(Signal::SIGUSR1);
}

/// Nobody was disturbed.
fn undisturbed(speakers: &[Speaker]) {
    assert!(speakers.iter().all(|speaker| speaker.seen(|record| record.resets == 0)));
}

/// The lives of a helper that go on.
fn alive(helper: &Helper) -> usize {
    let runs = |pid: &nix::unistd::Pid| {
        let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        status.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
    };
    helper.pids().iter().filter(|pid| runs(pid)).count()
}

#[test]
fn a_reload_meets_a_burst_of_routes() {
    let mut town = town(|_| Vec::new());
    let burst = 20_000;
    let line = |index: u32| {
        format!("announce route 10.{}.{}.{}/32 next-hop 192.0.2.1", 100 + (index >> 16), index >> 8 & 255, index & 255)
    };
    for batch in 0..burst / 500 {
        town.helpers[0].say((batch * 500..batch * 500 + 500).map(line));
        if batch == burst / 1000 {
            reload(&town, &town.conf.replace("10.2.0.0/24 next-hop 192.0.2.1", "10.2.0.0/24 next-hop 192.0.2.5"));
        }
    }
    let routes = ROUTES + usize::try_from(burst).unwrap();
    town.speakers.iter().for_each(|speaker| speaker.wait_routes(routes, secs(20)));
    eventually(secs(10), "the change", || {
        town.speakers[2].table().get("10.2.0.0/24").is_some_and(|path| path.next_hop == "192.0.2.5")
    });
    undisturbed(&town.speakers);
    town.daemon.stop();
}

#[test]
fn neighbors_go_and_come_whatever_they_are_about() {
    let lab = Lab::new();
    let (port, mut speakers) = Speaker::listen((0..2).map(Profile::numbered).collect());
    speakers[1].shut_door();
    // It accepts calls, and says nothing.
    let silent = net::address(9);
    let door = net::listener(SocketAddr::new(IpAddr::V4(silent), port), None).unwrap();
    let route = |neighbor: Neighbor| neighbor.routes(["10.0.0.0/24 next-hop 192.0.2.1"]);
    let few = Conf::new([]).neighbor(route(Neighbor::of(speakers[0].profile()))).to_string();
    let all = [speakers[1].profile().address, IpAddr::V4(silent)];
    let all = all.into_iter().map(|address| route(Neighbor::new(address, 65001).with("family { ipv4 unicast; }")));
    let all = all.fold(Conf::new([]).neighbor(route(Neighbor::of(speakers[0].profile()))), Conf::neighbor).to_string();
    let mut daemon = lab.start(&few, port);
    speakers[0].wait_up(secs(10));
    let before = daemon.descriptors();
    let reload = |text: &str| {
        lab.write("exactix.conf", text);
        daemon.signal(Signal::SIGUSR1);
    };
    reload(&all);
    let (mut call, _) = eventually(secs(10), "a call", || door.accept());
    call.set_nonblocking(false).unwrap();
    call.set_read_timeout(Some(secs(5))).unwrap();
    reload(&few);
    let mut said = Vec::new();
    let ended = call.read_to_end(&mut said);
    // The OPEN, and the end of the connection.
    assert!(ended.is_ok() && said.len() >= 19, "{ended:?} {said:?}");
    eventually(secs(5), "nothing left of who has gone", || daemon.descriptors() <= before);

    for round in 0..20 {
        reload(if round % 2 == 0 { &all } else { &few });
        eventually(secs(5), "that reload", || daemon.log().matches("configuration changed").count() >= 3 + round);
    }
    speakers[1].open_door();
    reload(&all);
    speakers[1].wait_routes(1, secs(20));
    undisturbed(&speakers[..1]);
    assert_eq!(speakers[1].seen(|record| record.sessions), 1);
    daemon.stop();
}

#[test]
fn a_helper_changes_its_name_and_its_neighbors() {
    let mut town = town(|lab| vec![Helper::new(lab, "other")]);
    let watcher = &town.helpers[0];
    assert_eq!(watcher.ask("announce route 10.90.0.0/24 next-hop 192.0.2.1"), ["done"]);
    town.speakers.iter().for_each(|speaker| speaker.wait_routes(ROUTES + 1, secs(5)));
    let renamed = town.conf.replace("process watcher ", "process guard ").replace("[ watcher ]", "[ guard ]");
    reload(&town, &renamed);
    eventually(secs(10), "the second life, alone", || watcher.pids().len() == 2 && alive(watcher) == 1);
    assert_eq!(watcher.ask("announce route 10.91.0.0/24 next-hop 192.0.2.1"), ["done"]);
    town.speakers.iter().for_each(|speaker| speaker.wait_routes(ROUTES + 2, secs(5)));

    // The other one has the last neighbor now.
    let (head, last) = renamed.rsplit_once("[ guard ]").unwrap();
    reload(&town, &format!("{head}[ other ]{last}"));
    let has = |index: usize, prefix: &str| town.speakers[index].table().contains_key(prefix);
    eventually(secs(5), "a route of the other", || {
        town.helpers[1].ask("announce route 10.92.0.0/24 next-hop 192.0.2.1").last().is_some_and(|end| end == "done")
    });
    assert_eq!(watcher.ask("announce route 10.93.0.0/24 next-hop 192.0.2.1"), ["done"]);
    eventually(secs(5), "each route where it is to be", || has(2, "10.92.0.0/24") && has(1, "10.93.0.0/24"));
    assert!(!has(2, "10.93.0.0/24") && !has(1, "10.92.0.0/24"));
    assert_eq!((alive(watcher), alive(&town.helpers[1])), (1, 1));
    undisturbed(&town.speakers[..2]);
    town.daemon.stop();
}

#[test]
fn a_command_and_a_reload_remove_the_same_neighbor() {
    let mut town = town(|_| Vec::new());
    let address = town.speakers[2].profile().address;
    let (without, _) = town.conf.split_once(&format!("neighbor {address}")).unwrap();
    let without = without.to_owned();
    for round in 1..=5 {
        reload(&town, &without);
        let answer = town.client.ask(&format!("delete neighbor {address}"));
        assert!(answer.last().is_some_and(|end| end == "done" || end == "error"), "{answer:?}");
        eventually(secs(5), "the end of the session", || !town.speakers[2].is_up());
        reload(&town, &town.conf);
        eventually(secs(10), "one session, with its routes", || {
            town.speakers[2].seen(|record| record.up && record.sessions == round + 1 && record.len() == ROUTES)
        });
    }
    undisturbed(&town.speakers[..2]);
    town.daemon.stop();
}

#[test]
fn who_is_asked_to_end_twice_ends_once() {
    let mut town = town(|_| Vec::new());
    town.daemon.signal(Signal::SIGTERM);
    town.daemon.signal(Signal::SIGTERM);
    let status = town.daemon.wait(secs(5));
    assert_eq!(status.code(), Some(0));
    for speaker in &town.speakers {
        let said =
            speaker.seen(|record| record.notifications.iter().map(|it| (it.code, it.subcode)).collect::<Vec<_>>());
        assert_eq!(said, [(6, 2)]);
    }
}

#[test]
fn helpers_leave_things_behind() {
    let mut town = town(|lab| {
        let orphan = "[ $lives -gt 1 ] || { sleep 20 & exit 0; }";
        vec![
            Helper::acting(lab, "orphan", orphan),
            Helper::acting(lab, "stubborn", "trap '' TERM"),
            Helper::new(lab, "group"),
        ]
    });
    // Somebody else holds its output open.
    eventually(secs(5), "another life", || town.helpers[1].pids().len() > 1);
    assert_eq!(town.helpers[1].ask("# hello"), ["done"]);

    // A group that nobody ends any more.
    let (group, peer) = (&town.helpers[3], town.speakers[1].profile().address);
    let answer = town.helpers[0].ask("group start");
    assert_eq!(answer.last().map(String::as_str), Some("done"), "{answer:?}");
    town.helpers[0].say(["announce route 10.94.0.0/24 next-hop 192.0.2.1"]);
    assert_eq!(group.ask("# hello"), ["done"]);
    town.helpers[0].kill();
    eventually(secs(5), "another life", || town.helpers[0].pids().len() > 1);
    assert_eq!(town.helpers[0].ask("announce route 10.95.0.0/24 next-hop 192.0.2.1"), ["done"]);
    eventually(secs(5), "a route of it", || town.speakers[1].table().contains_key("10.95.0.0/24"));
    assert!(!town.speakers[1].table().contains_key("10.94.0.0/24"), "{peer}");

    // One that does not end when asked to is ended.
    let stubborn = *town.helpers[2].pids().last().unwrap();
    let lines = town.conf.lines().filter(|line| !line.starts_with("process stubborn "));
    reload(&town, &lines.collect::<Vec<_>>().join("\n"));
    eventually(secs(8), "the end of who does not listen", || !fs::exists(format!("/proc/{stubborn}")).unwrap());
    undisturbed(&town.speakers);
    town.daemon.stop();
}

#[test]
fn a_program_that_cannot_be_run_any_more_is_found_again() {
    let mut town = town(|lab| ["forbidden", "missing"].map(|name| Helper::new(lab, name)).into());
    let (forbidden, missing) = (&town.helpers[1], &town.helpers[2]);
    let away = missing.script().with_extension("away");
    eventually(secs(5), "their first lives", || alive(forbidden) == 1 && alive(missing) == 1);
    let mode = |mode| fs::set_permissions(forbidden.script(), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    fs::rename(missing.script(), &away).unwrap();
    for helper in [forbidden, missing] {
        helper.kill();
        let told = format!("helper ended too often and is left alone process={}", helper.name());
        eventually(secs(5), "that it is left alone", || town.daemon.log().contains(&told));
    }
    assert!(town.daemon.log().contains("cannot be started: Permission denied"));
    assert!(town.daemon.log().contains("cannot be started: No such file"));
    undisturbed(&town.speakers);

    mode(0o755);
    fs::rename(&away, missing.script()).unwrap();
    town.daemon.signal(Signal::SIGUSR2);
    for helper in [forbidden, missing] {
        eventually(secs(10), "another life", || helper.pids().len() == 2 && alive(helper) == 1);
        assert_eq!(helper.ask("# hello"), ["done"]);
    }
    undisturbed(&town.speakers);
    town.daemon.stop();
}
