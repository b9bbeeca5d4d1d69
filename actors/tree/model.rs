//! Random histories on an invented clock: a world that only does what it is told, and keeps its own account of what has to
//! be true.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    time::{Duration, Instant},
};

use config::Policy;

use super::{Beyond, Command, Decision, Event, Kind, Spec, Stage, Tree};
use crate::messages::{Cause, ChildId, ProcessId, SeatId};

/// Histories that `cargo test` tries; `EXACTIX_HISTORIES` has it another number.
const HISTORIES: u64 = 10_000;
/// What happens in one of them.
const STEPS: u64 = 60;

/// A linear congruential generator (Knuth's MMIX numbers): good enough to choose, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What the world does by itself, some time after it was told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Later {
    Ends(ChildId, u32),
    Wakes(ChildId, u32),
    Overdue(Stage),
}

/// What the world knows of a child.
#[derive(Debug, Clone)]
struct Account {
    spec: Spec,
    generation: u32,
    runs: bool,
    asked: bool,
    /// It is not to be started before that, because it failed.
    not_before: Option<Instant>,
    /// Its starts after failures, trials aside.
    restarts: Vec<Instant>,
    /// The next start follows a failure within its limit.
    failed: bool,
    /// Left alone by order.
    held: bool,
    /// It ended and is not to come back by itself.
    done: bool,
    leaving: bool,
}

struct World {
    tree: Tree,
    dice: Dice,
    now: Instant,
    accounts: BTreeMap<ChildId, Account>,
    queue: BinaryHeap<Reverse<(Instant, u64, Later)>>,
    number: u64,
    stages: Vec<Stage>,
    escalated: bool,
    gone: BTreeSet<ChildId>,
}

/// All there can be.
fn names() -> Vec<ChildId> {
    let seats = (0..3).flat_map(|seat| [ChildId::Rib(SeatId(seat)), ChildId::Peer(SeatId(seat))]);
    let processes = (0..2).map(|process| ChildId::Process(ProcessId(process)));
    seats.chain(processes).chain([ChildId::Listener(0), ChildId::Signals, ChildId::Control]).collect()
}

