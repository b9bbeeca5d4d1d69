//! The tree of children as a machine: what happened and what time it is go in, what has to be done comes out.
//!
//! It knows no actor, thread or clock. The Supervisor tells it of every end, every order and every wait that is over, and
//! carries out what it says; that nobody is lost, started twice or started too often is a property of this machine alone.

mod child;
mod ledger;
#[cfg(test)]
mod model;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::{Duration, Instant},
};

pub(crate) use child::{Beyond, Child, Kind, Spec, Standing, Then};
pub(crate) use ledger::Decision;

use crate::messages::{Cause, ChildId};

/// What the tree is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// There is to be another child.
    Add(ChildId, Spec),
    /// A child is wanted no longer, nor who follows it.
    Remove(ChildId),
    /// A child has ended.
    Exited(ChildId, u32, Cause),
    /// What [`Command::Wake`] asked for.
    Wake(ChildId, u32),
    /// Start it anew: that is no failure.
    Restart(ChildId),
    /// Leave it alone until it is released.
    Quarantine(ChildId),
    /// Try it again.
    Release(ChildId),
    /// Everything ends.
    Shutdown,
    /// This part of the end has had its time.
    Overdue(Stage),
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Start a child.
    Start(ChildId, u32),
    /// Ask a child to end.
    Stop(ChildId),
    /// Say [`Event::Wake`] after this time.
    Wake(ChildId, u32, Duration),
    /// A child failed: this is what follows.
    Failed(ChildId, Cause, Decision),
    /// A child has ended for good, by itself.
    Ended(ChildId, Cause),
    /// A child is gone.
    Forget(ChildId),
    /// Without this child the daemon cannot go on.
    Escalate(ChildId),
    /// This part of the end has begun; it has to be over in time.
    Ending(Stage),
}

/// The parts of the end, in their order: the reverse of the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Nobody is let in any more.
    Door,
    /// Peers say good-bye.
    Peers,
    /// Helpers are told, and ended.
    Processes,
    /// What is left goes with the process.
    Over,
}

impl Stage {
    const fn next(self) -> Self {
        match self {
            Self::Door => Self::Peers,
            Self::Peers => Self::Processes,
            Self::Processes | Self::Over => Self::Over,
        }
    }

    const fn of(child: ChildId) -> Self {
        match child {
            ChildId::Listener(_) | ChildId::Control => Self::Door,
            ChildId::Peer(_) => Self::Peers,
            ChildId::Process(_) => Self::Processes,
            ChildId::Rib(_) | ChildId::RateLimiter | ChildId::Signals => Self::Over,
        }
    }
}

/// Who has to be there before this child, and with whose fall it falls.
pub(crate) const fn elder(child: ChildId) -> Option<ChildId> {
    match child {
        ChildId::Peer(seat) => Some(ChildId::Rib(seat)),
        _ => None,
    }
}

/// Who is started after this child, and falls with it.
const fn follower(child: ChildId) -> Option<ChildId> {
    match child {
        ChildId::Rib(seat) => Some(ChildId::Peer(seat)),
        _ => None,
    }
}

/// All children, and how far the end has come.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    children: BTreeMap<ChildId, Child>,
    stage: Option<Stage>,
    out: Vec<Command>,
}

