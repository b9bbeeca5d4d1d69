//! Configurations in ExaBGP's form, for one daemon and its speakers.

use std::{
    fmt::{self, Write as _},
    net::IpAddr,
};

use super::{helper::Helper, net, speaker::Profile};

/// A configuration.
#[derive(Debug, Default)]
pub(crate) struct Conf {
    processes: String,
    neighbors: String,
}

impl Conf {
    /// One with these helpers.
    pub(crate) fn new<'h>(helpers: impl IntoIterator<Item = &'h Helper>) -> Self {
        let mut conf = Self::default();
        for helper in helpers {
            let (name, script) = (helper.name(), helper.script());
            writeln!(conf.processes, "process {name} {{ run {}; encoder json; }}", script.display()).unwrap();
        }
        conf
    }

    /// Adds a neighbor.
    pub(crate) fn neighbor(mut self, neighbor: Neighbor) -> Self {
        self.neighbors.push_str(&neighbor.finish());
        self
    }
}

impl fmt::Display for Conf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.processes, self.neighbors)
    }
}

/// A neighbor of the daemon, which is in AS 65000 unless something else is said.
#[derive(Debug)]
pub(crate) struct Neighbor {
    head: String,
    routes: String,
    helpers: Vec<String>,
    events: String,
}

impl Neighbor {
    /// The neighbor that this speaker is.
    pub(crate) fn of(profile: &Profile) -> Self {
        Self::new(profile.address, profile.asn)
            .with(&format!("hold-time {};", profile.hold_time))
            .with("family { ipv4 unicast; ipv6 unicast; }")
    }

    /// One at this address, in this AS.
    pub(crate) fn new(peer: IpAddr, asn: u32) -> Self {
        Self::between(net::DAEMON, LOCAL_AS, peer, asn)
    }

    /// One for a daemon that is at this address and in this AS.
    pub(crate) fn between(local: IpAddr, local_as: u32, peer: IpAddr, asn: u32) -> Self {
        let head = format!(
            "neighbor {peer} {{\n  local-address {local};\n  router-id 10.0.0.1;\n  local-as {local_as};\n  peer-as {asn};\n"
        );
        Self { head, routes: String::new(), helpers: Vec::new(), events: UPDATES.to_owned() }
    }

    /// Adds a statement or a section.
    pub(crate) fn with(mut self, statement: &str) -> Self {
        writeln!(self.head, "  {statement}").unwrap();
        self
    }

    /// Adds configured routes, `10.0.0.0/24 next-hop 1.1.1.1`.
    pub(crate) fn routes<S: AsRef<str>>(mut self, routes: impl IntoIterator<Item = S>) -> Self {
        for route in routes {
            writeln!(self.routes, "    route {};", route.as_ref()).unwrap();
        }
        self
    }

    /// Lets a helper command it and hear of its state and its updates.
    pub(crate) fn helper(mut self, helper: &Helper) -> Self {
        self.helpers.push(helper.name().to_owned());
        self
    }

    /// Tells helpers this, in place of state and updates.
    pub(crate) fn events(mut self, events: &str) -> Self {
        events.clone_into(&mut self.events);
        self
    }

    /// Its section of the configuration.
    pub(crate) fn finish(self) -> String {
        let mut text = self.head;
        if !self.routes.is_empty() {
            write!(text, "  static {{\n{}  }}\n", self.routes).unwrap();
        }
        if !self.helpers.is_empty() {
            let helpers = self.helpers.join(" ");
            write!(text, "  api {{\n    processes [ {helpers} ];\n    {}\n  }}\n", self.events).unwrap();
        }
        text.push_str("}\n");
        text
    }
}

/// The AS of the daemon under test.
pub(crate) const LOCAL_AS: u32 = 65000;
const UPDATES: &str = "neighbor-changes; receive { parsed; update; }";
