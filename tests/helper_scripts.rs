//! The helpers of config/helpers do the same under ExaBGP 5.0.15 and under us, as far as ExaBGP can: the same routes at the
//! far end, and the same events in a log.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::sys::signal::Signal;
use serde_json::Value;
use support::{
    daemon::Launch,
    group::Group,
    interop::{self, Program},
    lab::{Lab, program},
    net,
    record::Table,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};
use wire::Family;

/// A helper at work: its directory, and the far end.
struct Bench {
    lab: Lab,
    speaker: Speaker,
    daemon: Program,
}

impl Bench {
    /// Starts the daemon with one helper. `DIR` in its arguments is the directory of the test.
    fn new(daemon: &Path, script: &str, arguments: &str, prepare: impl Fn(&Lab)) -> Self {
        Self::start(daemon, &[Family::Ipv4Unicast], |lab, profile| {
            prepare(lab);
            let arguments = arguments.replace("DIR", &lab.directory().display().to_string());
            ("helper.conf", conf(&run(script, &arguments), profile, LISTENS))
        })
    }

    /// Starts the daemon with the configuration of this name and text.
    fn start(
        daemon: &Path,
        families: &[Family],
        configuration: impl Fn(&Lab, &Profile) -> (&'static str, String),
    ) -> Self {
        let profile = Profile { families: families.to_vec(), ..Profile::numbered(0) };
        let (lab, (port, speaker)) = (Lab::new(), Speaker::listen_alone(profile));
        let (name, text) = configuration(&lab, speaker.profile());
        let path = lab.write(name, text);
        let mut command = Launch::new(daemon, lab.directory(), &path).set("tcp_port", port.to_string()).command();
        let daemon = Program::start(&lab, "daemon", &mut command);
        speaker.wait_up(secs(20));
        Self { lab, speaker, daemon }
    }

    /// The table once there are so many routes in it.
    fn routes(&self, count: usize) -> Table {
        self.speaker.wait_routes(count, secs(20));
        self.speaker.table()
    }

    /// The attributes of every route once these words are among those of `prefix`, and how often one was announced.
    fn attributes(&self, prefix: &str, words: &str) -> (BTreeMap<String, String>, u64) {
        eventually(secs(20), words, || {
            let (held, announced) = self.speaker.seen(|record| (record.attributes(), record.announced));
            // Whole words: 100 is no part of 1000.
            match held.get(prefix).is_some_and(|attributes| format!(" {attributes} ").contains(&format!(" {words} "))) {
                true => Ok((held, announced)),
                false => Err(format!("there are {held:?}")),
            }
        })
    }

    /// Puts a file in place at once, so that nobody reads half of it.
    fn replace(&self, name: &str, text: &str) {
        fs::rename(self.lab.write("new", text), self.lab.path(name)).unwrap();
    }
}

/// The configuration that both daemons read: what is run as a helper, who the neighbor is, and what its `api` says.
fn conf(run: &str, profile: &Profile, api: &str) -> String {
    let families: String = profile.families.iter().map(|family| format!("{family}; ")).collect();
    format!(
        "process helper {{ run {run} encoder json; }}\nneighbor {} {{ local-address {us}; router-id {us}; \
         local-as 65000; peer-as {}; family {{ {families}}}\n{api}\n\
         static {{ route 10.50.0.0/24 next-hop 192.0.2.50 watchdog group withdraw; }} }}\n",
        profile.address,
        profile.asn,
        us = net::DAEMON
    )
}

/// What runs a helper with these arguments.
fn run(script: &str, arguments: &str) -> String {
    format!("{} {arguments};", scripts().join(script).display())
}

/// Where the helpers are.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/helpers")
}

const LISTENS: &str = "api { processes [ helper ]; receive { parsed; update; } }";

/// Has both daemons do the same, and compares what comes of it. `None` where there is no ExaBGP.
fn same<T: PartialEq + std::fmt::Debug>(test: &str, act: impl Fn(&Path) -> T) -> Option<T> {
    let ours = act(&program());
    let reference = interop::exabgp();
    let [exabgp]: [PathBuf; 1] = interop::programs(test, [&*reference.to_string_lossy()])?;
    assert_eq!(ours, act(&exabgp));
    Some(ours)
}

