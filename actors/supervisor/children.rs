//! Starting children, and what happens when one ends.

use std::{os::unix::net::UnixStream, sync::Arc, time::Duration};

use actix::{AsyncContext as _, Context, Handler};
use rib::{SessionEnd, StaticChange};
use session::{Cause as DownCause, Report, Settings, State};
use slog::{Logger, crit, error, info, o, warn};

use super::{Phase, Supervisor, orphans, tell};
use crate::{
    bulletin::Bulletin,
    connect::Target,
    control::Control,
    link::{Birth, start_supervised},
    listener::Listener,
    messages::{
        Cause, ChildId, Command, Configure, Deliver, Ended, Exhausted, Exited, ProcessId, Rates, SeatId, SessionDown,
        Standing, Stop,
    },
    now,
    peer::{self, Peer},
    process::{self, ApiProcess, Way},
    rate_limiter::RateLimiter,
    restart::Decision,
    rib::Rib,
    seat,
    signals::{self, Signals},
    signing::signed,
};

impl Supervisor {
    fn birth(child: ChildId, generation: u32, context: &Context<Self>) -> Birth {
        Birth { child, generation, supervisor: context.address().recipient() }
    }

    pub(super) fn start_rib(&mut self, id: SeatId, context: &Context<Self>) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.rib_generation += 1;
        let log = self.log.new(o!("source" => "rib", "neighbor" => seat.neighbor.peer_address.to_string()));
        let (policy, birth) = (seat.policy(), Self::birth(ChildId::Rib(id), seat.rib_generation, context));
        let names = self.placement.names();
        let rib = start_supervised(self.placement.ribs(), birth, move |_| Rib::new(policy, names, log));
        seat.rib = Some(rib);
        self.configure_rib(id, None);
    }

    /// Hands the configured routes to the Rib of a seat, and what leads to them if that is known.
    pub(super) fn configure_rib(&self, id: SeatId, change: Option<Arc<StaticChange>>) {
        let Some(seat) = self.seats.get(&id) else { return };
        let families = seat.neighbor.families.iter().copied().collect();
        let ourselves = (seat.neighbor.local_address, seat.neighbor.router_id);
        let (routes, notices) = (seat.neighbor.routes.clone(), seat.neighbor.operational.clone().into());
        let eor_within = seat.neighbor.eor_within.map(|seconds| Duration::from_secs(seconds.into()));
        let (policy, bare) = (seat.policy(), seat.neighbor.bare.clone().into());
        tell(seat.rib.as_ref(), Configure { policy, eor_within, families, ourselves, routes, change, bare, notices });
    }

    pub(super) fn start_peer(&mut self, id: SeatId, context: &Context<Self>) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        let Some(rib) = seat.rib.clone() else { return };
        seat.peer_generation += 1;
        seat.quarantined = false;
        let generation = seat.peer_generation;
        let log = peer_log(&self.log, seat.neighbor.peer_address, generation);
        let version = &self.surroundings.version;
        let settings = seat::settings(&seat.neighbor, &self.env, version, self.config.quirks, u64::from(id.0));
        let start = peer::Start {
            seat: id,
            generation,
            settings: Settings { interest: seat.interest(), ..settings },
            target: Target::of(&seat.neighbor, self.env.tcp.connect()),
            rate_limit: seat.neighbor.rate_limit,
            supervisor: context.address(),
            rib,
            world: self.world.clone(),
            log,
        };
        let birth = Self::birth(ChildId::Peer(id), generation, context);
        seat.peer = Some(start_supervised(self.placement.peer(id), birth, move |_| Peer::new(start)));
        if seat.held {
            tell(seat.peer.as_ref(), Command::Reading(false));
        }
        self.rearm(ChildId::Peer(id), context);
    }

    /// Starts the actor of a helper, and the program as well unless it runs already.
    pub(super) fn start_process(&mut self, id: ProcessId, program: Option<UnixStream>, context: &Context<Self>) {
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        helper.generation += 1;
        let way = match (program, helper.pipes.clone()) {
            (Some(stream), _) => Way::Socket(stream),
            (None, Some(pipes)) => Way::Pipes(pipes),
            (None, None) => Way::Run,
        };
        // What a command chose is about programs, not about who comes to talk with us.
        let chosen = self.api_version.filter(|_| matches!(way, Way::Run));
        let start = process::Start {
            id,
            generation: helper.generation,
            process: helper.process.clone(),
            way,
            surroundings: self.surroundings.speaking(helper.process.api_version.or(chosen)),
            world: self.world.clone(),
            supervisor: context.address(),
            log: self.log.new(o!("source" => "processes", "process" => helper.process.name.clone())),
        };
        let birth = Self::birth(ChildId::Process(id), helper.generation, context);
        let address = start_supervised(self.placement.processes(), birth, move |_| ApiProcess::new(start));
        helper.address = Some(address);
        self.rearm(ChildId::Process(id), context);
    }

    pub(super) fn start_listener(&mut self, id: u32, context: &Context<Self>) {
        let Some(address) = self.ports.get(&id).map(|port| port.address) else { return };
        let (signed, bound) = (signed(self.neighbors(), address), self.bound.remove(&address));
        let Some(port) = self.ports.get_mut(&id) else { return };
        port.generation += 1;
        let log = self.log.new(o!("source" => "network"));
        info!(log, "listening"; "address" => %address);
        let (birth, supervisor) = (Self::birth(ChildId::Listener(id), port.generation, context), context.address());
        port.listener = Some(start_supervised(self.placement.main(), birth, move |_| {
            Listener::new(address, bound, signed, supervisor, log)
        }));
        self.rearm(ChildId::Listener(id), context);
    }

    pub(super) fn start_rate_limiter(&mut self, context: &Context<Self>) {
        self.rate_limiter.generation += 1;
        let birth = Self::birth(ChildId::RateLimiter, self.rate_limiter.generation, context);
        let limiter = start_supervised(self.placement.main(), birth, |_| RateLimiter::default());
        self.rate_limiter.address = Some(limiter);
        self.tell_rates();
        self.rearm(ChildId::RateLimiter, context);
    }

    pub(super) fn tell_rates(&self) {
        let limited = self.seats.values().filter(|seat| seat.neighbor.rate_limit > 0);
        let rates = limited.map(|seat| (seat.id, seat.neighbor.rate_limit)).collect();
        tell(self.rate_limiter.address.as_ref(), Rates(rates));
    }

    pub(super) fn start_signals(&mut self, context: &Context<Self>) {
        self.signals.generation += 1;
        let supervisor = context.address();
        let watched = self.watched.take().unwrap_or_else(|| signals::watch(&self.log));
        let birth = Self::birth(ChildId::Signals, self.signals.generation, context);
        self.signals.address =
            Some(start_supervised(self.placement.main(), birth, |_| Signals::new(watched, supervisor)));
    }

    pub(super) fn start_control(&mut self, context: &Context<Self>) {
        let Some((path, bound)) = self.control.as_mut().map(|(path, bound)| (path.clone(), bound.take())) else {
            return;
        };
        self.doorkeeper.generation += 1;
        let birth = Self::birth(ChildId::Control, self.doorkeeper.generation, context);
        let (supervisor, log) = (context.address(), self.log.new(o!("source" => "api")));
        let control =
            start_supervised(self.placement.main(), birth, move |_| Control::new(path, bound, supervisor, log));
        self.doorkeeper.address = Some(control);
    }

    /// Without a control socket the daemon goes on: it is for people, not for peers.
    fn control_exited(&mut self, context: &mut Context<Self>) {
        self.doorkeeper.address = None;
        match self.doorkeeper.ledger.failed(now()) {
            Decision::Restart(_) => self.start_control(context),
            Decision::Quarantine(time) => {
                crit!(self.log, "there is no control socket for now"; "source" => "api", "for" => ?time);
                context.run_later(time, |supervisor, context| supervisor.start_control(context));
            }
        }
    }

    fn peer_exited(&mut self, id: SeatId, generation: u32, cause: &Cause, context: &mut Context<Self>) {
        let Some(seat) = self.seats.get_mut(&id).filter(|seat| seat.peer_generation == generation) else { return };
        (seat.peer, seat.established) = (None, false);
        seat.lifelines.clear();
        tell(seat.rib.as_ref(), SessionDown { generation, ended: SessionEnd::Silently });
        if std::mem::take(&mut seat.told_connected) {
            self.tell_of_fall(id);
        }
        let Some(seat) = self.seats.get_mut(&id) else { return };
        if seat.leaving {
            return self.remove_seat(id);
        }
        if self.phase > Phase::Running {
            return self.go_on_stopping(context);
        }
        if !cause.is_its_own() {
            return self.start_peer(id, context);
        }
        let log = peer_log(&self.log, seat.neighbor.peer_address, generation);
        match seat.peer_ledger.failed(now()) {
            Decision::Restart(after) => {
                error!(log, "peer failed and is started again"; "reason" => %cause, "after" => ?after);
                context
                    .run_later(after, move |supervisor, context| supervisor.start_peer_again(id, generation, context));
            }
            Decision::Quarantine(time) => {
                crit!(log, "peer failed too often and is left alone"; "reason" => %cause, "for" => ?time,
                    "failures" => seat.peer_ledger.total());
                seat.quarantined = true;
                context
                    .run_later(time, move |supervisor, context| supervisor.start_peer_again(id, generation, context));
            }
        }
    }

    /// Unless something else has started it meanwhile.
    fn start_peer_again(&mut self, id: SeatId, generation: u32, context: &Context<Self>) {
        let waiting = self.seats.get(&id).is_some_and(|seat| seat.peer.is_none() && seat.peer_generation == generation);
        if waiting && self.phase == Phase::Running {
            self.start_peer(id, context);
        }
    }

    /// Helpers that were told of a connection are told that it is gone.
    fn tell_of_fall(&self, id: SeatId) {
        let Some(seat) = self.seats.get(&id) else { return };
        let facts = Arc::new(api::encode::PeerFacts::new(&seat.neighbor, None));
        let reports = Arc::new(Bulletin::of(vec![Report::Down(DownCause::Internal), Report::Fsm(State::Idle)]));
        for (process, subscription) in &seat.subscriptions {
            let helper = self.helpers.get(process).and_then(|helper| helper.address.as_ref());
            let (facts, reports, subscription) = (facts.clone(), reports.clone(), subscription.clone());
            tell(helper, Deliver { seat: id, facts, subscription, reports });
        }
    }

    /// The error kernel fell, and with it what the peer was told by helpers: both start anew.
    fn rib_exited(&mut self, id: SeatId, generation: u32, cause: &Cause, context: &mut Context<Self>) {
        let Some(seat) = self.seats.get_mut(&id).filter(|seat| seat.rib_generation == generation) else { return };
        seat.rib = None;
        if seat.leaving || self.phase > Phase::Running {
            return;
        }
        crit!(self.log, "the routes of a neighbor are lost; those of the configuration come back";
            "source" => "rib", "neighbor" => &*seat.name, "reason" => %cause);
        if !cause.is_its_own() {
            self.start_rib(id, context);
            return self.restart_peer(id, context);
        }
        let after = match seat.rib_ledger.failed(now()) {
            Decision::Restart(after) | Decision::Quarantine(after) => after,
        };
        context.run_later(after, move |supervisor, context| {
            supervisor.start_rib(id, context);
            supervisor.restart_peer(id, context);
        });
    }

    /// A Peer keeps the address of its Rib: with a new Rib comes a new Peer.
    fn restart_peer(&mut self, id: SeatId, context: &Context<Self>) {
        if let Some(seat) = self.seats.get_mut(&id) {
            tell(seat.peer.take().as_ref(), Command::Stop(session::StopReason::Removed));
            if !self.waiting {
                self.start_peer(id, context);
            }
        }
    }

    fn remove_seat(&mut self, id: SeatId) {
        if let Some(seat) = self.seats.remove(&id) {
            tell(seat.rib.as_ref(), Stop);
            info!(self.log, "neighbor removed"; "source" => "reactor", "neighbor" => &*seat.name);
        }
        self.selections.clear();
    }

    fn process_exited(&mut self, id: ProcessId, generation: u32, cause: &Cause, context: &mut Context<Self>) {
        let Some(helper) = self.helpers.get_mut(&id).filter(|helper| helper.generation == generation) else { return };
        helper.address = None;
        helper.program = None;
        let (before, fate, leaving) = (orphans::life(id, generation), helper.process.routes.clone(), helper.leaving);
        self.orphan(before, &fate, leaving, context);
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        if self.phase > Phase::Running {
            return self.go_on_stopping(context);
        }
        if helper.leaving || helper.client {
            self.clear_faults_of(id);
            let watched = self.helpers.remove(&id).is_some_and(|helper| helper.watch.is_some());
            if watched {
                self.subscribe_all();
            }
            return;
        }
        if helper.pipes.is_some() {
            return self.pipes_exited(id, cause, context);
        }
        if std::mem::take(&mut helper.replacing) || !cause.is_its_own() {
            return self.start_process(id, None, context);
        }
        let log = self.log.new(o!("source" => "processes", "process" => helper.process.name.clone()));
        let reason = if *cause == Cause::Stopped { helper.status.clone() } else { cause.to_string() };
        if !helper.process.respawn || !self.env.api.respawn {
            info!(log, "helper ended"; "status" => reason);
            helper.gone = true;
            return self.lost_helper(context);
        }
        let on_exceed = helper.process.on_exceed.unwrap_or(self.config.restart.on_exceed);
        match helper.ledger.failed(now()) {
            Decision::Restart(after) => {
                warn!(log, "helper ended and is started again"; "status" => reason);
                self.start_process_after(id, generation, after, context);
            }
            Decision::Quarantine(time) => {
                crit!(log, "helper ended too often and is left alone"; "status" => reason, "for" => ?time);
                if on_exceed == config::OnExceed::StopDaemon {
                    return self.stop(0, context);
                }
                self.start_process_after(id, generation, time, context);
                self.lost_helper(context);
            }
        }
    }

    pub(super) fn start_process_after(
        &mut self,
        id: ProcessId,
        generation: u32,
        after: Duration,
        context: &mut Context<Self>,
    ) {
        if after.is_zero() {
            return self.start_process(id, None, context);
        }
        context.run_later(after, move |supervisor, context| {
            let same = |helper: &super::Helper| helper.generation == generation && helper.address.is_none();
            if supervisor.helpers.get(&id).is_some_and(same) && supervisor.phase == Phase::Running {
                supervisor.start_process(id, None, context);
            }
        });
    }

    /// A helper is gone: with `api.terminate` so is the daemon.
    fn lost_helper(&mut self, context: &mut Context<Self>) {
        if self.env.api.terminate {
            crit!(self.log, "a helper is gone and api.terminate is set: the daemon ends"; "source" => "processes");
            self.stop(0, context);
        }
    }

    fn listener_exited(&mut self, id: u32, generation: u32, cause: &Cause, context: &mut Context<Self>) {
        let Some(port) = self.ports.get_mut(&id).filter(|port| port.generation == generation) else { return };
        port.listener = None;
        if port.leaving {
            self.ports.remove(&id);
            return;
        }
        if self.phase > Phase::Running {
            return;
        }
        match port.ledger.failed(now()) {
            Decision::Restart(after) => {
                warn!(self.log, "listener ended and is started again"; "source" => "network", "reason" => %cause);
                context.run_later(after, move |supervisor, context| supervisor.start_listener(id, context));
            }
            Decision::Quarantine(_) => self.escalate("listener", context),
        }
    }

    /// Something the daemon cannot do without fails again and again: whoever started the daemon decides.
    fn escalate(&mut self, who: &'static str, context: &mut Context<Self>) {
        crit!(self.log, "a service fails too often: the daemon ends"; "source" => "reactor", "service" => who);
        self.stop(crate::EXIT_SOFTWARE, context);
    }

    fn rate_limiter_exited(&mut self, context: &mut Context<Self>) {
        self.rate_limiter.address = None;
        match self.rate_limiter.ledger.failed(now()) {
            Decision::Restart(_) => self.start_rate_limiter(context),
            Decision::Quarantine(time) => {
                crit!(self.log, "rates are not limited for now"; "source" => "reactor", "for" => ?time);
                context.run_later(time, |supervisor, context| supervisor.start_rate_limiter(context));
            }
        }
        for seat in self.seats.values().filter(|seat| seat.neighbor.rate_limit > 0) {
            tell(seat.peer.as_ref(), Command::GrantLost);
        }
    }

    fn signals_exited(&mut self, context: &mut Context<Self>) {
        match self.signals.ledger.failed(now()) {
            Decision::Restart(_) => self.start_signals(context),
            Decision::Quarantine(_) => self.escalate("signals", context),
        }
    }
}

