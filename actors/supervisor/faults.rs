//! Faults that were asked for: who asked, whom they are for, how far they have come. An actor that falls takes none of it
//! along: the next one in its place is handed what is left.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix::{AsyncContext as _, Context, Handler};
use api::{Answer, ApiError, FaultOrder, Selector};
use fault::{Armed, FAULTS, Injection, On};
use slog::{info, warn};

use super::{Supervisor, tell};
use crate::{
    Receipt,
    messages::{Action, ChildId, Inject, ProcessId, Reply, Struck},
    now,
    tree::Standing,
};

/// Injections at a time.
const MOST: usize = 256;
/// Victims that the log names.
const NAMED: usize = 8;

/// The faults of the daemon.
#[derive(Debug, Default)]
pub(super) struct Docket {
    injected: BTreeMap<u32, Injected>,
    latest: u32,
}

/// What one command has injected.
#[derive(Debug)]
struct Injected {
    by: ProcessId,
    who: Arc<str>,
    /// As it was understood, with its seed.
    fault: String,
    /// Strikes of all victims.
    strikes: u32,
    /// Whom it may still strike, and how far it has come there.
    victims: BTreeMap<ChildId, Armed>,
}

impl Injected {
    /// The strike of one victim.
    fn struck(&mut self, child: ChildId, armed: Armed) {
        let over = armed.is_over(now());
        let Some(before) = self.victims.get_mut(&child) else { return };
        self.strikes = self.strikes.saturating_add(armed.strikes().saturating_sub(before.strikes()));
        *before = armed;
        if over {
            self.victims.remove(&child);
        }
    }
}

impl Supervisor {
    /// Carries out a command about faults.
    pub(super) fn fault(
        &mut self,
        action: &Action,
        selector: &Selector,
        order: &FaultOrder,
        context: &mut Context<Self>,
    ) -> Result<(), ApiError> {
        if !self.config.faults {
            return Err(ApiError::new("faults are off; the configuration has to say faults: true"));
        }
        match order {
            FaultOrder::Inject(injection) => return self.inject(action, selector, injection, context),
            FaultOrder::List => {
                let answer = Answer::lines(self.list_faults());
                action.reply.do_send(Reply { ticket: action.ticket, answer });
            }
            FaultOrder::Clear(number) => {
                let numbers: Vec<u32> = match number {
                    Some(number) if !self.faults.injected.contains_key(number) => {
                        return Err(ApiError::new(format!("there is no fault {number}")));
                    }
                    Some(number) => vec![*number],
                    None => self.faults.injected.keys().copied().collect(),
                };
                let who = self.name_of(action.process);
                numbers.into_iter().for_each(|number| self.end_fault(number, &format!("cleared by {who}")));
                action.reply.do_send(Reply { ticket: action.ticket, answer: Answer::done() });
            }
        }
        Ok(())
    }

    fn inject(
        &mut self,
        action: &Action,
        selector: &Selector,
        injection: &Injection,
        context: &mut Context<Self>,
    ) -> Result<(), ApiError> {
        if self.faults.injected.len() >= MOST {
            return Err(ApiError::new(format!("{MOST} faults are armed: clear some first")));
        }
        let victims = self.victims(action, selector, &injection.on)?;
        self.faults.latest += 1;
        let (number, seed, at) = (self.faults.latest, fresh_seed(), now());
        let begun = |(index, child)| (child, injection.armed.begun(number, seed, index, at));
        let victims: BTreeMap<ChildId, Armed> = victims.into_iter().enumerate().map(begun).collect();
        let fault = victims.values().next().map(ToString::to_string).unwrap_or_default();
        let (who, count) = (self.name_of(action.process), victims.len());
        let on = self.names(victims.keys());
        warn!(self.log, "fault injected"; "source" => "reactor", "number" => number, "fault" => &fault, "by" => &*who,
            "on" => on);
        let said = format!("fault {number}: {fault} for {count} of {}\n", injection.on);
        action.reply.do_send(Reply { ticket: action.ticket, answer: Answer::part(said) });
        let receipt = Receipt::new(action.reply.clone(), action.ticket);
        for (child, armed) in &victims {
            self.arm(*child, armed.clone(), Some(receipt.clone()), context);
        }
        let injected = Injected { by: action.process, who, fault, strikes: 0, victims };
        self.faults.injected.insert(number, injected);
        self.look_again(number, context);
        Ok(())
    }

