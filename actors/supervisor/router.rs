//! Actions down, Updates up. The router looks up tables and clones `Arc`s; parsing, encoding and the work on routes
//! never run on its thread.

use std::sync::Arc;

use actix::{Context, Handler};
use api::{Answer, ApiError, DaemonOrder, PeerOrder, ProcessOrder, Removal, Selector, Show, Verb, encode::answer};
use rib::Op;
use session::Report;
use slog::info;

use super::{Supervisor, show, tell};
use crate::{
    Receipt, Tally,
    messages::{Acquire, Action, Apply, Command, Congested, Deliver, Order, ProcessId, Remove, Reply, SeatId, Update},
};

/// Selectors remembered; a helper that never repeats one must not fill the memory.
const SELECTIONS: usize = 16 * 1024;

impl Supervisor {
    /// The seats that a selector means to a helper.
    fn select(&mut self, process: ProcessId, anyone: bool, selector: &Selector) -> Arc<[SeatId]> {
        let key = (process, anyone, selector.clone());
        if let Some(known) = self.selections.get(&key) {
            return known.clone();
        }
        let name = self.helpers.get(&process).map(|helper| helper.name.clone()).unwrap_or_default();
        let meant = self
            .seats
            .values()
            .filter(|seat| !seat.leaving && (anyone || seat.obeys(&name)) && selector.matches(&seat.name));
        let meant: Arc<[SeatId]> = meant.map(|seat| seat.id).collect();
        if self.selections.len() >= SELECTIONS {
            self.selections.clear();
        }
        self.selections.insert(key, meant.clone());
        meant
    }

    /// The same, for commands that need somebody to act.
    pub(super) fn targets(&mut self, action: &Action, selector: &Selector) -> Result<Arc<[SeatId]>, ApiError> {
        let mut seats = self.select(action.process, action.verb.ignores_authority(), selector);
        if action.verb.needs_established() {
            let established = |id: &&SeatId| self.seats.get(id).is_some_and(|seat| seat.established);
            seats = seats.iter().filter(established).copied().collect();
            if seats.is_empty() {
                return Err(ApiError::new("no session is established"));
            }
        }
        if seats.is_empty() && action.verb.needs_match() {
            return Err(ApiError::no_match());
        }
        Ok(seats)
    }

    fn route(&mut self, action: Action, context: &mut Context<Self>) -> Result<(), ApiError> {
        match &action.verb {
            Verb::Rib { selector, .. } => {
                let obeying = self.targets(&action, selector)?;
                let others = self.others(&action, selector, &obeying);
                self.apply(action, &obeying, &others);
            }
            Verb::Peer { selector, order } => {
                let (seats, order) = (self.targets(&action, selector)?, order.clone());
                self.order(&action, &seats, &order);
            }
            Verb::Remove { selector, removals } => {
                let seats = self.targets(&action, selector)?;
                self.remove(&action, &seats, removals);
            }
            Verb::Create(created) => return self.create(&action, created, context),
            Verb::Delete(selector) => return self.delete(&action, selector, context),
            Verb::Fault { selector, order } => return self.fault(&action, selector, order, context),
            Verb::Show { selector, what: Show::Routes { .. }, .. } => {
                let seats = self.targets(&action, selector)?;
                show::routes(self, action, &seats);
            }
            Verb::Show { .. } => show::answer(self, action),
            Verb::Watch { selector, subscription, .. } => return self.watch(&action, selector, *subscription),
            Verb::Daemon(DaemonOrder::Status, form) => show::daemon_status(self, &action, *form),
            Verb::Daemon(order, form) => {
                let (order, form) = (*order, *form);
                let answer = Answer::lines([answer::progress(order, form)]);
                action.reply.do_send(Reply { ticket: action.ticket, answer });
                self.daemon_order(order, context);
            }
            Verb::Supervisor(order) => {
                let order = order.clone();
                return self.tree_order(&action, &order, context);
            }
            Verb::Check { file, form } => return self.check(&action, file.as_deref(), *form),
            Verb::Process(ProcessOrder::QueueStatus, form) => show::backlogs(self, &action, *form),
            Verb::Process(ProcessOrder::ApiVersion(Some(version)), form) => {
                self.api_version = Some(*version);
                let line = answer::api_version(*version, Some(*version), *form);
                action.reply.do_send(Reply { ticket: action.ticket, answer: Answer::lines([line]) });
            }
            // Whoever asks sees to these.
            Verb::Process(..) | Verb::Say(_) | Verb::Said(..) | Verb::Refuse(_) | Verb::Nothing => {}
        }
        Ok(())
    }

    /// Seats which a helper has no say over, for operations that go to everybody.
    fn others(&mut self, action: &Action, selector: &Selector, obeying: &[SeatId]) -> Vec<SeatId> {
        let Verb::Rib { ops, .. } = &action.verb else { return Vec::new() };
        if action.verb.ignores_authority() || ops.iter().all(Op::needs_authority) {
            return Vec::new();
        }
        let anyone = self.select(action.process, true, selector);
        anyone.iter().copied().filter(|id| !obeying.contains(id)).collect()
    }

