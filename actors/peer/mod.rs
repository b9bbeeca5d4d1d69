//! The Peer: drives one [`Session`]. It turns sockets, time and messages into the session's inputs and carries out its
//! effects; it decides nothing about BGP, and keeps nothing that must survive it.

mod link;
mod pack;
mod routes;
mod struck;
mod trace;
mod turn;

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, SpawnHandle,
    WrapFuture as _,
};
use api::{PeerOrder, encode::PeerFacts};
use bytes::BytesMut;
use fault::{Site, Verdict};
use session::{Effect, Input, Report, Session, Settings, Side};
use slog::{Logger, debug, info, warn};
use tokio::sync::oneshot;
use wire::{Frame, Key, RouteRefresh};

use crate::{
    Supervisor,
    bulletin::{Bulletin, Heard},
    codec::MessageCodec,
    connect::{Failure, Target},
    connection::{Connection, MessageInbox, farewell},
    messages::{
        Ask, Command, Exhausted, Grant, Inbound, Inject, Learn, Lesson, Resend, Routes, SeatId, Signal, Update,
    },
    now,
    rate::Limits,
    rib::Rib,
    world::{Stream, World},
};
use routes::Sending;
use struck::Struck;

/// How long what is in flight may take when its connection is closed, or its Peer stops.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Connections of one Peer that may linger for that long.
const LINGERING: usize = 8;

/// What a Peer is made of.
#[derive(Debug)]
pub(crate) struct Start {
    /// Its seat.
    pub seat: SeatId,
    /// Which start of it.
    pub generation: u32,
    /// The session's parameters.
    pub settings: Settings,
    /// Where to connect to.
    pub target: Target,
    /// What may be sent a second.
    pub limits: Limits,
    /// Whom to tell.
    pub supervisor: Addr<Supervisor>,
    /// The routes.
    pub rib: Addr<Rib>,
    /// What lies outside.
    pub world: Arc<dyn World>,
    /// Routes not to be packed: that panics.
    pub withheld: Arc<HashSet<Key>>,
    /// Injected faults: told by a message they might come too late.
    pub faults: Vec<Inject>,
    /// The log.
    pub log: Logger,
}

/// The session of one neighbor.
#[derive(Debug)]
pub(crate) struct Peer {
    seat: SeatId,
    generation: u32,
    target: Target,
    limits: Limits,
    supervisor: Addr<Supervisor>,
    rib: Addr<Rib>,
    world: Arc<dyn World>,
    withheld: Arc<HashSet<Key>>,
    log: Logger,
    session: Session,
    connections: Vec<Connection>,
    /// Connections closed while a write was in flight: what is to follow that write.
    closing: Vec<(u64, BytesMut)>,
    serials: u64,
    connecting: Option<SpawnHandle>,
    /// There is a connection, or was and the Supervisor has not been told of its end.
    connected: bool,
    alarm: Option<(Instant, SpawnHandle)>,
    /// While Established.
    sending: Option<Sending>,
    sessions: u32,
    /// Reports of this turn.
    reports: Vec<Report>,
    /// Received routes of this turn, and batches of them that the Rib has not taken in yet.
    learned: Vec<Lesson>,
    learning: usize,
    /// Bulletins that helpers have not taken in yet.
    telling: usize,
    reading: bool,
    /// Why it could not be called the last time, if that was for our part.
    uncallable: Option<String>,
    /// Injected faults.
    struck: Struck,
    stopping: bool,
    /// Connections closed of late, whose last words may still be on their way.
    lingering: usize,
}

impl Peer {
    /// A Peer that starts its session when its actor starts.
    pub(crate) fn new(start: Start) -> Self {
        Self {
            seat: start.seat,
            generation: start.generation,
            target: start.target,
            limits: start.limits,
            supervisor: start.supervisor,
            rib: start.rib,
            world: start.world,
            withheld: start.withheld,
            log: start.log,
            session: Session::new(start.settings),
            connections: Vec::new(),
            closing: Vec::new(),
            serials: 0,
            connecting: None,
            connected: false,
            alarm: None,
            sending: None,
            sessions: 0,
            reports: Vec::new(),
            learned: Vec::new(),
            learning: 0,
            telling: 0,
            uncallable: None,
            reading: true,
            struck: Struck::new(start.faults),
            stopping: false,
            lingering: 0,
        }
    }

    /// Hands an input to the session and carries out what follows.
    fn input(&mut self, input: Input, context: &mut Context<Self>) {
        self.session.handle(now(), input);
        self.settle(context);
    }

    /// Carries out everything that is due, and sets the alarm for what will be.
    fn settle(&mut self, context: &mut Context<Self>) {
        self.drive(context);
        self.tell(context);
        self.learn(context);
        self.flush_all(context);
        self.set_alarm(context);
        if self.connections.is_empty() && std::mem::take(&mut self.connected) {
            self.stand(false);
        }
        if self.stopping && self.connections.is_empty() && self.closing.is_empty() {
            context.stop();
        }
    }

