//! What a helper tells running peers, and what it hears of their routes.

mod support;

use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// A daemon with one neighbor and a helper.
struct Orders {
    speaker: Speaker,
    helper: Helper,
    daemon: Daemon,
    _lab: Lab,
}

impl Orders {
    fn new(settings: &[(&str, &str)], neighbor: fn(Neighbor) -> Neighbor) -> Self {
        let lab = Lab::new();
        let helper = Helper::new(&lab, "helper");
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let neighbor = neighbor(Neighbor::of(speaker.profile()).helper(&helper).events(""));
        let launch = lab.launch(&Conf::new([&helper]).neighbor(neighbor).to_string(), port);
        let daemon = settings.iter().fold(launch, |launch, (key, value)| launch.set(key, *value)).start();
        Self { speaker, helper, daemon, _lab: lab }
    }
}

#[test]
fn a_teardown_tells_the_peer_why() {
    let lab = Orders::new(&[], |neighbor| neighbor);
    lab.speaker.wait_up(secs(10));
    assert_eq!(lab.helper.ask("neighbor * teardown 2 \"back at five, sharp\""), ["done"]);
    let heard = |code: u8, data: &[u8]| {
        lab.speaker.seen(|record| {
            record.notifications.iter().any(|told| (told.code, told.subcode) == (6, code) && *told.data == *data)
        })
    };
    eventually(secs(10), "the text", || heard(2, b"\x13back at five, sharp"));
    eventually(secs(10), "another session", || lab.speaker.is_up());
    assert_eq!(lab.helper.ask("neighbor * teardown 4"), ["done"]);
    eventually(secs(10), "the usual text", || heard(4, b"\x14Administrative Reset"));
}

#[test]
fn nobody_who_is_up_is_nobody_to_send_again_to() {
    let lab = Orders::new(&[], |neighbor| neighbor.with("passive;"));
    assert_eq!(lab.helper.ask("flush adj-rib out"), ["error"]);
    assert_eq!(lab.helper.ask("announce eor"), ["error"]);
    assert_eq!(lab.helper.ask("neighbor 192.0.2.77 teardown 2"), ["error"]);
    assert_eq!(lab.helper.ask("announce route 10.0.0.0/24 next-hop 192.0.2.1"), ["done"]);
}

#[test]
fn in_sync_the_routes_were_written_before_they_are_acknowledged() {
    let lab = Orders::new(&[], |neighbor| neighbor);
    lab.speaker.wait_up(secs(10));
    assert_eq!(lab.helper.ask("announce route 10.0.0.0/16 next-hop 192.0.2.1 split /24 sync"), ["done"]);
    assert_eq!(lab.helper.ask("session sync enable"), ["done"]);
    assert_eq!(lab.helper.ask("announce route 10.1.0.0/24 next-hop 192.0.2.1"), ["done"]);
    // Nothing is left to be sent: again, and taken back before it leaves.
    assert_eq!(lab.helper.ask("announce route 10.1.0.0/24 next-hop 192.0.2.1"), ["done"]);
    lab.helper.say(["announce route 10.2.0.0/24 next-hop 192.0.2.1", "withdraw route 10.2.0.0/24"]);
    eventually(secs(10), "both answers", || lab.helper.answers().len() == 6);
    lab.speaker.wait_routes(257, secs(10));
    let down = Orders::new(&[], |neighbor| neighbor.with("passive;"));
    assert_eq!(down.helper.ask("announce route 10.0.0.0/24 next-hop 192.0.2.1 sync"), ["done"]);
}

#[test]
fn who_cannot_send_routes_again_is_not_asked_to() {
    let settings = [("log_message", "true"), ("log_level", "DEBUG")];
    let lab = Orders::new(&settings, |neighbor| neighbor.with("capability { route-refresh enable; }"));
    lab.speaker.wait_up(secs(10));
    // Our end is up a little later, and refuses until then.
    eventually(secs(5), "both ends", || lab.helper.ask("announce route-refresh ipv4 unicast") == ["done"]);
    assert_eq!(lab.helper.ask("announce route 10.0.0.0/24 next-hop 192.0.2.1 sync"), ["done"]);
    let sent =
        |what: &str| lab.daemon.log().lines().filter(|line| line.contains("=sent") && line.contains(what)).count();
    eventually(secs(10), "the route", || sent("type=update") > 0);
    assert_eq!(sent("refresh"), 0, "{}", lab.daemon.log());
}

#[test]
fn the_shapes_of_routes_in_json() {
    let routes = ["10.0.0.0/24 next-hop 192.0.2.1 community 65000:1", "10.0.1.0/24 next-hop 192.0.2.1"];
    let ask = |settings: &[(&str, &str)]| {
        let lab = Orders::new(settings, |neighbor| neighbor);
        routes.iter().for_each(|route| assert_eq!(lab.helper.ask(&format!("announce route {route}")), ["done"]));
        assert_eq!(lab.helper.ask("show adj-rib out json"), ["done"]);
        lab.helper.events()
    };
    let first = ask(&[("api_chunk", "2")]);
    let gathered: Vec<_> = first.iter().map(|line| line["127.1.0.1"]["routes"].as_array().unwrap().len()).collect();
    assert_eq!(gathered, [1, 2]);
    let second = ask(&[("api_show-routes-format", "v2")]);
    assert_eq!(second.len(), 2);
    assert_eq!(second[0]["peer"]["address"], "127.1.0.1");
    assert_eq!(second[0]["route"]["nlri"]["prefix"], "10.0.0.0/24");
    assert_eq!(second[0]["route"]["attributes"]["community"][0], "65000:1");
}
