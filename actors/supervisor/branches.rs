//! The Supervisor and its tree: what happened is told to the tree, and what it says is carried out. Nobody is started, stopped
//! or given up otherwise.

use std::time::Duration;

use actix::{AsyncContext as _, Context, Handler};
use config::Policy;
use slog::{crit, error, info, o, warn};

use super::{Supervisor, children::peer_log};
use crate::{
    messages::{Cause, ChildId, Exited, ProcessId, SeatId},
    now,
    tree::{Beyond, Command, Decision, Event, Kind, Spec},
};

/// How long to do without the control pipes after they could not be opened, or nobody read the answers.
const REOPEN: Duration = Duration::from_secs(1);

impl Supervisor {
    /// Tells the tree what happened, and does what follows.
    pub(super) fn tell_tree(&mut self, event: Event, context: &mut Context<Self>) {
        for command in self.tree.handle(now(), event) {
            self.obey(command, context);
        }
    }

    fn obey(&mut self, command: Command, context: &mut Context<Self>) {
        match command {
            Command::Start(child, generation) => self.start(child, generation, context),
            Command::Stop(child) => self.end(child),
            Command::Wake(child, generation, after) => {
                context.run_later(after, move |supervisor, context| {
                    supervisor.tell_tree(Event::Wake(child, generation), context);
                });
            }
            Command::Failed(child, cause, decision) => self.failed(child, &cause, decision, context),
            Command::Ended(child, cause) => self.ended(child, &cause, context),
            Command::Forget(child) => self.forget(child),
            Command::Escalate(child) => self.escalate(child, context),
            Command::Ending(stage) => self.go_on_stopping(stage, context),
        }
    }

    /// There is to be another child.
    pub(super) fn add(&mut self, child: ChildId, context: &mut Context<Self>) {
        let spec = self.spec(child);
        self.tell_tree(Event::Add(child, spec), context);
    }

    /// What is to be done for a child, by its configuration.
    fn spec(&self, child: ChildId) -> Spec {
        let policy = self.policy(child);
        let spec = |kind, beyond, seed: u32| Spec::new(kind, beyond, policy, seed.into());
        match child {
            ChildId::Signals => spec(Kind::Permanent, Beyond::Escalate, 2),
            ChildId::RateLimiter => spec(Kind::Permanent, Beyond::Quarantine, 1),
            ChildId::Control => spec(Kind::Permanent, Beyond::Quarantine, 3),
            ChildId::Listener(id) => spec(Kind::Permanent, Beyond::Escalate, id),
            ChildId::Process(id) => spec(self.kind(id), Beyond::Quarantine, id.0),
            ChildId::Rib(id) => spec(Kind::Permanent, Beyond::Quarantine, id.0),
            ChildId::Peer(id) => {
                let hold_time = self.seats.get(&id).map_or(0, |seat| seat.neighbor.hold_time);
                spec(Kind::Permanent, Beyond::Quarantine, id.0).holding(hold_time)
            }
        }
    }

    /// Whether a helper is started again. Who has come to us is not ours to start.
    fn kind(&self, id: ProcessId) -> Kind {
        let again = |helper: &super::Helper| {
            helper.pipes.is_some() || (!helper.client && helper.process.respawn && self.env.api.respawn)
        };
        if self.helpers.get(&id).is_some_and(again) { Kind::Permanent } else { Kind::Temporary }
    }

    pub(super) fn policy(&self, child: ChildId) -> Policy {
        let restart = &self.config.restart;
        match child {
            ChildId::Signals | ChildId::Control => restart.service,
            ChildId::RateLimiter => restart.rate_limiter,
            ChildId::Listener(_) => restart.listener,
            ChildId::Rib(_) => restart.rib,
            ChildId::Peer(_) => restart.peer,
            ChildId::Process(id) => match self.helpers.get(&id) {
                // They are opened anew as long as the daemon runs: people may move them and put them back.
                Some(helper) if helper.pipes.is_some() => {
                    Policy { first: REOPEN, max: REOPEN, jitter: 0, intensity: u32::MAX, ..restart.process }
                }
                helper => helper.and_then(|helper| helper.process.restart).unwrap_or(restart.process),
            },
        }
    }

    /// How often who may fail from now on; what has failed before counts on.
    pub(super) fn set_policies(&mut self) {
        let children: Vec<ChildId> = self.tree.children().map(|(id, _)| id).collect();
        children.into_iter().for_each(|child| self.set_policy(child));
    }

    /// The same for one.
    pub(super) fn set_policy(&mut self, child: ChildId) {
        let Spec { kind, policy, .. } = self.spec(child);
        self.tree.set_policy(child, kind, policy);
    }