    fn drive(&mut self, context: &mut Context<Self>) {
        while let Some(effect) = self.session.next_effect() {
            self.carry_out(effect, context);
        }
    }

    fn carry_out(&mut self, effect: Effect, context: &mut Context<Self>) {
        match effect {
            Effect::Connect => self.connect(context),
            Effect::AbortConnect => _ = self.connecting.take().map(|handle| context.cancel_future(handle)),
            Effect::Close(side) => self.close(side, context),
            Effect::Send(side, bytes) => {
                trace::message(&self.log, true, &Frame::new(bytes.clone()));
                self.put(side, &bytes, context);
            }
            Effect::Tell(report) => self.reports.push(report),
            Effect::Up(negotiated) => self.established(negotiated, context),
            Effect::Down(cause) => {
                info!(self.log, "session down"; "reason" => %cause);
                trace::counters(&self.log, self.session.counters());
                self.unestablished(cause, context);
            }
            Effect::Learn(update) => {
                trace::update(&self.log, &update);
                self.learned.push(Lesson::Update(update));
            }
            Effect::Refreshing(family, begins) => {
                self.learned.push(if begins { Lesson::RefreshBegins(family) } else { Lesson::RefreshEnds(family) });
            }
            Effect::NearLimit(family, held) => {
                warn!(self.log, "the neighbor comes near its prefix limit"; "family" => %family, "routes" => held);
            }
            Effect::Resend(family) => self.rib.do_send(Resend { generation: self.generation, family }),
            Effect::Exhausted => {
                info!(self.log, "no connection attempts left"; "attempts" => self.session.settings().attempts);
                self.supervisor.do_send(Exhausted { seat: self.seat, generation: self.generation });
            }
        }
    }

    fn connect(&mut self, context: &mut Context<Self>) {
        if self.is_call_refused(context) {
            return;
        }
        debug!(self.log, "connecting"; "to" => %self.target.peer);
        let attempt = self.world.connect(self.target.clone()).into_actor(self);
        let handle = context.spawn(attempt.map(|result, peer, context| {
            peer.connecting = None;
            match result {
                Ok((stream, ends)) => {
                    peer.uncallable = None;
                    peer.attach(Side::Outgoing, stream);
                    peer.input(Input::Connected(Side::Outgoing, ends), context);
                    peer.read(Side::Outgoing, context);
                }
                Err(Failure { why, is_ours }) => {
                    // It is called again and again: that is said once.
                    if is_ours && peer.uncallable.as_ref() != Some(&why) {
                        warn!(peer.log, "this peer cannot be called"; "reason" => &why);
                        peer.uncallable = Some(why.clone());
                    }
                    debug!(peer.log, "connection failed"; "reason" => &why);
                    peer.input(Input::ConnectFailed(why), context);
                }
            }
        }));
        self.connecting = Some(handle);
    }

    /// The session has closed the connection: what it sent last still leaves.
    fn close(&mut self, side: Side, context: &mut Context<Self>) {
        let Some(place) = self.connections.iter().position(|connection| connection.side == side) else { return };
        let mut connection = self.connections.swap_remove(place);
        if !self.may_linger(context) {
            return Self::cut_now(&connection, context);
        }
        Self::cut_later(&connection, context);
        match connection.outbox.take() {
            Some((half, rest)) => drop(actix_rt::spawn(farewell(half, rest, connection.inbox.take()))),
            None => self.closing.push((connection.serial, connection.outbox.next_mut().split())),
        }
    }

    /// Whether a connection that is closed may have its last words: not if one after the other is made and closed, for each
    /// takes a descriptor meanwhile.
    fn may_linger(&mut self, context: &mut Context<Self>) -> bool {
        if self.lingering >= LINGERING {
            return false;
        }
        self.lingering += 1;
        context.run_later(LAST_WORDS, |peer, _| peer.lingering -= 1);
        true
    }

    /// One message a turn for everything that happened in it. The Peer reads on only while few are on their way.
    fn tell(&mut self, context: &Context<Self>) {
        if self.reports.is_empty() {
            return;
        }
        let reports = Bulletin::new(std::mem::take(&mut self.reports), context.address().recipient());
        self.telling += 1;
        let facts = Arc::new(self.facts());
        self.supervisor.do_send(Update {
            seat: self.seat,
            generation: self.generation,
            facts,
            reports: Arc::new(reports),
        });
    }

    fn facts(&self) -> PeerFacts {
        let settings = self.session.settings();
        let status = self.session.status(now());
        let with = status.negotiated.as_deref();
        let open_as = status.remote_open.as_deref().map(wire::Open::asn);
        PeerFacts {
            local_address: with.and_then(|with| with.local_address).or(settings.local_address),
            peer_address: settings.peer_address,
            local_as: settings.local_as.or(with.map(|with| with.local_as)),
            peer_as: settings.peer_as.or(open_as),
            router_id: settings.router_id,
        }
    }

