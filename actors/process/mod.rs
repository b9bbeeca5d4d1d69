//! A helper program: its lines become commands, events and answers become its input.
//!
//! Commands are taken a read at a time and only while few are open, so that a flood stops at the helper's own pipe.
//! What is written to it is bounded whatever it does: acknowledgements are counted rather than stored, events hold up
//! the neighbors they come from for a while, and are dropped and counted when the helper stays deaf.

pub(crate) mod commands;
mod rate;
mod stdin;
mod struck;
mod tickets;

use std::{
    collections::HashMap,
    io,
    os::unix::net::UnixStream,
    sync::Arc,
    time::{Duration, Instant, UNIX_EPOCH},
};

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, MessageResult,
    WrapFuture as _,
};
use api::{
    Group,
    encode::{self, Envelope, Event, answer::Backlog},
};
use bytes::Bytes;
use config::{Encoder, Process};
use futures_util::future::BoxFuture;
use nix::sys::signal::Signal;
use slog::{Logger, error, info, warn};
use tokio::sync::watch;

use crate::{
    Supervisor,
    codec::LineCodec,
    control_pipes::ControlPipes,
    faults::Faults,
    health,
    messages::{AskBacklog, Began, Congested, Deliver, Ended, ProcessId, Reply, Room, SeatId, StopProcess},
    now,
    pump::{Inbox, Outbox},
    world::{Kill, Program, Sink, Source, World},
};
use rate::Rate;
use stdin::Queue;
use tickets::Tickets;

/// How long the output of a program that ended is read on, and how long one whose output ended may live on.
const GRACE: Duration = Duration::from_secs(1);
/// How long a helper may take to end once it was asked to.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a helper that is told of the shutdown may take to read it.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How long answers wait in the control pipes for somebody to read them.
const UNHEARD_FOR: Duration = Duration::from_secs(60);
/// Why the control pipes are opened anew.
const UNHEARD: &str = "nobody reads the answers";
/// How long neighbors wait for a helper that takes nothing, before its events are dropped.
const DEAF_AFTER: Duration = Duration::from_secs(5);
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What every helper has in common.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// What is the same in every event.
    pub envelope: Envelope,
    /// Commands are acknowledged unless the helper says otherwise.
    pub ack: bool,
    /// What the daemon says its version is.
    pub version: String,
    /// Names this run of the daemon.
    pub uuid: String,
    /// Generation of the API, 4 or 6.
    pub api_version: u8,
}

impl Surroundings {
    /// The same for one that is spoken with in this generation of the API.
    pub(crate) fn speaking(self: &Arc<Self>, api_version: Option<u8>) -> Arc<Self> {
        let Some(api_version) = api_version.filter(|version| *version != self.api_version) else { return self.clone() };
        let mut own = Self::clone(self);
        (own.api_version, own.envelope.dialect) = (api_version, commands::dialect_of(api_version));
        Arc::new(own)
    }
}

/// How a program and the daemon come together.
#[derive(Debug, Default)]
pub(crate) enum Way {
    /// We start it.
    #[default]
    Run,
    /// It has come to us, and expects an answer to each line.
    Socket(UnixStream),
    /// It may come at any time, and go, and another one come.
    Pipes(Arc<ControlPipes>),
}

/// What an ApiProcess is made of.
#[derive(Debug)]
pub(crate) struct Start {
    /// Its place.
    pub id: ProcessId,
    /// Which start of it.
    pub generation: u32,
    /// The program.
    pub process: Arc<Process>,
    /// How to get at it.
    pub way: Way,
    /// What all have in common.
    pub surroundings: Arc<Surroundings>,
    /// What lies outside.
    pub world: Arc<dyn World>,
    /// Whom to ask.
    pub supervisor: Addr<Supervisor>,
    /// The log.
    pub log: Logger,
}

type LineInbox = Inbox<Source, LineCodec>;

