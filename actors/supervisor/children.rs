//! Starting children, and what happens when one ends.

use std::{sync::Arc, time::Duration};

use actix::{AsyncContext as _, Context, Handler};
use rib::{SessionEnd, StaticChange};
use session::{Cause as DownCause, Report, Settings, State, StopReason};
use slog::{Logger, crit, info, o};

use super::{Supervisor, orphans, tell};
use crate::{
    bulletin::Bulletin,
    connect::Target,
    control::Control,
    link::{Birth, start_supervised},
    listener::{self, Listener},
    messages::{
        Cause, ChildId, Command as PeerCommand, Configure, Deliver, Ended, Exhausted, GrantLost, Limited, ProcessId,
        Rates, SeatId, SessionDown, Standing, Stop, StopProcess,
    },
    peer::{self, Peer},
    process::{self, ApiProcess, Way},
    rate::Limits,
    rate_limiter::RateLimiter,
    rib::Rib,
    seat,
    signals::{self, Signals},
    signing::signed,
    tree,
};

impl Supervisor {
    /// Starts a child, as the tree says.
    pub(super) fn start(&mut self, child: ChildId, generation: u32, context: &Context<Self>) {
        match child {
            ChildId::Signals => self.start_signals(generation, context),
            ChildId::RateLimiter => self.start_rate_limiter(generation, context),
            ChildId::Control => self.start_control(generation, context),
            ChildId::Listener(id) => self.start_listener(id, generation, context),
            ChildId::Process(id) => self.start_process(id, generation, context),
            ChildId::Rib(id) => self.start_rib(id, generation, context),
            ChildId::Peer(id) => self.start_peer(id, generation, context),
        }
    }

    /// Asks a child to end, as the tree says.
    pub(super) fn end(&mut self, child: ChildId) {
        let shutdown = self.tree.is_ending();
        match child {
            ChildId::Signals => tell(self.signals.as_ref(), Stop),
            ChildId::RateLimiter => tell(self.rate_limiter.as_ref(), Stop),
            ChildId::Control => tell(self.doorkeeper.as_ref(), Stop),
            ChildId::Listener(id) => tell(self.ports.get(&id).and_then(|port| port.listener.as_ref()), Stop),
            ChildId::Process(id) => {
                let helper = self.helpers.get(&id).and_then(|helper| helper.address.as_ref());
                tell(helper, StopProcess { shutdown });
            }
            ChildId::Rib(id) => {
                tell(self.seats.get(&id).and_then(|seat| seat.rib.as_ref()), Stop);
                self.remove_seat(id);
            }
            ChildId::Peer(id) => {
                let Some(seat) = self.seats.get(&id) else { return };
                let anew = |child: &tree::Child| child.standing() == tree::Standing::Stopping(tree::Then::Start);
                let reason = match self.tree.child(child) {
                    _ if seat.leaving => StopReason::Removed,
                    Some(child) if anew(child) => StopReason::Restarted,
                    _ => StopReason::Shutdown,
                };
                tell(seat.peer.as_ref(), PeerCommand::Stop(reason));
            }
        }
    }

    /// What goes with a child that has ended.
    pub(super) fn clear_up(&mut self, child: ChildId, generation: u32, cause: &Cause, context: &mut Context<Self>) {
        match child {
            ChildId::Signals => self.signals = None,
            ChildId::RateLimiter => self.clear_up_rate_limiter(),
            ChildId::Control => self.doorkeeper = None,
            ChildId::Listener(id) => {
                if let Some(port) = self.ports.get_mut(&id) {
                    port.listener = None;
                }
            }
            ChildId::Process(id) => self.clear_up_process(id, generation, context),
            ChildId::Rib(id) => self.clear_up_rib(id, cause),
            ChildId::Peer(id) => self.clear_up_peer(id, generation),
        }
    }

    fn clear_up_process(&mut self, id: ProcessId, generation: u32, context: &mut Context<Self>) {
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        (helper.address, helper.program) = (None, None);
        let held = std::mem::take(&mut helper.congested);
        let (before, fate, leaving) = (orphans::life(id, generation), helper.process.routes.clone(), helper.leaving);
        self.orphan(before, &fate, leaving, context);
        if held {
            // It has fallen, and could not take that back.
            self.hold_readers();
        }
    }