    /// Hands received routes to the Rib, which answers when it has them: the Peer reads on only while few are open.
    fn learn(&mut self, context: &mut Context<Self>) {
        if self.learned.is_empty() {
            return;
        }
        self.learning += 1;
        let (lessons, session) = (std::mem::take(&mut self.learned), self.sessions);
        let count = self.session.settings().prefix_limit.is_some();
        let (learned, taken) = oneshot::channel();
        self.rib.do_send(Learn { generation: self.generation, session, lessons, count, learned });
        context.spawn(taken.into_actor(self).map(move |counts, peer, context| {
            peer.learning -= 1;
            let counts = counts.ok().filter(|_| session == peer.sessions);
            for (family, count) in counts.into_iter().flatten() {
                peer.input(Input::Held(family, count), context);
            }
            peer.read_all(context);
        }));
    }

    fn set_alarm(&mut self, context: &mut Context<Self>) {
        let Some(deadline) = self.session.deadline() else { return };
        match self.alarm {
            Some((at, _)) if at <= deadline => return,
            Some((_, handle)) => drop(context.cancel_future(handle)),
            None => {}
        }
        let wait = deadline.saturating_duration_since(now());
        trace::timer(&self.log, wait);
        let handle = context.run_later(wait, Self::due);
        self.alarm = Some((deadline, handle));
    }

    fn order(&mut self, order: PeerOrder, context: &mut Context<Self>) {
        match order {
            PeerOrder::Teardown(subcode, text) => self.input(Input::Teardown(subcode, text), context),
            PeerOrder::Refresh(family) => {
                if let Some(sending) = &mut self.sending {
                    sending.request_refresh(family, RouteRefresh::REQUEST);
                    self.hand_over(context);
                }
            }
        }
    }
}

impl Actor for Peer {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        self.input(Input::Start, context);
    }
}

impl Handler<Command> for Peer {
    type Result = ();

    fn handle(&mut self, command: Command, context: &mut Context<Self>) {
        self.strike(&Site::Message("Command"), context);
        match command {
            Command::Order(order, _receipt) => self.order(order, context),
            Command::Reconfigure { settings, target, limits, reset } => {
                self.session.reconfigure(*settings);
                (self.target, self.limits) = (*target, limits);
                if let Some(subcode) = reset {
                    self.input(Input::Restart(subcode), context);
                }
            }
            Command::Restart(subcode) => self.input(Input::Restart(subcode), context),
            Command::GrantLost => self.acquire_again(context),
            Command::Reading(reading) => {
                self.reading = reading;
                self.input(Input::Paused(!reading), context);
                self.read_all(context);
            }
            Command::Interest(interest) => self.session.set_interest(interest),
            Command::Signalled(Signal { number, name }) => self.input(Input::Signal(number, name), context),
            Command::Stop(reason) => {
                self.stopping = true;
                self.input(Input::Stop(reason), context);
                context.run_later(LAST_WORDS, |_, context| context.stop());
            }
        }
    }
}

impl Handler<Inbound> for Peer {
    type Result = ();

    fn handle(&mut self, inbound: Inbound, context: &mut Context<Self>) {
        if self.strike(&Site::Accept, context) == Verdict::Drop {
            return debug!(self.log, "incoming connection refused by an injected fault");
        }
        match self.target.adopt(inbound.0.stream) {
            Err(error) => debug!(self.log, "incoming connection was gone"; "reason" => %error),
            Ok((stream, ends)) => match self.session.refusal(now()) {
                Some(_) if !self.may_linger(context) => debug!(self.log, "incoming connection cut: there are too many"),
                Some(notify) => {
                    let mut out = BytesMut::new();
                    notify.encode(&mut out);
                    info!(self.log, "incoming connection refused"; "reason" => notify.message_text());
                    let Stream { source, sink, .. } = stream.into();
                    actix_rt::spawn(farewell(sink, out, Some(MessageInbox::new(source, MessageCodec::default()))));
                }
                None => {
                    self.close(Side::Incoming, context);
                    self.attach(Side::Incoming, stream.into());
                    self.input(Input::Connected(Side::Incoming, ends), context);
                    self.read(Side::Incoming, context);
                }
            },
        }
    }
}

impl Handler<Routes> for Peer {
    type Result = ();

    fn handle(&mut self, routes: Routes, context: &mut Context<Self>) {
        self.strike(&Site::Message("Routes"), context);
        self.routes(routes, context);
    }
}

impl Handler<Heard> for Peer {
    type Result = ();

    fn handle(&mut self, _: Heard, context: &mut Context<Self>) {
        self.telling = self.telling.saturating_sub(1);
        self.read_all(context);
    }
}

impl Handler<Grant> for Peer {
    type Result = ();

    fn handle(&mut self, grant: Grant, context: &mut Context<Self>) {
        self.granted(grant, context);
    }
}

impl Handler<Ask> for Peer {
    type Result = actix::MessageResult<Ask>;

    fn handle(&mut self, _: Ask, _: &mut Context<Self>) -> Self::Result {
        actix::MessageResult(self.session.status(now()))
    }
}