#[test]
fn a_blocklist_follows_its_file() {
    same("a_blocklist_follows_its_file", |daemon| {
        let first = |lab: &Lab| drop(lab.write("list", "192.0.2.1 # one\n198.51.100.0/24\nnonsense\n"));
        let bench = Bench::new(daemon, "blocklist.py", "DIR/list 192.0.2.66", first);
        let before = bench.routes(2);
        bench.lab.write("list", "198.51.100.0/24\n");
        (before, bench.routes(1))
    });
}

#[test]
fn a_feed_arrives_whole() {
    same("a_feed_arrives_whole", |daemon| Bench::new(daemon, "feed.py", "192.0.2.1 2500", |_| ()).routes(2500));
}

#[test]
fn each_answer_is_waited_for() {
    same("each_answer_is_waited_for", |daemon| {
        Bench::new(daemon, "acks.py", "192.0.2.1 10.0.0.0/24 10.0.1.0/24 10.0.2.0/24", |_| ()).routes(3)
    });
}

#[test]
fn a_watchdog_obeys_a_file() {
    same("a_watchdog_obeys_a_file", |daemon| {
        let bench = Bench::new(daemon, "watchdog.py", "group DIR/works", |_| ());
        bench.lab.write("works", "");
        let there = bench.routes(1);
        fs::remove_file(bench.lab.path("works")).unwrap();
        (there, bench.routes(0))
    });
}

#[test]
fn a_relay_announces_what_it_hears() {
    same("a_relay_announces_what_it_hears", |daemon| {
        let bench = Bench::new(daemon, "relay.py", "65000:9 192.0.2.9", |_| ());
        bench.speaker.announce(["10.7.0.0/24 next-hop 127.1.0.1", "10.8.0.0/24 next-hop 127.1.0.1"]);
        let both = bench.routes(2);
        bench.speaker.withdraw(["10.7.0.0/24"]);
        (both, bench.routes(1))
    });
}

#[test]
fn a_logger_keeps_every_event() {
    same("a_logger_keeps_every_event", |daemon| {
        let bench = Bench::new(daemon, "logger.py", "DIR/events", |_| ());
        bench.speaker.announce(["10.7.0.0/24 next-hop 127.1.0.1"]);
        eventually(secs(20), "the event of the route", || {
            let text = fs::read_to_string(bench.lab.path("events")).unwrap_or_default();
            let line = text.lines().find(|line| line.contains("10.7.0.0/24")).map(str::to_owned)?;
            let event: Value = serde_json::from_str(&line).ok()?;
            Some(event["neighbor"]["message"].clone())
        })
    });
}

/// Three rules and a bad line, then one of the rules with another rate.
#[test]
fn flow_specifications_follow_the_attacks() {
    let found = same("flow_specifications_follow_the_attacks", |daemon| {
        let families = [Family::Ipv4Unicast, Family::Ipv4Flow, Family::Ipv6Flow];
        let first = "192.0.2.1 udp 53\n203.0.113.9 tcp 80 rate 9600 # since noon\n2001:db8::1 udp\nnonsense\n";
        let bench = Bench::start(daemon, &families, |lab, profile| {
            let list = lab.write("attacks", first).display().to_string();
            ("helper.conf", conf(&run("flowspec.py", &list), profile, LISTENS))
        });
        let held = || bench.speaker.seen(|record| record.attributes());
        let before = (bench.routes(3), held());
        bench.replace("attacks", "203.0.113.9 tcp 80 rate 19200\n");
        bench.attributes(&key(&before.1, "203.0.113.9"), "rate-limit:19200");
        bench.routes(1);
        assert!(bench.daemon.printed().contains("left out: nonsense"), "{}", bench.daemon.printed());
        (before, held())
    });
    let Some(((routes, before), after)) = found else { return };
    assert!(before[&key(&before, "192.0.2.1")].contains("rate-limit:0"), "{before:?}");
    assert!(routes.keys().any(|rule| rule.contains("2001:db8::1")), "{routes:?}");
    assert_eq!(after.len(), 1);
}

/// The route that `part` is a part of.
fn key(held: &BTreeMap<String, String>, part: &str) -> String {
    held.keys().find(|rule| rule.contains(part)).unwrap_or_else(|| panic!("{part} is not in {held:?}")).clone()
}

