//! A command as understood: what is to be done, and to whom.

use std::net::IpAddr;

use config::Created;
use fault::{Injection, On};
use rib::Op;
use wire::{Family, Key};

use crate::{Selector, Subscription};

/// What a line asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Changes to Adj-RIBs.
    Rib {
        /// The peers whose tables change.
        selector: Selector,
        /// The changes, in order.
        ops: Vec<Op>,
        /// Whether the acknowledgement waits for the socket; `None`: as the service chose.
        sync: Option<bool>,
    },
    /// Something for running peers themselves.
    Peer {
        /// The peers.
        selector: Selector,
        /// What they have to do.
        order: PeerOrder,
    },
    /// An inspection, answered with data lines.
    Show {
        /// The peers to show.
        selector: Selector,
        /// What of them.
        what: Show,
        /// How.
        form: Form,
    },
    /// Tell this client of events; of none with a subscription to nothing.
    Watch {
        /// The peers to watch.
        selector: Selector,
        /// What of them.
        subscription: Subscription,
        /// How.
        form: Form,
    },
    /// A neighbor that no file has.
    Create(Box<Created>),
    /// The neighbors that commands created and this selects, not any more.
    Delete(Selector),
    /// Something for the daemon as a whole.
    Daemon(DaemonOrder, Form),
    /// What a reload would change, of this file or of the one that was read.
    Check {
        /// The file.
        file: Option<String>,
        /// How to answer.
        form: Form,
    },
    /// What the daemon runs.
    Supervisor(TreeOrder),
    /// Something between the daemon and this one helper.
    Process(ProcessOrder, Form),
    /// Injected faults, for tests.
    Fault {
        /// The peers to disturb.
        selector: Selector,
        /// What to do with faults.
        order: FaultOrder,
    },
    /// Routes not to be advertised any more, each with an answer whether it was.
    Remove {
        /// The peers.
        selector: Selector,
        /// The routes.
        removals: Vec<Removal>,
    },
    /// These lines, then what the other is answered.
    Said(Vec<String>, Box<Self>),
    /// An object of JSON with the reason, then `error`.
    Refuse(String),
    /// These lines, then `done`. A comment says nothing, and is done.
    Say(Vec<String>),
    /// Nothing, and no answer either.
    Nothing,
}

/// What a running peer can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerOrder {
    /// End the session with a Cease of this subcode, and a text for whoever runs the peer.
    Teardown(u8, Option<Box<str>>),
    /// Ask the remote for its routes again (RFC 2918).
    Refresh(Family),
}

/// A route to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// What tells it apart.
    pub key: Key,
    /// Its words, if it was named by them.
    pub route: Option<String>,
}

/// What the daemon can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DaemonOrder {
    /// Stop.
    Shutdown,
    /// Read the configuration again.
    Reload,
    /// Read the configuration again and reset every session.
    Restart,
    /// Tell how it is.
    Status,
}

/// What to do with the tree of what the daemon runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeOrder {
    /// Show it.
    Show(Form),
    /// Do this with the part of this id or name.
    Steer(Steer, String),
}

/// What people can do with a part of the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steer {
    /// Start it anew.
    Restart,
    /// End it until it is released.
    Quarantine,
    /// Try it again.
    Release,
}

impl Steer {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Quarantine => "quarantine",
            Self::Release => "release",
        }
    }
}

/// What a helper settles about its own stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessOrder {
    /// Acknowledge commands, or stop it after this one.
    Ack(bool),
    /// Stop acknowledging at once.
    Silence,
    /// Acknowledge when written to the socket, or when understood.
    Sync(bool),
    /// Gather what is announced and withdrawn from now on.
    GroupStart,
    /// Carry it out, in sync or not if that is said.
    GroupEnd(Option<bool>),
    /// Forget what is still queued.
    Reset,
    /// Are you there? With the words the client identified itself by.
    Ping(Option<String>),
    /// The client leaves.
    Bye,
    /// How much waits to be written, helper by helper.
    QueueStatus,
    /// Tell the generation of the API, or choose the one helpers started later get.
    ApiVersion(Option<u8>),
}

/// What to do with injected faults.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultOrder {
    /// Arm this one.
    Inject(Box<Injection>),
    /// List what can be injected and what is armed.
    List,
    /// Disarm the one of this number, or all.
    Clear(Option<u32>),
}

