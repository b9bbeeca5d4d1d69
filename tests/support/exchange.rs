//! Exchanges of routes that are more than a prefix and a path: with labels, route distinguishers, path identifiers.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use serde_json::Value;

use super::{
    conf::{Conf, LOCAL_AS, Neighbor},
    daemon::{Daemon, Launch},
    evpn::{self, Evpn},
    helper::Helper,
    interop::{self, PEER, PEER_AS, Program},
    lab::Lab,
    net,
    wait::{eventually, secs},
};

/// What tells a route from others, and the rest of it, both as text.
pub(crate) type Texts = BTreeMap<String, String>;

/// A route we announce.
#[derive(Debug, Clone)]
pub(crate) struct Announced {
    /// Family and route, as the command has them.
    pub(crate) route: String,
    /// Family and no more of the route than tells it from others: no label, no next hop.
    pub(crate) short: String,
    /// The rest of the command.
    pub(crate) attributes: String,
    /// The route as the other side has to hold it.
    pub(crate) held: (String, String),
}

/// The daemon under test, with a helper.
#[derive(Debug)]
pub(crate) struct Side {
    daemon: Daemon,
    helper: Helper,
    peer: String,
}

impl Side {
    /// Calls the other side on this port; the statements are those of the neighbor.
    pub(crate) fn calling(lab: &Lab, port: u16, statements: &[&str]) -> Self {
        Self::at((net::DAEMON, LOCAL_AS), PEER, lab, port, statements)
    }

    /// The same, where we and the other side are at these addresses.
    pub(crate) fn between(us: IpAddr, peer: IpAddr, lab: &Lab, port: u16, statements: &[&str]) -> Self {
        Self::at((us, LOCAL_AS), peer, lab, port, statements)
    }

    /// Another one, in [`THIRD_AS`], to which the other side passes on what the first announces.
    pub(crate) fn third(lab: &Lab, port: u16, statements: &[&str]) -> Self {
        Self::at((THIRD, THIRD_AS), PEER, lab, port, statements)
    }

    /// Calls the other side with these quirks.
    pub(crate) fn with_quirks(quirks: &str, lab: &Lab, port: u16, statements: &[&str]) -> Self {
        Self::start((net::DAEMON, LOCAL_AS), PEER, lab, statements, |conf| lab.launch(conf, port).quirks(quirks))
    }

    fn at(us: (IpAddr, u32), peer: IpAddr, lab: &Lab, port: u16, statements: &[&str]) -> Self {
        Self::start(us, peer, lab, statements, |conf| lab.launch(conf, port))
    }

    fn start(
        (address, asn): (IpAddr, u32),
        peer: IpAddr,
        lab: &Lab,
        statements: &[&str],
        launch: impl FnOnce(&str) -> Launch,
    ) -> Self {
        let helper = Helper::new(lab, "helper");
        let neighbor = Neighbor::between(address, asn, peer, PEER_AS).with("hold-time 90;").with("passive false;");
        let neighbor = statements.iter().fold(neighbor, |neighbor, statement| neighbor.with(statement));
        let conf = Conf::new([&helper]).neighbor(neighbor.helper(&helper)).to_string();
        Self { daemon: launch(&conf).start(), helper, peer: peer.to_string() }
    }

    /// Waits for the session.
    pub(crate) fn up(&self, program: &mut Program) {
        eventually(secs(60), "a session", || {
            program.assert_alive();
            self.helper.heard_state(&self.peer, "up")
        });
    }

    /// Announces routes, and waits until the other side holds just these.
    pub(crate) fn tell(&self, ours: &[Announced], held: impl FnMut() -> Result<Texts, String>) {
        self.helper.say(ours.iter().map(|one| format!("announce {} {}", one.route, one.attributes)));
        let table = table(ours);
        assert_eq!(table.len(), ours.len(), "two of our routes are one");
        holds("our routes at the other side", &table, held);
    }

    /// Announces routes, then withdraws every other one, then the rest: the other side has to hold what is left.
    /// Withdrawals name what is necessary, the others all that was announced.
    pub(crate) fn announce(&self, ours: &[Announced], mut held: impl FnMut() -> Result<Texts, String>) {
        self.tell(ours, &mut held);
        let half = |rest: usize| ours.iter().skip(rest).step_by(2);
        self.helper.say(half(1).map(|one| format!("withdraw {}", one.short)));
        holds("half of our routes", &table(half(0)), &mut held);
        self.helper.say(half(0).map(|one| format!("withdraw {}", one.route)));
        holds("none of our routes", &Texts::new(), held);
    }

    /// Waits until what our helper heard adds up to this.
    pub(crate) fn hears(&self, what: &str, theirs: &Texts) {
        eventually(secs(30), what, || compare("we heard", theirs, &self.heard()?));
    }

    /// What our helper heard adds up to this.
    pub(crate) fn heard(&self) -> Result<Texts, String> {
        self.helper.with_events(heard)
    }

    /// Ends the daemon; everything was understood, and the session stayed.
    pub(crate) fn finish(mut self) {
        let downs = self.helper.count_states(&self.peer, "down");
        assert_eq!(downs, 0, "the session did not stay");
        let answers = self.helper.answers();
        assert!(answers.iter().all(|answer| answer == "done"), "{answers:?}");
        self.daemon.stop();
    }
}