    fn victims(&mut self, action: &Action, selector: &Selector, on: &On) -> Result<Vec<ChildId>, ApiError> {
        let victims: Vec<ChildId> = match on {
            On::Peers => self.targets(action, selector)?.iter().copied().map(ChildId::Peer).collect(),
            On::Process(name) => {
                let named = self.helpers.iter().filter(|(id, helper)| *helper.name == **name && self.returns(**id));
                named.map(|(id, _)| ChildId::Process(*id)).collect()
            }
            On::Helpers => {
                let seats = self.targets(action, selector)?;
                let commanded =
                    |name: &str| seats.iter().filter_map(|id| self.seats.get(id)).any(|seat| seat.obeys(name));
                let theirs = self.helpers.iter().filter(|(id, helper)| !helper.client && self.returns(**id));
                theirs.filter(|(_, helper)| commanded(&helper.name)).map(|(id, _)| ChildId::Process(*id)).collect()
            }
            On::Listener => {
                let open = self.ports.iter().filter(|(_, port)| !port.leaving);
                open.map(|(id, _)| ChildId::Listener(*id)).collect()
            }
            On::RateLimiter => vec![ChildId::RateLimiter],
        };
        if victims.is_empty() { Err(ApiError::new(format!("there is no {on}"))) } else { Ok(victims) }
    }

    /// Whether a helper runs, or will again by itself.
    fn returns(&self, id: ProcessId) -> bool {
        self.tree.child(ChildId::Process(id)).is_some_and(|child| child.standing() != Standing::Over)
    }

    fn arm(&self, child: ChildId, armed: Armed, receipt: Option<Receipt>, context: &Context<Self>) {
        self.send_fault(child, Self::arming(child, armed, receipt, context));
    }

    fn arming(child: ChildId, armed: Armed, receipt: Option<Receipt>, context: &Context<Self>) -> Inject {
        Inject::Arm { armed: Box::new(armed), child, tell: context.address().recipient(), receipt }
    }

    fn send_fault(&self, child: ChildId, inject: Inject) {
        match child {
            ChildId::Peer(id) => tell(self.seats.get(&id).and_then(|seat| seat.peer.as_ref()), inject),
            ChildId::Process(id) => tell(self.helpers.get(&id).and_then(|helper| helper.address.as_ref()), inject),
            ChildId::Listener(id) => tell(self.ports.get(&id).and_then(|port| port.listener.as_ref()), inject),
            ChildId::RateLimiter => tell(self.rate_limiter.as_ref(), inject),
            _ => {}
        }
    }

    /// A child was started: it is handed what is left of the faults of the one before.
    pub(super) fn rearm(&self, child: ChildId, context: &Context<Self>) {
        self.left(child, context).into_iter().for_each(|inject| self.send_fault(child, inject));
    }

    /// What is left of the faults of a child that is about to be started.
    pub(super) fn left(&self, child: ChildId, context: &Context<Self>) -> Vec<Inject> {
        let at = now();
        let left = self.faults.injected.values().filter_map(|injected| injected.victims.get(&child));
        let left = left.filter(|armed| !armed.is_over(at));
        left.map(|armed| Self::arming(child, armed.clone(), None, context)).collect()
    }

    /// A client has left: what it injected goes with it. Helpers come back; what they injected ends by itself.
    pub(super) fn clear_faults_of(&mut self, client: ProcessId) {
        let own = self.faults.injected.iter().filter(|(_, injected)| injected.by == client);
        let numbers: Vec<u32> = own.map(|(number, _)| *number).collect();
        numbers.into_iter().for_each(|number| self.end_fault(number, "its client has left"));
    }

