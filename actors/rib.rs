//! The Rib: the error kernel of a seat. It holds both Adj-RIBs and touches nothing outside of them, so that it lives
//! on when its Peer falls.

use std::{
    net::{IpAddr, Ipv4Addr},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use ::rib::{AdjRibOut, Names, Op, Owners, Place, Policy, Received, Withdrawal};
use actix::{Actor, ActorContext as _, ActorFutureExt as _, AsyncContext as _, Context, Handler, Recipient};
use slog::{Logger, debug, error, info};
use wire::{AnyNlri, Family, FamilySet, Negotiated, NextHop, Route};

use crate::{
    Receipt,
    end_of_rib::EndOfRib,
    messages::{
        Apply, Configure, Learn, ListOut, Orphaned, Orphans, Pull, ReadIn, ReadOut, Remove, Resend, Routes,
        SessionDown, SessionUp, Stop,
    },
    received::ReceivedRoutes,
};

/// The session that batches go to.
#[derive(Debug)]
struct Outlet {
    generation: u32,
    session: u32,
    negotiated: Arc<Negotiated>,
    batches: Recipient<Routes>,
    /// A [`Pull`] that found nothing: its budget.
    parked: Option<usize>,
}

/// The routes of one neighbor.
#[derive(Debug)]
pub(crate) struct Rib {
    log: Logger,
    /// The neighbor's families.
    families: FamilySet,
    /// What `next-hop self` is, if that is known without a session.
    ourselves: (Option<IpAddr>, Ipv4Addr),
    out: AdjRibOut,
    owners: Owners,
    /// Leases are looked at then.
    looking: Option<Instant>,
    received: ReceivedRoutes,
    markers: EndOfRib,
    outlet: Option<Outlet>,
    /// The newest session: the start of the Peer, and which of its sessions.
    newest: (u32, u32),
    /// Receipts that go with the last of what is pending.
    syncing: Vec<Receipt>,
    /// Receipts to be let go of once that is done: who waits for an answer waits a little longer than the neighbor.
    answering: Vec<Receipt>,
    /// A parked [`Pull`] is served once the mailbox is empty.
    serving: bool,
}

impl Rib {
    /// An empty pair of tables, which shares its names with others on its thread.
    pub(crate) fn new(policy: Policy, names: Names, log: Logger) -> Self {
        Self {
            received: ReceivedRoutes::new(log.clone()),
            log,
            families: FamilySet::new(),
            ourselves: (None, Ipv4Addr::UNSPECIFIED),
            out: AdjRibOut::sharing(policy, names),
            owners: Owners::default(),
            looking: None,
            markers: EndOfRib::default(),
            outlet: None,
            newest: (0, 0),
            syncing: Vec::new(),
            answering: Vec::new(),
            serving: false,
        }
    }

    /// `next-hop self` is resolved here when our address is fixed, so that it equals the same address written out.
    /// Who speaks is known here as well.
    fn resolve(&self, mut op: Op) -> Result<Op, String> {
        if let Op::Say(message) = op {
            return Ok(Op::Say(message.by(self.ourselves.1)));
        }
        if let Op::Announce(route) | Op::Leased(route, _) | Op::Tagged(route, _) = &mut op
            && let (Some(local), router_id) = self.ourselves
            && route.next_hop == NextHop::Itself
        {
            route.next_hop = route.next_hop.resolve(route.nlri.family().afi(), Some(local), router_id);
            if route.next_hop == NextHop::None {
                return Err(format!("{} has next-hop self, but the session has no address of its family", route.nlri));
            }
        }
        Ok(op)
    }

    /// A poisonous operation is refused; the tables live on.
    fn apply(&mut self, op: Op) -> Result<(), String> {
        if op == Op::ClearIn {
            self.received.clear();
            return Ok(());
        }
        catch_unwind(AssertUnwindSafe(|| self.out.apply(op))).map_err(|_| {
            error!(self.log, "an operation on the routes failed and was refused");
            "the operation failed inside the daemon and was refused".to_owned()
        })
    }

    /// Looks for leases that are over when the first of them may be.
    fn look_at_leases(&mut self, context: &mut Context<Self>) {
        let Some(next) = self.owners.next().filter(|next| self.looking.is_none_or(|looking| *next < looking)) else {
            return;
        };
        self.looking = Some(next);
        context.run_later(next.saturating_duration_since(crate::now()), |rib, context| {
            rib.looking = None;
            let routes = rib.owners.due(crate::now());
            rib.retract(&routes, "their lease is over");
            rib.look_at_leases(context);
        });
    }

    /// Forgets what is stale when its time is over.
    fn look_at_stale(&mut self, context: &mut Context<Self>) {
        let Some(next) = self.received.next() else { return };
        self.received.alarm = Some(next);
        context.run_later(next.saturating_duration_since(crate::now()), |rib, context| {
            rib.received.alarm = None;
            rib.received.expire();
            rib.look_at_stale(context);
        });
    }

    /// Sends the markers of this session that nobody asks for in time.
    fn mark_later(&mut self, of: (u32, u32), context: &mut Context<Self>) {
        let Some(within) = self.markers.within else { return };
        context.run_later(within, move |rib, _| {
            let Some(outlet) = rib.outlet.as_ref().filter(|outlet| (outlet.generation, outlet.session) == of) else {
                return;
            };
            for family in rib.markers.overdue(&outlet.negotiated) {
                info!(rib.log, "nobody asked for End-of-RIB in time"; "family" => %family);
                let _ = rib.apply(Op::EndOfRib(family));
            }
            rib.serve();
        });
    }

    /// Withdraws what nobody asks for any more.
    fn retract(&mut self, routes: &[AnyNlri], why: &'static str) {
        if routes.is_empty() {
            return;
        }
        info!(self.log, "routes are withdrawn"; "routes" => routes.len(), "reason" => why);
        if catch_unwind(AssertUnwindSafe(|| routes.iter().for_each(|nlri| self.out.retract(nlri)))).is_err() {
            error!(self.log, "withdrawing routes failed");
        }
        self.serve();
    }

    /// Answers a parked [`Pull`] once the mailbox is empty: what was asked for in one breath is sent as one.
    fn serve_soon(&mut self, context: &mut Context<Self>) {
        if !std::mem::replace(&mut self.serving, true) {
            context.spawn(actix::fut::ready(()).map(|(), rib: &mut Self, _| rib.serve()));
        }
    }

    /// Answers a parked [`Pull`] if there is something now.
    fn serve(&mut self) {
        self.serving = false;
        self.serve_parked();
        self.answering.clear();
    }

    fn serve_parked(&mut self) {
        let Some(outlet) = &mut self.outlet else { return };
        if let Some(budget) = outlet.parked
            && !self.out.is_idle()
        {
            outlet.parked = None;
            let batch = self.out.take(budget);
            let receipts = if self.out.is_idle() { std::mem::take(&mut self.syncing) } else { Vec::new() };
            outlet.batches.do_send(Routes { session: outlet.session, batch, receipts });
        }
        if self.out.is_idle() {
            // What was pending has been taken back.
            self.syncing.clear();
        }
    }
}

impl Actor for Rib {
    type Context = Context<Self>;
}

impl Handler<Apply> for Rib {
    type Result = ();

    fn handle(&mut self, apply: Apply, context: &mut Context<Self>) {
        let now = crate::now();
        self.out.begin();
        for op in apply.ops.iter() {
            if let Some(family) = family_of(op).filter(|family| !self.families.contains(*family)) {
                debug!(self.log, "a route is left out: its family is not configured"; "family" => %family);
                continue;
            }
            if let Op::EndOfRib(family) = op {
                self.markers.asked(*family);
            }
            match self.resolve(op.clone()).and_then(|op| self.apply(op)) {
                Ok(()) => self.owners.note(op, apply.owner, now),
                Err(why) => apply.receipt.refuse(why),
            }
        }
        if apply.sync && self.outlet.is_some() && !self.out.is_idle() {
            self.syncing.push(apply.receipt);
        } else {
            self.answering.push(apply.receipt);
        }
        self.look_at_leases(context);
        self.serve_soon(context);
    }
}

impl Handler<Orphaned> for Rib {
    type Result = ();

    fn handle(&mut self, orphaned: Orphaned, _: &mut Context<Self>) {
        match orphaned.then {
            Orphans::Given(to) => self.owners.hand_over(orphaned.owner, to),
            Orphans::Withdrawn => {
                let routes = self.owners.take(orphaned.owner);
                self.retract(&routes, "their helper is gone");
            }
        }
    }
}

impl Handler<Configure> for Rib {
    type Result = ();

    fn handle(&mut self, configure: Configure, _: &mut Context<Self>) {
        self.out.set_policy(configure.policy);
        self.markers.within = configure.eor_within;
        self.families = configure.families;
        self.ourselves = configure.ourselves;
        let _ = self.apply(match configure.change {
            Some(change) => Op::ChangeStatic(change),
            None => Op::ReplaceStatic(configure.routes),
        });
        let _ = self.apply(Op::ReplaceBare(configure.bare));
        let _ = self.apply(Op::ReplaceNotices(configure.notices));
        self.serve();
    }
}

impl Handler<SessionUp> for Rib {
    type Result = ();

    fn handle(&mut self, up: SessionUp, context: &mut Context<Self>) {
        // A Peer that was given up does not know that another one has taken its place.
        if (up.generation, up.session) <= self.newest {
            return;
        }
        self.newest = (up.generation, up.session);
        self.out.session_up(&up.negotiated);
        let SessionUp { generation, session, negotiated, terms, batches } = up;
        self.received.session_up(terms);
        self.look_at_stale(context);
        for family in self.markers.session_up(&negotiated) {
            let _ = self.apply(Op::EndOfRib(family));
        }
        self.mark_later((generation, session), context);
        self.outlet = Some(Outlet { generation, session, negotiated, batches, parked: None });
    }
}

impl Handler<SessionDown> for Rib {
    type Result = ();

    fn handle(&mut self, down: SessionDown, context: &mut Context<Self>) {
        let gone = (down.generation, down.session.unwrap_or(u32::MAX));
        if self.outlet.as_ref().is_some_and(|outlet| (outlet.generation, outlet.session) <= gone) {
            self.outlet = None;
            self.syncing.clear();
            self.out.session_down();
            self.received.session_down(down.ended);
            self.look_at_stale(context);
        }
    }
}

impl Handler<Pull> for Rib {
    type Result = ();

    fn handle(&mut self, pull: Pull, _: &mut Context<Self>) {
        let of = (pull.generation, pull.session);
        let Some(outlet) = self.outlet.as_mut().filter(|outlet| (outlet.generation, outlet.session) == of) else {
            return;
        };
        outlet.parked = Some(pull.budget);
        self.serve();
    }
}

impl Handler<Remove> for Rib {
    type Result = ();

    fn handle(&mut self, Remove(tally): Remove, context: &mut Context<Self>) {
        let now = crate::now();
        for (index, removal) in tally.removals().iter().enumerate() {
            let Some(Route { nlri, next_hop, attributes }) = self.out.find(&removal.key) else { continue };
            let op = Op::Withdraw(Withdrawal { nlri, next_hop, attributes });
            if self.apply(op.clone()).is_ok() {
                self.owners.note(&op, None, now);
                tally.found(index);
            }
        }
        self.serve_soon(context);
    }
}

impl Handler<Learn> for Rib {
    type Result = ();

    fn handle(&mut self, learn: Learn, context: &mut Context<Self>) {
        let meant = |outlet: &Outlet| (outlet.generation, outlet.session) == (learn.generation, learn.session);
        if !self.outlet.as_ref().is_some_and(meant) {
            return;
        }
        learn.lessons.iter().for_each(|lesson| self.received.learn(lesson));
        self.look_at_stale(context);
        let _ = learn.learned.send(if learn.count { self.received.counts() } else { Vec::new() });
    }
}

impl Handler<Resend> for Rib {
    type Result = ();

    fn handle(&mut self, resend: Resend, _: &mut Context<Self>) {
        let meant = |outlet: &Outlet| outlet.generation == resend.generation && outlet.negotiated.has(resend.family);
        if self.outlet.as_ref().is_some_and(meant) {
            let _ = self.apply(Op::Resend(Some(resend.family)));
            self.serve();
        }
    }
}

impl Handler<ListOut> for Rib {
    type Result = Vec<Place>;

    fn handle(&mut self, _: ListOut, _: &mut Context<Self>) -> Vec<Place> {
        self.out.places()
    }
}

impl Handler<ReadOut> for Rib {
    type Result = Vec<Route>;

    fn handle(&mut self, read: ReadOut, _: &mut Context<Self>) -> Vec<Route> {
        read.0.into_iter().filter_map(|place| self.out.route(place)).collect()
    }
}

impl Handler<ReadIn> for Rib {
    type Result = Vec<Received>;

    fn handle(&mut self, _: ReadIn, _: &mut Context<Self>) -> Vec<Received> {
        self.received.all()
    }
}

impl Handler<Stop> for Rib {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}

/// The family of the route that an operation is about.
const fn family_of(op: &Op) -> Option<Family> {
    match op {
        Op::Announce(route) | Op::Leased(route, _) | Op::Tagged(route, _) => Some(route.nlri.family()),
        Op::Withdraw(withdrawal) => Some(withdrawal.nlri.family()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix::System;
    use api::Answer;
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, error::TryRecvError, unbounded_channel};
    use wire::{AnyNlri, Attributes, Words};

    use super::*;
    use crate::messages::Reply;

    /// In the place of a Peer and of a helper: keeps what it gets.
    struct Other(UnboundedSender<Routes>, UnboundedSender<Answer>);

    impl Actor for Other {
        type Context = Context<Self>;
    }

    impl Handler<Routes> for Other {
        type Result = ();

        fn handle(&mut self, routes: Routes, _: &mut Context<Self>) {
            self.0.send(routes).unwrap();
        }
    }

    impl Handler<Reply> for Other {
        type Result = ();

        fn handle(&mut self, reply: Reply, _: &mut Context<Self>) {
            self.1.send(reply.answer).unwrap();
        }
    }

    fn announcement() -> Arc<[Op]> {
        let nlri = AnyNlri::parse(Family::Ipv4Unicast, &mut Words::new("10.0.0.0/24")).unwrap();
        let next_hop = NextHop::Ip(Ipv4Addr::new(192, 0, 2, 1).into());
        [Op::Announce(Route { nlri, next_hop, attributes: Attributes::default() })].into()
    }

    /// A Rib with a session that has asked for routes.
    fn up() -> (actix::Addr<Rib>, actix::Addr<Other>, UnboundedReceiver<Routes>, UnboundedReceiver<Answer>) {
        let (routes, batches) = unbounded_channel();
        let (answers, told) = unbounded_channel();
        let other = Other(routes, answers).start();
        let mut rib = Rib::new(
            Policy { keep: true, manual_eor: true },
            Names::default(),
            Logger::root(slog::Discard, slog::o!()),
        );
        rib.families = [Family::Ipv4Unicast].into_iter().collect();
        let rib = rib.start();
        let negotiated = Arc::new(Negotiated { families: vec![Family::Ipv4Unicast], ..Negotiated::unnegotiated() });
        rib.do_send(SessionUp {
            generation: 1,
            session: 1,
            negotiated,
            terms: None,
            batches: other.clone().recipient(),
        });
        (rib, other, batches, told)
    }

    /// How many routes came with the next batch.
    async fn next(batches: &mut UnboundedReceiver<Routes>) -> (u32, usize) {
        let routes = batches.recv().await.unwrap();
        (routes.session, routes.batch.changes.len())
    }

    fn learn(generation: u32, session: u32) -> (Learn, tokio::sync::oneshot::Receiver<Vec<(Family, usize)>>) {
        let nlri = AnyNlri::parse(Family::Ipv4Unicast, &mut Words::new("10.9.0.0/24")).unwrap();
        let next_hop = NextHop::Ip(Ipv4Addr::new(192, 0, 2, 9).into());
        let reach = wire::Reach { family: Family::Ipv4Unicast, next_hop, link_local: None, nlris: vec![nlri] };
        let update = wire::Update { announced: vec![reach], ..wire::Update::default() };
        let (learned, heard) = tokio::sync::oneshot::channel();
        let lessons = vec![crate::messages::Lesson::Update(Arc::new(update))];
        (Learn { generation, session, lessons, count: true, learned }, heard)
    }

    #[test]
    fn what_is_said_twice_or_too_late_changes_nothing() {
        System::new().block_on(async {
            let (rib, other, mut batches, mut told) = up();
            let families = vec![Family::Ipv4Unicast];
            let negotiated = Arc::new(Negotiated { families, ..Negotiated::unnegotiated() });
            let begin = |generation, session| {
                let (negotiated, batches) = (negotiated.clone(), other.clone().recipient());
                rib.do_send(SessionUp { generation, session, negotiated, terms: None, batches });
            };
            let pull = |generation, session| rib.do_send(Pull { generation, session, budget: 10 });
            let down = |generation, session| {
                rib.do_send(SessionDown { generation, session, ended: ::rib::SessionEnd::Silently });
            };
            pull(1, 1);
            begin(1, 1);
            let receipt = Receipt::new(other.clone().recipient(), 1);
            let apply = |receipt| Apply { ops: announcement(), receipt, sync: true, owner: None };
            rib.do_send(apply(receipt.clone()));
            rib.do_send(apply(receipt));
            assert_eq!(next(&mut batches).await, (1, 1), "the same session, which has asked once");
            assert_eq!(told.recv().await, Some(Answer::done()));
            assert_eq!(told.try_recv(), Err(TryRecvError::Empty), "one promise, one answer");

            begin(2, 2);
            [(1, 2), (1, 9)].into_iter().for_each(|(generation, session)| begin(generation, session));
            begin(2, 1);
            down(1, None);
            down(2, Some(1));
            pull(1, 1);
            pull(2, 1);
            rib.send(ListOut).await.unwrap();
            assert!(batches.try_recv().is_err(), "whose session is over gets nothing");
            pull(2, 2);
            assert_eq!(next(&mut batches).await, (2, 1), "all routes, in the session that is there");
            pull(2, 2);
            pull(2, 2);
            rib.send(ListOut).await.unwrap();
            assert!(batches.try_recv().is_err(), "there is nothing more");

            for of in [(1, 1), (2, 1), (3, 2)] {
                let (lesson, heard) = learn(of.0, of.1);
                rib.do_send(lesson);
                assert!(heard.await.is_err(), "{of:?} is not there");
            }
            for _ in 0..2 {
                let (lesson, heard) = learn(2, 2);
                rib.do_send(lesson);
                assert_eq!(heard.await, Ok(vec![(Family::Ipv4Unicast, 1)]));
            }
            assert_eq!(rib.send(ReadIn).await.unwrap().len(), 1);
            down(2, Some(2));
            down(2, Some(2));
            let (lesson, heard) = learn(2, 2);
            rib.do_send(lesson);
            assert!(heard.await.is_err(), "the session is over");
        });
    }

    #[test]
    fn in_sync_an_answer_waits_for_the_one_who_writes() {
        System::new().block_on(async {
            let (rib, other, mut batches, mut told) = up();
            rib.do_send(Pull { generation: 1, session: 1, budget: 10 });
            let receipt = |ticket| Receipt::new(other.clone().recipient(), ticket);
            rib.do_send(Apply { ops: announcement(), receipt: receipt(1), sync: true, owner: None });
            let batch = batches.recv().await.unwrap();
            rib.do_send(Pull { generation: 1, session: 1, budget: 10 });
            rib.send(ListOut).await.unwrap();
            assert_eq!(told.try_recv(), Err(TryRecvError::Empty), "it is with the Peer");
            drop(batch);
            assert_eq!(told.recv().await, Some(Answer::done()));
            // Nothing is left to be written, and nobody to write it.
            rib.do_send(Apply { ops: announcement(), receipt: receipt(2), sync: true, owner: None });
            assert_eq!(told.recv().await, Some(Answer::done()));
            rib.do_send(SessionDown { generation: 1, session: Some(1), ended: ::rib::SessionEnd::Silently });
            rib.do_send(Apply { ops: [Op::Clear].into(), receipt: receipt(3), sync: true, owner: None });
            assert_eq!(told.recv().await, Some(Answer::done()));
        });
    }
}
