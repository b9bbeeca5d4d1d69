//! A session over a way that is long and loses packets lasts, with routes in both directions, and nobody else notices.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    conf::Neighbor,
    link,
    place::Place,
    speaker::{Profile, Speaker},
    wait::{always, secs},
};

#[test]
fn a_session_lasts_over_a_bad_link() {
    let route = |which: u32, index: usize| format!("10.{which}{}.{}.0/24 next-hop 192.0.2.9", index / 250, index % 250);
    let profile = Profile::numbered(1).hold_time(9);
    let neighbor = Neighbor::of(&profile).with("passive true;").routes((0..ROUTES).map(|index| route(1, index)));
    let mut place = Place::new(Vec::new(), vec![neighbor], |_| Vec::new()).0;
    let link = link::start(profile.address, place.at, SEED);
    place.speakers.push(Speaker::connect(profile, link));
    place.speakers[0].wait_up(secs(20));
    place.speakers[0].announce((0..ROUTES).map(|index| route(2, index)));
    place.speakers[0].wait_routes(ROUTES, secs(20));
    place.wait_held(0, ROUTES, 0, secs(20));
    always(secs(20), "the session", || place.speakers[0].is_up());
    assert_eq!(place.speakers[0].seen(|record| (record.sessions, record.resets, record.len())), (1, 0, ROUTES));
    place.end();
}

const ROUTES: usize = 2000;
const SEED: u64 = 42;