    fn failed(&mut self, child: ChildId, cause: &Cause, decision: Decision, context: &mut Context<Self>) {
        let log = self.log.new(o!("source" => "reactor"));
        match (child, decision) {
            (ChildId::Peer(id), _) => self.peer_failed(id, cause, decision),
            (ChildId::Process(id), _) => self.process_failed(id, cause, decision, context),
            (ChildId::Rib(_), Decision::Restart(_)) => {}
            (_, Decision::Restart(after)) => {
                warn!(log, "a service ended and is started again"; "service" => %child, "reason" => %cause, "after" => ?after);
            }
            (ChildId::RateLimiter, Decision::Quarantine(time)) => {
                crit!(log, "nobody grants rates for now, each keeps to its own"; "for" => ?time);
            }
            (ChildId::Control, Decision::Quarantine(time)) => {
                crit!(log, "there is no control socket for now"; "for" => ?time);
            }
            (_, Decision::Quarantine(time)) => {
                crit!(log, "a service failed too often and is left alone"; "service" => %child, "reason" => %cause, "for" => ?time);
            }
        }
    }

    fn peer_failed(&self, id: SeatId, cause: &Cause, decision: Decision) {
        let Some(seat) = self.seats.get(&id) else { return };
        let log = peer_log(&self.log, seat.neighbor.peer_address, seat.peer_generation);
        match decision {
            Decision::Restart(after) => {
                error!(log, "peer failed and is started again"; "reason" => %cause, "after" => ?after);
            }
            Decision::Quarantine(time) => {
                let failures = self.tree.child(ChildId::Peer(id)).map_or(0, crate::tree::Child::total);
                crit!(log, "peer failed too often and is left alone"; "reason" => %cause, "for" => ?time, "failures" => failures);
            }
        }
    }

    /// How a helper ended: as it says, or as it fell.
    fn reason(&self, id: ProcessId, cause: &Cause) -> String {
        let said = self.helpers.get(&id).filter(|_| *cause == Cause::Stopped).map(|helper| helper.status.clone());
        said.unwrap_or_else(|| cause.to_string())
    }

    fn process_failed(&mut self, id: ProcessId, cause: &Cause, decision: Decision, context: &mut Context<Self>) {
        let status = self.reason(id, cause);
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        if helper.pipes.is_some() {
            return self.pipes_failed(id, status);
        }
        let log = self.log.new(o!("source" => "processes", "process" => helper.process.name.clone()));
        match decision {
            Decision::Restart(_) => warn!(log, "helper ended and is started again"; "status" => status),
            Decision::Quarantine(time) => {
                crit!(log, "helper ended too often and is left alone"; "status" => status, "for" => ?time);
                if helper.process.on_exceed.unwrap_or(self.config.restart.on_exceed) == config::OnExceed::StopDaemon {
                    return self.stop(0, context);
                }
                self.lost_helper(context);
            }
        }
    }

    /// A child has ended, and nobody starts it again.
    fn ended(&mut self, child: ChildId, cause: &Cause, context: &mut Context<Self>) {
        let ChildId::Process(id) = child else { return };
        let status = self.reason(id, cause);
        let Some(helper) = self.helpers.get(&id) else { return };
        if helper.client {
            return self.tell_tree(Event::Remove(child), context);
        }
        let log = self.log.new(o!("source" => "processes", "process" => helper.process.name.clone()));
        info!(log, "helper ended"; "status" => status);
        self.lost_helper(context);
    }

    /// A helper is gone: with `api.terminate` so is the daemon.
    fn lost_helper(&mut self, context: &mut Context<Self>) {
        if self.env.api.terminate {
            crit!(self.log, "a helper is gone and api.terminate is set: the daemon ends"; "source" => "processes");
            self.stop(0, context);
        }
    }

    fn forget(&mut self, child: ChildId) {
        match child {
            ChildId::Process(id) => {
                self.clear_faults_of(id);
                if self.helpers.remove(&id).is_some_and(|helper| helper.watch.is_some()) {
                    self.subscribe_all();
                }
            }
            ChildId::Listener(id) => drop(self.ports.remove(&id)),
            ChildId::Rib(id) => self.remove_seat(id),
            ChildId::Peer(_) | ChildId::Signals | ChildId::RateLimiter | ChildId::Control => {}
        }
    }

    /// Something the daemon cannot do without fails again and again: whoever started the daemon decides.
    fn escalate(&mut self, child: ChildId, context: &mut Context<Self>) {
        crit!(self.log, "a service fails too often: the daemon ends"; "source" => "reactor", "service" => %child);
        self.stop(crate::EXIT_SOFTWARE, context);
    }

    /// Whatever ended a child, this is what follows.
    pub(super) fn exited(&mut self, exited: Exited, context: &mut Context<Self>) {
        let Exited { child, generation, cause } = exited;
        let known = self.tree.child(child);
        if known.is_some_and(|known| known.is_alive() && known.generation() == generation) {
            self.clear_up(child, generation, &cause, context);
            self.tell_tree(Event::Exited(child, generation, cause), context);
        }
    }
}

impl Handler<Exited> for Supervisor {
    type Result = ();

    fn handle(&mut self, exited: Exited, context: &mut Context<Self>) {
        self.exited(exited, context);
    }
}
