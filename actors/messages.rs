//! Every message between actors: who sends it, who gets it, what is answered.
//!
//! Messages are plain data with `Debug`, so that one drain can trace them all. Lists travel as `Arc`s.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    sync::Arc,
    time::Duration,
};

use actix::{Message, Recipient};
use api::{
    Answer, PeerOrder, Subscription, Verb,
    encode::{PeerFacts, answer::Backlog},
};
use config::{Change, Config};
use rib::{Batch, Op, Place, Received, SessionEnd, StaticChange, StaticRoutes, Terms};
use session::{Interest, Settings, Status, StopReason};
use tokio::sync::watch;
use wire::{AttributesOnly, Family, FamilySet, Negotiated, Operational, Route, Update as RouteUpdate, json::Dialect};

use crate::{
    Receipt, Tally,
    bulletin::Bulletin,
    connect::Target,
    lifeline::Lifeline,
    pulse::{Pulse, Thread},
    rate::{Limits, Spent},
    signing::Signed,
    world::Kill,
};

/// A neighbor's place in the daemon; it outlives the actors that sit in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SeatId(pub u32);

/// A helper program's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ProcessId(pub u32);

/// A child of the Supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ChildId {
    /// The one that turns signals into messages.
    Signals,
    /// The one that grants rates.
    RateLimiter,
    /// The control socket.
    Control,
    /// A listening socket, by its place in the list of addresses.
    Listener(u32),
    /// A helper program.
    Process(ProcessId),
    /// The routes of a neighbor.
    Rib(SeatId),
    /// The session of a neighbor.
    Peer(SeatId),
}

impl fmt::Display for ChildId {
    /// The kind, and the number of its place where there are several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signals => f.write_str("signals"),
            Self::RateLimiter => f.write_str("rate-limiter"),
            Self::Control => f.write_str("control"),
            Self::Listener(id) => write!(f, "listener/{id}"),
            Self::Process(ProcessId(id)) => write!(f, "process/{id}"),
            Self::Rib(SeatId(id)) => write!(f, "rib/{id}"),
            Self::Peer(SeatId(id)) => write!(f, "peer/{id}"),
        }
    }
}

/// Why a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It stopped by itself.
    Stopped,
    /// It panicked; text and place.
    Panicked(String),
    /// The thread it was to run on is gone.
    ArbiterGone,
    /// It has not let go of its thread.
    Hung,
    /// Another one has not let go of the thread.
    Stranded,
}

impl Cause {
    /// Whether the child itself is to blame.
    pub(crate) const fn is_its_own(&self) -> bool {
        !matches!(self, Self::Stranded)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("stopped"),
            Self::Panicked(text) => write!(f, "panicked: {text}"),
            Self::ArbiterGone => f.write_str("its thread is gone"),
            Self::Hung => f.write_str("it hung, and its thread with it"),
            Self::Stranded => f.write_str("its thread hung"),
        }
    }
}

/// Link of any child -> Supervisor: the child ended.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub(crate) struct Exited {
    /// Who.
    pub child: ChildId,
    /// Which start of it.
    pub generation: u32,
    /// Why.
    pub cause: Cause,
}

/// Peer -> Supervisor: this is how to cut a connection of mine, should I hang.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Held {
    /// Whose.
    pub seat: SeatId,
    /// Which start of the Peer.
    pub generation: u32,
    /// The connection.
    pub lifeline: Lifeline,
}

/// ApiProcess -> Supervisor: the program runs.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Began {
    /// Which helper.
    pub process: ProcessId,
    /// Which start of it.
    pub generation: u32,
    /// The program's number, 0 for one that is not ours.
    pub pid: i32,
    /// Sends it, and all it has started, a signal.
    pub kill: Kill,
}

/// The one who watches over threads -> Supervisor: this one hangs.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Wedged {
    /// Which.
    pub thread: Thread,
    /// Its pulse: another thread may have taken its place meanwhile.
    pub pulse: Arc<Pulse>,
    /// Whose turn it is, if that is known.
    pub at_work: Option<ChildId>,
}

