//! `exactix healthcheck` gives interfaces the addresses it announces, and takes them away; tried in a network namespace.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use nix::{
    sys::signal::Signal,
    unistd::{Group as SystemGroup, User, getuid},
};
use support::{
    group::Group,
    interop,
    lab::{Lab, program},
    wait::{eventually, secs},
};

/// A network of nobody else's, and what runs in it.
struct Namespace {
    lab: Lab,
    holder: Group,
}

impl Namespace {
    /// None, and a word about it, where we have no right to one.
    fn new(test: &str) -> Option<Self> {
        interop::programs(test, ["unshare", "nsenter", "ip"])?;
        if !Command::new("unshare").args(["-n", "true"]).output().unwrap().status.success() {
            interop::unable(test, "no right to a network namespace");
            return None;
        }
        let lab = Lab::new();
        let mut sleep = Command::new("unshare");
        let holder = Group::start(sleep.args(["-n", "sleep", "infinity"])).unwrap();
        let network = |process: &str| fs::read_link(format!("/proc/{process}/ns/net")).ok();
        let own = network("self");
        let apart = || network(&holder.id().to_string()).is_some_and(|theirs| Some(theirs) != own);
        eventually(secs(10), "the namespace", apart);
        let namespace = Self { lab, holder };
        namespace.ip(&["link", "set", "lo", "up"]);
        Some(namespace)
    }

    fn inside(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.holder.id().to_string(), "-n", "--"]).arg(program.as_ref());
        command
    }

    fn ip(&self, words: &[&str]) -> String {
        interop::output(self.inside("ip").args(words)).unwrap()
    }

    /// The addresses of an interface other than its own, each with its label if that is another word.
    fn addresses(&self, interface: &str) -> Vec<String> {
        let text = self.ip(&["-o", "address", "show", "dev", interface, "scope", "global"]);
        let mut found: Vec<String> = text
            .lines()
            .map(|line| {
                let words: Vec<&str> = line.split([' ', '\\']).filter(|word| !word.is_empty()).collect();
                let address = words.iter().skip_while(|word| !word.starts_with("inet")).nth(1).unwrap();
                let label = words.iter().find(|word| word.starts_with(&format!("{interface}:")) && **word != words[0]);
                label.map_or_else(|| (*address).to_owned(), |label| format!("{address} {label}"))
            })
            .collect();
        found.sort();
        found
    }

    /// Starts a health check in it.
    fn check(&self, words: &[&str]) -> Check {
        let (out, log) = (self.lab.path("out"), self.lab.path("log"));
        let mut command = self.inside(program());
        command.args(["healthcheck", "--no-syslog"]).args(words);
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.lab.directory().display()));
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&log).unwrap());
        Check { group: Group::start(&mut command).unwrap(), out, log }
    }
}

/// A health check that runs.
struct Check {
    group: Group,
    out: PathBuf,
    log: PathBuf,
}

impl Check {
    fn waits(&self, what: &str, so: impl Fn(&str) -> bool) {
        eventually(secs(20), what, || {
            let said = fs::read_to_string(&self.out).unwrap();
            if so(&said) { Ok(()) } else { Err(said + &fs::read_to_string(&self.log).unwrap()) }
        });
    }

    fn ends(mut self) -> (Option<i32>, String) {
        let status = eventually(secs(20), "the end", || self.group.ended());
        (status.code(), fs::read_to_string(&self.log).unwrap())
    }

    fn stops(self) {
        self.group.signal(Signal::SIGTERM);
        let (code, log) = self.ends();
        assert_eq!(code, Some(0), "{log}");
    }
}

#[test]
fn addresses_are_added_and_taken_away() {
    let Some(namespace) = Namespace::new("addresses_are_added_and_taken_away") else { return };
    namespace.ip(&["address", "add", "192.0.2.9/32", "dev", "lo"]);
    let other = ["link", "add", "veth-check", "type", "veth", "peer", "name", "veth-other"];
    if let Err(why) = interop::output(namespace.inside("ip").args(other)) {
        return interop::unable("addresses_are_added_and_taken_away", &format!("no second interface: {}", why.trim()));
    }
    let words = "-i 60 --rise 1 --ip 192.0.2.0/31 --ip 2001:db8::1 --ip 192.0.2.5 --ip-ifname 192.0.2.5%veth-check";
    let check = namespace.check(&words.split(' ').collect::<Vec<_>>());
    check.waits("three routes", |said| said.lines().count() == 3);
    assert_eq!(namespace.addresses("lo"), ["192.0.2.0/32", "192.0.2.1/32", "192.0.2.9/32", "2001:db8::1/128"]);
    assert_eq!(namespace.addresses("veth-check"), ["192.0.2.5/32"]);
    check.stops();
    assert_eq!(namespace.addresses("lo"), ["192.0.2.9/32"]);
    assert!(namespace.addresses("veth-check").is_empty());
}