fn table<'a>(routes: impl IntoIterator<Item = &'a Announced>) -> Texts {
    routes.into_iter().map(|one| one.held.clone()).collect()
}

fn holds(what: &str, expected: &Texts, mut held: impl FnMut() -> Result<Texts, String>) {
    eventually(secs(30), what, || compare("they hold", expected, &held()?));
}

/// The rest of a route: what its NLRI says besides, its path, and its extended communities; of targets without the
/// word.
pub(crate) fn rest(nlri: &str, next_hop: &str, as_path: &[u32], communities: &[String]) -> String {
    format!("{nlri} via {next_hop} path {as_path:?} communities {communities:?}")
}

/// A path and extended communities, targets or hexadecimal numbers, as commands have them.
pub(crate) fn attributes(as_path: &[u32], communities: &[String]) -> String {
    let asns: Vec<_> = as_path.iter().map(u32::to_string).collect();
    let mut text = format!("as-path [ {} ]", asns.join(" "));
    if !communities.is_empty() {
        text.push_str(" extended-community [ ");
        for community in communities {
            text.push_str(if community.starts_with("0x") { "" } else { "target:" });
            text.push_str(&format!("{community} "));
        }
        text.push(']');
    }
    text
}

/// What the update events of a helper add up to.
fn heard(events: &[Value]) -> Result<Texts, String> {
    let mut table = Texts::new();
    for event in events.iter().filter(|event| event["type"] == "update") {
        let update = &event["neighbor"]["message"]["update"];
        for (_, nlris) in interop::members(&update["withdraw"]) {
            for nlri in nlris.as_array().into_iter().flatten() {
                table.remove(&said(nlri)?.0);
            }
        }
        let mut as_path = Vec::new();
        for (_, segment) in interop::members(&update["attribute"]["as-path"]) {
            as_path.extend(interop::numbers(&segment["value"]));
        }
        let communities: Vec<String> = ["extended-community", "extended-community-ipv6"]
            .iter()
            .flat_map(|name| update["attribute"][name].as_array().into_iter().flatten())
            .filter_map(community)
            .collect();
        for (_, next_hops) in interop::members(&update["announce"]) {
            for (next_hop, nlris) in interop::members(next_hops) {
                for nlri in nlris.as_array().into_iter().flatten() {
                    let (key, said) = said(nlri)?;
                    table.insert(key, rest(&said, next_hop, &as_path, &communities));
                }
            }
        }
    }
    Ok(table)
}

/// A community by its name; one without by its octets.
fn community(told: &Value) -> Option<String> {
    match (told["string"].as_str()?, told["value"].as_u64()) {
        ("", Some(value)) => Some(format!("0x{value:016X}")),
        (name, _) => Some(name.strip_prefix("target:").unwrap_or(name).to_owned()),
    }
}

/// What tells a route from others, and what else its NLRI says.
fn said(nlri: &Value) -> Result<(String, String), String> {
    // A label field of EVPN is known by its 24 bits: the second number, which zero has not.
    let last = usize::from(nlri["code"].is_u64());
    let labels = nlri["label"].as_array().into_iter().flatten();
    let labels: Vec<u64> = labels.filter_map(|label| label[last].as_u64().or(label[0].as_u64())).collect();
    let Some(code) = nlri["code"].as_u64() else {
        if let Some(rule) = nlri["string"].as_str().filter(|text| text.starts_with("flow ")) {
            return Ok((rule.to_owned(), "flow".to_owned()));
        }
        let mut key = interop::text(&nlri["nlri"])?.to_owned();
        for name in ["rd", "path-information"] {
            if let Some(text) = nlri[name].as_str() {
                key.push_str(&format!(" {name} {text}"));
            }
        }
        return Ok((key, format!("label {labels:?}")));
    };
    let word = |name: &str| match &nlri[name] {
        Value::String(text) => text.to_ascii_lowercase(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    let ip = if code == 5 { format!("{}/{}", word("ip"), word("iplen")) } else { word("ip") };
    let (tag, mac) = (word("ethernet-tag"), word("mac"));
    Ok(evpn::texts(code, &Evpn { rd: word("rd"), tag, esi: word("esi"), mac, ip, gateway: word("gateway"), labels }))
}

/// Fails unless both hold the same, and names the first few that differ.
pub(crate) fn compare(what: &str, expected: &Texts, found: &Texts) -> Result<(), String> {
    let missing = expected.iter().filter(|(key, rest)| found.get(*key) != Some(*rest));
    let missing = missing.map(|(key, rest)| format!("{key} is {:?}, expected {rest}", found.get(key)));
    let surplus = found.iter().filter(|(key, _)| !expected.contains_key(*key));
    let surplus = surplus.map(|(key, rest)| format!("{key} is too much: {rest}"));
    let differences: Vec<String> = missing.chain(surplus).collect();
    if differences.is_empty() {
        return Ok(());
    }
    let shown = differences.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n  ");
    Err(format!("{what}: {} of {} routes differ:\n  {shown}", differences.len(), expected.len()))
}

/// Where the third daemon is.
pub(crate) const THIRD: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// The AS of the third daemon.
pub(crate) const THIRD_AS: u32 = 65020;
const SHOWN: usize = 5;