/// ApiProcess -> Supervisor, before it ends: what became of the program.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Ended {
    /// Which helper.
    pub process: ProcessId,
    /// Which start of it.
    pub generation: u32,
    /// Its exit status, or why it was given up.
    pub status: String,
}

/// What a configuration is read for; each does what those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    /// Read the configuration again.
    Reload,
    /// The same, and start every helper anew.
    FullReload,
    /// The same, and reset every session.
    Restart,
}

/// Signals -> Supervisor.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct Signal {
    /// Its number.
    pub number: i32,
    /// Its name.
    pub name: &'static str,
}

/// Blocking pool -> Supervisor: the configuration was read.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Loaded {
    /// What for.
    pub order: Order,
    /// The configuration and what it changes, or what is wrong with it.
    pub result: Result<Plan, String>,
}

/// A new configuration, and what leads to it from the one in force.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The configuration.
    pub config: Config,
    /// What has to be done.
    pub changes: Vec<Change>,
}

/// How much a helper has still to read: who sends it data waits for room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Room {
    /// The ticket whose answer is being written.
    pub front: u64,
    /// Octets waiting to be written.
    pub queued: usize,
}

/// ApiProcess -> Supervisor: carry this out.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Action {
    /// Who asks.
    pub process: ProcessId,
    /// Which start of it.
    pub generation: u32,
    /// What the answer is to be called.
    pub ticket: u64,
    /// What is asked.
    pub verb: Verb,
    /// The dialect of the answer.
    pub dialect: Dialect,
    /// Where the answer goes.
    pub reply: Recipient<Reply>,
    /// For answers of many parts.
    pub room: watch::Receiver<Room>,
}

/// Whoever carried an Action out -> ApiProcess.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Reply {
    /// The ticket answered.
    pub ticket: u64,
    /// The answer, or a part of it.
    pub answer: Answer,
}

/// Supervisor -> Rib: carry out these operations.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Apply {
    /// The operations, in order.
    pub ops: Arc<[Op]>,
    /// Who waits for it.
    pub receipt: Receipt,
    /// Let go of the receipt when the routes have reached the kernel, not before.
    pub sync: bool,
    /// The life of a helper that is responsible for the routes, if they do not outlive it.
    pub owner: Option<u64>,
}

/// Supervisor -> Rib: this life of a helper is over, and nobody has announced its routes again.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct Orphaned {
    /// Whose routes are meant.
    pub owner: u64,
    /// What becomes of them.
    pub then: Orphans,
}

/// What becomes of routes whose helper is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Orphans {
    /// They are withdrawn.
    Withdrawn,
    /// They belong to this life of another one; to nobody if its routes outlive it.
    Given(Option<u64>),
}

/// Supervisor -> Rib: the configured routes and how they are kept.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Configure {
    /// The policy.
    pub policy: rib::Policy,
    /// How long End-of-RIB waits for the helper that is to ask for it; nothing where it does not, or for ever.
    pub eor_within: Option<Duration>,
    /// The neighbor's families: routes of others are left out.
    pub families: FamilySet,
    /// What `next-hop self` is: our address, if it is fixed, and our BGP Identifier.
    pub ourselves: (Option<IpAddr>, Ipv4Addr),
    /// The routes.
    pub routes: StaticRoutes,
    /// What leads to them, if that is known.
    pub change: Option<Arc<StaticChange>>,
    /// Attributes without routes.
    pub bare: Arc<[AttributesOnly]>,
    /// What is said beside them.
    pub notices: Arc<[Operational]>,
}

/// Peer -> Rib: a session is up; batches go to this peer.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct SessionUp {
    /// Which start of the Peer.
    pub generation: u32,
    /// Which session of it.
    pub session: u32,
    /// What was agreed on.
    pub negotiated: Arc<Negotiated>,
    /// Which of the peer's routes outlive the session.
    pub terms: Option<Terms>,
    /// Where batches go.
    pub batches: Recipient<Routes>,
}

/// Peer -> Rib, or Supervisor -> Rib when the Peer failed: the session is gone.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct SessionDown {
    /// Which start of the Peer.
    pub generation: u32,
    /// Which session of it; whichever it was when the Peer failed.
    pub session: Option<u32>,
    /// How it ended.
    pub ended: SessionEnd,
}

