//! Which helper may command a neighbor, and which is told what of it.
//!
//! Two rights follow from an `api` section: `processes` gives both, `processes-match` only that to command.
//! What is told is computed from all sections of a neighbor together, as ExaBGP does and scripts rely on: the
//! flag of one section can switch on an event for the helper of another.

use std::collections::HashMap;

use config::{Api, ApiFlags, Neighbor};
use regex::Regex;
use session::{Direction, Flow, Interest};
use wire::Kind;

/// Helpers with this prefix serve the command line, and may command every neighbor.
pub const INTERNAL: &str = "api-internal-cli";

/// What one helper is told of one neighbor. The default is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subscription {
    /// Connected, up, down.
    pub neighbor_changes: bool,
    /// What both OPENs agreed on, as an event of its own.
    pub negotiated: bool,
    /// The same inside of UPDATE and packet events.
    pub with_negotiated: bool,
    /// Changes of state.
    pub fsm: bool,
    /// Signals the daemon got.
    pub signal: bool,
    /// Messages of the peer.
    pub receive: Wanted,
    /// Our messages.
    pub send: Wanted,
}

/// What is told of the messages going one way; arrays by message code less one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The octets, as an event.
    pub packets: [bool; 6],
    /// The meaning, as an event.
    pub parsed: [bool; 6],
    /// The meaning and, if [`raw`](Self::raw), the octets in one event, which takes the place of both.
    pub consolidated: [bool; 6],
    /// Octets go with consolidated events.
    pub raw: bool,
}

/// What `process` is told of `neighbor`.
pub fn subscription(neighbor: &Neighbor, process: &str) -> Subscription {
    let own = merged(neighbor, process);
    Subscription {
        neighbor_changes: own.neighbor_changes,
        negotiated: own.negotiated,
        with_negotiated: neighbor.apis.iter().any(|api| api.negotiated && !api.processes.is_empty()),
        fsm: own.fsm,
        signal: own.signal,
        receive: Wanted::of(neighbor, &own.receive, |api| &api.receive),
        send: Wanted::of(neighbor, &own.send, |api| &api.send),
    }
}

/// What all helpers of a neighbor together are told: what its session has to report.
pub fn interest(neighbor: &Neighbor) -> Interest {
    let processes = neighbor.apis.iter().flat_map(|api| &api.processes);
    let each = processes.map(|process| subscription(neighbor, process).interest());
    each.fold(Interest::default(), Interest::union)
}

/// Whether `process` may command `neighbor`.
pub fn authority(neighbor: &Neighbor, process: &str) -> bool {
    Authority::default().of(neighbor, process)
}

/// The same for many neighbors: an expression is compiled the first time it is met.
#[derive(Debug, Default)]
pub struct Authority {
    /// What became of the expressions met so far; `None` for one that is no expression.
    compiled: HashMap<String, Option<Regex>>,
}

impl Authority {
    /// Whether `process` may command `neighbor`.
    pub fn of(&mut self, neighbor: &Neighbor, process: &str) -> bool {
        process.starts_with(INTERNAL)
            || neighbor.apis.iter().any(|api| {
                lists(api, process) || api.processes_match.iter().any(|expression| self.matches(expression, process))
            })
    }

    /// A match is anchored at the start of the name, not at its end.
    fn matches(&mut self, expression: &str, process: &str) -> bool {
        if !self.compiled.contains_key(expression) {
            self.compiled.insert(expression.to_owned(), Regex::new(&format!("^(?:{expression})")).ok());
        }
        self.compiled.get(expression).and_then(Option::as_ref).is_some_and(|regex| regex.is_match(process))
    }
}

