//! What a helper is told, as lines: [`event`] for what happens, [`answer`] for what it asked.
//!
//! NLRIs, attributes and capabilities write themselves; what is here is the order of members and the blanks
//! around them. Both are part of the contract with helpers.

pub mod answer;
pub mod command;
mod envelope;
pub mod indexed;
mod json;
mod text;
mod update;

use std::net::{IpAddr, Ipv4Addr};

use config::{Encoder, Neighbor};
use session::{MessageReport, Report};
use wire::{
    Negotiated, NextHop,
    json::{Dialect, Style},
};

use crate::Subscription;

/// What is the same in every event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The name of the host.
    pub host: String,
    /// The daemon's process.
    pub pid: u32,
    /// Its parent.
    pub ppid: u32,
    /// Which JSON is spoken.
    pub dialect: Dialect,
    /// Plain strings for unicast and multicast prefixes.
    pub compact: bool,
    /// The older dialect as ExaBGP's main line speaks it (`4.0.1`): with the members of the newer one.
    pub main: bool,
}

/// What is the same in every event of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerFacts {
    /// Our address, once known.
    pub local_address: Option<IpAddr>,
    /// Its address.
    pub peer_address: IpAddr,
    /// Our AS, once known.
    pub local_as: Option<u32>,
    /// Its AS, once known.
    pub peer_as: Option<u32>,
    /// Our BGP Identifier.
    pub router_id: Ipv4Addr,
}

/// Something that happened, to be told to one helper.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The peer it happened to.
    pub who: &'a PeerFacts,
    /// What the helper wants to be told of it.
    pub to: &'a Subscription,
    /// What happened.
    pub report: &'a Report,
    /// When, in seconds since the epoch.
    pub time: f64,
}

/// Appends the lines that tell of `event`, if it is wanted. `counter` is that of the peer: it counts the lines
/// of JSON written for it, whichever helper they go to.
pub fn event(out: &mut String, encoder: Encoder, envelope: &Envelope, counter: &mut u64, event: &Event<'_>) {
    match speaks(encoder, envelope) {
        Encoder::Json => json::Writer { out, envelope, counter }.event(event),
        Encoder::Text => text::event(out, event),
    }
}

/// Appends the line that tells of a message which came from no session, as the verb `decode` does it.
pub fn decoded(out: &mut String, envelope: &Envelope, who: &PeerFacts, time: f64, message: &MessageReport) {
    json::Writer { out, envelope, counter: &mut 0 }.decoded(who, time, message);
}

/// Appends what every helper is told before the daemon ends.
pub fn shutdown(out: &mut String, encoder: Encoder, envelope: &Envelope, time: f64) {
    match speaks(encoder, envelope) {
        Encoder::Json => envelope::shutdown(out, envelope, time),
        Encoder::Text => text::shutdown(out, envelope),
    }
}

/// Appends what a client that watches is told in place of events it was too slow for.
pub fn lost(out: &mut String, encoder: Encoder, envelope: &Envelope, time: f64, events: u64) {
    match speaks(encoder, envelope) {
        Encoder::Json => envelope::lost(out, envelope, time, events),
        Encoder::Text => text::lost(out, events),
    }
}

/// The 6.0.0 dialect has no text form.
fn speaks(encoder: Encoder, envelope: &Envelope) -> Encoder {
    if envelope.dialect == Dialect::V6 { Encoder::Json } else { encoder }
}

impl PeerFacts {
    /// What the configuration says, and what was agreed on where it leaves things open.
    pub fn new(neighbor: &Neighbor, negotiated: Option<&Negotiated>) -> Self {
        let with = negotiated.filter(|with| with.peer_as != 0);
        Self {
            local_address: neighbor.local_address.or(with.and_then(|with| with.local_address)),
            peer_address: with.and_then(|with| with.peer_address).unwrap_or(neighbor.peer_address),
            local_as: neighbor.local_as.or(with.map(|with| with.local_as)),
            peer_as: neighbor.peer_as.or(with.map(|with| with.peer_as)),
            router_id: neighbor.router_id,
        }
    }
}

impl Envelope {
    /// The dialect that NLRIs and attributes are told in.
    const fn members(&self) -> Dialect {
        if self.main { Dialect::V6 } else { self.dialect }
    }

    const fn style(&self, add_path: bool) -> Style {
        Style { dialect: self.members(), compact: self.compact, add_path, main: self.main, next_hop: None }
    }

    /// The older dialect tells a next hop again inside of some NLRIs.
    fn tells_next_hop(&self, next_hop: NextHop) -> Option<NextHop> {
        (self.dialect == Dialect::V5).then_some(next_hop)
    }
}
