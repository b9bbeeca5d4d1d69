//! Five hundred established peers and nothing to say but KEEPALIVEs: next to no processor time.
//!
//! Ignored by default, because it takes more than a minute; `make idle` runs it.

mod support;

use std::time::Duration;

use support::{
    conf::{Conf, Neighbor},
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{always, note, secs},
};

#[test]
#[ignore = "takes more than a minute"]
fn five_hundred_idle_peers_take_a_hundredth_of_a_core() {
    let lab = Lab::new();
    let (port, speakers) = Speaker::listen((0..PEERS).map(|index| Profile::numbered(index).hold_time(HOLD)).collect());
    let neighbors = speakers.iter().map(|speaker| Neighbor::of(speaker.profile()));
    let conf = neighbors.fold(Conf::new([]), Conf::neighbor);
    let mut daemon = lab.launch(&conf.to_string(), port).set("log_level", "WARNING").start();
    speakers.iter().for_each(|speaker| speaker.wait_up(secs(60)));
    speakers.iter().for_each(|speaker| speaker.seen(|record| record.forget_gaps()));

    let before = daemon.processor_time();
    always(PERIOD, "every session is up", || speakers.iter().all(Speaker::is_up));
    let used = daemon.processor_time().saturating_sub(before);
    note(format_args!("{PEERS} idle peers took {used:?} of {PERIOD:?}; {} MiB", daemon.memory().now >> 20));
    assert!(used <= PERIOD / 100, "{used:?} of processor time in {PERIOD:?}");

    for speaker in &speakers {
        let (resets, gap) = speaker.seen(|record| (record.resets, record.longest_gap()));
        assert_eq!(resets, 0);
        assert!(gap <= Duration::from_secs(u64::from(HOLD) / 3) + GRACE, "a silence of {gap:?}");
    }
    daemon.stop();
}

const PEERS: u32 = 500;
const HOLD: u16 = 9;
const PERIOD: Duration = Duration::from_secs(60);
/// What timers of two busy cores may be late.
const GRACE: Duration = Duration::from_millis(500);