/// Failures and successes that are too few in a row change nothing.
#[test]
fn a_check_counts_and_tells_its_state() {
    let found = same("a_check_counts_and_tells_its_state", |daemon| {
        let bench = Bench::new(daemon, "check.py", &format!("{COUNTS} --disable DIR/off {CHECKS}"), checked);
        let attributes = |words: &str| bench.attributes("10.0.0.0/24", words);
        let first = attributes("med 1000");
        bench.replace("results", "up\ndown\ndown\ndown\nup\nup\ndown\ndown\nup\nup\ndown\ndown\nup\nup\n");
        eventually(secs(20), "the last of the results", || lines(&bench.lab, "count") > 14);
        let down = attributes("med 1000");
        bench.replace("rest", "up");
        let up = attributes("med 100");
        bench.lab.write("off", "");
        bench.routes(0);
        fs::remove_file(bench.lab.path("off")).unwrap();
        bench.routes(1);
        (first, down, up, attributes("med 100"))
    });
    let Some(((_, first), (_, down), (_, up), (_, last))) = found else { return };
    assert_eq!([down - first, up - down, last - up], [2, 1, 1]);
}

#[test]
fn a_check_may_withdraw() {
    same("a_check_may_withdraw", |daemon| {
        let bench = Bench::new(daemon, "check.py", &format!("{COUNTS} --withdraw {CHECKS}"), checked);
        bench.replace("results", "");
        bench.replace("rest", "up");
        let up = bench.attributes("10.0.0.0/24", "med 100");
        bench.replace("rest", "down");
        (up.0, bench.routes(0))
    });
}

/// What is checked: a list of results, and once that is at its end what a file says. Before there is a list it is down.
fn checked(lab: &Lab) {
    let here = lab.directory().display();
    lab.write("rest", "down");
    lab.write(
        "service",
        format!(
            "cd {here}; [ -e results ] || exit 1; echo >>count; result=$(sed -n \"$(wc -l <count)p\" results); \
             [ \"${{result:-$(cat rest)}}\" = up ]"
        ),
    );
}

fn lines(lab: &Lab, name: &str) -> usize {
    fs::read_to_string(lab.path(name)).unwrap_or_default().lines().count()
}

const COUNTS: &str = "--interval 0.05 --rise 2 --fall 3";
const CHECKS: &str = "10.0.0.0/24 192.0.2.1 sh DIR/service";

/// A helper that commands no neighbor yet is refused; the pauses grow up to the longest.
#[test]
fn what_is_refused_is_tried_again_later_and_later() {
    same("what_is_refused_is_tried_again_later_and_later", |daemon| {
        let run = run("acks.py", "--first 0.1 --most 0.4 192.0.2.1 10.0.0.0/24");
        let bench = Bench::start(daemon, &[Family::Ipv4Unicast], |_, profile| ("helper.conf", conf(&run, profile, "")));
        let pauses = eventually(secs(20), "four refusals", || {
            let log = bench.daemon.printed();
            let said = log.lines().filter_map(|line| line.split_once("10.0.0.0/24 was refused: again in "));
            let pauses: Vec<String> = said.map(|(_, pause)| pause.to_owned()).take(4).collect();
            (pauses.len() == 4).then_some(pauses)
        });
        assert!(bench.speaker.table().is_empty());
        bench.replace("helper.conf", &conf(&run, bench.speaker.profile(), LISTENS));
        bench.daemon.signal(Signal::SIGUSR1);
        (pauses, bench.routes(1))
    })
    .inspect(|(pauses, _)| assert_eq!(pauses[..], ["0.1 s", "0.2 s", "0.4 s", "0.4 s"]));
}

/// In one configuration of ours a process is told in each dialect; ExaBGP has one dialect for all.
#[test]
fn two_dialects_say_the_same() {
    let ours = Bench::start(&program(), &[Family::Ipv4Unicast], |lab, Profile { address, asn, .. }| {
        let process = |version: u8| {
            let (script, log) = (scripts().join("dialects.py"), lab.path(&format!("log{version}")));
            format!("(name: \"v{version}\", run: [{script:?}, {log:?}], api_version: {version})")
        };
        let text = format!(
            "(processes: [{}, {}], neighbors: [(peer_address: \"{address}\", local_address: \"{us}\", \
             router_id: \"{us}\", local_as: 65000, peer_as: {asn}, families: [\"ipv4 unicast\"], \
             apis: [(processes: [\"v4\", \"v6\"], receive: (parsed: true, update: true))])])",
            process(4),
            process(6),
            us = net::DAEMON
        );
        ("helper.ron", text)
    });
    announce(&ours);
    let (fourth, sixth) = (told(&ours, "log4"), told(&ours, "log6"));
    assert_eq!(facts(&fourth), facts(&sixth));
    assert!(fourth.iter().all(|line| line["dialect"] == "5.0.0"), "{fourth:?}");
    assert!(sixth.iter().all(|line| line["dialect"] == "6.0.0"), "{sixth:?}");

    let reference = interop::exabgp();
    let Some([exabgp]) = interop::programs("two_dialects_say_the_same", [&*reference.to_string_lossy()]) else {
        return;
    };
    let theirs = Bench::new(&exabgp, "dialects.py", "DIR/log", |_| ());
    announce(&theirs);
    let messages =
        |log: &[Value]| -> Vec<Value> { log.iter().map(|line| line["event"]["neighbor"]["message"].clone()).collect() };
    assert_eq!(messages(&fourth), messages(&told(&theirs, "log")));
}

