//! Faults in sessions with BIRD, FRR and GoBGP: each of them bears what we inject, and afterwards both sides have the routes
//! of the other once more.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::fmt::Write as _;

use support::{
    bird::Bird,
    client::Client,
    conf::{Conf, Neighbor},
    daemon::Daemon,
    frr::{self, Frr},
    gobgp::GoBgp,
    interop::{self, PEER, PEER_AS, Program},
    lab::Lab,
    oracle::fault_ended,
    wait::{eventually, note, secs},
};

#[test]
fn bird_bears_faults() {
    let Some(programs) = interop::programs("faults with bird", ["bird", "birdc"]) else { return };
    let lab = Lab::new();
    let routes = theirs(|prefix| format!("  route {prefix} blackhole;\n"));
    let routes = format!("protocol static theirs {{\n  ipv4;\n{routes}}}\n");
    let Bird { mut program, port, client } = Bird::start(&lab, programs, &["ipv4"], &routes);
    bear_faults("BIRD", &lab, port, &mut program, || {
        let text = client.run("show route protocol exactix")?;
        Ok(text.lines().filter(|line| line.starts_with("10.0.")).count())
    });
}

#[test]
fn frr_bears_faults() {
    let Some(programs) = interop::programs("faults with frr", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let networks = theirs(|prefix| format!("  network {prefix}\n"));
    let configuration = frr::configuration("", [("ipv4 unicast", networks)]);
    let Frr { mut program, port, terminal } = Frr::start(&lab, programs, &configuration);
    bear_faults("FRR", &lab, port, &mut program, || {
        let objects = terminal.objects(["show bgp ipv4 unicast json"])?;
        let routes = objects.first().and_then(|object| object["routes"].as_object());
        Ok(routes.map_or(0, |routes| routes.keys().filter(|prefix| prefix.starts_with("10.0.")).count()))
    });
}

#[test]
fn gobgp_bears_faults() {
    let Some(programs) = interop::programs("faults with gobgp", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let GoBgp { mut program, port, client } = GoBgp::start(&lab, programs, &["ipv4-unicast"]);
    for prefix in theirs(|prefix| format!("{prefix}\n")).lines() {
        client.run(&format!("global rib add -a ipv4 {prefix}")).unwrap();
    }
    bear_faults("GoBGP", &lab, port, &mut program, || {
        let text = client.run("-j global rib -a ipv4")?;
        Ok((0..OURS).filter(|route| text.contains(&format!("\"10.0.{route}.0/24\":"))).count())
    });
}

fn bear_faults(who: &str, lab: &Lab, port: u16, program: &mut Program, held: impl Fn() -> Result<usize, String>) {
    let mut daemon = start(lab, port);
    let mut client = Client::connect(&lab.path("exactix.sock"));
    let mut whole = |client: &mut Client, what: &str, sessions: usize| {
        eventually(secs(60), &format!("{who}, {what}: every route on both sides"), || {
            let established = daemon.log().matches("session established").count();
            let heard = client.told("show adj-rib in").iter().filter(|line| line.contains("10.1.")).count();
            let found = (established >= sessions, held()?, heard);
            if found == (true, OURS, THEIRS) { Ok(()) } else { Err(format!("{established} sessions, {found:?}")) }
        });
        program.assert_alive();
    };
    whole(&mut client, "at first", 1);
    let mut sessions = 1;
    for Scenario { what, inject, announce, costs } in SCENARIOS {
        for words in *inject {
            let number = client.inject(&format!("neighbor {PEER} fault inject {words}"));
            if *announce {
                // Once more what they have: something has to be written.
                client.told(&format!("neighbor {PEER} announce route 10.0.0.0/24 next-hop 192.0.2.1 med {number}"));
            }
            fault_ended(&daemon, words.split(' ').next().unwrap(), number, secs(20));
        }
        sessions += usize::from(*costs);
        whole(&mut client, what, sessions);
    }
    note(format_args!("{who} has borne {} kinds of faults, with {sessions} sessions", SCENARIOS.len()));
    daemon.assert_alive();
    daemon.stop();
}

/// What happens to a session.
struct Scenario {
    what: &'static str,
    /// One after the other.
    inject: &'static [&'static str],
    /// A route is announced meanwhile.
    announce: bool,
    /// The session ends by it.
    costs: bool,
}

const SCENARIOS: &[Scenario] = &[
    Scenario { what: "a reset", inject: &["reset"], announce: false, costs: true },
    Scenario {
        what: "an end in the middle of a message",
        inject: &["truncate outgoing update seed 1", "half-open"],
        announce: true,
        costs: true,
    },
    Scenario { what: "a black hole", inject: &["mute both for 7s"], announce: true, costs: true },
    Scenario { what: "a slow reader", inject: &["mute incoming for 2s"], announce: false, costs: false },
    Scenario { what: "a slow writer", inject: &["slow-drain 200ms for 2s"], announce: true, costs: false },
    Scenario {
        what: "a HoldTimer of theirs",
        inject: &["drop-keepalives outgoing for 7s"],
        announce: false,
        costs: true,
    },
    Scenario {
        what: "a HoldTimer of ours",
        inject: &["drop-keepalives incoming for 7s"],
        announce: false,
        costs: true,
    },
    Scenario { what: "a malformed attribute", inject: &["bad-attribute outgoing"], announce: true, costs: false },
    Scenario { what: "a panic", inject: &["panic"], announce: false, costs: true },
];

fn start(lab: &Lab, port: u16) -> Daemon {
    let neighbor = Neighbor::new(PEER, PEER_AS)
        .with("family { ipv4 unicast; }")
        .with("hold-time 3; adj-rib-in true;")
        .with("capability { route-refresh; }")
        .routes((0..OURS).map(|route| format!("10.0.{route}.0/24 next-hop 192.0.2.1")));
    let launch = lab.launch(&Conf::new([]).neighbor(neighbor).to_string(), port).faults().set("api_cli", "true");
    launch.set("api_socketpath", lab.path("exactix.sock").to_string_lossy()).start()
}

/// What they announce, each prefix in their words.
fn theirs(word: impl Fn(String) -> String) -> String {
    let mut text = String::new();
    for route in 0..THEIRS {
        write!(text, "{}", word(format!("10.1.{route}.0/24"))).unwrap();
    }
    text
}

const OURS: usize = 200;
const THEIRS: usize = 20;
