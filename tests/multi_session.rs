//! `multi-session` keeps its capability, and is one session that carries every family.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

#[test]
fn one_session_carries_every_family() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let neighbor = Neighbor::of(speaker.profile()).with("capability { multi-session; }").helper(&helper);
    let neighbor = neighbor.routes(["10.0.0.0/24 next-hop 192.0.2.1", "2001:db8::/32 next-hop 2001:db8::1"]);
    let _daemon = lab.start(&Conf::new([&helper]).neighbor(neighbor).to_string(), port);
    speaker.wait_up(secs(10));
    speaker.wait_routes(2, secs(10));
    helper
        .say(["announce route 2001:db8:1::/48 next-hop 2001:db8::1", "announce route 10.0.1.0/24 next-hop 192.0.2.1"]);
    speaker.wait_routes(4, secs(10));
    eventually(secs(5), "both answers", || helper.answers() == ["done", "done"]);
    always(secs(1), "no session but this one", || speaker.seen(|record| (record.sessions, record.resets) == (1, 0)));
}
