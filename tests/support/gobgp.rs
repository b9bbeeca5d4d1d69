//! GoBGP, started with a neighbor and asked for what it holds.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

use super::{
    evpn::{self, Evpn},
    exchange::{Side, Texts, rest},
    interop::{self, PEER, PEER_AS, Program},
    lab::Lab,
    net,
    wait::{eventually, secs},
};

/// GoBGP, and the program that commands it.
#[derive(Debug)]
pub(crate) struct GoBgp {
    /// The daemon.
    pub(crate) program: Program,
    /// Where it waits for us.
    pub(crate) port: u16,
    /// What commands it.
    pub(crate) client: Client,
}

/// What commands GoBGP.
#[derive(Debug)]
pub(crate) struct Client {
    program: PathBuf,
    api: u16,
}

impl GoBgp {
    /// Starts it, to speak these families (in OpenConfig's words) with us.
    pub(crate) fn start(lab: &Lab, [gobgpd, client]: [PathBuf; 2], families: &[&str]) -> Self {
        let (port, api) = (net::free_port(PEER), net::free_port(PEER));
        let conf = lab.write("gobgp.toml", configuration(port, families));
        let mut command = Command::new(gobgpd);
        command.args(["-t", "toml", "-p", "-l", "warn", "--pprof-disable", "--api-hosts"]);
        let command = command.arg(format!("{PEER}:{api}")).arg("-f").arg(conf);
        let program = Program::start(lab, "gobgpd", command);
        let client = Client { program: client, api };
        eventually(secs(20), "GoBGP's API", || client.run("global"));
        Self { program, port, client }
    }
}

impl Client {
    /// Runs a command, of words between spaces.
    pub(crate) fn run(&self, command: &str) -> Result<String, String> {
        let mut client = Command::new(&self.program);
        client.args(["-u", &PEER.to_string(), "-p", &self.api.to_string()]);
        let text = interop::output(client.args(command.split_whitespace()))?;
        // It succeeds in saying what is wrong.
        if text.starts_with("error") { Err(format!("{command}: {text}")) } else { Ok(text) }
    }

    /// It announces all of these routes to us, and takes half of them back.
    pub(crate) fn tells(&self, us: &Side, theirs: &[Said]) {
        let table = |routes: &[Said]| -> Texts { routes.iter().map(|one| one.heard.clone()).collect() };
        for Said { family, words, .. } in theirs {
            self.run(&format!("global rib add -a {family} {words}")).unwrap();
        }
        assert_eq!(table(theirs).len(), theirs.len(), "two of their routes are one");
        us.hears("their routes", &table(theirs));
        let (gone, kept) = theirs.split_at(theirs.len() / 2 + 7);
        for Said { family, words, .. } in gone {
            self.run(&format!("global rib del -a {family} {words}")).unwrap();
        }
        us.hears("the rest of their routes", &table(kept));
    }

    /// What it has got from us, of these families.
    pub(crate) fn held(&self, families: &[&str]) -> Result<Texts, String> {
        let mut table = Texts::new();
        for (path, _) in self.paths(families)? {
            let (key, nlri) = said(&path["nlri"])?;
            table.insert(key, with_path(&nlri, &path["attrs"])?);
        }
        Ok(table)
    }

    /// The paths it has got from us, each with its family.
    pub(crate) fn paths<'f>(&self, families: &[&'f str]) -> Result<Vec<(Value, &'f str)>, String> {
        let mut ours = Vec::new();
        for family in families {
            let text = self.run(&format!("-j global rib -a {family}"))?;
            let all: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            let paths = interop::members(&all).flat_map(|(_, paths)| paths.as_array().into_iter().flatten());
            // Its own have no neighbor.
            let of_us = paths.filter(|path| path["attrs"].as_array().is_some_and(|list| list.iter().any(is_ours)));
            ours.extend(of_us.map(|path| (path.clone(), *family)));
        }
        Ok(ours)
    }
}

/// A route of theirs.
#[derive(Debug)]
pub(crate) struct Said {
    /// The family, as the client names it.
    pub(crate) family: &'static str,
    /// The route, as the client takes it.
    pub(crate) words: String,
    /// The route as we have to hear it.
    pub(crate) heard: (String, String),
}

/// The word for a path; GoBGP itself prepends its AS.
pub(crate) fn aspath(as_path: &[u32]) -> String {
    let asns: Vec<_> = as_path.iter().skip(1).map(u32::to_string).collect();
    if asns.is_empty() { String::new() } else { format!(" aspath {}", asns.join(",")) }
}