/// One helper program.
pub(crate) struct ApiProcess {
    id: ProcessId,
    generation: u32,
    process: Arc<Process>,
    surroundings: Arc<Surroundings>,
    supervisor: Addr<Supervisor>,
    log: Logger,
    world: Arc<dyn World>,
    /// Until the actor starts.
    way: Way,
    /// It has come to us: it may hang up at any time, and gets its answers before.
    client: bool,
    /// It is whoever uses the control pipes: nobody may be there to read what we write.
    pipes: bool,
    /// Sends the program a signal, as long as it runs.
    running: Option<Kill>,
    /// Away while a read is in flight.
    inbox: Option<LineInbox>,
    /// Whole lines that were read and not handled yet.
    backlog: Bytes,
    outbox: Option<Outbox<Sink>>,
    queue: Queue,
    tickets: Tickets,
    rate: Rate,
    ack: bool,
    sync: bool,
    /// Lines between `group start` and `group end`.
    group: Option<Group>,
    /// Lines of JSON written about each neighbor.
    counters: HashMap<SeatId, u64>,
    congested: bool,
    deaf: bool,
    /// Since when the write in flight waits for the helper.
    writing: Option<Instant>,
    /// It watches, in this form.
    watching: Option<Encoder>,
    /// Events that it was too slow for, and was not told of yet.
    missed: u64,
    room: watch::Sender<Room>,
    /// Injected faults.
    faults: Faults,
    /// One of them has it wait before it writes on.
    held: bool,
    ending: bool,
    /// The end of its output was reached.
    finished: bool,
    /// How the program ended, once it has.
    status: Option<String>,
}

impl ApiProcess {
    /// A helper that starts when its actor starts.
    pub(crate) fn new(start: Start) -> Self {
        let (client, pipes) = (matches!(start.way, Way::Socket(_)), matches!(start.way, Way::Pipes(_)));
        let ack = start.surroundings.ack || client || pipes;
        let rate = Rate::of(&start.process);
        Self {
            id: start.id,
            generation: start.generation,
            process: start.process,
            surroundings: start.surroundings,
            supervisor: start.supervisor,
            log: start.log,
            world: start.world,
            way: start.way,
            client,
            pipes,
            running: None,
            inbox: None,
            backlog: Bytes::new(),
            outbox: None,
            queue: Queue::default(),
            tickets: Tickets::default(),
            rate,
            ack,
            sync: false,
            group: None,
            counters: HashMap::new(),
            congested: false,
            deaf: false,
            writing: None,
            watching: None,
            missed: 0,
            room: watch::Sender::new(Room::default()),
            faults: Faults::default(),
            held: false,
            ending: false,
            finished: false,
            status: None,
        }
    }

    fn start_program(&self) -> io::Result<Program> {
        match &self.process.health {
            Some(check) => {
                let dialect = self.surroundings.envelope.dialect;
                Ok(health::program(check.clone(), dialect, self.ack, self.log.clone()))
            }
            None => self.world.start(&self.process),
        }
    }

    fn attach(&mut self, program: Program, context: &mut Context<Self>) {
        if !self.client && !self.pipes {
            info!(self.log, "helper started"; "pid" => program.pid);
        }
        self.inbox = Some(Inbox::new(program.output, LineCodec));
        self.outbox = Some(Outbox::new(program.input));
        self.running = Some(program.kill.clone());
        let (process, generation) = (self.id, self.generation);
        self.supervisor.do_send(Began { process, generation, pid: program.pid, kill: program.kill });
        self.watch_end(program.end, context);
        self.watch_deafness(context);
        self.read(context);
    }

    /// Waits for the program's end, beside its output.
    fn watch_end(&self, end: BoxFuture<'static, String>, context: &mut Context<Self>) {
        context.spawn(end.into_actor(self).map(|status, helper, context| {
            helper.status = Some(status);
            helper.running = None;
            helper.end_if_over(context);
            // What it printed before it ended is still read, unless somebody else holds the pipe open.
            context.run_later(GRACE, |helper, context| {
                helper.finished = true;
                helper.end_if_over(context);
            });
        }));
    }