#[test]
fn a_label_says_which_addresses_are_meant() {
    let Some(namespace) = Namespace::new("a_label_says_which_addresses_are_meant") else { return };
    for (address, label) in [("192.0.2.1/32", "lo:web1"), ("192.0.2.2/32", "lo:mail"), ("192.0.2.3/32", "lo:web2")] {
        namespace.ip(&["address", "add", address, "dev", "lo", "label", label]);
    }
    let check = namespace.check(&["-i", "0", "--rise", "1", "--no-ip-setup", "--label", "web"]);
    let out = check.out.clone();
    assert_eq!(check.ends().0, Some(0));
    let said = fs::read_to_string(out).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        matches!(lines[..], [one, two] if one.contains(" 192.0.2.1/32 ") && two.contains(" 192.0.2.3/32 ")),
        "{said}"
    );

    let check = namespace.check(&["-i", "0", "--rise", "1", "--no-ip-setup", "--label", "ftp"]);
    let (code, log) = check.ends();
    assert_eq!(code, Some(1));
    assert!(log.contains("No IP found"), "{log}");

    let check = namespace.check(&["-i", "60", "--rise", "1", "--label", "new", "--ip", "192.0.2.4"]);
    check.waits("a route", |said| said.lines().count() == 1);
    assert!(namespace.addresses("lo").contains(&"192.0.2.4/32 lo:new".to_owned()), "{:?}", namespace.addresses("lo"));
    check.stops();
    assert_eq!(namespace.addresses("lo").len(), 3);
}

#[test]
fn addresses_follow_the_service() {
    let Some(namespace) = Namespace::new("addresses_follow_the_service") else { return };
    let file = namespace.lab.write("works", "");
    let (test, words) = (format!("test -e {}", file.display()), "-i 0.05 -f 0.02 --rise 1 --fall 1 --dynamic-ip-setup");
    let mut words: Vec<&str> = words.split(' ').collect();
    words.extend(["--ip", "192.0.2.1", "--withdraw-on-down", "--cmd", &test]);
    let check = namespace.check(&words);
    for _ in 0..2 {
        eventually(secs(20), "the address", || namespace.addresses("lo") == ["192.0.2.1/32"]);
        fs::remove_file(&file).unwrap();
        eventually(secs(20), "no address", || namespace.addresses("lo").is_empty());
        namespace.lab.write("works", "");
    }
    eventually(secs(20), "the address", || namespace.addresses("lo") == ["192.0.2.1/32"]);
    check.stops();
    assert!(namespace.addresses("lo").is_empty());
}

#[test]
fn addresses_are_set_up_by_sudo() {
    let Some(namespace) = Namespace::new("addresses_are_set_up_by_sudo") else { return };
    let asked = namespace.lab.path("asked");
    let sudo = format!("#!/bin/sh\necho \"$@\" >>{}\nexec \"$@\"\n", asked.display());
    let sudo = namespace.lab.write("sudo", sudo);
    fs::set_permissions(&sudo, Permissions::from_mode(0o755)).unwrap();
    let check = namespace.check(&["--sudo", "-i", "60", "--rise", "1", "--ip", "192.0.2.1"]);
    check.waits("a route", |said| said.lines().count() == 1);
    assert_eq!(namespace.addresses("lo"), ["192.0.2.1/32"]);
    check.stops();
    assert!(namespace.addresses("lo").is_empty());
    let asked = fs::read_to_string(asked).unwrap();
    assert_eq!(asked, "ip address add 192.0.2.1/32 dev lo\nip address delete 192.0.2.1/32 dev lo\n");
}

#[test]
fn rights_are_dropped_once_addresses_are_there() {
    const TEST: &str = "rights_are_dropped_once_addresses_are_there";
    if !getuid().is_root() {
        return interop::unable(TEST, "only root can become somebody else");
    }
    let groups = ["nogroup", "nobody"].map(|name| SystemGroup::from_name(name).unwrap());
    let (Some(user), Some(group)) = (User::from_name("nobody").unwrap(), groups.into_iter().flatten().next()) else {
        return interop::unable(TEST, "there is no user nobody with its group");
    };
    let Some(namespace) = Namespace::new(TEST) else { return };
    let pid = namespace.lab.path("pid");
    let file = pid.display().to_string();
    let words = ["--pid", &file, "--user", "nobody", "--group", &group.name, "-i", "60", "--rise", "1"];
    let check = namespace.check(&[&words[..], &["--ip", "192.0.2.1"]].concat());
    check.waits("a route", |said| said.lines().count() == 1);
    assert_eq!(namespace.addresses("lo"), ["192.0.2.1/32"]);
    assert_eq!(fs::read_to_string(&pid).unwrap(), format!("{}\n", check.group.id()));
    let status = fs::read_to_string(format!("/proc/{}/status", check.group.id())).unwrap();
    let of = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<u32>>()
    };
    assert_eq!((of("Uid:"), of("Gid:")), (vec![user.uid.as_raw(); 4], vec![group.gid.as_raw(); 4]));
    assert!(of("Groups:").is_empty(), "{status}");
    // Without its rights it cannot take the address away, says so, and ends all the same.
    check.group.signal(Signal::SIGTERM);
    let (code, log) = check.ends();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("unable to remove IP address"), "{log}");

    let check = namespace.check(&["--user", "nobody at all", "-i", "0", "--ip", "192.0.2.1"]);
    let (code, log) = check.ends();
    assert_eq!(code, Some(1));
    assert!(log.contains("there is no user nobody at all"), "{log}");
}
