//! What a health check does: what it runs, when it believes it, and what it announces. The same for the program
//! `exactix healthcheck` and for the `health_checks` of our own form.

mod network;
mod table;

use std::{net::IpAddr, path::PathBuf, time::Duration};

pub use network::Network;
pub(crate) use table::KEYS;
pub use table::{HEALTH_OPTIONS, HealthOption, Takes};

/// Addresses of one check at most, once networks have become addresses. A thousand lines a second are no health check.
pub const MOST_ADDRESSES: u128 = 65_536;

/// A health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// The check, for the shell; without one all is well.
    pub command: Option<String>,
    /// Between two checks; zero ends after the first announcement.
    pub interval: Duration,
    /// Between two checks when the state is about to change.
    pub fast_interval: Duration,
    /// How long the command may take; zero for ever.
    pub timeout: Duration,
    /// Good results in a row that it takes to be up.
    pub rise: u32,
    /// Bad results in a row that it takes to be down.
    pub fall: u32,
    /// The service is disabled while this file exists.
    pub disable: Option<PathBuf>,
    /// Where traffic is to go; without one to whoever announces.
    pub next_hop: Option<IpAddr>,
    /// What is announced; without any, what the loopback interface has.
    pub addresses: Vec<Network>,
    /// The interfaces of addresses that are not to be on the loopback interface.
    pub interfaces: Vec<(Network, String)>,
    /// LOCAL_PREF, unless negative.
    pub local_preference: i64,
    /// Announce each address of a network.
    pub deaggregate: bool,
    /// Give the interface the addresses that it lacks, and take them back at the end.
    pub ip_setup: bool,
    /// Take addresses from the interface while the service is not up.
    pub ip_dynamic: bool,
    /// Have sudo(8) run ip(8).
    pub sudo: bool,
    /// The label of addresses that are ours, without the interface.
    pub label: Option<String>,
    /// Labels are equal to that rather than start with it.
    pub label_exact: bool,
    /// Which address gets the first metric.
    pub start: i64,
    /// What is announced of the service when it is up, down, disabled.
    pub up: Standing,
    /// The same while it is down.
    pub down: Standing,
    /// The same while it is disabled.
    pub disabled: Standing,
    /// By how much the metric of each further address is higher.
    pub increase: i64,
    /// Communities, in words.
    pub community: Option<String>,
    /// Those of a service that is down or disabled, in place of the others.
    pub disabled_community: Option<String>,
    /// Extended communities, in words.
    pub extended_community: Option<String>,
    /// Large communities, in words.
    pub large_community: Option<String>,
    /// AS numbers, in words, unless the state has its own.
    pub as_path: Option<String>,
    /// Withdraw routes rather than make them worse.
    pub withdraw_on_down: bool,
    /// Path identifier; zero is none.
    pub path_id: i64,
    /// Whom to announce to; `None` is everybody, as is an empty list.
    pub neighbors: Vec<Option<IpAddr>>,
    /// Announce only when the state has changed.
    pub debounce: bool,
    /// Commands for the shell at every change of the state.
    pub execute: Vec<String>,
}

/// What is particular to a state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// MULTI_EXIT_DISC of the first address.
    pub metric: i64,
    /// AS numbers, in words.
    pub as_path: Option<String>,
    /// Commands for the shell when the state is entered.
    pub execute: Vec<String>,
}

impl Standing {
    fn new(metric: i64) -> Self {
        Self { metric, ..Self::default() }
    }
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            command: None,
            interval: Duration::from_secs(5),
            fast_interval: Duration::from_secs(1),
            timeout: Duration::from_secs(5),
            rise: 3,
            fall: 3,
            disable: None,
            next_hop: None,
            addresses: Vec::new(),
            interfaces: Vec::new(),
            local_preference: -1,
            deaggregate: false,
            ip_setup: true,
            ip_dynamic: false,
            sudo: false,
            label: None,
            label_exact: false,
            start: 0,
            up: Standing::new(100),
            down: Standing::new(1000),
            disabled: Standing::new(500),
            increase: 1,
            community: None,
            disabled_community: None,
            extended_community: None,
            large_community: None,
            as_path: None,
            withdraw_on_down: false,
            path_id: 0,
            neighbors: Vec::new(),
            debounce: false,
            execute: Vec::new(),
        }
    }
}

impl HealthCheck {
    /// What is wrong with it as a whole, if anything: an interface for an address that is not announced, or too many
    /// addresses.
    pub fn fault(&self) -> Option<String> {
        let strange = self.interfaces.iter().find(|(network, _)| !self.addresses.contains(network));
        if let Some((network, interface)) = strange {
            return Some(format!("{network} has an interface, {interface}, and is not one of the addresses"));
        }
        let each = self.deaggregate || self.ip_setup || self.ip_dynamic;
        let count: u128 = self.addresses.iter().fold(0, |sum: u128, network| sum.saturating_add(network.size()));
        (each && count > MOST_ADDRESSES).then(|| {
            format!("there are {count} addresses in the networks, more than {MOST_ADDRESSES}: announce them without")
        })
    }

    /// The interface of an address.
    pub fn interface(&self, network: Network) -> &str {
        let found = self.interfaces.iter().find(|(known, _)| *known == network);
        found.map_or(LOOPBACK, |(_, interface)| interface)
    }

    /// What is announced out of these addresses, in the order of their metrics.
    pub fn announced(&self, addresses: &[Network]) -> Vec<Network> {
        let mut all: Vec<Network> = match self.deaggregate {
            true => addresses.iter().flat_map(|network| network.hosts()).collect(),
            false => addresses.to_vec(),
        };
        let length = i64::try_from(all.len()).unwrap_or(i64::MAX).max(1);
        all.rotate_left(usize::try_from(self.start.rem_euclid(length)).unwrap_or(0));
        all
    }
}

/// The interface of addresses that belong to the host.
pub const LOOPBACK: &str = if cfg!(target_os = "linux") { "lo" } else { "lo0" };

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_order_of_metrics() {
        let check = |start, deaggregate| HealthCheck { start, deaggregate, ..HealthCheck::default() };
        let given = networks(&["192.0.2.0/31", "192.0.2.8"]);
        assert_eq!(check(1, false).announced(&given), networks(&["192.0.2.8", "192.0.2.0/31"]));
        assert_eq!(check(4, true).announced(&given), networks(&["192.0.2.1", "192.0.2.8", "192.0.2.0"]));
        assert_eq!(check(-1, false).announced(&given), networks(&["192.0.2.8", "192.0.2.0/31"]));
        assert!(check(7, true).announced(&[]).is_empty());
    }

    #[test]
    fn an_endless_network_is_refused_where_its_addresses_are_wanted() {
        let check =
            |ip_setup| HealthCheck { addresses: networks(&["2001:db8::/64"]), ip_setup, ..HealthCheck::default() };
        assert!(check(true).fault().is_some_and(|fault| fault.contains("more than")));
        assert_eq!(check(false).fault(), None);
    }
}
