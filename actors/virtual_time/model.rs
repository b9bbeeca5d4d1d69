//! Configurations as a test invents them, and what the daemon has to make of them.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr},
};

use fault::Rng;

/// Numbers that look random and are the same each time.
#[derive(Debug, Clone)]
pub(super) struct Dice(Rng);

impl Dice {
    /// The throws of this seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }

    /// A number below `sides`.
    pub(super) const fn roll(&mut self, sides: u64) -> u64 {
        self.0.next() % sides
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }
}

/// Next hops by prefix.
pub(super) type Routes = BTreeMap<u64, u64>;

/// Prefixes that configurations and helpers have in common.
pub(super) const PREFIXES: u64 = 10;

/// One neighbor of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Neighbor {
    /// What resets the session.
    pub(super) hold_time: u64,
    /// The same, another one.
    pub(super) password: u64,
    /// What does nothing to it.
    pub(super) description: u64,
    /// The helpers that may command it.
    pub(super) helpers: Vec<&'static str>,
    /// Its routes.
    pub(super) routes: Routes,
}

impl Neighbor {
    /// Whether a change to `new` makes the session start anew.
    pub(super) fn resets(&self, new: &Self) -> bool {
        (self.hold_time, self.password) != (new.hold_time, new.password)
    }
}

/// One configuration: neighbors by the last octet of their address, and the definitions of helpers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Conf {
    pub(super) neighbors: BTreeMap<u8, Neighbor>,
    pub(super) helpers: BTreeMap<&'static str, u64>,
}

/// The helpers there can be.
pub(super) const HELPERS: [&str; 3] = ["one", "two", "three"];

/// The address of a neighbor.
pub(super) const fn address(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, number))
}

/// `10.1.7.0/24`
pub(super) fn prefix(number: u64) -> String {
    format!("10.1.{number}.0/24")
}

/// `192.0.2.3`
pub(super) fn next_hop(number: u64) -> String {
    format!("192.0.2.{number}")
}

impl Conf {
    /// Somebody else's configuration.
    pub(super) fn random(dice: &mut Dice) -> Self {
        let mut conf = Self::default();
        for name in HELPERS {
            if !dice.once_in(3) {
                conf.helpers.insert(name, dice.roll(2));
            }
        }
        for number in 1..=5 {
            if !dice.once_in(4) {
                let neighbor = conf.neighbor(dice);
                conf.neighbors.insert(number, neighbor);
            }
        }
        conf
    }

    fn neighbor(&self, dice: &mut Dice) -> Neighbor {
        let helpers = self.helpers.keys().copied().filter(|_| !dice.once_in(3)).collect();
        let mut neighbor = Neighbor { helpers, ..Neighbor::default() };
        for _ in 0..dice.roll(6) {
            neighbor.routes.insert(dice.roll(PREFIXES), 1 + dice.roll(3));
        }
        neighbor
    }

    /// The same after an edit or two. Neighbors stay when `only_inside`.
    pub(super) fn edited(&self, dice: &mut Dice, only_inside: bool) -> Self {
        let mut conf = self.clone();
        for _ in 0..=dice.roll(3) {
            conf.edit(dice, only_inside);
        }
        let helpers = conf.helpers.clone();
        conf.neighbors.values_mut().for_each(|neighbor| neighbor.helpers.retain(|name| helpers.contains_key(name)));
        conf
    }

    fn edit(&mut self, dice: &mut Dice, only_inside: bool) {
        let number = 1 + u8::try_from(dice.roll(5)).unwrap();
        let fresh = self.neighbor(dice);
        let kind = dice.roll(if only_inside { 4 } else { 9 });
        let Some(neighbor) = self.neighbors.get_mut(&number) else {
            if !only_inside {
                self.neighbors.insert(number, fresh);
            }
            return;
        };
        let helper = HELPERS[usize::try_from(dice.roll(3)).unwrap()];
        match kind {
            0 => neighbor.hold_time = dice.roll(3),
            1 => neighbor.password = dice.roll(2),
            2 => neighbor.description = dice.roll(3),
            3 => _ = self.helpers.insert(helper, dice.roll(3)),
            4 => _ = self.neighbors.remove(&number),
            5 => _ = self.helpers.remove(helper),
            6 => neighbor.helpers = fresh.helpers,
            _ => neighbor.routes = fresh.routes,
        }
    }

    /// In ExaBGP's form.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("# a configuration that a test made up\n");
        for (name, version) in &self.helpers {
            writeln!(text, "process {name} {{ run /bin/cat {version}; encoder json; }}").unwrap();
        }
        for (number, neighbor) in &self.neighbors {
            let Neighbor { hold_time, password, description, helpers, routes } = neighbor;
            write!(text, "neighbor {} {{ local-address 10.0.0.254; local-as 65000; peer-as 65000;", address(*number))
                .unwrap();
            write!(text, " hold-time {}; description d{description};", 90 + hold_time).unwrap();
            if *password > 0 {
                write!(text, " md5-password secret{password};").unwrap();
            }
            if !helpers.is_empty() {
                let events = "neighbor-changes; receive { parsed; update; notification; }";
                write!(text, " api {{ processes [ {} ]; {events} }}", helpers.join(" ")).unwrap();
            }
            text.push_str(" static {");
            for (number, hop) in routes {
                write!(text, " route {} next-hop {};", prefix(*number), next_hop(*hop)).unwrap();
            }
            text.push_str(" } }\n");
        }
        text
    }
}

/// What each neighbor has to have been told, by the rules of a reload.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    /// The routes of each neighbor.
    pub(super) tables: BTreeMap<u8, Routes>,
}

impl Expected {
    /// The configuration is another one: what only the old one had goes, what is new or other comes, and what helpers said
    /// about the rest stays.
    pub(super) fn reloaded(&mut self, old: &Conf, new: &Conf) {
        self.tables.retain(|number, _| new.neighbors.contains_key(number));
        for (number, neighbor) in &new.neighbors {
            let table = self.tables.entry(*number).or_default();
            let former = old.neighbors.get(number).map(|former| former.routes.clone()).unwrap_or_default();
            table.retain(|key, _| neighbor.routes.contains_key(key) || !former.contains_key(key));
            let fresh = neighbor.routes.iter().filter(|(key, hop)| former.get(key) != Some(hop));
            table.extend(fresh);
        }
    }

    /// A helper has announced a route, or withdrawn it.
    pub(super) fn said(&mut self, conf: &Conf, helper: &str, prefix: u64, hop: Option<u64>) {
        for (number, neighbor) in &conf.neighbors {
            if !neighbor.helpers.contains(&helper) {
                continue;
            }
            let Some(table) = self.tables.get_mut(number) else { continue };
            match hop {
                Some(hop) => table.insert(prefix, hop),
                None => table.remove(&prefix),
            };
        }
    }

    /// The routes of a neighbor, as a far end has them.
    pub(super) fn table(&self, number: u8) -> BTreeMap<String, String> {
        let table = self.tables.get(&number).cloned().unwrap_or_default();
        table.into_iter().map(|(key, hop)| (prefix(key), next_hop(hop))).collect()
    }
}