impl FaultOrder {
    /// Whether it is about the peers that the command selects, or their helpers.
    pub fn has_peers(&self) -> bool {
        matches!(self, Self::Inject(injection) if matches!(injection.on, On::Peers | On::Helpers))
    }
}

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// Neighbors and their sessions.
    Neighbor {
        /// How much of it.
        detail: Detail,
        /// Only some: the address for a summary, part of the name for the others.
        filter: Option<String>,
    },
    /// One line of JSON with address, AS and state of each peer.
    PeerList,
    /// Routes advertised, with an index each.
    Routes {
        /// Only those of this AFI.
        afi: Option<u16>,
        /// Only those of this family.
        family: Option<Family>,
    },
    /// Routes.
    AdjRib(AdjRibView),
}

/// How much to show of a neighbor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// It was not said.
    Unsaid,
    /// A row each.
    Summary,
    /// A page each.
    Extensive,
    /// Its section of the configuration.
    Configuration,
}

/// Which routes to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdjRibView {
    /// Received or advertised.
    pub table: Table,
    /// Only families of this class.
    pub class: Option<Class>,
    /// Only the peers with this address.
    pub address: Option<IpAddr>,
    /// With the peer's name and all attributes.
    pub extensive: bool,
}

/// Which of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Adj-RIB-In.
    In,
    /// Adj-RIB-Out.
    Out,
}

/// A group of families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Unicast, multicast, labelled, VPN.
    Inet,
    /// Flow specification.
    Flow,
    /// VPLS and EVPN.
    L2vpn,
}

/// How data lines are rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Verb {
    /// Whether it concerns peers the service has no authority over as well, as in ExaBGP.
    pub fn ignores_authority(&self) -> bool {
        match self {
            Self::Rib { ops, .. } => !ops.iter().any(Op::needs_authority),
            Self::Peer { order, .. } => matches!(order, PeerOrder::Refresh(_)),
            Self::Fault { .. } | Self::Delete(_) | Self::Remove { .. } => false,
            Self::Show { what: Show::Routes { .. }, .. } => false,
            _ => true,
        }
    }

    /// Whether it fails unless one of the peers is established.
    pub fn needs_established(&self) -> bool {
        match self {
            Self::Rib { ops, .. } => ops.iter().any(|op| matches!(op, Op::EndOfRib(_) | Op::Resend(_))),
            Self::Peer { order, .. } => matches!(order, PeerOrder::Refresh(_)),
            _ => false,
        }
    }

    /// Takes the changes of `next` in behind its own, if both are routes for the same peers and are answered at
    /// the same time; gives `next` back otherwise. A burst of lines so becomes one message.
    ///
    /// # Errors
    /// `next`, untouched, when the two do not go together.
    pub fn join(&mut self, next: Self) -> Result<(), Self> {
        match (self, next) {
            (Self::Rib { selector, ops, sync }, Self::Rib { selector: same_selector, ops: more, sync: same_sync })
                if *selector == same_selector
                    && *sync == same_sync
                    && ops.iter().chain(&more).all(Op::needs_authority) =>
            {
                ops.extend(more);
                Ok(())
            }
            (_, next) => Err(next),
        }
    }

    /// Whether it is an error that no peer matches.
    pub fn needs_match(&self) -> bool {
        match self {
            Self::Rib { ops, .. } => !ops.iter().any(|op| matches!(op, Op::Watchdog { .. })),
            Self::Peer { .. } | Self::Delete(_) | Self::Remove { .. } => true,
            Self::Fault { order, .. } => order.has_peers(),
            Self::Show { what: Show::Routes { .. }, .. } => true,
            _ => false,
        }
    }
}

impl Show {
    /// Whether the peer of this name and address is asked for.
    pub fn selects(&self, address: IpAddr, name: &str) -> bool {
        match self {
            Self::Neighbor { filter: None, .. } | Self::PeerList | Self::Routes { .. } => true,
            Self::Neighbor { detail: Detail::Summary, filter: Some(filter) } => *filter == address.to_string(),
            Self::Neighbor { filter: Some(filter), .. } => name.contains(filter.as_str()),
            Self::AdjRib(view) => view.address.is_none_or(|wanted| wanted == address),
        }
    }
}

impl AdjRibView {
    /// Whether routes of this family are asked for.
    pub fn holds(&self, family: Family) -> bool {
        self.class.is_none_or(|class| class.holds(family))
    }
}

impl Class {
    /// Whether the family belongs to the class.
    pub fn holds(self, family: Family) -> bool {
        self == match (family.afi(), family.safi()) {
            (25, _) => Self::L2vpn,
            (_, 133 | 134) => Self::Flow,
            (_, 1 | 2 | 4 | 128) => Self::Inet,
            _ => return false,
        }
    }
}

impl DaemonOrder {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shutdown => "shutdown",
            Self::Reload => "reload",
            Self::Restart => "restart",
            Self::Status => "status",
        }
    }
}
