//! Random sequences of reloads: no route too many or too few, no helper twice, no session reset that was not ordered,
//! nothing sent that did not change.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use actix::{Actor as _, Addr, System};
use config::Env;
use slog::{Discard, Logger, o};
use tempfile::TempDir;
use tokio::{sync::oneshot, time::sleep};

use super::{
    invented::{FarEnd, Invented},
    model::{Conf, Dice, Expected, HELPERS, PREFIXES, address},
};
use crate::{Daemon, Placement, Setup, Supervisor, messages::Signal, surroundings, world::World};

/// Sequences that `cargo test` tries; `EXACTIX_SEQUENCES` has it another number.
const SEQUENCES: u64 = 300;
/// In which everything that follows from a reload is over, by the clock of the test.
const SETTLED: Duration = Duration::from_secs(20);
const NEIGHBORS: std::ops::RangeInclusive<u8> = 1..=5;

/// A daemon, its world and its file.
pub(super) struct Lab {
    pub(super) world: Invented,
    pub(super) supervisor: Addr<Supervisor>,
    file: PathBuf,
    _directory: Arc<TempDir>,
    pub(super) exit: oneshot::Receiver<i32>,
}

impl Lab {
    async fn start(conf: &Conf) -> Self {
        Self::of("exactix.conf", &conf.text()).await
    }

    /// One with this configuration, in the form that the name of the file says.
    pub(super) async fn of(name: &str, text: &str) -> Self {
        let lab = Self::on(Placement::here(), name, text);
        sleep(SETTLED).await;
        lab
    }

    /// The same on these threads, where nothing has happened yet.
    pub(super) fn on(placement: Placement, name: &str, text: &str) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        Self::within(directory, Invented::default(), Logger::root(Discard, o!()), placement, name, text)
    }

    /// The same in this directory, in a world that is there already, with this log.
    pub(super) fn within(
        directory: Arc<TempDir>,
        world: Invented,
        log: Logger,
        placement: Placement,
        name: &str,
        text: &str,
    ) -> Self {
        let (file, mut env) = (directory.path().join(name), Env::default());
        env.exactix.faults = true;
        std::fs::write(&file, text).unwrap();
        let config = config::load(&file, &env).unwrap_or_else(|error| panic!("{error}"));
        let daemon = Daemon {
            config,
            env,
            files: vec![file.clone()],
            control: None,
            pipes: None,
            version: "test".to_owned(),
            log,
        };
        let surroundings = Arc::new(surroundings(&daemon));
        let Daemon { config, env, files, log, .. } = daemon;
        let outside: Arc<dyn World> = Arc::new(world.clone());
        let (exit, ended) = oneshot::channel();
        let setup = Setup {
            config,
            env,
            files,
            bound: Vec::new(),
            handed: crate::handed::Handed::default(),
            control: None,
            pipes: None,
            placement,
            world: outside,
            terminated: Arc::default(),
            surroundings,
            log,
        };
        let supervisor = Supervisor::new(setup, Vec::new(), exit).start();
        Self { world, supervisor, file, _directory: directory, exit: ended }
    }

    pub(super) fn write(&self, text: &str) {
        std::fs::write(&self.file, text).unwrap();
    }

    pub(super) fn signal(&self, name: &'static str) {
        self.supervisor.do_send(Signal { number: 0, name });
    }

    fn far_ends(&self) -> BTreeMap<u8, FarEnd> {
        NEIGHBORS.map(|number| (number, self.world.far_end(address(number)))).collect()
    }

    fn starts(&self) -> BTreeMap<&'static str, u32> {
        HELPERS.into_iter().map(|name| (name, self.world.program(name).0)).collect()
    }
}

/// One sequence: the daemon, the configuration in force, and what has to be true.
struct Sequence {
    lab: Lab,
    dice: Dice,
    conf: Conf,
    expected: Expected,
}