    /// The program has ended, and everything it printed was read.
    pub(crate) fn end_if_over(&mut self, context: &mut Context<Self>) {
        if let Some(status) = self.status.take_if(|_| self.finished || self.ending) {
            self.end(&status, context);
        }
    }

    /// A client that has nothing to say any more, and has heard everything, is gone.
    pub(crate) fn end_if_answered(&mut self, context: &mut Context<Self>) {
        let busy = self.outbox.as_ref().is_some_and(|outbox| outbox.pending() > 0);
        if self.client && self.finished && self.tickets.is_empty() && self.backlog.is_empty() && !busy {
            self.end("hung up", context);
        }
    }

    /// The helper is gone.
    fn end(&mut self, status: &str, context: &mut Context<Self>) {
        self.kill(Signal::SIGKILL);
        let (process, generation) = (self.id, self.generation);
        self.supervisor.do_send(Congested { process, generation, congested: false });
        self.supervisor.do_send(Ended { process, generation, status: status.to_owned() });
        context.stop();
    }

    fn kill(&self, with: Signal) {
        if let Some(kill) = &self.running {
            kill(with);
        }
    }

    /// Asks the program to end, and makes it.
    fn terminate(&mut self, context: &mut Context<Self>) {
        self.ending = true;
        if self.running.is_none() {
            return self.end("ended", context);
        }
        self.kill(Signal::SIGTERM);
        context.run_later(PATIENCE, |helper, _| helper.kill(Signal::SIGKILL));
    }

    /// The helper did what no helper may: it is ended, and started again as its policy says.
    fn give_up(&mut self, why: &str, context: &mut Context<Self>) {
        warn!(self.log, "helper failed"; "reason" => why);
        self.inbox = None;
        self.finished = true;
        self.terminate(context);
    }

    /// Writes on, unless a write is in flight.
    pub(crate) fn flush(&mut self, context: &mut Context<Self>) {
        if self.outbox.is_none() {
            // What nobody reads holds nobody up.
            self.queue.clear();
        }
        self.report_congestion();
        self.tell_missed();
        let Some(outbox) = &mut self.outbox else { return self.end_if_answered(context) };
        if outbox.next_mut().is_empty() {
            self.queue.fill(outbox.next_mut());
        }
        if self.is_held(context) {
            return;
        }
        let Some(write) = self.outbox.as_mut().and_then(Outbox::write) else { return self.end_if_answered(context) };
        self.writing = Some(now());
        context.spawn(write.into_actor(self).map(|(half, result), helper, context| match result {
            Ok(()) => {
                helper.writing = None;
                helper.deaf = false;
                if let Some(outbox) = &mut helper.outbox {
                    outbox.written(half);
                }
                helper.flush(context);
                helper.resume(context);
            }
            Err(error) => {
                // It closed its input and may live on: there is nobody to tell any more.
                info!(helper.log, "helper closed its input"; "reason" => %error);
                (helper.outbox, helper.writing) = (None, None);
                helper.flush(context);
            }
        }));
    }

    fn report_congestion(&mut self) {
        self.room.send_replace(Room { front: self.tickets.front(), queued: self.queue.octets() });
        let congested =
            if self.congested { self.queue.is_high() || !self.queue.is_low() } else { self.queue.is_high() };
        // Whoever watches holds nobody up.
        let congested = congested && !self.deaf && self.watching.is_none();
        if congested != self.congested {
            self.congested = congested;
            let (process, generation) = (self.id, self.generation);
            self.supervisor.do_send(Congested { process, generation, congested });
        }
    }

    /// A helper that takes nothing for long stops holding up neighbors: its events are dropped and counted.
    fn watch_deafness(&mut self, context: &mut Context<Self>) {
        context.run_later(LOOK, move |helper, context| {
            let unheard = helper.writing.map_or(Duration::ZERO, |since| now() - since);
            if helper.congested && unheard >= DEAF_AFTER {
                helper.deaf = true;
                warn!(helper.log, "helper does not read its input: its events are dropped until it does");
                helper.report_congestion();
            }
            if helper.pipes && unheard >= UNHEARD_FOR {
                return helper.end(UNHEARD, context);
            }
            helper.watch_deafness(context);
        });
    }