/// The order of the end, the way a reader of the manual has it.
const fn place(id: ChildId) -> Option<Stage> {
    match id {
        ChildId::Listener(_) | ChildId::Control => Some(Stage::Door),
        ChildId::Peer(_) => Some(Stage::Peers),
        ChildId::Process(_) => Some(Stage::Processes),
        _ => None,
    }
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            tree: Tree::default(),
            dice: Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1),
            now: Instant::now(),
            accounts: BTreeMap::new(),
            queue: BinaryHeap::new(),
            number: 0,
            stages: Vec::new(),
            escalated: false,
            gone: BTreeSet::new(),
        }
    }

    fn later(&mut self, after: Duration, what: Later) {
        self.number += 1;
        self.queue.push(Reverse((self.now + after, self.number, what)));
    }

    fn say(&mut self, event: Event) {
        for command in self.tree.handle(self.now, event) {
            self.obey(command);
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Start(id, generation) => self.start(id, generation),
            Command::Stop(id) => self.stop(id),
            Command::Wake(id, generation, after) => self.later(after, Later::Wakes(id, generation)),
            Command::Failed(id, _, decision) => self.failed(id, decision),
            Command::Ended(id, _) => self.account(id).done = true,
            Command::Forget(id) => {
                let account = self.accounts.remove(&id).expect("somebody unknown is forgotten");
                assert!(account.leaving && !account.runs, "{id:?} is forgotten while it is there");
                self.gone.insert(id);
            }
            Command::Escalate(id) => {
                assert_eq!(self.account(id).spec.beyond, Beyond::Escalate);
                self.escalated = true;
            }
            Command::Ending(stage) => {
                assert!(self.stages.last().is_none_or(|before| *before < stage), "{stage:?} comes twice");
                self.stages.push(stage);
                self.later(Duration::from_secs(5), Later::Overdue(stage));
            }
        }
    }

    fn account(&mut self, id: ChildId) -> &mut Account {
        self.accounts.get_mut(&id).unwrap_or_else(|| panic!("{id:?} is not there"))
    }

    fn start(&mut self, id: ChildId, generation: u32) {
        assert!(self.stages.is_empty(), "{id:?} is started at the end");
        if let ChildId::Peer(seat) = id {
            let rib = self.accounts.get(&ChildId::Rib(seat));
            assert!(rib.is_some_and(|rib| rib.runs && !rib.asked), "{id:?} is started before its Rib");
        }
        let now = self.now;
        let account = self.account(id);
        assert!(!account.runs, "{id:?} is started twice");
        assert!(!account.leaving && !account.held && !account.done, "{id:?} is started against its will: {account:?}");
        assert_eq!(generation, account.generation + 1, "{id:?}");
        assert!(account.not_before.is_none_or(|at| at <= now), "{id:?} is started before its time");
        (account.generation, account.runs, account.asked, account.not_before) = (generation, true, false, None);
        if std::mem::take(&mut account.failed) {
            account.restarts.push(now);
            let window = account.restarts.iter().filter(|at| now - **at < account.spec.policy.window).count();
            assert!(window <= account.spec.policy.intensity as usize, "{id:?} is restarted too often");
        }
    }

    fn stop(&mut self, id: ChildId) {
        if let Some(stage) = place(id).filter(|_| !self.stages.is_empty() || self.tree.is_ending()) {
            let begun = self.stages.last().map_or(Stage::Door, |last| last.next());
            assert!(self.account(id).leaving || stage <= begun, "{id:?} is stopped before its turn");
        }
        let generation = {
            let account = self.account(id);
            assert!(account.runs && !account.asked, "{id:?} is stopped for nothing");
            account.asked = true;
            account.generation
        };
        // Somebody may never hear it.
        let deaf = self.dice.roll(20) == 0 && !self.stages.is_empty();
        let after = Duration::from_millis(self.dice.roll(1500));
        if !deaf {
            self.later(after, Later::Ends(id, generation));
        }
    }

    fn failed(&mut self, id: ChildId, decision: Decision) {
        let now = self.now;
        let account = self.account(id);
        match decision {
            Decision::Restart(after) => {
                (account.not_before, account.failed) = (Some(now + after), true);
                let most = account.spec.policy.max.mul_f64(1.0 + f64::from(account.spec.policy.jitter) / 100.0);
                assert!(after <= most, "{id:?} waits {after:?}");
            }
            Decision::Quarantine(time) => {
                (account.not_before, account.failed) = (Some(now + time), false);
                account.done |= account.spec.beyond == Beyond::Escalate;
            }
        }
    }

    /// A child ends, whether or not it was asked to.
    fn ends(&mut self, id: ChildId, generation: u32, cause: Cause) {
        if let Some(account) = self.accounts.get_mut(&id).filter(|account| account.generation == generation) {
            account.runs = false;
            let stranger = matches!(cause, Cause::Stranded);
            if account.asked || stranger {
                account.failed = false;
            }
        }
        self.say(Event::Exited(id, generation, cause));
    }

    fn spec(&mut self, id: ChildId) -> Spec {
        let millis = |dice: &mut Dice, most| Duration::from_millis(dice.roll(most));
        let dice = &mut self.dice;
        let first = millis(dice, 500);
        let policy = Policy {
            first,
            max: first + millis(dice, 10_000),
            jitter: u8::try_from(dice.roll(50)).unwrap(),
            intensity: u32::try_from(dice.roll(5)).unwrap(),
            window: Duration::from_secs(1 + dice.roll(90)),
            quarantine: Duration::from_secs(1 + dice.roll(400)),
        };
        let kind = match id {
            ChildId::Process(_) => [Kind::Permanent, Kind::Temporary][usize::try_from(dice.roll(2)).unwrap()],
            _ => Kind::Permanent,
        };
        let beyond = if id == ChildId::Signals { Beyond::Escalate } else { Beyond::Quarantine };
        Spec::new(kind, beyond, policy, dice.roll(1000)).holding(u16::try_from(dice.roll(200)).unwrap())
    }

    fn add(&mut self, id: ChildId) {
        if self.accounts.contains_key(&id) {
            return;
        }
        let spec = self.spec(id);
        let account = Account {
            spec: spec.clone(),
            generation: 0,
            runs: false,
            asked: false,
            not_before: None,
            restarts: Vec::new(),
            failed: false,
            held: false,
            done: false,
            leaving: false,
        };
        self.accounts.insert(id, account);
        self.say(Event::Add(id, spec));
    }

    fn remove(&mut self, id: ChildId) {
        self.account(id).leaving = true;
        if let ChildId::Rib(seat) = id
            && let Some(peer) = self.accounts.get_mut(&ChildId::Peer(seat))
        {
            peer.leaving = true;
        }
        self.say(Event::Remove(id));
    }

    fn order(&mut self, id: ChildId) {
        let choice = self.dice.roll(3);
        let account = self.account(id);
        match choice {
            0 => {
                // Whoever asks for it does not ask whose turn it is.
                (account.held, account.done, account.failed, account.not_before) = (false, false, false, None);
                self.say(Event::Restart(id));
            }
            1 => {
                account.held = !account.leaving;
                self.say(Event::Quarantine(id));
            }
            _ => {
                let held = account.held;
                let left_alone =
                    self.tree.child(id).is_some_and(|child| matches!(child.standing, super::Standing::Quarantined(_)));
                if left_alone {
                    let account = self.account(id);
                    (account.held, account.done, account.failed, account.not_before) = (false, false, false, None);
                }
                assert!(left_alone || !held || self.accounts[&id].asked || self.tree.is_ending(), "{id:?} is not held");
                self.say(Event::Release(id));
            }
        }
    }

    fn step(&mut self) {
        let all = names();
        let id = all[usize::try_from(self.dice.roll(all.len() as u64)).unwrap()];
        let Some(account) = self.accounts.get(&id).cloned() else { return self.add(id) };
        match self.dice.roll(24) {
            0 => self.remove(id),
            1..=3 => self.order(id),
            // From an earlier life.
            4 if account.generation > 1 => self.say(Event::Exited(id, account.generation - 1, Cause::Stopped)),
            5 => self.say(Event::Wake(id, account.generation)),
            _ if account.runs => {
                let cause = match self.dice.roll(8) {
                    0 => Cause::Stranded,
                    1 => Cause::Stopped,
                    2 => Cause::Hung,
                    _ => Cause::Panicked("a bug".to_owned()),
                };
                self.ends(id, account.generation, cause);
            }
            _ => {}
        }
    }

    /// Lets time pass, with what happens meanwhile.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(Reverse((at, _, what))) = self.queue.pop_if_due(until) {
            self.now = at;
            match what {
                Later::Ends(id, generation) => {
                    let runs = |account: &Account| account.runs && account.generation == generation;
                    if self.accounts.get(&id).is_some_and(runs) {
                        self.ends(id, generation, Cause::Stopped);
                    }
                }
                Later::Wakes(id, generation) => self.say(Event::Wake(id, generation)),
                Later::Overdue(stage) => self.say(Event::Overdue(stage)),
            }
        }
        self.now = until;
    }

    /// Once nothing happens any more, everybody is where they belong.
    fn settled(&self) {
        for (id, account) in &self.accounts {
            let follows = match id {
                ChildId::Peer(seat) => self.accounts.get(&ChildId::Rib(*seat)).is_some_and(|rib| rib.runs),
                _ => true,
            };
            let wanted = follows && !account.held && !account.done && !account.leaving;
            assert_eq!(account.runs, wanted, "{id:?} is lost: {account:?} {:?}", self.tree.child(*id));
        }
        assert!(self.accounts.keys().eq(self.tree.children().map(|(id, _)| id).collect::<Vec<_>>().iter()));
    }

    fn end(&mut self) {
        self.say(Event::Shutdown);
        self.say(Event::Shutdown);
        self.pass(Duration::from_secs(60));
        assert_eq!(self.stages, [Stage::Door, Stage::Peers, Stage::Processes, Stage::Over]);
    }
}

