//! What the tests with other implementations share: the programs, the routes, and our side of the session.
//!
//! A test configures the other side, then [`Us`] announces [`ours`] to it and hears [`theirs`] from it.

use std::{
    env,
    fs::{self, File},
    net::{IpAddr, Ipv4Addr},
    path::{Path as FilePath, PathBuf},
    process::{Command, Stdio},
    thread,
};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::{
    conf::{Conf, Neighbor},
    daemon::{self, Daemon},
    group::Group,
    helper::Helper,
    lab::Lab,
    record::{Path, Table, compare},
    wait::{eventually, note, secs},
};

/// Where the other side is.
pub(crate) const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 2, 0, 1));
/// The AS of the other side.
pub(crate) const PEER_AS: u32 = 65010;
/// Routes of each family, each way.
pub(crate) const ROUTES: u32 = 1000;
/// Theirs have so many different sets of attributes.
pub(crate) const VARIANTS: u32 = 20;

/// The paths of these programs; nothing, and a word about it, when one is missing. Where continuous integration is
/// to run everything, a missing program fails the test.
pub(crate) fn programs<const N: usize>(test: &str, names: [&str; N]) -> Option<[PathBuf; N]> {
    for name in names {
        if find(name).is_none() {
            skipped(test, &format!("{name} is not installed"));
            return None;
        }
    }
    Some(names.map(|name| find(name).unwrap_or_default()))
}

/// Says that a test is left out, and why.
pub(crate) fn skipped(test: &str, why: &str) {
    assert!(env::var("CI").as_deref() != Ok("true"), "{test}: {why}");
    note(format_args!("SKIPPED {test}: {why}"));
}

/// Says that a test is left out for what nobody can install, such as another kernel.
pub(crate) fn unable(test: &str, why: &str) {
    note(format_args!("UNABLE {test}: {why}"));
}

/// A program in PATH, or where daemons are; a name with a slash stands for itself.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into(), "/usr/lib/frr".into()]);
    places.map(|place| place.join(name)).find(|program| program.is_file())
}

/// A program that runs beside the daemon, killed with its process group when dropped.
#[derive(Debug)]
pub(crate) struct Program {
    group: Group,
    log: PathBuf,
}

impl Program {
    /// Starts it; what it prints goes to a file, shown when the test fails.
    pub(crate) fn start(lab: &Lab, name: &str, command: &mut Command) -> Self {
        let log = lab.path(&format!("{name}.log"));
        let output = File::create(&log).unwrap();
        command.current_dir(lab.directory()).stdout(output.try_clone().unwrap()).stderr(output);
        let group = Group::start(command).unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { group, log }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        self.group.signal(signal);
    }

    /// What it printed so far.
    pub(crate) fn printed(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Whether it still runs.
    pub(crate) fn assert_alive(&mut self) {
        if let Some(status) = self.group.ended() {
            panic!("{} has ended: {status}", self.log.display());
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if thread::panicking() {
            daemon::show_log(&self.log);
        }
    }
}

/// What a command prints; an error while it cannot do its work yet.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(text) } else { Err(format!("{text}{}", String::from_utf8_lossy(&output.stderr))) }
}

/// The daemon under test, with a helper.
#[derive(Debug)]
pub(crate) struct Us {
    daemon: Daemon,
    helper: Helper,
}

impl Us {
    /// Calls the other side on this port.
    pub(crate) fn calling(lab: &Lab, port: u16) -> Self {
        let helper = Helper::new(lab, "helper");
        let daemon = lab.start(&Self::conf(&helper, "passive false;"), port);
        Self { daemon, helper }
    }

    /// Waits for the other side on this port.
    pub(crate) fn called(lab: &Lab, port: u16) -> Self {
        let helper = Helper::new(lab, "helper");
        let conf = Self::conf(&helper, "passive true;");
        let daemon = lab.launch(&conf, port).set("tcp_bind", super::net::DAEMON.to_string()).start();
        Self { daemon, helper }
    }

    fn conf(helper: &Helper, statement: &str) -> String {
        let neighbor = Neighbor::new(PEER, PEER_AS)
            .with("family { ipv4 unicast; ipv6 unicast; }")
            .with("hold-time 90;")
            .with(statement)
            .helper(helper);
        Conf::new([helper]).neighbor(neighbor).to_string()
    }

