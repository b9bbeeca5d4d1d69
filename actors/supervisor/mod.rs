//! The Supervisor: starts every other actor, restarts what fails, and is the only one who knows addresses.

mod children;
mod clients;
mod delay;
mod dynamic;
mod faults;
mod inbound;
mod orphans;
mod reload;
mod router;
mod show;
mod stop;
mod watch;
mod wedged;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    net::SocketAddr,
    os::unix::net::{UnixListener as SystemSocket, UnixStream as SystemStream},
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::{Instant, SystemTime},
};

use actix::{Actor, Addr, Context};
use api::Selector;
use config::{Config, Env, Neighbor, NeighborId, Process};
use slog::{Logger, info};

use watch::Watch;

use crate::{
    Placement,
    control::Control,
    control_pipes::ControlPipes,
    handed::Handed,
    listener::{Bound, Listener},
    messages::{Keys, Order, ProcessId, SeatId, Stop},
    notify::Notifier,
    now,
    process::{ApiProcess, Surroundings},
    pulse::Watch as Watcher,
    rate_limiter::RateLimiter,
    restart::Ledger,
    seat::Seat,
    signals::{Signals, Watched},
    signing::signed,
    world::{Kill, World},
};

/// What the daemon is started with.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The configuration.
    pub config: Config,
    /// The environment.
    pub env: Env,
    /// Where the configuration came from: a reload reads it again, or moves to the next one if the environment says so.
    pub files: Vec<PathBuf>,
    /// Listening sockets that are bound already.
    pub bound: Vec<(SocketAddr, Bound)>,
    /// Those that we were started with.
    pub handed: Handed,
    /// The threads.
    pub placement: Placement,
    /// What lies outside.
    pub world: Arc<dyn World>,
    /// Where the control socket is, and the socket if it is bound already.
    pub control: Option<(PathBuf, SystemSocket)>,
    /// Where the control pipes are.
    pub pipes: Option<ControlPipes>,
    /// Becomes true when the daemon is asked to end by a signal.
    pub terminated: Arc<AtomicBool>,
    /// What all helpers have in common.
    pub surroundings: Arc<Surroundings>,
    /// The log.
    pub log: Logger,
}

/// A helper's place.
struct Helper {
    name: Arc<str>,
    process: Arc<Process>,
    address: Option<Addr<ApiProcess>>,
    generation: u32,
    ledger: Ledger,
    /// How it ended last.
    status: String,
    congested: bool,
    /// The program that runs, and how to send it a signal.
    program: Option<(i32, Kill)>,
    /// The connection of a client, to be cut should its actor hang.
    line: Option<SystemStream>,
    /// It is no longer configured: it is not started again.
    leaving: bool,
    /// It is being replaced: its end is no failure.
    replacing: bool,
    /// It ended for good.
    gone: bool,
    /// A program that has connected to us: it is not ours to start again, and no file speaks of it.
    client: bool,
    /// Whoever comes by the control pipes.
    pipes: Option<Arc<ControlPipes>>,
    /// What a client watches.
    watch: Option<Watch>,
    /// Why they were opened anew last, as the log has it.
    told: Option<String>,
}

impl fmt::Debug for Helper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Helper").field("name", &self.name).field("generation", &self.generation).finish_non_exhaustive()
    }
}

impl Helper {
    fn new(process: Arc<Process>, ledger: Ledger) -> Self {
        Self {
            name: process.name.as_str().into(),
            process,
            address: None,
            generation: 0,
            ledger,
            status: String::new(),
            congested: false,
            program: None,
            line: None,
            leaving: false,
            replacing: false,
            gone: false,
            client: false,
            pipes: None,
            watch: None,
            told: None,
        }
    }
}

/// A listening socket's place.
#[derive(Debug)]
struct Port {
    address: SocketAddr,
    listener: Option<Addr<Listener>>,
    generation: u32,
    ledger: Ledger,
    leaving: bool,
}