/// A queue that time passes along.
trait Due {
    type Item;

    fn pop_if_due(&mut self, until: Instant) -> Option<Self::Item>;
}

impl Due for BinaryHeap<Reverse<(Instant, u64, Later)>> {
    type Item = Reverse<(Instant, u64, Later)>;

    fn pop_if_due(&mut self, until: Instant) -> Option<Self::Item> {
        self.peek().is_some_and(|next| next.0.0 <= until).then(|| self.pop()).flatten()
    }
}

/// One history; how many starts it had.
fn history(seed: u64) -> u64 {
    let mut world = World::new(seed);
    names().into_iter().for_each(|id| world.add(id));
    for _ in 0..STEPS {
        world.step();
        let pause = [0, 50, 1_000, 20_000][usize::try_from(world.dice.roll(4)).unwrap()];
        let pause = Duration::from_millis(world.dice.roll(pause + 1));
        world.pass(pause);
        if world.escalated {
            break;
        }
    }
    if !world.escalated {
        world.pass(Duration::from_secs(3600));
        world.settled();
    }
    world.end();
    world.accounts.values().map(|account| u64::from(account.generation)).sum()
}

#[test]
fn histories() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let (first, count) = (number("EXACTIX_SEED").unwrap_or(0), number("EXACTIX_HISTORIES").unwrap_or(HISTORIES));
    let mut starts = 0;
    for seed in first..first + count {
        match std::panic::catch_unwind(|| history(seed)) {
            Ok(had) => starts += had,
            Err(failure) => {
                let why = failure.downcast_ref::<String>().map_or("no text", String::as_str);
                panic!("history {seed}, alone with EXACTIX_SEED={seed} EXACTIX_HISTORIES=1: {why}");
            }
        }
    }
    assert!(starts > count * 10, "the histories are about nothing: {starts} starts");
}