/// Peer -> Rib: send what is pending; little of what came before has still to reach the kernel.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Pull {
    /// Which start of the Peer.
    pub generation: u32,
    /// Which session of it.
    pub session: u32,
    /// About how many changes.
    pub budget: usize,
}

/// Rib -> Peer: the answer to [`Pull`], at once or when there is something.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Routes {
    /// Which session of the Peer.
    pub session: u32,
    /// The changes.
    pub batch: Batch,
    /// To be let go of once these changes, and those before them, have reached the kernel.
    pub receipts: Vec<Receipt>,
}

/// Supervisor -> Rib: withdraw these routes, if they are there.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Remove(pub Tally);

/// Peer -> Rib: routes received. The answer goes by a channel of its own: whoever waits for the result of a message may be
/// overtaken by the next one when a mailbox is full.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Learn {
    /// Which start of the Peer.
    pub generation: u32,
    /// Which session of it.
    pub session: u32,
    /// What it said, in order.
    pub lessons: Vec<Lesson>,
    /// Whether to count.
    pub count: bool,
    /// Hears that they are in the table, and the number of routes held of each family if that was wanted.
    pub learned: tokio::sync::oneshot::Sender<Vec<(Family, usize)>>,
}

/// What a peer says of its routes.
#[derive(Debug)]
pub(crate) enum Lesson {
    /// These have changed, or are all of a family.
    Update(Arc<RouteUpdate>),
    /// All of a family follow once more.
    RefreshBegins(Family),
    /// They have been sent.
    RefreshEnds(Family),
}

/// Peer -> Rib: the peer wants the routes of a family once more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Resend {
    /// Which start of the Peer.
    pub generation: u32,
    /// The family.
    pub family: Family,
}

/// A task that answers `show adj-rib` -> Rib: which routes are there? Places for Adj-RIB-Out.
#[derive(Debug, Message)]
#[rtype(result = "Vec<Place>")]
pub(crate) struct ListOut;

/// The same task -> Rib: the routes at these places.
#[derive(Debug, Message)]
#[rtype(result = "Vec<Route>")]
pub(crate) struct ReadOut(pub Vec<Place>);

/// The same task -> Rib: everything received.
#[derive(Debug, Message)]
#[rtype(result = "Vec<Received>")]
pub(crate) struct ReadIn;

/// Supervisor -> Peer: do this.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) enum Command {
    /// What a helper asked for.
    Order(PeerOrder, Receipt),
    /// Your configuration changed; `reset` the session for it.
    Reconfigure {
        /// The session's parameters.
        settings: Box<Settings>,
        /// Where to connect to.
        target: Box<Target>,
        /// What may be sent a second.
        limits: Limits,
        /// The Cease subcode of the reset, or none.
        reset: Option<u8>,
    },
    /// End every connection with this Cease subcode and start again.
    Restart(u8),
    /// Who grants rates has fallen, and may have taken along what you asked for: ask again.
    GrantLost,
    /// Stop reading, or go on: a helper cannot keep up.
    Reading(bool),
    /// Report this from now on.
    Interest(Interest),
    /// The daemon was signalled.
    Signalled(Signal),
    /// End.
    Stop(StopReason),
}

/// Supervisor -> Peer, ApiProcess, Listener, RateLimiter: a fault.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) enum Inject {
    /// Arm it.
    Arm {
        /// The fault.
        armed: Box<fault::Armed>,
        /// Who you are.
        child: ChildId,
        /// Who is told when it strikes.
        tell: Recipient<Struck>,
        /// Who waits for it to be armed.
        receipt: Option<Receipt>,
    },
    /// Disarm the one of this number.
    Disarm(u32),
}

/// Peer, ApiProcess, Listener, RateLimiter -> Supervisor: a fault is about to strike.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Struck {
    /// Whom.
    pub child: ChildId,
    /// The fault, with this strike counted.
    pub armed: fault::Armed,
    /// Where.
    pub site: &'static str,
}

/// A task that answers `show neighbor` -> Peer: how are you?
#[derive(Debug, Message)]
#[rtype(result = "Status")]
pub(crate) struct Ask;