/// A service of which there is one.
#[derive(Debug)]
struct Service<A: Actor> {
    address: Option<Addr<A>>,
    generation: u32,
    ledger: Ledger,
}

impl<A: Actor> Service<A> {
    const fn new(ledger: Ledger) -> Self {
        Self { address: None, generation: 0, ledger }
    }
}

/// How far the end of the daemon has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Running,
    /// Peers say good-bye.
    StoppingPeers,
    /// Helpers are told, and ended.
    StoppingProcesses,
    Over,
}

/// The root of the tree.
#[derive(Debug)]
pub(crate) struct Supervisor {
    log: Logger,
    env: Env,
    config: Arc<Config>,
    files: Vec<PathBuf>,
    /// Which of the files is in force.
    file: usize,
    placement: Placement,
    world: Arc<dyn World>,
    surroundings: Arc<Surroundings>,
    /// The generation of the API of programs started from now on, once a command has chosen it.
    api_version: Option<u8>,
    started: (Instant, SystemTime),
    seats: BTreeMap<SeatId, Seat>,
    helpers: BTreeMap<ProcessId, Helper>,
    ports: BTreeMap<u32, Port>,
    bound: HashMap<SocketAddr, Bound>,
    handed: Handed,
    notifier: Notifier,
    rate_limiter: Service<RateLimiter>,
    signals: Service<Signals>,
    /// Where the control socket is, and what the first Control takes over.
    control: Option<(PathBuf, Option<SystemSocket>)>,
    doorkeeper: Service<Control>,
    /// Where the control pipes are, until they are opened.
    pipes: Option<ControlPipes>,
    /// What the first Signals takes over.
    watched: Option<Vec<Watched>>,
    /// The daemon was asked to end by a signal, whether or not that was heard.
    terminated: Arc<AtomicBool>,
    /// The one who watches whether threads hang.
    watcher: Option<Watcher>,
    next_id: u32,
    /// Seats that a selector means to a helper, until seats change.
    selections: HashMap<(ProcessId, bool, Selector), Arc<[SeatId]>>,
    refusals: inbound::Refusals,
    /// Injected faults.
    faults: faults::Docket,
    /// The time to speak with neighbors has not come.
    waiting: bool,
    /// A configuration is being read.
    loading: bool,
    /// What was asked for meanwhile.
    queued: Option<Order>,
    phase: Phase,
    code: i32,
    /// Takes the exit code when the Supervisor ends.
    exit: Option<tokio::sync::oneshot::Sender<i32>>,
}

impl Supervisor {
    /// A Supervisor which says the exit code through `exit` when it ends. These signals have been waited for since before
    /// there was anything to stop.
    pub(crate) fn new(setup: Setup, watched: Vec<Watched>, exit: tokio::sync::oneshot::Sender<i32>) -> Self {
        let restart = &setup.config.restart;
        Self {
            rate_limiter: Service::new(Ledger::new(restart.rate_limiter, 1)),
            signals: Service::new(Ledger::new(restart.service, 2)),
            doorkeeper: Service::new(Ledger::new(restart.service, 3)),
            control: setup.control.map(|(path, socket)| (path, Some(socket))),
            pipes: setup.pipes,
            watched: Some(watched),
            log: setup.log,
            env: setup.env,
            config: Arc::new(setup.config),
            files: setup.files,
            file: 0,
            placement: setup.placement,
            world: setup.world,
            surroundings: setup.surroundings,
            api_version: None,
            started: (now(), SystemTime::now()),
            seats: BTreeMap::new(),
            helpers: BTreeMap::new(),
            ports: BTreeMap::new(),
            bound: setup.bound.into_iter().collect(),
            handed: setup.handed,
            notifier: Notifier::new(),
            terminated: setup.terminated,
            watcher: None,
            next_id: 0,
            selections: HashMap::new(),
            refusals: inbound::Refusals::default(),
            faults: faults::Docket::default(),
            waiting: false,
            loading: false,
            queued: None,
            phase: Phase::Running,
            code: 0,
            exit: Some(exit),
        }
    }