    fn apply(&self, action: Action, obeying: &[SeatId], others: &[SeatId]) {
        let Verb::Rib { ops, sync, .. } = action.verb else { return };
        let receipt = Receipt::new(action.reply, action.ticket);
        let (ops, sync): (Arc<[Op]>, bool) = (ops.into(), sync.unwrap_or(false));
        let owner = self.owner(action.process);
        for seat in obeying.iter().filter_map(|id| self.seats.get(id)) {
            tell(seat.rib.as_ref(), Apply { ops: ops.clone(), receipt: receipt.clone(), sync, owner });
        }
        if others.is_empty() {
            return;
        }
        let ops: Arc<[Op]> = ops.iter().filter(|op| !op.needs_authority()).cloned().collect();
        for seat in others.iter().filter_map(|id| self.seats.get(id)) {
            tell(seat.rib.as_ref(), Apply { ops: ops.clone(), receipt: receipt.clone(), sync, owner });
        }
    }

    fn order(&self, action: &Action, seats: &[SeatId], order: &PeerOrder) {
        let receipt = Receipt::new(action.reply.clone(), action.ticket);
        for seat in seats.iter().filter_map(|id| self.seats.get(id)) {
            tell(seat.peer.as_ref(), Command::Order(order.clone(), receipt.clone()));
        }
    }

    fn remove(&self, action: &Action, seats: &[SeatId], removals: &[Removal]) {
        let tally = Tally::new(action.reply.clone(), action.ticket, removals.into());
        for seat in seats.iter().filter_map(|id| self.seats.get(id)) {
            tell(seat.rib.as_ref(), Remove(tally.clone()));
        }
    }

    fn daemon_order(&mut self, order: DaemonOrder, context: &mut Context<Self>) {
        info!(self.log, "order from the API"; "source" => "api", "order" => order.name());
        match order {
            DaemonOrder::Shutdown => self.stop(0, context),
            DaemonOrder::Reload => self.load(Order::Reload, context),
            DaemonOrder::Restart => self.load(Order::Restart, context),
            DaemonOrder::Status => {}
        }
    }
}

impl Handler<Action> for Supervisor {
    type Result = ();

    fn handle(&mut self, action: Action, context: &mut Context<Self>) {
        let current = self.helpers.get(&action.process).is_some_and(|helper| helper.generation == action.generation);
        if !current {
            return;
        }
        let (reply, ticket) = (action.reply.clone(), action.ticket);
        if let Err(error) = self.route(action, context) {
            info!(self.log, "command refused"; "source" => "api", "reason" => %error);
            reply.do_send(Reply { ticket, answer: error.into() });
        }
    }
}

impl Handler<Update> for Supervisor {
    type Result = ();

    fn handle(&mut self, update: Update, _: &mut Context<Self>) {
        let Some(seat) = self.seats.get_mut(&update.seat) else { return };
        if seat.peer_generation != update.generation {
            return;
        }
        for report in update.reports.iter() {
            match report {
                Report::Connected => seat.told_connected = true,
                Report::Down(_) => seat.told_connected = false,
                _ => {}
            }
        }
        for (process, subscription) in &seat.subscriptions {
            let helper = self.helpers.get(process).and_then(|helper| helper.address.as_ref());
            let (facts, reports) = (update.facts.clone(), update.reports.clone());
            tell(helper, Deliver { seat: update.seat, facts, subscription: subscription.clone(), reports });
        }
    }
}

impl Handler<Congested> for Supervisor {
    type Result = ();

    fn handle(&mut self, congested: Congested, _: &mut Context<Self>) {
        let Congested { process, generation, congested } = congested;
        if let Some(helper) = self.helpers.get_mut(&process).filter(|helper| helper.generation == generation) {
            helper.congested = congested;
        }
        self.hold_readers();
    }
}

impl Supervisor {
    /// Has the neighbors that a congested helper hears of wait for it, and all others read on.
    pub(super) fn hold_readers(&mut self) {
        let helpers = &self.helpers;
        let is_congested = |id: &ProcessId| helpers.get(id).is_some_and(|helper| helper.congested);
        for seat in self.seats.values_mut() {
            let held = seat.subscriptions.iter().any(|(process, _)| is_congested(process));
            if std::mem::replace(&mut seat.held, held) != held {
                tell(seat.peer.as_ref(), Command::Reading(!held));
            }
        }
    }
}

impl Handler<Acquire> for Supervisor {
    type Result = ();

    /// Without a RateLimiter nothing is saved up: what was spent is waited for.
    fn handle(&mut self, acquire: Acquire, _: &mut Context<Self>) {
        match &self.rate_limiter {
            Some(limiter) => limiter.do_send(acquire),
            None => acquire.reply.do_send(self.limits(acquire.who).alone(acquire.spent)),
        }
    }
}