fn peer_log(log: &Logger, peer: std::net::IpAddr, generation: u32) -> Logger {
    log.new(o!("source" => "reactor", "peer" => peer.to_string(), "generation" => generation))
}

impl Handler<Exited> for Supervisor {
    type Result = ();

    fn handle(&mut self, exited: Exited, context: &mut Context<Self>) {
        self.exited(exited, context);
    }
}

impl Supervisor {
    /// Whatever ended a child, this is what follows.
    pub(super) fn exited(&mut self, exited: Exited, context: &mut Context<Self>) {
        let Exited { child, generation, cause } = exited;
        match child {
            ChildId::Peer(id) => self.peer_exited(id, generation, &cause, context),
            ChildId::Rib(id) => self.rib_exited(id, generation, &cause, context),
            ChildId::Process(id) => self.process_exited(id, generation, &cause, context),
            ChildId::Listener(id) => self.listener_exited(id, generation, &cause, context),
            _ if self.phase > Phase::Running => {}
            ChildId::Control => self.control_exited(context),
            ChildId::RateLimiter => self.rate_limiter_exited(context),
            ChildId::Signals => self.signals_exited(context),
        }
    }
}

impl Handler<Ended> for Supervisor {
    type Result = ();

    fn handle(&mut self, ended: Ended, _: &mut Context<Self>) {
        let helper = self.helpers.get_mut(&ended.process).filter(|helper| helper.generation == ended.generation);
        if let Some(helper) = helper {
            helper.status = ended.status;
        }
    }
}

impl Handler<Standing> for Supervisor {
    type Result = ();

    fn handle(&mut self, standing: Standing, _: &mut Context<Self>) {
        let seat = self.seats.get_mut(&standing.seat).filter(|seat| seat.peer_generation == standing.generation);
        let Some(seat) = seat else { return };
        seat.established = standing.established;
        // Who has a session may try again, however often it failed before.
        seat.exhausted &= !standing.established;
        if seat.range && !standing.established {
            self.leave(standing.seat);
        }
    }
}

impl Handler<Exhausted> for Supervisor {
    type Result = ();

    fn handle(&mut self, exhausted: Exhausted, context: &mut Context<Self>) {
        let seat = self.seats.get_mut(&exhausted.seat).filter(|seat| seat.peer_generation == exhausted.generation);
        if let Some(seat) = seat {
            seat.exhausted = true;
        }
        let open = self.config.neighbors.iter().any(|neighbor| neighbor.peer_mask.is_some());
        if self.phase == Phase::Running && !open && self.seats.values().all(|seat| seat.exhausted) {
            info!(self.log, "no neighbor is left to connect to: the daemon ends"; "source" => "reactor");
            self.stop(0, context);
        }
    }
}