    /// A number that no child has had.
    const fn fresh(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    fn add_helper(&mut self, process: Process, context: &Context<Self>) {
        let id = ProcessId(self.fresh());
        let policy = process.restart.unwrap_or(self.config.restart.process);
        let ledger = Ledger::new(policy, u64::from(id.0));
        self.helpers.insert(id, Helper::new(Arc::new(process), ledger));
        self.start_process(id, None, context);
    }

    fn add_seat(&mut self, neighbor: Neighbor, context: &mut Context<Self>) {
        // A range has no seat of its own: its members get theirs when they call.
        if neighbor.peer_mask.is_none() {
            self.seat(neighbor, None, context);
        }
    }

    /// A seat for a neighbor of the configuration, or for a member of a range, which is named then.
    fn seat(&mut self, neighbor: Neighbor, range: Option<NeighborId>, context: &Context<Self>) -> SeatId {
        let id = SeatId(self.fresh());
        let mut seat = Seat::new(id, Arc::new(neighbor), &self.config.restart);
        if let Some(range) = range {
            (seat.of, seat.range) = (Arc::new(range), true);
        }
        self.seats.insert(id, seat);
        self.subscribe(id);
        self.start_rib(id, context);
        if !self.waiting {
            self.start_peer(id, context);
        }
        id
    }

    /// Opens the listening sockets that are wanted, closes those that no longer are.
    fn settle_ports(&mut self, context: &mut Context<Self>) {
        if self.waiting {
            return;
        }
        let daemon = self.env.tcp.bind.iter().map(|address| SocketAddr::new(*address, self.env.tcp.port));
        let ours = daemon.chain(self.neighbors().filter_map(own_port)).filter(|address| !self.handed.covers(*address));
        let wanted: HashSet<SocketAddr> = ours.chain(self.handed.addresses()).collect();
        for port in self.ports.values_mut().filter(|port| !wanted.contains(&port.address)) {
            port.leaving = true;
            port.listener.iter().for_each(|listener| listener.do_send(Stop));
        }
        let open: HashSet<_> = self.ports.values().filter(|port| !port.leaving).map(|port| port.address).collect();
        for address in wanted.difference(&open) {
            let id = self.fresh();
            let ledger = Ledger::new(self.config.restart.listener, u64::from(id));
            self.ports.insert(id, Port { address: *address, listener: None, generation: 0, ledger, leaving: false });
            self.start_listener(id, context);
        }
        for port in self.ports.values() {
            tell(port.listener.as_ref(), Keys(signed(self.neighbors(), port.address)));
        }
    }
}

/// The port a neighbor listens on for itself.
pub(crate) fn own_port(neighbor: &Neighbor) -> Option<SocketAddr> {
    let unspecified = crate::connect::unspecified(neighbor.peer_address);
    let address = neighbor.md5_ip.or(neighbor.local_address).unwrap_or(unspecified);
    (neighbor.listen != 0).then(|| SocketAddr::new(address, neighbor.listen))
}

impl Actor for Supervisor {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        self.watch_threads(context);
        self.start_signals(context);
        self.start_rate_limiter(context);
        self.start_control(context);
        self.start_pipes(context);
        let (processes, neighbors) = (self.config.processes.clone(), self.config.neighbors.len());
        info!(self.log, "starting"; "neighbors" => neighbors, "processes" => processes.len());
        processes.into_iter().for_each(|process| self.add_helper(process, context));
        self.tell_rates();
        self.open_in_time(context);
        self.notifier.tell("READY=1");
    }
}

/// Sends a message to whoever is there.
fn tell<A, M>(address: Option<&Addr<A>>, message: M)
where
    A: Actor + actix::Handler<M>,
    A::Context: actix::dev::ToEnvelope<A, M>,
    M: actix::Message + Send + 'static,
    M::Result: Send,
{
    if let Some(address) = address {
        address.do_send(message);
    }
}