impl Tree {
    /// Says what follows from what happened.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        match event {
            Event::Add(id, spec) => self.add(id, spec, now),
            Event::Remove(id) => self.remove(id),
            Event::Exited(id, generation, cause) => self.exited(id, generation, cause, now),
            Event::Wake(id, generation) => self.wake(id, generation, now),
            Event::Restart(id) => self.restart(id, now),
            Event::Quarantine(id) => self.quarantine(id),
            Event::Release(id) => self.release(id, now),
            Event::Shutdown => self.shut_down(),
            Event::Overdue(stage) => self.overdue(stage),
        }
        self.advance();
        std::mem::take(&mut self.out)
    }

    /// A child.
    pub(crate) fn child(&self, id: ChildId) -> Option<&Child> {
        self.children.get(&id)
    }

    /// All of them, in the order of their names.
    pub(crate) fn children(&self) -> impl Iterator<Item = (ChildId, &Child)> {
        self.children.iter().map(|(id, child)| (*id, child))
    }

    /// Changes whether a child is started again, and its numbers; what has failed before counts on.
    pub(crate) fn set_policy(&mut self, id: ChildId, kind: Kind, policy: config::Policy) {
        if let Some(child) = self.children.get_mut(&id) {
            child.spec.kind = kind;
            child.ledger.set_policy(policy);
        }
    }

    /// How far the end has come, if it has begun.
    pub(crate) const fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Whether nobody is started any more.
    pub(crate) const fn is_ending(&self) -> bool {
        self.stage.is_some()
    }

    fn add(&mut self, id: ChildId, spec: Spec, now: Instant) {
        if let Entry::Vacant(place) = self.children.entry(id) {
            place.insert(Child::new(spec));
            self.start(id, now);
        }
    }

    /// Starts a child that does not run, as soon as its elder does, and then who waits for it.
    fn start(&mut self, id: ChildId, now: Instant) {
        let ready = self.stage.is_none() && elder(id).is_none_or(|elder| self.runs(elder));
        let Some(child) = self.children.get_mut(&id).filter(|child| !child.leaving && !child.is_alive()) else {
            return;
        };
        if !ready {
            child.standing = Standing::Waiting;
            return;
        }
        child.generation += 1;
        child.start(now);
        self.out.push(Command::Start(id, child.generation));
        let waits = |child: &Child| child.standing == Standing::Waiting;
        if let Some(next) = follower(id).filter(|next| self.children.get(next).is_some_and(waits)) {
            self.start(next, now);
        }
    }

    fn runs(&self, id: ChildId) -> bool {
        self.children.get(&id).is_some_and(|child| child.standing == Standing::Running)
    }

    /// Asks a child to end, and says what is to become of it then.
    fn stop(&mut self, id: ChildId, then: Then) {
        let Some(child) = self.children.get_mut(&id) else { return };
        match child.standing {
            Standing::Running => {
                child.standing = Standing::Stopping(then);
                self.out.push(Command::Stop(id));
            }
            Standing::Stopping(_) => child.standing = Standing::Stopping(then),
            _ => {}
        }
    }

    /// Who follows ends first.
    fn remove(&mut self, id: ChildId) {
        let Some(child) = self.children.get_mut(&id) else { return };
        child.leaving = true;
        if let Some(next) = follower(id).filter(|next| self.children.contains_key(next)) {
            return self.remove(next);
        }
        if self.children.get(&id).is_some_and(Child::is_alive) {
            return self.stop(id, Then::Nothing);
        }
        self.forget(id);
    }

    fn forget(&mut self, id: ChildId) {
        self.children.remove(&id);
        self.out.push(Command::Forget(id));
        if let Some(elder) = elder(id).filter(|elder| self.children.get(elder).is_some_and(|child| child.leaving)) {
            self.remove(elder);
        }
    }

    fn exited(&mut self, id: ChildId, generation: u32, cause: Cause, now: Instant) {
        let same = |child: &&mut Child| child.generation == generation && child.is_alive();
        let Some(child) = self.children.get_mut(&id).filter(same) else { return };
        let (before, kind) = (child.standing, child.spec.kind);
        child.standing = Standing::Over;
        child.last = Some(cause.clone());
        if let Some(next) = follower(id).filter(|next| self.runs(*next)) {
            self.stop(next, Then::Start);
        }
        if self.children.get(&id).is_some_and(|child| child.leaving) {
            return self.forget(id);
        }
        match (before, kind) {
            _ if self.stage.is_some() => {}
            (Standing::Stopping(Then::Start), _) => self.start(id, now),
            (Standing::Stopping(Then::Quarantine), _) => self.stand(id, Standing::Quarantined(None)),
            (Standing::Stopping(Then::Nothing), _) => {}
            (_, Kind::Temporary) => self.out.push(Command::Ended(id, cause)),
            _ if !cause.is_its_own() => self.start(id, now),
            _ => self.failed(id, cause, now),
        }
    }

    fn stand(&mut self, id: ChildId, standing: Standing) {
        if let Some(child) = self.children.get_mut(&id) {
            child.standing = standing;
        }
    }

    fn failed(&mut self, id: ChildId, cause: Cause, now: Instant) {
        let Some(child) = self.children.get_mut(&id) else { return };
        let decision = child.failed(now);
        self.out.push(Command::Failed(id, cause, decision));
        let (generation, beyond) = (child.generation, child.spec.beyond);
        match (decision, beyond) {
            (Decision::Restart(Duration::ZERO), _) => self.start(id, now),
            (Decision::Restart(after), _) => {
                self.stand(id, Standing::Resting(now + after));
                self.out.push(Command::Wake(id, generation, after));
            }
            (Decision::Quarantine(time), Beyond::Quarantine) => {
                self.stand(id, Standing::Quarantined(Some(now + time)));
                self.out.push(Command::Wake(id, generation, time));
            }
            (Decision::Quarantine(_), Beyond::Escalate) => self.out.push(Command::Escalate(id)),
        }
    }

    /// A wait is over, unless it became another one meanwhile.
    fn wake(&mut self, id: ChildId, generation: u32, now: Instant) {
        let Some(child) = self.children.get_mut(&id).filter(|child| child.generation == generation) else { return };
        match child.standing {
            Standing::Resting(until) if until <= now => self.start(id, now),
            Standing::Quarantined(Some(until)) if until <= now => self.release(id, now),
            _ => {}
        }
    }

    fn restart(&mut self, id: ChildId, now: Instant) {
        let Some(child) = self.children.get_mut(&id).filter(|child| !child.leaving) else { return };
        child.restarting = false;
        match child.standing {
            Standing::Running | Standing::Stopping(_) => self.stop(id, Then::Start),
            Standing::Quarantined(_) => self.release(id, now),
            Standing::Waiting | Standing::Resting(_) | Standing::Over => self.start(id, now),
        }
    }

    fn quarantine(&mut self, id: ChildId) {
        let Some(child) = self.children.get(&id).filter(|child| !child.leaving) else { return };
        if child.is_alive() {
            return self.stop(id, Then::Quarantine);
        }
        self.stand(id, Standing::Quarantined(None));
    }

    /// On trial: who fails now is left alone at once.
    fn release(&mut self, id: ChildId, now: Instant) {
        let in_quarantine = |child: &&mut Child| matches!(child.standing, Standing::Quarantined(_));
        let Some(child) = self.children.get_mut(&id).filter(in_quarantine) else { return };
        (child.on_trial, child.restarting) = (true, false);
        self.start(id, now);
    }

    fn shut_down(&mut self) {
        if self.stage.is_none() {
            self.begin(Stage::Door);
        }
    }

    fn begin(&mut self, stage: Stage) {
        self.stage = Some(stage);
        let meant = self.children.iter().filter(|(id, child)| Stage::of(**id) == stage && child.is_alive());
        let meant: Vec<ChildId> = meant.map(|(id, _)| *id).collect();
        if stage != Stage::Over {
            meant.into_iter().for_each(|id| self.stop(id, Then::Nothing));
        }
        self.out.push(Command::Ending(stage));
    }

    /// Goes on with the end once nobody of this part is left.
    fn advance(&mut self) {
        while let Some(stage) = self.stage.filter(|stage| *stage != Stage::Over) {
            if self.children.iter().any(|(id, child)| Stage::of(*id) == stage && child.is_alive()) {
                return;
            }
            self.begin(stage.next());
        }
    }

    fn overdue(&mut self, stage: Stage) {
        if self.stage == Some(stage) {
            let late = self.children.iter_mut().filter(|(id, child)| Stage::of(**id) == stage && child.is_alive());
            late.for_each(|(_, child)| child.standing = Standing::Over);
        }
    }
}