    /// Looks at a fault again when the next of its ends is known to have come.
    fn look_again(&self, number: u32, context: &mut Context<Self>) {
        let Some(injected) = self.faults.injected.get(&number) else { return };
        let Some(next) = injected.victims.values().filter_map(Armed::ends_at).min() else { return };
        let wait = next.saturating_duration_since(now()) + Duration::from_millis(1);
        context.run_later(wait, move |supervisor, context| supervisor.expire(number, context));
    }

    fn expire(&mut self, number: u32, context: &mut Context<Self>) {
        let at = now();
        let Some(injected) = self.faults.injected.get_mut(&number) else { return };
        let over: Vec<ChildId> =
            injected.victims.iter().filter(|(_, armed)| armed.is_over(at)).map(|(child, _)| *child).collect();
        for child in &over {
            injected.victims.remove(child);
        }
        let done = injected.victims.is_empty();
        over.iter().for_each(|child| self.send_fault(*child, Inject::Disarm(number)));
        if done {
            self.end_fault(number, "it is over");
        } else if !over.is_empty() {
            self.look_again(number, context);
        }
    }

    fn end_fault(&mut self, number: u32, why: &str) {
        let Some(injected) = self.faults.injected.remove(&number) else { return };
        for child in injected.victims.keys() {
            self.send_fault(*child, Inject::Disarm(number));
        }
        info!(self.log, "fault ended"; "source" => "reactor", "number" => number, "fault" => &injected.fault,
            "by" => &*injected.who, "strikes" => injected.strikes, "reason" => why);
    }

    fn list_faults(&self) -> Vec<String> {
        let kinds = FAULTS.iter().map(|kind| format!("{}: {}", kind.usage().syntax, kind.usage().about));
        let armed = self.faults.injected.iter().map(|(number, injected)| {
            let on = self.names(injected.victims.keys());
            let Injected { fault, who, strikes, .. } = injected;
            format!("fault {number}: {fault} on {on} by {who} strikes {strikes}")
        });
        kinds.chain(armed).collect()
    }

    pub(super) fn name_of(&self, process: ProcessId) -> Arc<str> {
        self.helpers.get(&process).map_or_else(|| "nobody".into(), |helper| helper.name.clone())
    }

    fn names<'c>(&self, children: impl ExactSizeIterator<Item = &'c ChildId>) -> String {
        let (mut out, count) = (String::new(), children.len());
        for child in children.take(NAMED) {
            if !out.is_empty() {
                out.push_str(", ");
            }
            let _ = match child {
                ChildId::Peer(id) => match self.seats.get(id) {
                    Some(seat) => write!(out, "{}", seat.neighbor.peer_address),
                    None => write!(out, "a neighbor that is gone"),
                },
                ChildId::Process(id) => write!(out, "process {}", self.name_of(*id)),
                ChildId::Listener(id) => match self.ports.get(id) {
                    Some(port) => write!(out, "listener {}", port.address),
                    None => write!(out, "a listener that is gone"),
                },
                _ => write!(out, "rate-limiter"),
            };
        }
        if count > NAMED {
            let _ = write!(out, " and {} more", count - NAMED);
        }
        out
    }
}

/// A seed that nobody has chosen; it is told, so that it can be chosen another time.
fn fresh_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_micros())
}

impl Handler<Struck> for Supervisor {
    type Result = ();

    fn handle(&mut self, struck: Struck, context: &mut Context<Self>) {
        let Struck { child, armed, site } = struck;
        let (number, strikes) = (armed.id(), armed.strikes());
        let on = self.names([child].iter());
        let Some(injected) = self.faults.injected.get_mut(&number) else { return };
        injected.struck(child, armed);
        if strikes.is_power_of_two() {
            warn!(self.log, "fault strikes"; "source" => "reactor", "number" => number, "fault" => &injected.fault,
                "by" => &*injected.who, "on" => on, "site" => site, "strikes" => strikes);
        }
        if injected.victims.is_empty() {
            self.end_fault(number, "it is over");
        } else if strikes == 1 {
            self.look_again(number, context);
        }
    }
}
