//! What a neighbor's configuration means to its session.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use wire::{AnyCapability, Family, FamilySet, Quirks};

use crate::report::Interest;

/// How many routes of a family a peer may announce, and what follows when they are more (RFC 4486).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrefixLimit {
    /// The most routes.
    pub most: u32,
    /// From so many on it is warned of.
    pub warn: u32,
    /// How long the session rests after more than the most.
    pub idle: Duration,
}

/// The configuration of one session. Replaced as a whole by [`Session::reconfigure`](crate::Session::reconfigure).
#[derive(Clone, Debug)]
pub struct Settings {
    /// Our AS number. `None`: the peer's is mirrored, and so its OPEN is awaited before ours is sent.
    pub local_as: Option<u32>,
    /// The AS number the peer must have. `None`: whatever it says.
    pub peer_as: Option<u32>,
    /// Our BGP Identifier (RFC 4271 section 4.2).
    pub router_id: Ipv4Addr,
    /// The peer.
    pub peer_address: IpAddr,
    /// Our end; `None`: as the connection says.
    pub local_address: Option<IpAddr>,
    /// Hold time offered, in seconds: 0, or 3 and above.
    pub hold_time: u16,
    /// How long, in seconds, the peer may take in nothing of what is written to it, 0 for as long as it likes (RFC 9687).
    /// `None`: eight minutes, or twice the hold time agreed on if that is longer.
    pub send_hold_time: Option<u16>,
    /// How many routes of a family the peer may announce.
    pub prefix_limit: Option<PrefixLimit>,
    /// Families offered (RFC 4760).
    pub families: Vec<Family>,
    /// Offer four-octet AS numbers (RFC 6793).
    pub asn4: bool,
    /// Offer messages above 4096 octets (RFC 8654).
    pub extended_message: bool,
    /// Offer route refresh and its enhanced form (RFC 2918, RFC 7313).
    pub route_refresh: bool,
    /// Offer Graceful Restart (RFC 4724) with this restart time in seconds; a teardown then sends no NOTIFICATION, so that the
    /// peer keeps our routes.
    pub graceful_restart: Option<u16>,
    /// With it, offer that a NOTIFICATION does not end the keeping of routes either (RFC 8538).
    pub graceful_notification: bool,
    /// With Graceful Restart, offer its long-lived form: our routes may be kept for so many seconds (RFC 9494).
    pub long_lived: Option<u32>,
    /// Offer ADD-PATH (RFC 7911), for the families that follow.
    pub add_path: bool,
    /// Families in which several paths may be sent (RFC 7911).
    pub add_path_send: FamilySet,
    /// Families in which several paths may be received (RFC 7911).
    pub add_path_receive: FamilySet,
    /// Families whose next hop may be of another address family, given by its AFI (RFC 8950). `None`: capability not offered.
    pub next_hops: Option<Vec<(Family, u16)>>,
    /// Our link-local address, sent behind a global next hop of IPv6 where both sides have the capability for it.
    pub link_local: Option<Ipv6Addr>,
    /// Offer the OPERATIONAL message (draft-ietf-idr-operational-message).
    pub operational: bool,
    /// Offer multiple sessions (draft-ietf-idr-bgp-multisession); one session is run all the same.
    pub multisession: bool,
    /// Further capabilities, such as the host name. Each takes its place in the fixed order of the OPEN.
    pub capabilities: Vec<AnyCapability>,
    /// Never connect, wait to be connected to.
    pub passive: bool,
    /// Exchange AIGP with the peer even if it is an external one (RFC 7311).
    pub aigp: bool,
    /// Several routes may share an UPDATE.
    pub group_updates: bool,
    /// Received routes are kept: emit [`Effect::Learn`](crate::Effect::Learn).
    pub adj_rib_in: bool,
    /// How many connections or attempts at one are allowed; 0 is no limit.
    pub attempts: u32,
    /// How long an attempt at a connection may take.
    pub connect_wait: Duration,
    /// How often the peer is called within one attempt, a tenth of a second apart; ExaBGP calls 50 times.
    pub dials: u32,
    /// How long the peer may take to send its OPEN.
    pub open_wait: Duration,
    /// What the helpers want to be told.
    pub interest: Interest,
    /// Behaviours of ExaBGP asked for by name.
    pub quirks: Quirks,
    /// Makes the jitter of the ConnectRetryTimer differ between neighbors, yet repeatable.
    pub seed: u64,
}

impl Settings {
    /// The defaults of a neighbor with nothing but these words written.
    #[must_use]
    pub fn new(local_as: Option<u32>, peer_as: Option<u32>, router_id: Ipv4Addr, peer_address: IpAddr) -> Self {
        Self {
            local_as,
            peer_as,
            router_id,
            peer_address,
            local_address: None,
            hold_time: 180,
            send_hold_time: None,
            prefix_limit: None,
            families: vec![Family::Ipv4Unicast],
            asn4: true,
            extended_message: true,
            route_refresh: false,
            graceful_restart: None,
            graceful_notification: false,
            long_lived: None,
            add_path: false,
            add_path_send: FamilySet::new(),
            add_path_receive: FamilySet::new(),
            next_hops: None,
            link_local: None,
            operational: false,
            multisession: false,
            capabilities: Vec::new(),
            passive: false,
            aigp: false,
            group_updates: true,
            adj_rib_in: true,
            attempts: 0,
            connect_wait: Duration::from_secs(30),
            dials: 1,
            open_wait: Duration::from_secs(60),
            interest: Interest::default(),
            quirks: Quirks::NONE,
            seed: 0,
        }
    }
}