impl Sequence {
    async fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let conf = Conf::random(&mut dice);
        let lab = Lab::start(&conf).await;
        let mut expected = Expected::default();
        expected.reloaded(&Conf::default(), &conf);
        let sequence = Self { lab, dice, conf, expected };
        sequence.check_state();
        sequence
    }

    /// What holds whatever has happened, once it is over.
    fn check_state(&self) {
        for number in NEIGHBORS {
            let (seen, configured) =
                (self.lab.world.far_end(address(number)), self.conf.neighbors.contains_key(&number));
            assert_eq!(seen.up, u32::from(configured), "sessions with neighbor {number}");
            assert_eq!(seen.table, self.expected.table(number), "routes at neighbor {number}");
        }
        for name in HELPERS {
            let running = usize::from(self.conf.helpers.contains_key(name));
            assert_eq!(self.lab.world.program(name).1, running, "programs called {name}");
        }
    }

    async fn step(&mut self) {
        match self.dice.roll(10) {
            0 => self.refused().await,
            1 => self.storm().await,
            2..=5 => self.say().await,
            _ => self.reload().await,
        }
        self.check_state();
    }

    /// A helper announces or withdraws a route.
    async fn say(&mut self) {
        let helper = HELPERS[usize::try_from(self.dice.roll(3)).unwrap()];
        let (prefix, hop) = (self.dice.roll(PREFIXES), (!self.dice.once_in(3)).then(|| 1 + self.dice.roll(3)));
        let line = match hop {
            Some(hop) => format!("announce route 10.1.{prefix}.0/24 next-hop 192.0.2.{hop}"),
            None => format!("withdraw route 10.1.{prefix}.0/24"),
        };
        if self.lab.world.say(helper, &line).await {
            self.expected.said(&self.conf, helper, prefix, hop);
        }
        sleep(SETTLED).await;
    }

    /// A file with a mistake changes nothing at all.
    async fn refused(&mut self) {
        let before = (self.lab.far_ends(), self.lab.starts());
        let text = self.conf.edited(&mut self.dice, false).text();
        self.lab.write(&format!("{text}\nneighbor 10.0.0.9 {{ hold-time soon; }}\n"));
        self.lab.signal("SIGUSR1");
        sleep(SETTLED).await;
        assert_eq!((self.lab.far_ends(), self.lab.starts()), before, "a refused file changed something");
    }

    /// One reload, after which exactly what it orders has happened.
    async fn reload(&mut self) {
        let new = self.conf.edited(&mut self.dice, false);
        let signal = ["SIGUSR1", "SIGUSR1", "SIGUSR2", "SIGALRM"][usize::try_from(self.dice.roll(4)).unwrap()];
        let (seen, starts, tables) = (self.lab.far_ends(), self.lab.starts(), self.expected.clone());
        self.lab.write(&new.text());
        self.lab.signal(signal);
        sleep(SETTLED).await;
        let old = std::mem::replace(&mut self.conf, new);
        self.expected.reloaded(&old, &self.conf);
        for number in NEIGHBORS {
            self.check_neighbor(number, &old, &seen[&number], &tables, signal == "SIGALRM");
        }
        for name in HELPERS {
            let ordered = match (old.helpers.get(name), self.conf.helpers.get(name)) {
                (_, None) => false,
                (old, new) => old != new || signal != "SIGUSR1",
            };
            assert_eq!(self.lab.world.program(name).0 - starts[name], u32::from(ordered), "starts of {name}");
        }
    }

    fn check_neighbor(&self, number: u8, old: &Conf, before: &FarEnd, tables: &Expected, all: bool) {
        let now = self.lab.world.far_end(address(number));
        let pair = (old.neighbors.get(&number), self.conf.neighbors.get(&number));
        let (sessions, ends) = match pair {
            (None, None) => (0, 0),
            (Some(_), None) => (0, 1),
            (None, Some(_)) => (1, 0),
            (Some(old), Some(new)) => {
                let reset = u32::from(all || old.resets(new));
                (reset, reset)
            }
        };
        assert_eq!(now.sessions - before.sessions, sessions, "sessions of neighbor {number}");
        let ceased = u32::try_from(now.ceased.len() - before.ceased.len()).unwrap();
        assert_eq!(ceased, ends, "NOTIFICATIONs to neighbor {number} {pair:?} {all} {before:?} {now:?}");
        if sessions + ends > 0 {
            return;
        }
        let (was, is) = (tables.table(number), self.expected.table(number));
        let changed = is.iter().filter(|(prefix, hop)| was.get(*prefix) != Some(hop)).count();
        let gone = was.keys().filter(|prefix| !is.contains_key(*prefix)).count();
        let sent = (now.announced - before.announced, now.withdrawn - before.withdrawn);
        assert_eq!(sent, (changed, gone), "routes announced to and withdrawn from neighbor {number}");
    }

    /// Several reloads in a row while sessions and helpers fail: only where it ends counts.
    async fn storm(&mut self) {
        let static_routes: Vec<_> = self.conf.neighbors.values().map(|neighbor| neighbor.routes.clone()).collect();
        for _ in 0..=self.dice.roll(4) {
            let new = self.conf.edited(&mut self.dice, true);
            self.lab.write(&new.text());
            self.lab.signal(["SIGUSR1", "SIGALRM"][usize::from(self.dice.once_in(4))]);
            match self.dice.roll(4) {
                0 => self.lab.world.cut(address(1 + u8::try_from(self.dice.roll(5)).unwrap())),
                1 => self.lab.world.end(HELPERS[usize::try_from(self.dice.roll(3)).unwrap()]),
                2 => sleep(Duration::from_millis(self.dice.roll(200))).await,
                _ => {}
            }
            self.conf = new;
        }
        let after: Vec<_> = self.conf.neighbors.values().map(|neighbor| neighbor.routes.clone()).collect();
        assert_eq!(static_routes, after, "the model of a storm is too simple for other routes");
        sleep(3 * SETTLED).await;
    }
}

pub(super) fn on_virtual_time<T>(test: impl Future<Output = T>) -> T {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().start_paused(true).build().unwrap()
    };
    System::with_tokio_rt(runtime).block_on(test)
}

#[test]
fn sequences_of_reloads() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let (first, count) = (number("EXACTIX_SEED").unwrap_or(0), number("EXACTIX_SEQUENCES").unwrap_or(SEQUENCES));
    for seed in first..first + count {
        let run = || {
            on_virtual_time(async move {
                let mut sequence = Sequence::new(seed).await;
                for _ in 0..6 {
                    sequence.step().await;
                }
            });
        };
        if let Err(failure) = std::panic::catch_unwind(run) {
            let why = failure.downcast_ref::<String>().map_or("no text", String::as_str);
            panic!("sequence {seed}, alone with EXACTIX_SEED={seed} EXACTIX_SEQUENCES=1: {why}");
        }
    }
}