/// A task that answers `queue-status` -> ApiProcess: how much waits to be written to the helper?
#[derive(Debug, Message)]
#[rtype(result = "Backlog")]
pub(crate) struct AskBacklog;

/// Peer -> Supervisor: what happened, a read's worth.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub(crate) struct Update {
    /// Whose.
    pub seat: SeatId,
    /// Which start of the Peer.
    pub generation: u32,
    /// Who that is, as helpers know it.
    pub facts: Arc<PeerFacts>,
    /// What happened, in order.
    pub reports: Arc<Bulletin>,
}

/// Peer -> Supervisor: all attempts at a connection are used up.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Exhausted {
    /// Whose.
    pub seat: SeatId,
    /// Which start of the Peer.
    pub generation: u32,
}

/// Peer -> Supervisor: Established, or no longer; also when a connection came to nothing.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct Standing {
    /// Whose.
    pub seat: SeatId,
    /// Which start of the Peer.
    pub generation: u32,
    /// Established.
    pub established: bool,
}

/// Peer -> Supervisor: packing this route has panicked; the Peer falls.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub(crate) struct Poisoned {
    /// Whose.
    pub seat: SeatId,
    /// Which start of the Peer.
    pub generation: u32,
    /// What tells the route apart.
    pub key: wire::Key,
    /// The route in words.
    pub route: String,
    /// Where in the program.
    pub place: String,
}

/// Supervisor -> ApiProcess: events.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub(crate) struct Deliver {
    /// The neighbor they are about.
    pub seat: SeatId,
    /// Who that is.
    pub facts: Arc<PeerFacts>,
    /// What this helper wants of them.
    pub subscription: Arc<Subscription>,
    /// What happened, in order.
    pub reports: Arc<Bulletin>,
}

/// ApiProcess -> Supervisor: it has too much to read, or no longer.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct Congested {
    /// Which helper.
    pub process: ProcessId,
    /// Which start of it.
    pub generation: u32,
    /// Too much.
    pub congested: bool,
}

/// Supervisor -> ApiProcess: end.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct StopProcess {
    /// The whole daemon ends, and the helper is told so.
    pub shutdown: bool,
}

/// Listener -> Supervisor: somebody connected. (A tokio stream cannot change arbiter, so it is the system's.)
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Accepted {
    /// The connection.
    pub stream: TcpStream,
    /// Our end.
    pub local: SocketAddr,
    /// The other end.
    pub peer: SocketAddr,
}

/// Supervisor -> Peer: a connection from your neighbor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Inbound(pub Accepted);

/// Control -> Supervisor: a program has connected to the control socket.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Joined {
    /// The connection.
    pub stream: UnixStream,
    /// The user it runs as.
    pub uid: u32,
    /// Its number, where the system tells it.
    pub pid: Option<i32>,
}

/// Supervisor -> Listener: the segments of these peers, or ranges of peers, are signed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Keys(pub(crate) Signed);

/// Supervisor -> Listener, Signals, RateLimiter: end.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct Stop;

/// Who may have a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Limited {
    /// A neighbor, in what is sent to it.
    Peer(SeatId),
    /// A helper, in what is read from it.
    Helper(ProcessId),
}

/// Supervisor -> RateLimiter: the limits there are.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub(crate) struct Rates(pub Vec<(Limited, Limits)>);

/// Peer, ApiProcess -> Supervisor -> RateLimiter: this was spent, when may I go on?
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub(crate) struct Acquire {
    /// Who asks.
    pub who: Limited,
    /// What was sent or read since the last grant.
    pub spent: Spent,
    /// Where the grant goes.
    pub reply: Recipient<Grant>,
}

/// Supervisor -> ApiProcess: who grants rates has fallen, and may have taken along what you asked for: ask again.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub(crate) struct GrantLost;

/// RateLimiter -> Peer, ApiProcess: so much may be sent or read, once `after` has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub(crate) struct Grant {
    /// Prefixes of a peer, commands of a helper.
    pub amount: u32,
    /// When.
    pub after: Duration,
}
