//! Groups of commands are carried out as one, and routes can be named by an index.

mod support;

use serde_json::Value;
use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// A daemon with one neighbor, and a helper that speaks target first.
struct Grouped {
    speaker: Speaker,
    helper: Helper,
    _daemon: Daemon,
    _lab: Lab,
}

impl Grouped {
    fn new(api: &str) -> Self {
        let lab = Lab::new();
        let helper = Helper::new(&lab, "helper");
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let neighbor = Neighbor::of(speaker.profile()).helper(&helper).events("");
        let launch = lab.launch(&Conf::new([&helper]).neighbor(neighbor).to_string(), port);
        let daemon = launch.set("api_version", api).start();
        speaker.wait_up(secs(10));
        Self { speaker, helper, _daemon: daemon, _lab: lab }
    }

    fn wait_table(&self, expected: &[&str]) {
        eventually(secs(10), "the routes", || {
            let table = self.speaker.table();
            let found: Vec<_> = table.keys().cloned().collect();
            if found == expected { Ok(()) } else { Err(format!("{found:?}")) }
        });
    }
}

#[test]
fn a_group_of_lines() {
    let lab = Grouped::new("6");
    assert_eq!(lab.helper.ask_object("group start", "done"), r#"{"status":"group started"}"#);
    let nested = lab.helper.ask_object("group start", "error");
    assert_eq!(nested, r#"{"error":"already in group block (nested groups not allowed)"}"#);
    for line in ["announce route 10.0.0.0/24 next-hop 192.0.2.1", "announce nonsense", "withdraw route 10.0.9.0/24"] {
        assert_eq!(lab.helper.ask(line), ["done"], "{line}");
    }
    // What has a selector does not wait.
    assert_eq!(lab.helper.ask("peer * announce route 10.0.1.0/24 next-hop 192.0.2.1"), ["done"]);
    lab.wait_table(&["10.0.1.0/24"]);
    let end: Value = serde_json::from_str(&lab.helper.ask_object("group end", "done")).unwrap();
    assert_eq!((&end["announced"], &end["withdrawn"]), (&1.into(), &1.into()));
    assert!(end["errors"][0].as_str().unwrap().starts_with("could not parse: announce nonsense: "), "{end}");
    lab.wait_table(&["10.0.0.0/24", "10.0.1.0/24"]);
    assert_eq!(lab.helper.ask_object("group end", "error"), r#"{"error":"not in group block"}"#);
    lab.helper.ask_object("group start", "done");
    assert_eq!(lab.helper.ask_object("group end", "done"), r#"{"status":"group ended","commands":0}"#);
}

#[test]
fn a_thousand_lines_are_acknowledged_one_by_one() {
    let lab = Grouped::new("4");
    assert_eq!(lab.helper.ask("group start"), ["group started", "done"]);
    let lines = (0..1000).map(|n| format!("announce route 10.{}.{}.0/24 next-hop 192.0.2.1", n / 256, n % 256));
    lab.helper.say(lines);
    eventually(secs(10), "acknowledgements", || lab.helper.answers().len() == 1002);
    let end = lab.helper.ask("group end sync");
    assert_eq!(end, ["group processed: 1000 announced, 0 withdrawn", "done"]);
    lab.speaker.wait_routes(1000, secs(10));
    assert_eq!(lab.helper.ask("group end"), ["error"]);
}

#[test]
fn a_group_on_a_line() {
    let lab = Grouped::new("6");
    let line = "peer * group attributes med 7 community [65000:1] next-hop 192.0.2.99; \
        announce route 10.0.0.0/24 next-hop 192.0.2.1 ; announce route 10.0.1.0/24 next-hop 192.0.2.1 med 8; \
        announce route 10.0.2.0/24; withdraw route 10.0.3.0/24; eor";
    let said: Value = serde_json::from_str(&lab.helper.ask_object(line, "done")).unwrap();
    assert_eq!((&said["announced"], &said["withdrawn"]), (&2.into(), &1.into()));
    let errors = said["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{said}");
    lab.wait_table(&["10.0.0.0/24", "10.0.1.0/24"]);
    let attributes = lab.speaker.seen(|record| record.attributes());
    assert!(attributes["10.0.0.0/24"].contains("med 7"), "{attributes:?}");
    assert!(attributes["10.0.1.0/24"].contains("med 8"), "{attributes:?}");
    assert!(attributes.values().all(|one| one.contains("65000:1")), "{attributes:?}");
    assert_eq!(lab.helper.ask_object("peer * group", "error"), r#"{"error":"empty group"}"#);
    assert_eq!(
        lab.helper.ask("peer 192.0.2.7 group announce route 10.0.0.0/24 next-hop 192.0.2.1").last().unwrap(),
        "error"
    );
}

#[test]
fn what_helpers_have_still_to_read_is_told_of_all() {
    let lab = Grouped::new("4");
    let told = lab.helper.ask("queue-status");
    assert_eq!(told, ["helper: 0 items (0 bytes)", "done"]);
}

#[test]
fn routes_by_their_index() {
    let lab = Grouped::new("6");
    let added = lab.helper.ask_object("peer * routes add 10.0.0.0/24 next-hop 192.0.2.1 med 5", "done");
    let added: Value = serde_json::from_str(&added).unwrap();
    assert_eq!(added["success"], true);
    let index = added["index"].as_str().unwrap();
    lab.helper.ask_object("peer * routes ipv6 unicast add 2001:db8::/32 next-hop 2001:db8::1", "done");
    lab.wait_table(&["10.0.0.0/24", "2001:db8::/32"]);
    let list = |line: &str| -> Vec<Value> { serde_json::from_str(&lab.helper.ask(line)[0]).unwrap() };
    let all = list("peer * routes list");
    assert_eq!(all.len(), 2);
    assert_eq!((all[0]["index"].as_str(), all[0]["route"].as_str()), (Some(index), added["route"].as_str()));
    assert!(all[0]["neighbor"].as_str().unwrap().starts_with("neighbor 127."));
    assert_eq!(list("peer * routes ipv6 list").len(), 1);
    assert_eq!(list("routes ipv4 unicast list").len(), 1);
    assert_eq!(list("routes ipv4 flow list").len(), 0);

    let remove = format!("peer * routes remove index {index}");
    assert_eq!(lab.helper.ask_object(&remove, "done"), format!(r#"{{"removed":true,"index":"{index}"}}"#));
    assert_eq!(lab.helper.ask_object(&remove, "done"), format!(r#"{{"removed":false,"index":"{index}"}}"#));
    let removed = lab.helper.ask_object("peer * routes remove 2001:db8::/32", "done");
    assert!(removed.contains(r#""removed":true,"route":"2001:db8::/32""#), "{removed}");
    lab.wait_table(&[]);
    for (line, reason) in [
        ("peer * routes", "error: routes requires action: list, add, or remove"),
        ("peer * routes ipv4 unicast", "error: routes requires action: list, add, or remove"),
        ("peer * routes add", "error: routes add requires route specification"),
        ("peer * routes remove", "error: routes remove requires route spec or index"),
        ("peer * routes remove index zz", "error: Invalid hex index: zz"),
        ("peer 192.0.2.7 routes list", "error: no neighbors match the selector"),
    ] {
        assert_eq!(lab.helper.ask(line), [reason, "error"], "{line}");
    }
    assert!(lab.helper.ask("peer * routes add 10.0.0.0/24")[0].starts_with("error: Could not parse route: "));
}
