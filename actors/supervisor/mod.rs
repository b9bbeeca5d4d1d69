//! The Supervisor: starts every other actor, restarts what fails, and is the only one who knows addresses.

mod branches;
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
mod steer;
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
    messages::{ChildId, Keys, Order, ProcessId, SeatId},
    notify::Notifier,
    now,
    process::{ApiProcess, Surroundings},
    pulse::Watch as Watcher,
    rate_limiter::RateLimiter,
    seat::Seat,
    signals::{Signals, Watched},
    signing::signed,
    tree::{Event, Tree},
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
    /// How it ended last.
    status: String,
    congested: bool,
    /// The program that runs, and how to send it a signal.
    program: Option<(i32, Kill)>,
    /// The connection of a client, until its actor starts.
    stream: Option<SystemStream>,
    /// The same, to be cut should its actor hang.
    line: Option<SystemStream>,
    /// It is no longer configured: it is not started again.
    leaving: bool,
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
    fn new(process: Arc<Process>) -> Self {
        Self {
            name: process.name.as_str().into(),
            process,
            address: None,
            generation: 0,
            status: String::new(),
            congested: false,
            program: None,
            stream: None,
            line: None,
            leaving: false,
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
    leaving: bool,
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
    tree: Tree,
    rate_limiter: Option<Addr<RateLimiter>>,
    signals: Option<Addr<Signals>>,
    /// Where the control socket is, and what the first Control takes over.
    control: Option<(PathBuf, Option<SystemSocket>)>,
    doorkeeper: Option<Addr<Control>>,
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
    code: i32,
    /// Takes the exit code when the Supervisor ends.
    exit: Option<tokio::sync::oneshot::Sender<i32>>,
}

impl Supervisor {
    /// A Supervisor which says the exit code through `exit` when it ends. These signals have been waited for since before
    /// there was anything to stop.
    pub(crate) fn new(setup: Setup, watched: Vec<Watched>, exit: tokio::sync::oneshot::Sender<i32>) -> Self {
        Self {
            tree: Tree::default(),
            rate_limiter: None,
            signals: None,
            doorkeeper: None,
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
            code: 0,
            exit: Some(exit),
        }
    }

    /// A number that no child has had.
    const fn fresh(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    fn add_helper(&mut self, process: Process, context: &mut Context<Self>) {
        let id = ProcessId(self.fresh());
        self.helpers.insert(id, Helper::new(Arc::new(process)));
        self.add(ChildId::Process(id), context);
    }

    fn add_seat(&mut self, neighbor: Neighbor, context: &mut Context<Self>) {
        // A range has no seat of its own: its members get theirs when they call.
        if neighbor.peer_mask.is_none() {
            self.seat(neighbor, None, context);
        }
    }

    /// A seat for a neighbor of the configuration, or for a member of a range, which is named then.
    fn seat(&mut self, neighbor: Neighbor, range: Option<NeighborId>, context: &mut Context<Self>) -> SeatId {
        let id = SeatId(self.fresh());
        let mut seat = Seat::new(id, Arc::new(neighbor));
        if let Some(range) = range {
            (seat.of, seat.range) = (Arc::new(range), true);
        }
        self.seats.insert(id, seat);
        self.subscribe(id);
        self.add(ChildId::Rib(id), context);
        if !self.waiting {
            self.add(ChildId::Peer(id), context);
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
        let unwanted = self.ports.iter_mut().filter(|(_, port)| !port.leaving && !wanted.contains(&port.address));
        let unwanted = unwanted.map(|(id, port)| {
            port.leaving = true;
            ChildId::Listener(*id)
        });
        let unwanted: Vec<ChildId> = unwanted.collect();
        unwanted.into_iter().for_each(|port| self.tell_tree(Event::Remove(port), context));
        let open: HashSet<_> = self.ports.values().filter(|port| !port.leaving).map(|port| port.address).collect();
        for address in wanted.difference(&open) {
            let id = self.fresh();
            self.ports.insert(id, Port { address: *address, listener: None, leaving: false });
            self.add(ChildId::Listener(id), context);
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
        self.add(ChildId::Signals, context);
        self.add(ChildId::RateLimiter, context);
        if self.control.is_some() {
            self.add(ChildId::Control, context);
        }
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
