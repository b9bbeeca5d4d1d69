//! A helper that never reads what it is told, and commands without end: everything it commands is done all the same,
//! and the neighbors do not notice.

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
fn two_hundred_thousand_commands_of_a_helper_that_never_reads() {
    let lab = Lab::new();
    let mut commands = String::new();
    for index in 0..COMMANDS {
        writeln!(commands, "announce route {} next-hop 192.0.2.1", prefix(index)).unwrap();
    }
    let deaf = Helper::deaf(&lab, "deaf", &commands);
    let profiles = vec![Profile::numbered(0).hold_time(HOLD), Profile::numbered(1).hold_time(HOLD)];
    let (port, speakers) = Speaker::listen(profiles);
    let [commanded, other] = &speakers[..] else { unreachable!() };
    let conf = Conf::new([&deaf])
        .neighbor(Neighbor::of(commanded.profile()).helper(&deaf))
        .neighbor(Neighbor::of(other.profile()).routes(["10.0.0.0/24 next-hop 192.0.2.1"]));
    let mut daemon = lab.start(&conf.to_string(), port);
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(20)));
    commanded.wait_routes(COMMANDS as usize, secs(60));

    // What is written to the helper now can go nowhere: events, and answers to more commands.
    for round in 0..20 {
        commanded.announce((0..250).map(|index| format!("172.16.{round}.{index}/32 next-hop 127.1.0.1")));
    }
    deaf.say((0..100).map(|index| format!("announce route 11.0.{index}.0/24 next-hop 192.0.2.1")));
    commanded.wait_routes(COMMANDS as usize + 100, secs(20));
    // A whole keepalive interval more, in which a daemon that is stuck would be found out.
    support::wait::always(Duration::from_secs(u64::from(HOLD) / 3 + 1), "both sessions are up", || {
        speakers.iter().all(Speaker::is_up)
    });
    for speaker in &speakers {
        let (resets, gap) = speaker.seen(|record| (record.resets, record.longest_gap()));
        assert_eq!(resets, 0);
        assert!(gap <= Duration::from_secs(u64::from(HOLD) / 3) + GRACE, "a silence of {gap:?}");
    }
    let peak = daemon.memory().peak;
    note(format_args!("{COMMANDS} commands took {} MiB", peak >> 20));
    assert!(peak <= MEMORY, "{} MiB for {COMMANDS} routes", peak >> 20);
    daemon.assert_alive();
    eventually(secs(1), "an undisturbed table", || commanded.seen(|record| record.withdrawn == 0));
    daemon.stop();
}

fn prefix(index: u32) -> String {
    format!("{}.{}.{}.{}/32", 20 + (index >> 24), index >> 16 & 255, index >> 8 & 255, index & 255)
}

const COMMANDS: u32 = 200_000;
const HOLD: u16 = 9;
/// What timers of two busy cores may be late.
const GRACE: Duration = Duration::from_millis(500);
/// The table takes some 60 MiB; answers that nobody reads must not come on top of it.
const MEMORY: u64 = 200 << 20;