impl Subscription {
    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        *self == Self { with_negotiated: self.with_negotiated, ..Self::default() }
    }

    /// What a session has to report for it.
    pub fn interest(&self) -> Interest {
        Interest {
            neighbor_changes: self.neighbor_changes,
            negotiated: self.negotiated,
            fsm: self.fsm,
            signal: self.signal,
            receive: self.receive.flow(),
            send: self.send.flow(),
        }
    }

    /// What is told of messages going that way.
    pub const fn wanted(&self, direction: Direction) -> &Wanted {
        match direction {
            Direction::Send => &self.send,
            Direction::Receive => &self.receive,
        }
    }
}

impl Wanted {
    /// `own` is what is written for the helper itself.
    fn of(neighbor: &Neighbor, own: &ApiFlags, direction: fn(&Api) -> &ApiFlags) -> Self {
        let all = union(neighbor.apis.iter().map(direction));
        if all.consolidate {
            return Self { consolidated: kinds(own), raw: all.packets, ..Self::default() };
        }
        let packets = if own.packets { kinds(&all) } else { [false; 6] };
        let parsed = if all.parsed { kinds(own) } else { [false; 6] };
        Self { packets, parsed, ..Self::default() }
    }

    fn flow(&self) -> Flow {
        let any = |kinds: &[bool; 6]| kinds.contains(&true);
        let mut all = self.packets;
        for (one, (parsed, consolidated)) in all.iter_mut().zip(self.parsed.iter().zip(self.consolidated)) {
            *one |= parsed | consolidated;
        }
        Flow {
            parsed: any(&self.parsed),
            packets: any(&self.packets) || (self.raw && any(&self.consolidated)),
            consolidate: any(&self.consolidated),
            kinds: all,
        }
    }

    /// Whether octets of such a message are told on their own.
    pub fn has_packets(&self, kind: Kind) -> bool {
        flag(&self.packets, kind)
    }

    /// Whether the meaning of such a message is told on its own.
    pub fn has_parsed(&self, kind: Kind) -> bool {
        flag(&self.parsed, kind)
    }

    /// Whether such a message is told as a whole.
    pub fn has_consolidated(&self, kind: Kind) -> bool {
        flag(&self.consolidated, kind)
    }
}

/// The section in force for each helper that is told something, in the order of the file.
pub(crate) fn sections(neighbor: &Neighbor) -> Vec<(&str, Api)> {
    let mut sections: Vec<(&str, Api)> = Vec::new();
    for process in neighbor.apis.iter().flat_map(|api| &api.processes) {
        if sections.iter().all(|(name, _)| name != process) {
            sections.push((process, merged(neighbor, process)));
        }
    }
    sections
}

/// All that is written about a helper in one section.
fn merged(neighbor: &Neighbor, process: &str) -> Api {
    let own = || neighbor.apis.iter().filter(|api| lists(api, process));
    Api {
        neighbor_changes: own().any(|api| api.neighbor_changes),
        negotiated: own().any(|api| api.negotiated),
        fsm: own().any(|api| api.fsm),
        signal: own().any(|api| api.signal),
        receive: union(own().map(|api| &api.receive)),
        send: union(own().map(|api| &api.send)),
        ..Api::default()
    }
}

fn lists(api: &Api, process: &str) -> bool {
    api.processes.iter().any(|name| name == process)
}

fn flag(kinds: &[bool; 6], kind: Kind) -> bool {
    kinds.get(usize::from(kind.code()).wrapping_sub(1)).copied().unwrap_or_default()
}

const fn kinds(flags: &ApiFlags) -> [bool; 6] {
    [flags.open, flags.update, flags.notification, flags.keepalive, flags.refresh, flags.operational]
}

fn union<'a>(flags: impl Iterator<Item = &'a ApiFlags>) -> ApiFlags {
    flags.fold(ApiFlags::default(), |one, other| ApiFlags {
        parsed: one.parsed || other.parsed,
        packets: one.packets || other.packets,
        consolidate: one.consolidate || other.consolidate,
        open: one.open || other.open,
        update: one.update || other.update,
        notification: one.notification || other.notification,
        keepalive: one.keepalive || other.keepalive,
        refresh: one.refresh || other.refresh,
        operational: one.operational || other.operational,
    })
}
