//! A neighbor or a template while it is read: what was written, nothing else.
//!
//! Both forms fill drafts; [`crate::check`] turns them into neighbors, with defaults and validation.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rib::StaticRoute;
use wire::{AttributesOnly, Family, Operational};

use crate::{
    neighbor::{AddPath, Api},
    tcp_ao::TcpAoAlgorithm,
    value::Auto,
};

/// A struct of settings that may or may not have been written.
macro_rules! settings {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $name { $(pub(crate) $field: Option<$type>,)* }

        impl $name {
            /// Takes over what is written in `over`, which wins.
            pub(crate) fn overlay(&mut self, over: &Self) {
                $(if over.$field.is_some() { self.$field.clone_from(&over.$field); })*
            }
        }
    };
}

settings! {
    /// The scalar keywords of a neighbor.
    Settings {
        peer_address: (IpAddr, Option<u8>),
        local_address: Auto<IpAddr>,
        local_link_local: Ipv6Addr,
        router_id: Ipv4Addr,
        local_as: Auto<u32>,
        peer_as: Auto<u32>,
        description: String,
        host_name: String,
        domain_name: String,
        hold_time: u16,
        send_hold_time: u16,
        prefix_limit: u32,
        prefix_limit_warning: u8,
        prefix_limit_idle: u16,
        eor_within: u16,
        range_limit: u32,
        rate_limit: u32,
        prefix_rate_limit: u32,
        passive: bool,
        listen: u16,
        connect: u16,
        source_interface: String,
        outgoing_ttl: Option<u8>,
        incoming_ttl: Option<u8>,
        md5_password: String,
        md5_base64: bool,
        md5_ip: IpAddr,
        group_updates: bool,
        auto_flush: bool,
        adj_rib_out: bool,
        adj_rib_in: bool,
        manual_eor: bool,
    }
}

settings! {
    /// The keywords of a `tcp-ao` section.
    Authentication {
        keyid: u8,
        algorithm: TcpAoAlgorithm,
        password: String,
        base64: bool,
    }
}

settings! {
    /// The keywords of a `capability` section.
    Capabilities {
        asn4: bool,
        extended_message: bool,
        route_refresh: bool,
        graceful_restart: Graceful,
        graceful_notification: bool,
        long_lived_graceful_restart: Graceful,
        multi_session: bool,
        operational: bool,
        add_path: AddPath,
        nexthop: bool,
        aigp: bool,
        software_version: bool,
        link_local_nexthop: bool,
        link_local_prefer: bool,
    }
}

/// What `graceful-restart` and `long-lived-graceful-restart` say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Graceful {
    /// Not offered.
    Off,
    /// Offered for so many seconds; 0 of the former stands for the hold time.
    Seconds(u32),
}

/// The families of one or more `family` sections.
#[derive(Debug, Clone, Default)]
pub(crate) struct Families {
    pub(crate) listed: Vec<Family>,
    pub(crate) all: bool,
}

impl Families {
    /// Adds those of another section.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.listed.extend(&other.listed);
        self.all |= other.all;
    }

    /// The families meant, by AFI and SAFI: all of them when none is listed.
    pub(crate) fn resolved(&self) -> Vec<Family> {
        let mut families = if self.all || self.listed.is_empty() { Family::ALL.to_vec() } else { self.listed.clone() };
        families.sort_unstable();
        families.dedup();
        families
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty() && !self.all
    }
}

/// The families of one or more `add-path` sections, and how many paths of each are taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathFamilies {
    pub(crate) listed: Vec<(Family, Option<u16>)>,
    pub(crate) all: bool,
}

impl PathFamilies {
    /// Adds those of another section.
    fn merge(&mut self, other: &Self) {
        let new = other.listed.iter().filter(|(family, _)| !self.listed.iter().any(|(listed, _)| listed == family));
        let new: Vec<_> = new.copied().collect();
        self.listed.extend(new);
        self.all |= other.all;
    }
}

/// Families and the AFI their next hops may have besides their own.
pub(crate) type NextHops = Vec<(Family, u16)>;

/// Everything written in a `neighbor` section or inherited by it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) settings: Settings,
    pub(crate) capability: Capabilities,
    pub(crate) tcp_ao: Authentication,
    pub(crate) families: Families,
    pub(crate) add_paths: PathFamilies,
    pub(crate) next_hops: NextHops,
    pub(crate) apis: Vec<Api>,
    pub(crate) routes: Vec<StaticRoute>,
    pub(crate) bare: Vec<AttributesOnly>,
    pub(crate) operational: Vec<Operational>,
    pub(crate) inherit: Vec<String>,
    /// What was accepted and deserves a warning.
    pub(crate) remarks: Vec<String>,
}

impl Draft {
    /// Inherits as ExaBGP does: the template's settings replace the neighbor's own, its lists follow.
    pub(crate) fn inherit_over(&mut self, template: &Self) {
        self.settings.overlay(&template.settings);
        self.capability.overlay(&template.capability);
        self.tcp_ao.overlay(&template.tcp_ao);
        self.families.merge(&template.families);
        self.append(template);
    }

    /// Inherits as the native form does: the neighbor's own settings stay, the template's lists follow.
    pub(crate) fn inherit_under(&mut self, template: &Self) {
        let mut settings = template.settings.clone();
        settings.overlay(&self.settings);
        let mut capability = template.capability.clone();
        capability.overlay(&self.capability);
        let mut tcp_ao = template.tcp_ao.clone();
        tcp_ao.overlay(&self.tcp_ao);
        (self.settings, self.capability, self.tcp_ao) = (settings, capability, tcp_ao);
        if self.families.is_empty() {
            self.families = template.families.clone();
        }
        self.append(template);
    }

    fn append(&mut self, template: &Self) {
        self.add_paths.merge(&template.add_paths);
        let hops = template.next_hops.iter().filter(|hop| !self.next_hops.contains(hop)).copied();
        self.next_hops.extend(hops.collect::<Vec<_>>());
        self.apis.extend(template.apis.iter().cloned());
        self.routes.extend(template.routes.iter().cloned());
        self.bare.extend(template.bare.iter().cloned());
        self.operational.extend(template.operational.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(hold_time: u16) -> Draft {
        Draft { settings: Settings { hold_time: Some(hold_time), ..Settings::default() }, ..Draft::default() }
    }

    #[test]
    fn the_forms_differ_in_who_wins() {
        let (mut exabgp, mut native) = (holding(90), holding(90));
        exabgp.inherit_over(&holding(30));
        native.inherit_under(&holding(30));
        assert_eq!((exabgp.settings.hold_time, native.settings.hold_time), (Some(30), Some(90)));
    }

    #[test]
    fn no_family_means_all() {
        assert_eq!(Families::default().resolved().len(), Family::ALL.len());
        let one = Families { listed: vec![Family::Ipv6Unicast, Family::Ipv4Unicast, Family::Ipv6Unicast], all: false };
        assert_eq!(one.resolved(), [Family::Ipv4Unicast, Family::Ipv6Unicast]);
    }
}
