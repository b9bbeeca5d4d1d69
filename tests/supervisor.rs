//! `show supervisor` and the orders people give: one part of the daemon is ended, tried again or started anew, and the
//! others go on.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use serde_json::Value;
use support::{
    helper::Helper,
    speaker::Profile,
    town::{CALLER, ROUTES, Town},
    wait::{eventually, secs},
};

/// The neighbor that orders are about; it waits to be called.
const STEERED: usize = 1;
const NEIGHBORS: u32 = 3;
const HOLD: u16 = 6;

fn town() -> Town {
    let profiles = (0..NEIGHBORS).map(|index| Profile::numbered(index).hold_time(HOLD)).collect();
    Town::new(|lab| vec![Helper::new(lab, "lazy")], profiles, |_, neighbor| neighbor)
}

/// All parts of the daemon, as it tells programs.
fn tree(town: &mut Town) -> Vec<Value> {
    let lines = town.client.told("show supervisor json");
    serde_json::from_str(&lines.concat()).unwrap()
}

/// One of them, by kind and name.
fn child(town: &mut Town, kind: &str, name: &str) -> Value {
    let is = |child: &Value| child["id"].as_str().unwrap().starts_with(kind) && child["name"] == name;
    tree(town).into_iter().find(is).unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

fn id(town: &mut Town, kind: &str, name: &str) -> String {
    child(town, kind, name)["id"].as_str().unwrap().to_owned()
}

fn generation(town: &mut Town, kind: &str, name: &str) -> u64 {
    child(town, kind, name)["generation"].as_u64().unwrap()
}

fn wait_state(town: &mut Town, kind: &str, name: &str, state: &str) {
    eventually(secs(10), &format!("{kind} {name} {state}"), || child(town, kind, name)["state"] == state);
}

#[test]
fn the_tree_is_shown() {
    let mut town = town();
    let steered = town.speakers[STEERED].profile().address.to_string();
    let all = tree(&mut town);
    let of = |kind: &str| all.iter().filter(|child| child["id"].as_str().unwrap().starts_with(kind)).count();
    // The client that asks is one of the processes.
    let counts = ["peer/", "rib/", "process/", "listener/"].map(of);
    assert_eq!(counts, [NEIGHBORS as usize, NEIGHBORS as usize, 3, 1], "{all:?}");
    assert!(["signals", "rate-limiter", "control"].iter().all(|kind| of(kind) == 1), "{all:?}");
    assert!(all.iter().all(|child| child["state"] == "running" && child["generation"] == 1), "{all:?}");
    let peer = child(&mut town, "peer/", &steered);
    assert_eq!(peer["parent"], id(&mut town, "rib/", &steered), "a session stands below its routes");
    assert_eq!((peer["restarts"].as_u64(), peer["limit"].as_u64(), &peer["cause"]), (Some(0), Some(5), &Value::Null));
    let lines = town.client.told("show supervisor");
    assert_eq!(lines.len(), all.len() + 1, "{lines:?}");
    assert!(lines.iter().any(|line| line.trim_start().starts_with("peer/") && line.contains(&steered)), "{lines:?}");
    assert_eq!(town.helpers[0].ask("show supervisor").last().map(String::as_str), Some("done"), "helpers may look too");
    town.daemon.stop();
}

#[test]
fn a_peer_in_quarantine_leaves_the_others_alone_and_comes_back_with_its_routes() {
    let mut town = town();
    for struck in [STEERED, CALLER] {
        let name = town.speakers[struck].profile().address.to_string();
        let peer = id(&mut town, "peer/", &name);
        town.oracle.begin(&town.speakers);
        assert!(town.client.told(&format!("supervisor quarantine {peer}")).is_empty());
        eventually(secs(5), "the end of the session", || !town.speakers[struck].is_up());
        wait_state(&mut town, "peer/", &name, "quarantined");
        assert_eq!(child(&mut town, "peer/", &name)["wait"], Value::Null, "until it is released");
        assert_eq!(child(&mut town, "rib/", &name)["state"], "running", "its routes are kept");
        let again = town.client.ask(&format!("supervisor quarantine {peer}"));
        assert_eq!(again[0], format!("error: {peer} is in quarantine already"));
        town.judge("quarantine", vec![struck], 0);
        // A name does as well.
        town.helpers[0].ask(&format!("supervisor release {name}"));
        town.speakers[struck].wait_up(secs(15));
        town.speakers[struck].wait_routes(ROUTES, secs(10));
        town.judge("release", vec![struck], 1);
        assert_eq!(generation(&mut town, "peer/", &name), 2);
    }
    town.daemon.stop();
}

#[test]
fn parts_are_started_anew() {
    let mut town = town();
    let (peer, listener) = (town.speakers[STEERED].profile().address.to_string(), town.at.to_string());
    town.oracle.begin(&town.speakers);
    let lives = town.helpers[1].pids().len();
    for (kind, name) in [("peer/", peer.as_str()), ("listener/", &listener), ("process/", "lazy"), ("rate-limiter", "")]
    {
        let child = id(&mut town, kind, name);
        assert!(town.client.told(&format!("supervisor restart {child}")).is_empty());
        eventually(secs(10), &format!("another {child}"), || generation(&mut town, kind, name) == 2);
        wait_state(&mut town, kind, name, "running");
    }
    eventually(secs(5), "another life of the helper", || town.helpers[1].pids().len() > lives);
    town.speakers[STEERED].wait_up(secs(10));
    town.speakers[STEERED].wait_routes(ROUTES, secs(10));
    let told = town.speakers[STEERED].seen(|record| record.notifications.clone());
    assert_eq!(told.iter().map(|notify| (notify.code, notify.subcode)).collect::<Vec<_>>(), [(6, 4)], "{told:?}");
    town.judge("restarts", vec![STEERED], 1);
    assert!(tree(&mut town).iter().all(|child| child["failures"] == 0), "an order is no failure");
    // Who calls finds the door open.
    town.speakers[CALLER].close(None);
    town.speakers[CALLER].wait_routes(ROUTES, secs(15));
    town.daemon.stop();
}

#[test]
fn with_its_routes_a_peer_is_started_anew() {
    let mut town = town();
    let name = town.speakers[STEERED].profile().address.to_string();
    town.oracle.begin(&town.speakers);
    let rib = id(&mut town, "rib/", &name);
    town.client.told(&format!("supervisor restart {rib}"));
    eventually(secs(10), "another pair", || {
        generation(&mut town, "rib/", &name) == 2 && generation(&mut town, "peer/", &name) == 2
    });
    town.speakers[STEERED].wait_routes(ROUTES, secs(15));
    town.judge("routes anew", vec![STEERED], 1);
    town.daemon.stop();
}

#[test]
fn what_cannot_be_steered_is_refused() {
    let mut town = town();
    let client = tree(&mut town).into_iter().find(|child| {
        child["id"].as_str().unwrap().starts_with("process/")
            && !["watcher", "lazy"].contains(&child["name"].as_str().unwrap())
    });
    let client = client.unwrap()["id"].as_str().unwrap().to_owned();
    for (command, why) in [
        ("supervisor restart peer/99", "error: nothing is called \"peer/99\"; show supervisor lists what there is"),
        ("supervisor release signals", "signals is not in quarantine"),
        ("supervisor quarantine signals", "signals is what stops the daemon"),
        (&format!("supervisor restart {client}"), "has connected by itself"),
    ] {
        let answer = town.client.ask(command);
        assert!(answer.len() == 2 && answer[0].contains(why) && answer[1] == "error", "{command}: {answer:?}");
    }
    assert_eq!(town.client.ask("supervisor restart").last().map(String::as_str), Some("error"));
    town.daemon.stop();
}
