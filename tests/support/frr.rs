//! FRR's bgpd, mostly without zebra, started with a configuration and commanded by its terminal.

use std::{
    fs::{self, Permissions},
    net::IpAddr,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::Command,
};

use serde_json::{Deserializer, Value};

use super::{
    conf::LOCAL_AS,
    exchange::{Side, THIRD, THIRD_AS, rest},
    interop::{self, PEER, PEER_AS, Program},
    lab::Lab,
    net,
    wait::{eventually, secs},
};

/// FRR's bgpd, and the program that commands it.
#[derive(Debug)]
pub(crate) struct Frr {
    /// The daemon.
    pub(crate) program: Program,
    /// Where it waits for us.
    pub(crate) port: u16,
    /// What commands it.
    pub(crate) terminal: Terminal,
}

/// What commands FRR's bgpd.
#[derive(Debug)]
pub(crate) struct Terminal {
    vtysh: PathBuf,
    directory: PathBuf,
}

impl Frr {
    /// Starts it.
    pub(crate) fn start(lab: &Lab, programs: [PathBuf; 2], configuration: &str) -> Self {
        // No zebra, and no kernel routes.
        Self::at(PEER, lab, programs, &["-Z", "-n"], configuration)
    }

    /// Starts it at this address, beside a zebra.
    pub(crate) fn beside(
        zebra: &Zebra,
        address: IpAddr,
        lab: &Lab,
        programs: [PathBuf; 2],
        configuration: &str,
    ) -> Self {
        Self::at(address, lab, programs, &["-z", &zebra.socket.to_string_lossy()], configuration)
    }

    fn at(address: IpAddr, lab: &Lab, [bgpd, vtysh]: [PathBuf; 2], zebra: &[&str], configuration: &str) -> Self {
        let port = net::free_port(address);
        let conf = lab.write("bgpd.conf", configuration);
        let mut command = Command::new(bgpd);
        // The user we are, and no terminal but the socket.
        command.args(zebra).args(["-S", "-P", "0", "-p"]).arg(port.to_string()).arg("-l").arg(address.to_string());
        command.arg("-f").arg(conf).arg("-i").arg(lab.path("bgpd.pid")).arg("--vty_socket").arg(lab.directory());
        let program = Program::start(lab, "bgpd", &mut command);
        let terminal = Terminal { vtysh, directory: lab.directory().to_owned() };
        eventually(secs(20), "FRR's terminal", || terminal.run(["show version"]));
        Self { program, port, terminal }
    }
}

/// Starts it between us and a third daemon, which all speak these families, named FRR's way and ours; then the exchange
/// is made between FRR's terminal, us and the third.
pub(crate) fn transit(test: &str, families: &[&str], statement: &str, exchange: impl FnOnce(&Terminal, &Side, &Side)) {
    let Some(programs) = interop::programs(test, ["bgpd", "vtysh"]) else { return };
    let (lab, other_lab) = (Lab::new(), Lab::new());
    let families = families.iter().map(|family| (*family, String::new()));
    let mut frr = Frr::start(&lab, programs, &configuration("", families));
    let us = Side::calling(&lab, frr.port, &[statement]);
    let third = Side::third(&other_lab, frr.port, &[statement]);
    us.up(&mut frr.program);
    third.up(&mut frr.program);
    exchange(&frr.terminal, &us, &third);
    frr.program.assert_alive();
    us.finish();
    third.finish();
}

/// FRR's zebra, which tells bgpd of the interfaces of its network.
#[derive(Debug)]
pub(crate) struct Zebra {
    program: Program,
    socket: PathBuf,
}

