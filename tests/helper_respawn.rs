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

const LIMIT: Duration = Duration::from_millis(200);
