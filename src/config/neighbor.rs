//! A neighbor as configured: everything its session, its routes and its helpers need.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use rib::StaticRoutes;
use wire::{AttributesOnly, Family, Operational};

use crate::tcp_ao::TcpAo;

/// The part of a prefix limit, in percent, from which a warning is logged, unless another is given.
pub(crate) const PREFIX_LIMIT_WARNING: u8 = 75;
/// How long, in seconds, a session rests after its peer went beyond the prefix limit, unless another time is given.
pub(crate) const PREFIX_LIMIT_IDLE: u16 = 300;

/// The most members of a range at a time, unless another number is given.
pub(crate) const RANGE_LIMIT: u32 = 10_000;

/// One neighbor, or a range of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbor {
    /// Its address, or the first of a range.
    pub peer_address: IpAddr,
    /// The length of the range's mask; `None` for a single address.
    pub peer_mask: Option<u8>,
    /// Our address; `None` for whichever the system picks.
    pub local_address: Option<IpAddr>,
    /// Our link-local address, for IPv6 next hops.
    pub local_link_local: Option<Ipv6Addr>,
    /// Our AS; `None` mirrors the neighbor's.
    pub local_as: Option<u32>,
    /// Its AS; `None` takes what its OPEN says.
    pub peer_as: Option<u32>,
    /// Our BGP Identifier.
    pub router_id: Ipv4Addr,
    /// Free text.
    pub description: String,
    /// Sent in the hostname capability.
    pub host_name: Option<String>,
    /// Sent in the hostname capability.
    pub domain_name: Option<String>,
    /// Hold Time to offer, in seconds.
    pub hold_time: u16,
    /// How long it may take in nothing of what is written, in seconds, 0 for as long as it likes; `None` for eight minutes
    /// or twice the hold time (RFC 9687).
    pub send_hold_time: Option<u16>,
    /// The most routes of one family it may have announced; more end the session (RFC 4486).
    pub prefix_limit: Option<u32>,
    /// The part of that limit, in percent, from which a warning is logged.
    pub prefix_limit_warning: u8,
    /// How long its sessions rest after it went beyond that limit, in seconds.
    pub prefix_limit_idle: u16,
    /// End-of-RIB of each family waits until a helper has asked for it once, and no longer than this, in seconds, from the
    /// start of the session.
    pub eor_within: Option<u16>,
    /// Of a range: the most members at a time.
    pub range_limit: u32,
    /// Messages with routes sent a second; 0 for no limit.
    pub rate_limit: u32,
    /// Prefixes sent a second, withdrawn ones included; 0 for no limit.
    pub prefix_rate_limit: u32,
    /// Wait for its connection instead of opening one.
    pub passive: bool,
    /// A port to listen on for this neighbor alone; 0 for none.
    pub listen: u16,
    /// The port to connect to; 0 for the daemon's default.
    pub connect: u16,
    /// Bind outgoing connections to this interface.
    pub source_interface: Option<String>,
    /// TTL of outgoing connections.
    pub outgoing_ttl: Option<u8>,
    /// The least TTL accepted (RFC 5082).
    pub incoming_ttl: Option<u8>,
    /// TCP MD5 key, if any.
    pub md5: Option<Md5>,
    /// TCP-AO key, if any; never beside one of MD5.
    pub tcp_ao: Option<TcpAo>,
    /// The address bound for outgoing connections and listened on.
    pub md5_ip: Option<IpAddr>,
    /// Several prefixes may share an UPDATE.
    pub group_updates: bool,
    /// Compared on reload, without other effect.
    pub auto_flush: bool,
    /// Keep what it announces.
    pub adj_rib_in: bool,
    /// Keep what was announced to it.
    pub adj_rib_out: bool,
    /// End-of-RIB only when a helper asks for it.
    pub manual_eor: bool,
    /// What to offer in the OPEN.
    pub capability: Capability,
    /// The families, by AFI and SAFI.
    pub families: Vec<Family>,
    /// The families ADD-PATH is restricted to, and how many paths of each are taken; empty for all it is offered for.
    pub add_paths: Vec<(Family, Option<u16>)>,
    /// Families and the AFI their next hops may have besides their own (RFC 8950).
    pub next_hops: Vec<(Family, u16)>,
    /// Which helpers may command it, and what they are told.
    pub apis: Vec<Api>,
    /// The configured routes, in the order of the file.
    pub routes: StaticRoutes,
    /// Attributes without routes, each an UPDATE of its own on every session.
    pub bare: Vec<AttributesOnly>,
    /// The configured OPERATIONAL messages, in the order of the file.
    pub operational: Vec<Operational>,
}

