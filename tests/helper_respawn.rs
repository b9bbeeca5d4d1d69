//! A helper is killed: its routes stay, another one is there at once, and can do what the first one could.

mod support;

use std::time::{Duration, Instant};

use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

#[test]
fn a_killed_helper_is_replaced_and_its_routes_stay() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper));
    let mut daemon = lab.start(&conf.to_string(), port);
    speaker.wait_up(secs(10));
    helper.say(
        (0..1000).map(|index| format!("announce route 10.{}.{}.0/24 next-hop 192.0.2.1", index / 250, index % 250)),
    );
    speaker.wait_routes(1000, secs(10));
    let before = speaker.table();

    let start = Instant::now();
    helper.kill();
    eventually(secs(10), "another helper", || helper.pids().len() == 2);
    let took = start.elapsed();
    assert!(took <= LIMIT, "the helper was respawned after {took:?}");

    let undisturbed = || {
        speaker.seen(|record| match (record.resets, record.withdrawn, record.announced) {
            (0, 0, 1000) => Ok(()),
            seen => Err(format!("(resets, withdrawals, announcements) are {seen:?}")),
        })
    };
    always(Duration::from_millis(500), "nothing is sent to the neighbor", undisturbed);
    assert_eq!(speaker.table(), before);
    daemon.assert_alive();

    helper.say(["announce route 10.99.0.0/24 next-hop 192.0.2.2", "withdraw route 10.0.0.0/24"]);
    eventually(secs(5), "the commands of the new helper", || {
        let table = speaker.table();
        table.len() == 1000 && table.contains_key("10.99.0.0/24") && !table.contains_key("10.0.0.0/24")
    });
    speaker.announce(["10.200.0.0/24 next-hop 127.1.0.1"]);
    eventually(secs(5), "an event at the new helper", || {
        helper.with_events(|events| events.iter().any(|event| event["type"] == "update"))
    });
    daemon.stop();
}

#[test]
fn a_generation_of_the_api_that_was_chosen_holds_for_the_next_life() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper));
    let mut daemon = lab.start(&conf.to_string(), port);
    speaker.wait_up(secs(10));
    let told = |prefix: &str| {
        speaker.announce([format!("{prefix} next-hop 127.1.0.1")]);
        eventually(secs(5), "the event of the route", || {
            let last = helper.events().into_iter().rfind(|event| event["type"] == "update")?;
            last.to_string().contains(prefix).then(|| last["exabgp"].clone())
        })
    };
    assert_eq!(helper.ask("api version 6"), ["done"]);
    assert_eq!(told("10.1.0.0/24"), "5.0.0");
    helper.kill();
    eventually(secs(10), "another helper", || helper.pids().len() == 2);
    helper.say(["api version"]);
    let json = eventually(secs(10), "an answer of the next life", || {
        helper.events().into_iter().rfind(|event| event["api_version"].is_number())
    });
    assert_eq!(json["api_version"], 6);
    assert_eq!(told("10.2.0.0/24"), "6.0.0");
    daemon.stop();
}

const LIMIT: Duration = Duration::from_millis(200);