impl Zebra {
    /// Starts it. It insists on another user than root, who has to get at its files.
    pub(crate) fn start(lab: &Lab, zebra: PathBuf, configuration: &str) -> Self {
        let directory = lab.path("zebra");
        fs::create_dir(&directory).unwrap();
        for (path, mode) in [(lab.directory(), 0o755), (&directory, 0o777)] {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        }
        let (conf, socket) = (lab.write("zebra.conf", configuration), directory.join("zserv"));
        let mut command = Command::new(zebra);
        command.args(["-u", "frr", "-g", "frr", "-P", "0", "-f"]).arg(conf).arg("-i").arg(directory.join("zebra.pid"));
        let program = Program::start(lab, "zebra", command.arg("-z").arg(&socket).arg("--vty_socket").arg(&directory));
        let mut zebra = Self { program, socket };
        eventually(secs(20), "zebra's socket", || {
            zebra.program.assert_alive();
            zebra.socket.exists()
        });
        zebra
    }
}

impl Terminal {
    /// What these commands print.
    pub(crate) fn run<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<String, String> {
        let mut command = Command::new(&self.vtysh);
        command.arg("--vty_socket").arg(&self.directory).args(["-d", "bgpd"]);
        for line in lines {
            command.arg("-c").arg(line.as_ref());
        }
        interop::output(&mut command)
    }

    /// The objects that these commands print, one each.
    pub(crate) fn objects<S: AsRef<str>>(&self, lines: impl IntoIterator<Item = S>) -> Result<Vec<Value>, String> {
        let text = self.run(lines)?;
        let objects: Result<Vec<Value>, _> = Deserializer::from_str(&text).into_iter().collect();
        objects.map_err(|error| format!("{error} in {text}"))
    }
}

/// A configuration with us as neighbor, and a third daemon to which what we announce is passed on. `maps` stands before
/// all else: FRR takes its time to notice a route map that comes later. Families have statements of their own.
pub(crate) fn configuration<'a>(maps: &str, families: impl IntoIterator<Item = (&'a str, String)>) -> String {
    // What came from us is not to come back to us.
    let mut text = format!(
        "log stdout\nbgp as-path access-list OWN deny _{LOCAL_AS}_\nbgp as-path access-list OWN permit .*\n{maps}\
         router bgp {PEER_AS}\n bgp router-id {PEER}\n no bgp ebgp-requires-policy\n\
         \x20no bgp network import-check\n no bgp default ipv4-unicast\n"
    );
    let neighbors = [(net::DAEMON, LOCAL_AS), (THIRD, THIRD_AS)];
    for (address, asn) in neighbors {
        text.push_str(&format!(" neighbor {address} remote-as {asn}\n"));
        for statement in ["passive", "disable-connected-check", "timers 30 90"] {
            text.push_str(&format!(" neighbor {address} {statement}\n"));
        }
    }
    for (family, statements) in families {
        text.push_str(&format!(" address-family {family}\n"));
        for (address, _) in neighbors {
            for statement in ["activate", "attribute-unchanged next-hop"] {
                text.push_str(&format!("  neighbor {address} {statement}\n"));
            }
        }
        // EVPN has no such lists: there what we announce comes back.
        if family != "l2vpn evpn" {
            text.push_str(&format!("  neighbor {} filter-list OWN out\n", net::DAEMON));
        }
        text.push_str(&format!("{statements} exit-address-family\n"));
    }
    text
}

/// Of these entries those that are paths FRR has not made itself.
pub(crate) fn foreign(entries: &Value) -> impl Iterator<Item = &Value> {
    let entries = entries.as_array().into_iter().flatten();
    entries.filter(|entry| entry["nexthops"].is_array() && entry["local"] != Value::Bool(true))
}

/// The AS numbers of such an entry.
pub(crate) fn as_path(entry: &Value) -> Vec<u32> {
    let segments = entry["aspath"]["segments"].as_array().into_iter().flatten();
    segments.flat_map(|segment| interop::numbers(&segment["list"])).collect()
}

/// The label, the path and the targets of such an entry.
pub(crate) fn labelled(entry: &Value) -> Result<String, String> {
    let targets = entry["extendedCommunity"]["string"].as_str().unwrap_or_default().split_whitespace();
    let targets: Vec<_> = targets.filter_map(|target| target.strip_prefix("RT:")).map(str::to_owned).collect();
    let next_hop = interop::text(&entry["nexthops"][0]["ip"])?;
    Ok(rest(&format!("label [{}]", entry["remoteLabel"]), next_hop, &as_path(entry), &targets))
}
