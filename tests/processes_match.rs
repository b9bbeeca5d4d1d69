//! A helper that `processes-match` matches may command the neighbor, and is told nothing of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

#[test]
fn who_is_matched_may_command_and_hears_nothing() {
    let lab = Lab::new();
    let names = ["route-server", "other", "my-route-server"];
    let [matched, other, inside] = names.map(|name| Helper::new(&lab, name));
    let (port, mut speakers) = Speaker::listen(vec![Profile::numbered(0), Profile::numbered(1)]);
    let (second, first) = (speakers.pop().unwrap(), speakers.pop().unwrap());
    let matching = "api { processes-match [ \"route-.*\" ]; neighbor-changes; receive { parsed; update; } }";
    let conf = Conf::new([&matched, &other, &inside])
        .neighbor(Neighbor::of(first.profile()).with(matching))
        .neighbor(Neighbor::of(second.profile()).helper(&other).helper(&inside));
    let _daemon = lab.start(&conf.to_string(), port);
    first.wait_up(secs(10));
    second.wait_up(secs(10));
    let address = first.profile().address;
    let order = |prefix: &str| format!("neighbor {address} announce route {prefix} next-hop 192.0.2.1");
    // An expression is held against the start of a name.
    inside.say([order("10.3.0.0/24")]);
    other.say([order("10.2.0.0/24")]);
    for helper in [&inside, &other] {
        eventually(secs(5), "a refusal", || helper.answers() == ["error"]);
    }
    matched.say([order("10.1.0.0/24")]);
    first.wait_routes(1, secs(5));
    assert!(first.table().contains_key("10.1.0.0/24"));
    first.announce(["10.9.0.0/24 next-hop 192.0.2.1"]);
    second.announce(["10.9.0.0/24 next-hop 192.0.2.1"]);
    eventually(secs(5), "events of the other neighbor", || {
        other.events().iter().any(|event| event["type"] == "update")
    });
    matched.say([order("10.1.1.0/24")]);
    first.wait_routes(2, secs(5));
    eventually(secs(5), "both answers", || matched.answers() == ["done", "done"]);
    assert_eq!(matched.events().len(), 0, "{:?}", matched.events());
}
