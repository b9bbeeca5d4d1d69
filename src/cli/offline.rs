//! Sessions for messages that belong to none: what two speakers with the same configuration would agree on.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
};

use anyhow::anyhow;
use api::encode::PeerFacts;
use config::{AddPath, Env, Neighbor};
use wire::{Family, Negotiated};

/// The AS of the built-in neighbor, on both sides.
pub(crate) const BUILT_IN_AS: u32 = 65533;

/// A neighbor to encode for or to decode from.
#[derive(Debug, Clone)]
pub(crate) struct Offline {
    /// What events say of it.
    pub(crate) who: PeerFacts,
    /// What was agreed on.
    pub(crate) with: Negotiated,
    /// Its configuration; the built-in one has none.
    pub(crate) neighbor: Option<Neighbor>,
}

impl Offline {
    /// The neighbors of a configuration, or the built-in one.
    ///
    /// # Errors
    /// When the configuration is refused or has no neighbor.
    pub(crate) fn all(configuration: Option<&Path>, env: &Env) -> anyhow::Result<Vec<Self>> {
        let Some(path) = configuration else { return Ok(vec![Self::built_in(env)]) };
        let config = config::load(path, env).map_err(|error| anyhow!("{error}"))?;
        if config.neighbors.is_empty() {
            return Err(anyhow!("{} has no neighbor", path.display()));
        }
        Ok(config.neighbors.into_iter().map(|neighbor| Self::configured(neighbor, config.quirks)).collect())
    }

    fn built_in(env: &Env) -> Self {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let who = PeerFacts {
            local_address: Some(address),
            peer_address: address,
            local_as: Some(BUILT_IN_AS),
            peer_as: Some(BUILT_IN_AS),
            router_id: Ipv4Addr::LOCALHOST,
        };
        let mut with = session(&who);
        with.quirks = env.exactix.quirks;
        Self { who, with, neighbor: None }
    }

    fn configured(neighbor: Neighbor, quirks: wire::Quirks) -> Self {
        let mut who = PeerFacts::new(&neighbor, None);
        who.local_as = who.local_as.or(who.peer_as);
        who.peer_as = who.peer_as.or(who.local_as);
        let mut with = session(&who);
        with.asn4 = neighbor.capability.asn4;
        with.extended_message = neighbor.capability.extended_message;
        with.group_updates = neighbor.group_updates;
        with.quirks = quirks;
        if neighbor.capability.add_path != AddPath::Disable {
            with.add_path_receive = neighbor.families.iter().copied().filter(|family| family.offers_paths()).collect();
            with.add_path_send = with.add_path_receive;
        }
        Self { who, with, neighbor: Some(neighbor) }
    }

    /// The same with path identifiers in all families.
    pub(crate) fn with_paths(mut self) -> Self {
        self.with.add_path_receive = Family::ALL.iter().copied().collect();
        self.with.add_path_send = self.with.add_path_receive;
        self
    }
}

/// All families, with any next hop.
fn session(who: &PeerFacts) -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    with.local_as = who.local_as.unwrap_or(BUILT_IN_AS);
    with.peer_as = who.peer_as.unwrap_or(BUILT_IN_AS);
    with.local_address = who.local_address;
    with.peer_address = Some(who.peer_address);
    with.router_id = who.router_id;
    with.asn4 = true;
    with.families = Family::ALL.to_vec();
    with.next_hops = other_protocol(&with.families);
    with
}

/// Families of one Internet protocol, each with the other one for next hops (RFC 8950).
pub(crate) fn other_protocol(families: &[Family]) -> Vec<(Family, u16)> {
    families.iter().filter_map(|family| Some((*family, 3_u16.checked_sub(family.afi())?))).collect()
}

/// The family of two words.
///
/// # Errors
/// A sentence when there is none.
pub(crate) fn family(text: &str) -> anyhow::Result<Family> {
    let mut words = text.split_whitespace();
    let named = words.next().zip(words.next()).filter(|_| words.next().is_none());
    named
        .and_then(|(afi, safi)| Family::from_names(afi, safi))
        .ok_or_else(|| anyhow!("\"{text}\" is not a family such as \"ipv4 unicast\""))
}