#[cfg(test)]
mod tests {
    use config::Restart;

    use super::*;
    use crate::messages::SeatId;

    const RIB: ChildId = ChildId::Rib(SeatId(1));
    const PEER: ChildId = ChildId::Peer(SeatId(1));

    fn panicked() -> Cause {
        Cause::Panicked("a bug".to_owned())
    }

    /// A seat with both of its children.
    fn seated() -> (Tree, Instant) {
        let (mut tree, now, restart) = (Tree::default(), Instant::now(), Restart::default());
        let spec = |policy| Spec::new(Kind::Permanent, Beyond::Quarantine, policy, 1);
        assert!(tree.handle(now, Event::Add(PEER, spec(restart.peer))).is_empty(), "there is no Rib yet");
        let started = tree.handle(now, Event::Add(RIB, spec(restart.rib)));
        assert_eq!(started, [Command::Start(RIB, 1), Command::Start(PEER, 1)]);
        (tree, now)
    }

    #[test]
    fn a_peer_falls_with_its_rib_and_returns_after_it() {
        let (mut tree, now) = seated();
        let fallen = tree.handle(now, Event::Exited(RIB, 1, panicked()));
        let [Command::Stop(PEER), Command::Failed(RIB, ..), Command::Wake(RIB, 1, after)] = fallen[..] else {
            panic!("{fallen:?}")
        };
        assert!(tree.handle(now, Event::Exited(PEER, 1, Cause::Stopped)).is_empty(), "it waits for the Rib");
        let back = tree.handle(now + after, Event::Wake(RIB, 1));
        assert_eq!(back, [Command::Start(RIB, 2), Command::Start(PEER, 2)]);
        assert!(tree.handle(now, Event::Exited(PEER, 1, panicked())).is_empty(), "that is long past");
    }