    /// Seconds since the epoch.
    fn clock(&self) -> f64 {
        self.world.clock().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64())
    }
}

impl Actor for ApiProcess {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        let program = match std::mem::take(&mut self.way) {
            Way::Socket(stream) => Program::client(stream),
            Way::Pipes(pipes) => pipes.open(),
            Way::Run => self.start_program(),
        };
        match program {
            Ok(program) => self.attach(program, context),
            Err(error) if self.pipes => self.end(&error.to_string(), context),
            Err(error) => {
                error!(self.log, "helper cannot be started"; "program" => self.process.run.first(), "reason" => %error);
                self.end(&format!("cannot be started: {error}"), context);
            }
        }
    }
}

impl Handler<Deliver> for ApiProcess {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, context: &mut Context<Self>) {
        let (time, mut out) = (self.clock(), String::new());
        let counter = self.counters.entry(deliver.seat).or_insert(0);
        let (encoder, mut events) = (self.watching.unwrap_or(self.process.encoder), 0);
        for report in deliver.reports.iter() {
            let (event, before) = (Event { who: &deliver.facts, to: &deliver.subscription, report, time }, out.len());
            encode::event(&mut out, encoder, &self.surroundings.envelope, counter, &event);
            events += u64::from(out.len() > before);
        }
        if self.watching.is_some() {
            return self.show(&out, events, context);
        }
        let lost = self.queue.lost();
        if !self.queue.push_event(&out, self.deaf) {
            self.report_loss(lost);
        }
        self.flush(context);
    }
}

impl ApiProcess {
    /// Events for one who watches: what it has no room for is counted, and told once there is.
    fn show(&mut self, text: &str, events: u64, context: &mut Context<Self>) {
        if self.missed > 0 || self.queue.has_plenty() {
            self.missed += events;
        } else {
            self.queue.push_event(text, false);
        }
        self.flush(context);
    }

    /// Says what was missed, once what came before has gone.
    fn tell_missed(&mut self) {
        let Some(encoder) = self.watching.filter(|_| self.missed > 0 && self.queue.octets() == 0) else { return };
        let (mut out, time, missed) = (String::new(), self.clock(), std::mem::take(&mut self.missed));
        encode::lost(&mut out, encoder, &self.surroundings.envelope, time, missed);
        self.queue.push_event(&out, false);
    }

    /// Each time that twice as many are lost: `before` were. Several are lost at once.
    fn report_loss(&self, before: u64) {
        let lost = self.queue.lost();
        if lost.checked_ilog2() != before.checked_ilog2() {
            warn!(self.log, "events were dropped: the helper does not read its input"; "dropped" => lost);
        }
    }
}

impl Handler<Reply> for ApiProcess {
    type Result = ();

    fn handle(&mut self, reply: Reply, context: &mut Context<Self>) {
        self.tickets.answered(reply.ticket, reply.answer);
        self.settle_tickets(context);
    }
}

impl Handler<AskBacklog> for ApiProcess {
    type Result = MessageResult<AskBacklog>;

    fn handle(&mut self, _: AskBacklog, _: &mut Context<Self>) -> MessageResult<AskBacklog> {
        let (service, items, bytes) = (self.process.name.clone(), self.queue.lines(), self.queue.octets());
        MessageResult(Backlog { service, items, bytes })
    }
}

impl Handler<StopProcess> for ApiProcess {
    type Result = ();

    fn handle(&mut self, stop: StopProcess, context: &mut Context<Self>) {
        if !stop.shutdown {
            return self.terminate(context);
        }
        let mut out = String::new();
        if self.client || self.pipes {
            // It waits for the end of an answer rather than for events, and this is one.
            out.push_str("shutdown\n");
        } else {
            encode::shutdown(&mut out, self.process.encoder, &self.surroundings.envelope, self.clock());
        }
        self.queue.push_event(&out, false);
        self.flush(context);
        context.run_later(LAST_WORDS, Self::terminate);
    }
}