/// Which neighbor of a configuration: those of one name differ in the port they listen on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NeighborId {
    /// The name.
    pub name: String,
    /// The port it listens on for itself, 0 for none.
    pub listen: u16,
}

impl Neighbor {
    /// The name helpers, logs and reloads know it by.
    pub fn name(&self) -> String {
        self.to_string()
    }

    /// Which of a configuration it is.
    pub fn id(&self) -> NeighborId {
        NeighborId { name: self.name(), listen: self.listen }
    }

    /// Whether an address belongs to the range, which begins at its first address, wherever that is in a network. A
    /// single address has no members.
    pub fn covers(&self, peer: IpAddr) -> bool {
        let Some(mask) = self.peer_mask else { return false };
        let (bits, distance) = match (self.peer_address, peer) {
            (IpAddr::V4(first), IpAddr::V4(peer)) => {
                (32, u32::from(peer).checked_sub(u32::from(first)).map(u128::from))
            }
            (IpAddr::V6(first), IpAddr::V6(peer)) => (128, u128::from(peer).checked_sub(u128::from(first))),
            _ => return false,
        };
        let size = 1_u128.checked_shl(u32::from(bits - mask.min(bits)));
        distance.is_some_and(|distance| size.is_none_or(|size| distance < size))
    }

    /// The neighbor of the range that this address is.
    #[must_use]
    pub fn member(&self, peer: IpAddr) -> Self {
        Self { peer_address: peer, peer_mask: None, passive: true, ..self.clone() }
    }

    /// Whether path identifiers are offered for the family, once ADD-PATH is (RFC 7911).
    pub fn has_paths(&self, family: Family) -> bool {
        let listed = self.add_paths.is_empty() || self.add_paths.iter().any(|(listed, _)| *listed == family);
        listed && family.offers_paths() && self.families.contains(&family)
    }

    fn family_allowed(&self) -> String {
        if !self.capability.multi_session {
            return "in-open".to_owned();
        }
        let joined = |family: &Family| format!("{}-{}", family.afi_name(), family.safi_name());
        self.families.iter().map(joined).collect::<Vec<_>>().join("/")
    }
}

/// The name: ExaBGP's, with `auto` where nothing is fixed and the mask of a range kept, so that ranges differ.
impl fmt::Display for Neighbor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "neighbor {}", self.peer_address)?;
        self.peer_mask.iter().try_for_each(|mask| write!(f, "/{mask}"))?;
        write!(f, " local-ip {}", Or(self.local_address))?;
        write!(f, " local-as {} peer-as {}", Or(self.local_as), Or(self.peer_as))?;
        write!(f, " router-id {} family-allowed {}", self.router_id, self.family_allowed())
    }
}

/// A value, or `auto`.
struct Or<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Or<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("auto"),
        }
    }
}

/// A TCP MD5 key (RFC 2385).
#[derive(Clone, PartialEq, Eq)]
pub struct Md5 {
    /// The key, decoded.
    pub key: Vec<u8>,
}

/// The key is not shown.
impl fmt::Debug for Md5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Md5({} octets)", self.key.len())
    }
}

