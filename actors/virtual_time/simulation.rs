//! Hours of a daemon that is disturbed at random, in a moment, and the same to the last octet each time: what a seed has
//! shown once it will show again.

use std::{fmt, sync::Arc, time::Duration};

use slog::{Drain, KV as _, Key, Logger, Never, OwnedKVList, Record, Serializer, o};
use tempfile::TempDir;
use tokio::time::sleep;

use super::{
    invented::Invented,
    model::{Conf, Dice, HELPERS, PREFIXES, address, next_hop, prefix},
    reloads::{Lab, on_virtual_time},
};
use crate::Placement;

/// Runs of each seed that `cargo test` tries; `EXACTIX_RUNS` has it another number.
const RUNS: u64 = 3;
/// Disturbances in a run.
const STEPS: u64 = 150;
/// The longest pause between two, in seconds.
const PAUSE: u64 = 300;
/// What is injected.
const FAULTS: [&str; 12] = [
    "reset",
    "half-open",
    "stop",
    "truncate outgoing keepalive",
    "corrupt-marker incoming keepalive",
    "bad-attribute outgoing times 2",
    "duplicate outgoing update for 3m",
    "reorder outgoing update by 2s for 3m",
    "drop-keepalives incoming for 3m",
    "mute outgoing for 1m",
    "refuse-connect for 20s",
    "slow-drain 500ms for 10s",
];

#[test]
fn one_seed_gives_one_journal() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let (seed, runs) = (number("EXACTIX_SEED").unwrap_or(1), number("EXACTIX_RUNS").unwrap_or(RUNS));
    let directory = Arc::new(tempfile::tempdir().unwrap());
    let first = run(seed, &directory);
    assert!(first.len() > 1000, "nothing much happens: {} lines", first.len());
    for number in 2..=runs {
        let other = run(seed, &directory);
        let mut lines = first.iter().zip(&other).enumerate();
        if let Some((line, (one, two))) = lines.find(|(_, (one, two))| one != two) {
            panic!("run {number} of seed {seed} differs in line {line}:\n{one}\n{two}");
        }
        assert_eq!(first.len(), other.len(), "run {number} of seed {seed} has another end");
    }
    assert!(run(seed + 1, &directory) != first, "the seed means nothing");
    if let Ok(file) = std::env::var("EXACTIX_JOURNAL") {
        std::fs::write(file, first.join("\n")).unwrap();
    }
}

/// The journal of a run.
fn run(seed: u64, directory: &Arc<TempDir>) -> Vec<String> {
    let directory = Arc::clone(directory);
    on_virtual_time(async move {
        let (mut dice, world) = (Dice::new(seed), Invented::default());
        world.keep_journal();
        let mut conf = Conf::random(&mut dice);
        let (log, text) = (Logger::root(Journal(world.clone()).fuse(), o!()), conf.text());
        let lab = Lab::within(directory, world.clone(), log, Placement::here(), "exactix.conf", &text);
        for _ in 0..STEPS {
            disturb(&lab, &mut conf, &mut dice).await;
            sleep(Duration::from_millis(dice.roll(PAUSE * 1000))).await;
        }
        world.take_journal()
    })
}

async fn disturb(lab: &Lab, conf: &mut Conf, dice: &mut Dice) {
    let helper = HELPERS[usize::try_from(dice.roll(3)).unwrap()];
    let peer = address(1 + u8::try_from(dice.roll(5)).unwrap());
    match dice.roll(10) {
        0 => lab.world.cut(peer),
        1 => lab.world.end(helper),
        2 => {
            *conf = conf.edited(dice, false);
            lab.write(&conf.text());
            lab.signal("SIGUSR1");
        }
        3..=5 => {
            let fault = FAULTS[usize::try_from(dice.roll(12)).unwrap()];
            let line = format!("neighbor {peer} fault inject {fault} seed {}", dice.roll(1000));
            lab.world.say(helper, &line).await;
        }
        6 => _ = lab.world.say(helper, &format!("withdraw route {}", prefix(dice.roll(PREFIXES)))).await,
        _ => {
            let (prefix, hop) = (prefix(dice.roll(PREFIXES)), next_hop(1 + dice.roll(3)));
            lab.world.say(helper, &format!("announce route {prefix} next-hop {hop}")).await;
        }
    }
}

/// Writes the log of the daemon in the journal of its world.
struct Journal(Invented);

impl Drain for Journal {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), Never> {
        let mut words = Words(String::new());
        let _ = record.kv().serialize(record, &mut words);
        let _ = values.serialize(record, &mut words);
        self.0.note(|| format!("{} {}{}", record.level().as_short_str(), record.msg(), words.0));
        Ok(())
    }
}

struct Words(String);

impl Serializer for Words {
    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments<'_>) -> slog::Result {
        fmt::Write::write_fmt(&mut self.0, format_args!(" {key}={value}"))?;
        Ok(())
    }
}