    /// The error kernel fell, and with it what the peer was told by helpers.
    fn clear_up_rib(&mut self, id: SeatId, cause: &Cause) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.rib = None;
        if !seat.leaving {
            crit!(self.log, "the routes of a neighbor are lost; those of the configuration come back";
                "source" => "rib", "neighbor" => &*seat.name, "reason" => %cause);
        }
    }

    /// Who waits for its grant asks the next one.
    fn clear_up_rate_limiter(&mut self) {
        self.rate_limiter = None;
        for seat in self.seats.values().filter(|seat| Limits::of_neighbor(&seat.neighbor).any()) {
            tell(seat.peer.as_ref(), PeerCommand::GrantLost);
        }
        self.helpers.values().for_each(|helper| tell(helper.address.as_ref(), GrantLost));
    }

    fn clear_up_peer(&mut self, id: SeatId, generation: u32) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        (seat.peer, seat.established) = (None, false);
        seat.lifelines.clear();
        tell(seat.rib.as_ref(), SessionDown { generation, session: None, ended: SessionEnd::Silently });
        if std::mem::take(&mut seat.told_connected) {
            self.tell_of_fall(id);
        }
    }

    fn birth(child: ChildId, generation: u32, context: &Context<Self>) -> Birth {
        Birth { child, generation, supervisor: context.address().recipient() }
    }

    fn start_rib(&mut self, id: SeatId, generation: u32, context: &Context<Self>) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        seat.rib_generation = generation;
        let log = self.log.new(o!("source" => "rib", "neighbor" => seat.neighbor.peer_address.to_string()));
        let (policy, birth) = (seat.policy(), Self::birth(ChildId::Rib(id), generation, context));
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

    fn start_peer(&mut self, id: SeatId, generation: u32, context: &Context<Self>) {
        let faults = self.left(ChildId::Peer(id), context);
        let Some(seat) = self.seats.get_mut(&id) else { return };
        let Some(rib) = seat.rib.clone() else { return };
        seat.peer_generation = generation;
        let log = peer_log(&self.log, seat.neighbor.peer_address, generation);
        let version = &self.surroundings.version;
        let settings = seat::settings(&seat.neighbor, &self.env, version, self.config.quirks, u64::from(id.0));
        let start = peer::Start {
            seat: id,
            generation,
            settings: Settings { interest: seat.interest(), ..settings },
            target: Target::of(&seat.neighbor, self.env.tcp.connect()),
            limits: Limits::of_neighbor(&seat.neighbor),
            supervisor: context.address(),
            rib,
            world: self.world.clone(),
            withheld: seat.poison.keys(),
            faults,
            log,
        };
        let birth = Self::birth(ChildId::Peer(id), generation, context);
        seat.peer = Some(start_supervised(self.placement.peer(id), birth, move |_| Peer::new(start)));
        if seat.held {
            tell(seat.peer.as_ref(), PeerCommand::Reading(false));
        }
    }

    /// Starts the actor of a helper, and the program as well unless it runs already.
    fn start_process(&mut self, id: ProcessId, generation: u32, context: &Context<Self>) {
        let Some(helper) = self.helpers.get_mut(&id) else { return };
        helper.generation = generation;
        let way = match (helper.stream.take(), helper.pipes.clone()) {
            (Some(stream), _) => Way::Socket(stream),
            (None, Some(pipes)) => Way::Pipes(pipes),
            (None, None) => Way::Run,
        };
        // What a command chose is about programs, not about who comes to talk with us.
        let chosen = self.api_version.filter(|_| matches!(way, Way::Run));
        let start = process::Start {
            id,
            generation,
            process: helper.process.clone(),
            way,
            surroundings: self.surroundings.speaking(helper.process.api_version.or(chosen)),
            world: self.world.clone(),
            supervisor: context.address(),
            log: self.log.new(o!("source" => "processes", "process" => helper.process.name.clone())),
        };
        let birth = Self::birth(ChildId::Process(id), generation, context);
        let address = start_supervised(self.placement.processes(), birth, move |_| ApiProcess::new(start));
        helper.address = Some(address);
        self.rearm(ChildId::Process(id), context);
    }

    fn start_listener(&mut self, id: u32, generation: u32, context: &Context<Self>) {
        let Some(address) = self.ports.get(&id).map(|port| port.address) else { return };
        let (signed, bound) = (signed(self.neighbors(), address), self.bound.remove(&address));
        let bound = self
            .handed
            .get(address)
            .map_or(bound, |socket| socket.map(|socket| listener::taken_over(socket, &signed)).ok());
        let Some(port) = self.ports.get_mut(&id) else { return };
        let log = self.log.new(o!("source" => "network"));
        info!(log, "listening"; "address" => %address);
        let (birth, supervisor) = (Self::birth(ChildId::Listener(id), generation, context), context.address());
        port.listener = Some(start_supervised(self.placement.main(), birth, move |_| {
            Listener::new(address, bound, signed, supervisor, log)
        }));
        self.rearm(ChildId::Listener(id), context);
    }

    fn start_rate_limiter(&mut self, generation: u32, context: &Context<Self>) {
        let birth = Self::birth(ChildId::RateLimiter, generation, context);
        self.rate_limiter = Some(start_supervised(self.placement.main(), birth, |_| RateLimiter::default()));
        self.tell_rates();
        self.rearm(ChildId::RateLimiter, context);
    }

    pub(super) fn tell_rates(&self) {
        let peers = self.seats.keys().map(|id| Limited::Peer(*id));
        let all = peers.chain(self.helpers.keys().map(|id| Limited::Helper(*id))).map(|who| (who, self.limits(who)));
        tell(self.rate_limiter.as_ref(), Rates(all.filter(|(_, limits)| limits.any()).collect()));
    }

    /// The limits that somebody has.
    pub(super) fn limits(&self, who: Limited) -> Limits {
        match who {
            Limited::Peer(id) => self.seats.get(&id).map(|seat| Limits::of_neighbor(&seat.neighbor)),
            Limited::Helper(id) => self.helpers.get(&id).map(|helper| Limits::of_process(&helper.process)),
        }
        .unwrap_or_default()
    }

    fn start_signals(&mut self, generation: u32, context: &Context<Self>) {
        let supervisor = context.address();
        let watched = self.watched.take().unwrap_or_else(|| signals::watch(&self.log));
        let birth = Self::birth(ChildId::Signals, generation, context);
        self.signals = Some(start_supervised(self.placement.main(), birth, |_| Signals::new(watched, supervisor)));
    }

    fn start_control(&mut self, generation: u32, context: &Context<Self>) {
        let Some((path, bound)) = self.control.as_mut().map(|(path, bound)| (path.clone(), bound.take())) else {
            return;
        };
        let birth = Self::birth(ChildId::Control, generation, context);
        let (supervisor, log) = (context.address(), self.log.new(o!("source" => "api")));
        let control =
            start_supervised(self.placement.main(), birth, move |_| Control::new(path, bound, supervisor, log));
        self.doorkeeper = Some(control);
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

    /// A neighbor is there no longer.
    pub(super) fn remove_seat(&mut self, id: SeatId) {
        if self.seats.get(&id).is_some_and(|seat| seat.leaving)
            && let Some(seat) = self.seats.remove(&id)
        {
            info!(self.log, "neighbor removed"; "source" => "reactor", "neighbor" => &*seat.name);
            self.selections.clear();
        }
    }
}

pub(super) fn peer_log(log: &Logger, peer: std::net::IpAddr, generation: u32) -> Logger {
    log.new(o!("source" => "reactor", "peer" => peer.to_string(), "generation" => generation))
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

    fn handle(&mut self, standing: Standing, context: &mut Context<Self>) {
        let seat = self.seats.get_mut(&standing.seat).filter(|seat| seat.peer_generation == standing.generation);
        let Some(seat) = seat else { return };
        seat.established = standing.established;
        // Who has a session may try again, however often it failed before.
        seat.exhausted &= !standing.established;
        if seat.range && !standing.established {
            self.leave(standing.seat, context);
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
        if !self.tree.is_ending() && !open && self.seats.values().all(|seat| seat.exhausted) {
            info!(self.log, "no neighbor is left to connect to: the daemon ends"; "source" => "reactor");
            self.stop(0, context);
        }
    }
}