/// What the OPEN offers, beyond the families.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capability {
    /// Four-octet AS numbers (RFC 6793).
    pub asn4: bool,
    /// Messages up to 65,535 octets (RFC 8654).
    pub extended_message: bool,
    /// ROUTE-REFRESH, plain and enhanced (RFC 2918, RFC 7313).
    pub route_refresh: bool,
    /// Graceful Restart and its restart time in seconds (RFC 4724).
    pub graceful_restart: Option<u16>,
    /// With it, routes are kept after a NOTIFICATION as well (RFC 8538).
    pub graceful_notification: bool,
    /// With it, routes may be kept for so many seconds more (RFC 9494).
    pub long_lived_graceful_restart: Option<u32>,
    /// A session for each family.
    pub multi_session: bool,
    /// OPERATIONAL messages.
    pub operational: bool,
    /// ADD-PATH (RFC 7911).
    pub add_path: AddPath,
    /// Extended next hop (RFC 8950); `None` when a `nexthop` section decides.
    pub nexthop: Option<bool>,
    /// Whether AIGP is exchanged with eBGP neighbors (RFC 7311).
    pub aigp: bool,
    /// Tell the version of this daemon.
    pub software_version: bool,
    /// IPv6 next hops that are link-local only.
    pub link_local_nexthop: Option<bool>,
    /// Prefer the link-local of two next hops.
    pub link_local_prefer: bool,
}

impl Default for Capability {
    fn default() -> Self {
        Self {
            asn4: true,
            extended_message: true,
            route_refresh: false,
            graceful_restart: None,
            graceful_notification: false,
            long_lived_graceful_restart: None,
            multi_session: false,
            operational: false,
            add_path: AddPath::Disable,
            nexthop: None,
            aigp: false,
            software_version: false,
            link_local_nexthop: None,
            link_local_prefer: false,
        }
    }
}

/// The directions ADD-PATH is offered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AddPath {
    /// Not at all.
    #[default]
    Disable,
    /// We understand path identifiers.
    Receive,
    /// We send them.
    Send,
    /// Both.
    SendReceive,
}

impl AddPath {
    /// The word of a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Receive => "receive",
            Self::Send => "send",
            Self::SendReceive => "send/receive",
        }
    }
}

/// Helpers bound to a neighbor, and what they are told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Api {
    /// Its name, unique in a file; generated for a block without one.
    pub name: String,
    /// Processes that are told and may command.
    pub processes: Vec<String>,
    /// Expressions for the names of processes that may command but are told nothing.
    pub processes_match: Vec<String>,
    /// The processes that may command: those named, and those an expression matches.
    pub commanders: Vec<String>,
    /// Up and down.
    pub neighbor_changes: bool,
    /// What both OPENs agreed on.
    pub negotiated: bool,
    /// Each transition of the state machine.
    pub fsm: bool,
    /// Signals the daemon receives.
    pub signal: bool,
    /// Messages from the neighbor.
    pub receive: ApiFlags,
    /// Messages to the neighbor.
    pub send: ApiFlags,
}

/// In which form messages are told, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApiFlags {
    /// Decoded.
    pub parsed: bool,
    /// As hexadecimal octets.
    pub packets: bool,
    /// Both in one event.
    pub consolidate: bool,
    /// OPEN.
    pub open: bool,
    /// UPDATE.
    pub update: bool,
    /// NOTIFICATION.
    pub notification: bool,
    /// KEEPALIVE.
    pub keepalive: bool,
    /// ROUTE-REFRESH.
    pub refresh: bool,
    /// OPERATIONAL.
    pub operational: bool,
}

impl ApiFlags {
    /// The words of a configuration for those that are set.
    pub fn words(&self) -> Vec<&'static str> {
        let flags = [
            ("parsed", self.parsed),
            ("packets", self.packets),
            ("consolidate", self.consolidate),
            ("open", self.open),
            ("update", self.update),
            ("notification", self.notification),
            ("keepalive", self.keepalive),
            ("refresh", self.refresh),
            ("operational", self.operational),
        ];
        flags.into_iter().filter(|(_, on)| *on).map(|(word, _)| word).collect()
    }
}