/// Whether this attribute is a path that our AS has begun.
fn is_ours(attribute: &Value) -> bool {
    attribute["type"] == 2 && attribute["as_paths"][0]["asns"][0] == 65000
}

fn configuration(port: u16, families: &[&str]) -> String {
    let mut text = format!(
        "[global.config]\n  as = {PEER_AS}\n  router-id = \"{PEER}\"\n  port = {port}\n  local-address-list = [\"{PEER}\"]\n\
         [[neighbors]]\n  [neighbors.config]\n    neighbor-address = \"{}\"\n    peer-as = 65000\n\
         \x20 [neighbors.transport.config]\n    passive-mode = true\n    local-address = \"{PEER}\"\n",
        net::DAEMON
    );
    for family in families {
        text.push_str("  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n");
        text.push_str(&format!("      afi-safi-name = \"{family}\"\n"));
    }
    text
}

/// The AS numbers of a path.
pub(crate) fn as_path(attribute: &Value) -> impl Iterator<Item = u32> {
    let segments = attribute["as_paths"].as_array().into_iter().flatten();
    segments.flat_map(|segment| interop::numbers(&segment["asns"]))
}

fn with_path(nlri: &str, attributes: &Value) -> Result<String, String> {
    let (mut next_hop, mut as_path, mut targets) = ("", Vec::new(), Vec::new());
    for attribute in attributes.as_array().into_iter().flatten() {
        match attribute["type"].as_u64() {
            Some(2) => as_path.extend(self::as_path(attribute)),
            Some(3 | 14) => next_hop = interop::text(&attribute["nexthop"])?,
            Some(16) => {
                let all = attribute["value"].as_array().into_iter().flatten();
                let all = all.filter(|one| one["subtype"] == 2).filter_map(|one| one["value"].as_str());
                targets.extend(all.map(plain));
            }
            _ => {}
        }
    }
    Ok(rest(nlri, next_hop, &as_path, &targets))
}

fn said(nlri: &Value) -> Result<(String, String), String> {
    if let (Some(code), route) = (nlri["type"].as_u64(), &nlri["value"]) {
        return Ok(evpn::texts(code, &evpn_said(route)));
    }
    let mut key = interop::text(&nlri["prefix"])?.to_owned();
    if nlri["rd"].is_object() {
        key.push_str(&format!(" rd {}", distinguisher(&nlri["rd"])));
    }
    let labels: Vec<u32> = interop::numbers(&nlri["labels"]).collect();
    Ok((key, format!("label {labels:?}")))
}

fn evpn_said(route: &Value) -> Evpn {
    let word = |name: &str| match &route[name] {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    let esi = match word("esi") {
        esi if esi == "single-homed" => "-".to_owned(),
        esi => esi.replace("ESI_ARBITRARY | ", "00:"),
    };
    let labels = interop::numbers(&route["labels"]).map(u64::from).chain(route["label"].as_u64()).collect();
    let ip = if route["prefix"].is_string() { word("prefix") } else { word("ip") };
    let (tag, mac, gateway) = (word("etag"), word("mac"), word("gateway"));
    Evpn { rd: distinguisher(&route["rd"]), tag, esi, mac, ip, gateway, labels }
}

/// A route distinguisher.
pub(crate) fn distinguisher(rd: &Value) -> String {
    let admin = rd["admin"].as_str().map_or_else(|| rd["admin"].to_string(), str::to_owned);
    plain(&format!("{admin}:{}", rd["assigned"]))
}

/// `64086.59904:1`, which is how GoBGP writes and reads an AS of four octets here, as `4200000000:1`.
pub(crate) fn plain(text: &str) -> String {
    let parts = text.split_once(':').and_then(|(admin, assigned)| {
        let (high, low) = admin.split_once('.')?;
        Some((high.parse::<u16>().ok()?, low.parse::<u16>().ok()?, assigned))
    });
    parts.map_or_else(
        || text.to_owned(),
        |(high, low, assigned)| format!("{}:{assigned}", (u32::from(high) << 16) + u32::from(low)),
    )
}

/// The other way round.
pub(crate) fn dotted(text: &str) -> String {
    let parts = text.split_once(':').and_then(|(admin, assigned)| Some((admin.parse::<u32>().ok()?, assigned)));
    match parts {
        Some((asn, assigned)) if asn > 0xFFFF => format!("{}.{}:{assigned}", asn >> 16, asn & 0xFFFF),
        _ => text.to_owned(),
    }
}