    #[test]
    fn a_rib_stays_when_its_peer_falls() {
        let (mut tree, now) = seated();
        let fallen = tree.handle(now, Event::Exited(PEER, 1, panicked()));
        let [Command::Failed(PEER, ..), Command::Wake(PEER, 1, after)] = fallen[..] else { panic!("{fallen:?}") };
        assert_eq!(tree.handle(now + after, Event::Wake(PEER, 1)), [Command::Start(PEER, 2)]);
    }

    #[test]
    fn who_follows_leaves_first() {
        let (mut tree, now) = seated();
        assert_eq!(tree.handle(now, Event::Remove(RIB)), [Command::Stop(PEER)]);
        let gone = tree.handle(now, Event::Exited(PEER, 1, Cause::Stopped));
        assert_eq!(gone, [Command::Forget(PEER), Command::Stop(RIB)]);
        assert_eq!(tree.handle(now, Event::Exited(RIB, 1, Cause::Stopped)), [Command::Forget(RIB)]);
    }

    #[test]
    fn who_is_stranded_is_not_to_blame() {
        let (mut tree, now) = seated();
        for generation in 1..100 {
            let moved = tree.handle(now, Event::Exited(PEER, generation, Cause::Stranded));
            assert_eq!(moved, [Command::Start(PEER, generation + 1)]);
        }
    }

    #[test]
    fn people_have_the_last_word() {
        let (mut tree, now) = seated();
        assert_eq!(tree.handle(now, Event::Quarantine(PEER)), [Command::Stop(PEER)]);
        assert!(tree.handle(now, Event::Exited(PEER, 1, Cause::Stopped)).is_empty());
        assert!(tree.handle(now + Duration::from_secs(1_000_000), Event::Wake(PEER, 1)).is_empty());
        assert_eq!(tree.handle(now, Event::Release(PEER)), [Command::Start(PEER, 2)]);
        let failed = tree.handle(now, Event::Exited(PEER, 2, panicked()));
        assert!(matches!(failed[0], Command::Failed(PEER, _, Decision::Quarantine(_))), "it was on trial: {failed:?}");
        assert_eq!(tree.handle(now, Event::Restart(PEER)), [Command::Start(PEER, 3)]);
    }

    #[test]
    fn everything_ends_in_reverse_order() {
        let (mut tree, now) = seated();
        let spec = Spec::new(Kind::Permanent, Beyond::Escalate, Restart::default().listener, 1);
        let _ = tree.handle(now, Event::Add(ChildId::Listener(3), spec));
        let ending = tree.handle(now, Event::Shutdown);
        assert_eq!(ending, [Command::Stop(ChildId::Listener(3)), Command::Ending(Stage::Door)]);
        let closed = tree.handle(now, Event::Exited(ChildId::Listener(3), 1, Cause::Stopped));
        assert_eq!(closed, [Command::Stop(PEER), Command::Ending(Stage::Peers)]);
        let over = tree.handle(now, Event::Overdue(Stage::Peers));
        assert_eq!(over, [Command::Ending(Stage::Processes), Command::Ending(Stage::Over)]);
    }
}