    /// Exchanges all routes: `held` reads what the other side has got from us. At the end half of ours are withdrawn.
    pub(crate) fn exchange(mut self, program: &mut Program, mut held: impl FnMut() -> Result<Table, String>) {
        eventually(secs(60), "a session", || {
            program.assert_alive();
            self.helper.heard_state(&PEER.to_string(), "up")
        });
        let ours = ours();
        self.helper.say(ours.iter().map(|(prefix, path)| format!("announce route {}", words(prefix, path))));
        eventually(secs(30), "their routes at our helper", || {
            let heard = self.helper.with_events(heard)?;
            compare("what we heard", &theirs(), &heard)
        });
        eventually(secs(30), "our routes at the other side", || compare("what they hold", &ours, &held()?));

        let (kept, gone): (Vec<_>, Vec<_>) = ours.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
        self.helper.say(gone.iter().map(|(_, (prefix, _))| format!("withdraw route {prefix}")));
        let kept: Table = kept.into_iter().map(|(_, route)| route).collect();
        eventually(secs(30), "half of our routes", || compare("what they hold", &kept, &held()?));
        let downs = self.helper.count_states(&PEER.to_string(), "down");
        assert_eq!(downs, 0, "the session did not stay");
        assert!(self.helper.answers().iter().all(|answer| answer == "done"));
        self.daemon.stop();
    }
}

/// What we announce: attributes vary from route to route.
pub(crate) fn ours() -> Table {
    let route = |index: u32, prefix: String, next_hop: String| {
        let mut as_path = vec![65000];
        as_path.extend((0..index % 4).map(|hop| 65100 + hop + index % 7));
        as_path.extend(index.is_multiple_of(6).then_some(4_200_000_001 + index));
        let mut communities: Vec<String> = (0..index % 3).map(|tag| format!("65000:{}", index + tag)).collect();
        communities.extend(index.is_multiple_of(5).then(|| format!("65000:7:{index}")));
        communities.sort();
        (prefix, Path { next_hop, as_path, communities })
    };
    let v4 = (0..ROUTES).map(|index| {
        route(index, format!("10.{}.{}.0/24", index / 256, index % 256), format!("192.0.2.{}", 1 + index % 10))
    });
    let v6 = (0..ROUTES).map(|index| {
        route(index, format!("2001:db8:{:x}::/48", 0x1000 + index), format!("2001:db8::{:x}", 1 + index % 10))
    });
    v4.chain(v6).collect()
}

/// What they announce: the path of a route is that of its [`variant`].
pub(crate) fn theirs() -> Table {
    prefixes(false)
        .zip(0..)
        .map(|(prefix, index)| (prefix, variant(index % VARIANTS, false)))
        .chain(prefixes(true).zip(0..).map(|(prefix, index)| (prefix, variant(index % VARIANTS, true))))
        .collect()
}

/// The prefixes they announce, of IPv6 or not.
pub(crate) fn prefixes(v6: bool) -> impl Iterator<Item = String> {
    (0..ROUTES).map(move |index| match v6 {
        true => format!("2001:db8:{:x}::/48", 0x2000 + index),
        false => format!("172.{}.{}.0/24", 16 + index / 256, index % 256),
    })
}

/// One of the sets of attributes they use.
pub(crate) fn variant(number: u32, v6: bool) -> Path {
    let next_hop = if v6 { format!("2001:db8:0:1::{:x}", 1 + number) } else { format!("198.51.100.{}", 1 + number) };
    let mut as_path = vec![PEER_AS];
    as_path.extend((0..number % 3).map(|hop| 65200 + hop + number));
    as_path.extend(number.is_multiple_of(5).then_some(4_200_000_000 + number));
    let mut communities: Vec<String> = (0..number % 4).map(|tag| format!("{PEER_AS}:{}", number + tag)).collect();
    communities.extend(number.is_multiple_of(7).then(|| format!("{PEER_AS}:8:{number}")));
    communities.sort();
    Path { next_hop, as_path, communities }
}

/// Whether they announce this prefix, as far as the prefix tells.
pub(crate) fn is_theirs(prefix: &str) -> bool {
    prefix.starts_with("172.") || prefix.starts_with("2001:db8:2")
}

/// The communities of a path that have this many parts: 2, or 3 for large ones.
pub(crate) fn communities(path: &Path, parts: usize) -> Vec<&str> {
    path.communities.iter().map(String::as_str).filter(|text| text.split(':').count() == parts).collect()
}

/// A route as ExaBGP's configuration and commands have it.
pub(crate) fn words(prefix: &str, path: &Path) -> String {
    let as_path: Vec<String> = path.as_path.iter().map(u32::to_string).collect();
    let mut text = format!("{prefix} next-hop {} as-path [ {} ]", path.next_hop, as_path.join(" "));
    for (keyword, parts) in [("community", 2), ("large-community", 3)] {
        let list = communities(path, parts);
        if !list.is_empty() {
            text.push_str(&format!(" {keyword} [ {} ]", list.join(" ")));
        }
    }
    text
}

/// The table that the update events of a helper add up to.
pub(crate) fn heard(events: &[Value]) -> Result<Table, String> {
    let mut table = Table::new();
    for event in events.iter().filter(|event| event["type"] == "update") {
        let update = &event["neighbor"]["message"]["update"];
        for (_, nlris) in members(&update["withdraw"]) {
            for nlri in nlris.as_array().into_iter().flatten() {
                table.remove(text(&nlri["nlri"])?);
            }
        }
        for (_, next_hops) in members(&update["announce"]) {
            for (next_hop, nlris) in members(next_hops) {
                let path = path(next_hop, &update["attribute"])?;
                for nlri in nlris.as_array().into_iter().flatten() {
                    table.insert(text(&nlri["nlri"])?.to_owned(), path.clone());
                }
            }
        }
    }
    Ok(table)
}

fn path(next_hop: &str, attribute: &Value) -> Result<Path, String> {
    let mut path = Path { next_hop: next_hop.to_owned(), ..Path::default() };
    for (_, segment) in members(&attribute["as-path"]) {
        path.as_path.extend(numbers(&segment["value"]));
    }
    for list in [&attribute["community"], &attribute["large-community"]] {
        for community in list.as_array().into_iter().flatten() {
            let parts: Vec<String> = numbers(community).map(|part| part.to_string()).collect();
            path.communities.push(parts.join(":"));
        }
    }
    path.communities.sort();
    Ok(path)
}

/// The numbers of an array.
pub(crate) fn numbers(value: &Value) -> impl Iterator<Item = u32> {
    value.as_array().into_iter().flatten().filter_map(Value::as_u64).filter_map(|number| u32::try_from(number).ok())
}

/// The members of an object.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The text of a string.
pub(crate) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("{value} is no string"))
}

/// The directory of a test's own ExaBGP, unless EXABGP names the program.
pub(crate) fn exabgp() -> PathBuf {
    env::var_os("EXABGP")
        .map_or_else(|| FilePath::new(env!("CARGO_MANIFEST_DIR")).join("target/exabgp/bin/exabgp"), PathBuf::from)
}