/// Has the far end announce and withdraw routes.
fn announce(bench: &Bench) {
    bench.speaker.announce([
        "10.7.0.0/24 next-hop 127.1.0.1 as-path [ 65001 65002 ] med 5 community [ 65001:9 65001:1 ] \
         large-community [ 65001:2:3 65001:1:2 ]",
        "10.8.0.0/24 next-hop 127.1.0.2 origin incomplete as-path [ 65001 ] aggregator 65001:192.0.2.1",
    ]);
    bench.speaker.withdraw(["10.7.0.0/24"]);
}

/// The log of a helper, once the last of it is there.
fn told(bench: &Bench, log: &str) -> Vec<Value> {
    eventually(secs(20), "the withdrawal in the log", || {
        let text = fs::read_to_string(bench.lab.path(log)).unwrap_or_default();
        let lines: Option<Vec<Value>> = text.lines().map(|line| serde_json::from_str(line).ok()).collect();
        lines.filter(|lines| facts(lines).iter().any(|fact| fact["withdrawn"] == "10.7.0.0/24"))
    })
}

fn facts(log: &[Value]) -> Vec<&Value> {
    log.iter().flat_map(|line| line["facts"].as_array().into_iter().flatten()).collect()
}

/// ExaBGP 5 creates no neighbors.
#[test]
fn neighbors_follow_a_file() {
    let (lab, (port, speaker)) = (Lab::new(), Speaker::listen_alone(Profile::numbered(0)));
    let Profile { address, asn, .. } = speaker.profile();
    let line = format!(
        "{address} local-address {us} router-id {us} local-as 65000 peer-as {asn} # the far end\n",
        us = net::DAEMON
    );
    let list = lab.write("neighbors", "");
    let run = run("peers.py", &list.display().to_string());
    let daemon = lab.start(&format!("process helper {{ run {run} encoder json; }}"), port);
    let replace = |text: &str| fs::rename(lab.write("new", text), &list).unwrap();
    for times in 1..=2 {
        replace(&format!("192.0.2.1 local-as\n{line}"));
        speaker.wait_up(secs(20));
        assert_eq!(speaker.seen(|record| record.sessions), times);
        replace("");
        eventually(secs(20), "Cease 6/3", || {
            let ends = speaker.seen(|record| record.notifications.iter().map(|end| (end.code, end.subcode)).collect());
            let ends: Vec<_> = ends;
            (ends.len() == times as usize && ends.iter().all(|end| *end == (6, 3)))
                .then_some(())
                .ok_or(format!("{ends:?}"))
        });
    }
    assert!(daemon.log().contains("192.0.2.1 local-as: "), "{}", daemon.log());
}

/// Their input is at its end when the daemon was killed, and nobody else ends them: those with nothing to say see it too.
#[test]
fn idle_helpers_end_with_their_daemon() {
    let lab = Lab::new();
    let empty = lab.write("empty", "").display().to_string();
    for (script, arguments) in [
        ("blocklist.py", vec![&*empty, "192.0.2.66"]),
        ("check.py", vec!["--fall", "1000", "--interval", "0.1", "10.0.0.0/24", "192.0.2.1", "false"]),
        ("flowspec.py", vec![&*empty]),
        ("peers.py", vec![&*empty]),
        ("watchdog.py", vec!["group", &*empty]),
    ] {
        let mut command = Command::new(scripts().join(script));
        let mut helper = Group::start(command.args(arguments).stdout(Stdio::piped())).unwrap();
        eventually(secs(10), script, || helper.ended());
    }
}

/// ExaBGP has no leases.
#[test]
fn a_lease_is_renewed() {
    let bench = Bench::new(&program(), "lease.py", "10.9.0.0/24 10.9.1.0/24", |_| ());
    assert!(bench.routes(2).contains_key("10.9.1.0/24"));
}
