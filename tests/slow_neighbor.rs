//! A neighbor stops reading while a helper changes its mind a million times: what waits for the neighbor is a table,
//! not a history, and the other neighbor goes on as if nothing were.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{fmt::Write as _, time::Duration};

use support::{
    conf::{Conf, Neighbor},
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{eventually, note, secs},
};

#[test]
fn a_million_changes_wait_as_ten_thousand_routes() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let profile = |index| Profile { receive_buffer: Some(4096), ..Profile::numbered(index).hold_time(HOLD) };
    let (port, speakers) = Speaker::listen(vec![profile(0), profile(1)]);
    let [slow, quick] = &speakers[..] else { unreachable!() };
    let neighbor = |speaker: &Speaker| Neighbor::of(speaker.profile()).helper(&helper).events("neighbor-changes;");
    let conf = Conf::new([&helper]).neighbor(neighbor(slow)).neighbor(neighbor(quick));
    let mut daemon = lab.start(&conf.to_string(), port);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(10)));
    helper.say(changes(0));
    speakers.iter().for_each(|speaker| speaker.wait_routes(PREFIXES as usize, secs(20)));

    let before = daemon.memory().now;
    daemon.forget_peak();
    slow.read(false);
    quick.seen(|record| record.forget_gaps());
    for round in 1..=ROUNDS {
        helper.say(changes(round));
    }
    helper.say(["announce route 11.0.0.0/24 next-hop 192.0.2.1"]);
    quick.wait_routes(PREFIXES as usize + 1, secs(120));
    let grown = daemon.memory().peak.saturating_sub(before);
    note(format_args!("{} changes took {} MiB", ROUNDS * PREFIXES, grown >> 20));
    assert!(grown <= MEMORY, "{} MiB more for changes of {PREFIXES} routes", grown >> 20);
    let (resets, gap) = quick.seen(|record| (record.resets, record.longest_gap()));
    assert_eq!(resets, 0);
    assert!(gap <= Duration::from_secs(u64::from(HOLD) / 3) + GRACE, "a silence of {gap:?}");
    newest(quick).unwrap();

    assert!(slow.seen(|record| record.len()) == PREFIXES as usize, "the slow neighbor was to see nothing yet");
    slow.read(true);
    slow.wait_routes(PREFIXES as usize + 1, secs(60));
    eventually(secs(20), "the newest state of every route", || newest(slow));
    let (sent, all) = (slow.seen(|record| record.announced), u64::from(ROUNDS) * u64::from(PREFIXES));
    // The kernel's buffers take some megabytes, which nobody can call back.
    assert!(sent < all / 2, "{sent} of {all} changes were sent to a neighbor that did not read");
    daemon.stop();
}

/// Announces every prefix again, 100 a line, with attributes of its own for each line and round. Their AS path is
/// long, so that the changes do not fit into what the kernel buffers.
fn changes(round: u32) -> Vec<String> {
    let long = vec!["65010"; 200].join(" ");
    (0..PREFIXES / 100)
        .map(|line| {
            let mut text = format!("announce attributes next-hop 192.0.2.1 med {round} as-path [ {line} {long} ] nlri");
            for index in line * 100..(line + 1) * 100 {
                write!(text, " {}", prefix(index)).unwrap();
            }
            text
        })
        .collect()
}

/// Whether every prefix has the attributes of the last round.
fn newest(speaker: &Speaker) -> Result<(), String> {
    let wanted = format!(" med {ROUNDS}");
    let attributes = speaker.seen(|record| record.attributes());
    let old = attributes.iter().find(|(prefix, text)| prefix.starts_with("10.") && !text.contains(&wanted));
    old.map_or(Ok(()), |(prefix, text)| Err(format!("{prefix} has {text}")))
}

fn prefix(index: u32) -> String {
    format!("10.{}.{}.0/24", index / 256, index % 256)
}

const PREFIXES: u32 = 10_000;
const ROUNDS: u32 = 100;
/// Longer than the whole flood, so that a neighbor which does not read is not taken for one that is gone.
const HOLD: u16 = 90;
/// What timers of two busy cores may be late.
const GRACE: Duration = Duration::from_millis(500);
/// Twice the table, with room for an allocator's habits.
const MEMORY: u64 = 32 << 20;
