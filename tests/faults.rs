//! Every fault that can be injected, into one daemon with neighbors of which some are left alone: what it does is seen,
//! told and over, and all is as it was. The table of faults is walked: one without a scenario fails.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::time::Duration;

use fault::FAULTS;
use support::{
    client::Client,
    conf::Neighbor,
    helper::Helper,
    oracle::fault_ended,
    speaker::Profile,
    town::{CALLER, Town},
    wait::{eventually, secs},
};

/// What a scenario does, to whom, and what comes of it.
struct Scenario {
    /// What follows `fault inject`; peers are filled in.
    inject: &'static str,
    on: On,
    /// What is done once the fault is armed.
    then: Then,
    /// What becomes of the session of who is struck.
    session: Session,
    /// How often it strikes, at least.
    strikes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// A neighbor of its own.
    Peer,
    /// The same, but the thread of all neighbors has to wait for it.
    Thread,
    /// The helper that nobody depends on.
    Process,
    /// The listening socket, and the neighbor that calls.
    Listener,
    /// The one who grants rates, and the neighbor with a rate.
    RateLimiter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    /// Two more routes for the neighbor, a moment apart.
    Announce,
    /// The neighbor ends the session.
    Close,
    /// The neighbor announces a route to the daemon.
    Hear,
    /// The helper has something to say.
    Say,
    /// A route for the neighbor that it is never to get.
    Poison,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Session {
    /// It goes on.
    Kept,
    /// It is set up anew.
    Reset,
    /// It is, because the connection was reset.
    Cut,
    /// It is, because the neighbor answers with this NOTIFICATION.
    Refused(u8, u8),
    /// It is, because the daemon answers with this NOTIFICATION.
    Refuses(u8, u8),
}

const fn scenario(inject: &'static str, on: On, then: Then, session: Session, strikes: u32) -> Scenario {
    Scenario { inject, on, then, session, strikes }
}

/// The scenarios of a fault, by its name.
fn scenarios(name: &str) -> Vec<Scenario> {
    use On::{Listener, Peer, Process, RateLimiter, Thread};
    use Session::{Cut, Kept, Refused, Refuses, Reset};
    use Then::{Announce, Close, Hear, Nothing, Poison, Say};
    match name {
        "corrupt-marker" => vec![
            scenario("corrupt-marker outgoing keepalive", Peer, Nothing, Refused(1, 1), 1),
            scenario("corrupt-marker incoming keepalive", Peer, Nothing, Refuses(1, 1), 1),
        ],
        "bad-length" => vec![
            scenario("bad-length length 18", Peer, Nothing, Refused(1, 2), 1),
            scenario("bad-length incoming seed 3", Peer, Nothing, Refuses(1, 2), 1),
        ],
        "unknown-type" => vec![
            scenario("unknown-type type 9", Peer, Nothing, Refused(1, 3), 1),
            scenario("unknown-type incoming", Peer, Nothing, Refuses(1, 3), 1),
        ],
        "truncate" => vec![
            scenario("truncate outgoing keepalive seed 1", Peer, Nothing, Reset, 1),
            scenario("truncate incoming keepalive seed 2", Peer, Nothing, Reset, 1),
        ],
        "duplicate" => vec![
            scenario("duplicate outgoing update times 2", Peer, Announce, Kept, 2),
            scenario("duplicate incoming", Peer, Hear, Kept, 1),
        ],
        "reorder" => vec![
            scenario("reorder outgoing update by 300ms", Peer, Announce, Kept, 1),
            scenario("reorder incoming by 200ms", Peer, Nothing, Kept, 1),
        ],
        "bad-attribute" => vec![
            scenario("bad-attribute outgoing times 2", Peer, Announce, Kept, 2),
            scenario("bad-attribute outgoing", Peer, Announce, Kept, 1),
            scenario("bad-attribute incoming", Peer, Hear, Kept, 1),
        ],
        "drop-keepalives" => vec![
            scenario("drop-keepalives outgoing for 4s", Peer, Nothing, Refused(4, 0), 3),
            scenario("drop-keepalives incoming for 4s", Peer, Nothing, Refuses(4, 0), 3),
        ],
        "late-keepalives" => vec![scenario("late-keepalives outgoing by 500ms for 3s", Peer, Nothing, Kept, 2)],
        "mute" => vec![
            scenario("mute outgoing for 4s", Peer, Announce, Refused(4, 0), 1),
            scenario("mute incoming for 4s", Peer, Nothing, Refuses(4, 0), 1),
            scenario("mute both for 1s", Peer, Announce, Kept, 1),
        ],
        "reset" => {
            vec![scenario("reset", Peer, Nothing, Cut, 1), scenario("reset in OPENCONFIRM", Peer, Close, Reset, 1)]
        }
        "half-open" => vec![scenario("half-open", Peer, Nothing, Reset, 1)],
        "refuse-connect" => vec![
            scenario("refuse-connect for 2s", Peer, Close, Reset, 1),
            scenario("refuse-connect for 1s", Listener, Close, Reset, 1),
        ],
        "slow-drain" => vec![scenario("slow-drain 100ms for 1s", Peer, Announce, Kept, 1)],
        "freeze-timers" => vec![scenario("freeze-timers for 5s", Peer, Nothing, Refused(4, 0), 1)],
        "panic" => vec![
            scenario("panic every 2 frames times 2", Peer, Nothing, Reset, 2),
            scenario("panic", Process, Nothing, Kept, 1),
            scenario("panic", Listener, Close, Reset, 1),
            scenario("panic after 1", RateLimiter, Announce, Kept, 1),
        ],
        "poison" => vec![scenario("poison 10.250.0.0/24 for 8s", Peer, Poison, Reset, 3)],
        "stop" => vec![
            scenario("stop", Peer, Nothing, Reset, 1),
            scenario("stop", Process, Nothing, Kept, 1),
            scenario("stop after 1", Listener, Close, Reset, 1),
            scenario("stop", RateLimiter, Announce, Kept, 1),
        ],
        "hang" => vec![
            scenario("hang 200ms", Thread, Nothing, Kept, 1),
            scenario("hang 200ms", Process, Nothing, Kept, 1),
            scenario("hang 200ms", Listener, Nothing, Kept, 1),
            scenario("hang 200ms", RateLimiter, Announce, Kept, 1),
        ],
        "kill-helper" => vec![scenario("kill-helper", Process, Nothing, Kept, 1)],
        "stall-helper" => vec![scenario("stall-helper for 1s", Process, Say, Kept, 1)],
        "deny-grants" => vec![scenario("deny-grants for 1s", RateLimiter, Announce, Kept, 1)],
        other => panic!("the fault {other} has no scenario"),
    }
}

#[test]
fn every_fault_is_borne() {
    let of = |name: &'static str| scenarios(name).into_iter().map(move |scenario| (name, scenario));
    let all: Vec<(&str, Scenario)> = FAULTS.iter().flat_map(|kind| of(kind.name())).collect();
    let (peers, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, scenario)| scenario.on == On::Peer);
    let mut stage = Stage::new(peers.len());
    // Each of these has a neighbor of its own, so that they can happen at the same time.
    stage.town.oracle.begin(&stage.town.speakers);
    let own = |index| OTHERS + index;
    let begun = peers.iter().enumerate().map(|(index, (_, scenario))| stage.begin(scenario, own(index)));
    let begun: Vec<u32> = begun.collect();
    for (index, ((name, scenario), number)) in peers.iter().zip(begun).enumerate() {
        stage.end(name, scenario, own(index), number);
    }
    stage.town.judge("faults of many neighbors at once", (0..peers.len()).map(own).collect(), SESSIONS);
    for (name, scenario) in others {
        stage.town.oracle.begin(&stage.town.speakers);
        let struck = match scenario.on {
            On::Listener => CALLER,
            On::RateLimiter => LIMITED,
            _ => BYSTANDER,
        };
        let number = stage.begin(&scenario, struck);
        stage.end(name, &scenario, struck, number);
        let unnoticed = matches!(scenario.on, On::Process | On::Thread);
        stage.town.judge(scenario.inject, if unnoticed { Vec::new() } else { vec![struck] }, SESSIONS);
    }
    assert_eq!(stage.armed().len(), 0);
    stage.town.daemon.stop();
}

#[test]
fn a_poisonous_route_is_withheld_and_the_session_stays() {
    let mut stage = Stage::new(1);
    let (struck, peer) = (OTHERS, stage.town.speakers[OTHERS].profile().address);
    stage.town.oracle.begin(&stage.town.speakers);
    let scenario = scenario("poison 10.250.0.0/24 for 1m", On::Peer, Then::Poison, Session::Reset, 3);
    let number = stage.begin(&scenario, struck);
    eventually(secs(10), "the third panic", || {
        let table = stage.town.speakers[struck].table();
        let found = stage.town.daemon.log().contains("route is withheld");
        if found {
            Ok(())
        } else {
            Err(format!("{} routes, poison among them: {}", table.len(), table.contains_key(POISON)))
        }
    });
    eventually(secs(5), "sessions", || stage.town.speakers[struck].seen(|record| record.sessions) >= 2);
    stage.town.oracle.recovered("poison", &stage.town.speakers, &[struck], RECOVERY);
    let resets = stage.town.oracle.resets(&stage.town.speakers, struck);
    // The fault is there still, and so are all routes but one; even another path to the same prefix is not packed.
    stage.town.client.told(&format!("neighbor {peer} announce route {POISON} next-hop 192.0.2.2"));
    stage.town.client.told(&format!("neighbor {peer} announce route 10.250.1.0/24 next-hop 192.0.2.1"));
    stage.town.oracle.expect(struck, "10.250.1.0/24", "192.0.2.1");
    stage.town.oracle.recovered("poison", &stage.town.speakers, &[struck], RECOVERY);
    assert_eq!(stage.town.oracle.resets(&stage.town.speakers, struck), resets, "the session stays");
    assert!(withheld(&mut stage).contains(POISON), "it is told what is withheld");
    assert_eq!(stage.armed().len(), 1);
    // Once it is known to do no harm, whoever starts the session anew has it tried again.
    stage.town.client.told(&format!("fault clear {number}"));
    assert_eq!(fault_ended(&stage.town.daemon, "poison", number, secs(5)), 3);
    stage.town.client.told(&format!("supervisor restart {peer}"));
    stage.town.oracle.expect(struck, POISON, "192.0.2.2");
    eventually(secs(10), "the route", || stage.town.speakers[struck].table().contains_key(POISON));
    assert_eq!(withheld(&mut stage), "");
    stage.town.judge("poison", vec![struck], SESSIONS);
    stage.town.daemon.stop();
}

/// What `show supervisor` says that is withheld.
fn withheld(stage: &mut Stage) -> String {
    let lines = stage.town.client.told("show supervisor");
    lines.into_iter().filter(|line| line.trim_start().starts_with("withheld: ")).collect()
}

#[test]
fn what_a_client_injects_leaves_with_it() {
    let mut stage = Stage::new(1);
    let mut other = Client::connect(&stage.town.socket);
    other.inject("fault inject mute in IDLE for 10m seed 5");
    let own = stage.town.client.inject("fault inject process lazy stall-helper after 1000 p 0.5 seed 9");
    assert_eq!(
        stage.town.helpers[0].ask("fault inject reset after 1000 frames").last().map(String::as_str),
        Some("done")
    );
    let list = stage.armed();
    assert!(
        list.len() == 3 && list[0].contains("seed 5") && list[1].contains("p 0.5 seed 9 on process lazy"),
        "{list:?}"
    );
    drop(other);
    eventually(secs(5), "two that are left", || stage.armed().len() == 2);
    assert_eq!(stage.town.client.ask("fault clear 1"), ["error"]);
    eventually(secs(1), "the reason", || stage.town.daemon.log().contains("there is no fault 1"));
    assert!(stage.town.client.told(&format!("fault clear {own}")).is_empty());
    assert_eq!(stage.armed().len(), 1);
    eventually(secs(1), "the reasons", || {
        let log = stage.town.daemon.log();
        log.contains("its client has left") && log.contains("cleared by ")
    });
    assert!(stage.town.client.told("fault clear").is_empty());
    assert_eq!(stage.armed().len(), 0);
    stage.town.daemon.stop();
}

#[test]
fn what_cannot_be_injected_is_refused() {
    let mut stage = Stage::new(1);
    for (command, why) in [
        ("fault inject flood", "is not a fault"),
        ("fault inject mute for 11m", "a time of at most 600s"),
        ("fault inject process nobody kill-helper", "there is no process nobody"),
        ("fault inject listener mute", "cannot be for listener"),
        ("neighbor 127.9.9.9 fault inject kill-helper", "no neighbors matching the command"),
        ("neighbor 127.9.9.9 fault inject reset", "no neighbors matching the command"),
    ] {
        let answer = stage.town.client.ask(command).join(" ");
        assert!(answer.ends_with("error") && (answer.contains(why) || answer == "error"), "{command}: {answer}");
    }
    stage.town.daemon.stop();
}

/// A daemon, its helpers, of which one has nothing to do, and its neighbors.
struct Stage {
    town: Town,
    /// Lives of the lazy helper when a scenario began.
    lives: usize,
}

impl Stage {
    /// One with so many neighbors to strike beside those that have a place of their own.
    fn new(struck: usize) -> Self {
        let profile = |index: u32| Profile::numbered(index).hold_time(HOLD);
        let profiles = (0..).take(OTHERS + struck).map(profile).collect();
        let limited =
            |index, neighbor: Neighbor| if index == LIMITED { neighbor.with("rate-limit 100;") } else { neighbor };
        Self { town: Town::new(|lab| vec![Helper::new(lab, "lazy")], profiles, limited), lives: 0 }
    }

    fn lazy(&self) -> &Helper {
        &self.town.helpers[1]
    }

    fn armed(&mut self) -> Vec<String> {
        self.town.client.told("fault list").into_iter().filter(|line| line.starts_with("fault ")).collect()
    }

    /// Injects the fault of a scenario, and does what goes with it.
    fn begin(&mut self, scenario: &Scenario, struck: usize) -> u32 {
        self.lives = self.lazy().pids().len();
        let peer = self.town.speakers[struck].profile().address;
        let number = self.town.client.inject(&match scenario.on {
            On::Peer | On::Thread => format!("neighbor {peer} fault inject {}", scenario.inject),
            On::Process => format!("fault inject process {} {}", self.lazy().name(), scenario.inject),
            On::Listener => format!("fault inject listener {}", scenario.inject),
            On::RateLimiter => format!("fault inject rate-limiter {}", scenario.inject),
        });
        match scenario.then {
            Then::Nothing => {}
            Then::Say => self.lazy().say(["# hello"]),
            Then::Close => self.town.speakers[struck].close(None),
            Then::Hear => self.town.speakers[struck].announce([format!("10.200.0.0/24 next-hop {peer}")]),
            Then::Poison => {
                let route = format!("{POISON} next-hop 192.0.2.1");
                self.town.client.told(&format!("neighbor {peer} announce route {route}"));
            }
            Then::Announce => {
                for route in 1..=2 {
                    let (prefix, next_hop) =
                        (format!("10.{struck}.{}.{route}/32", 100 + number), format!("192.0.2.{route}"));
                    self.town.client.told(&format!("neighbor {peer} announce route {prefix} next-hop {next_hop}"));
                    self.town.oracle.expect(struck, &prefix, &next_hop);
                }
            }
        }
        number
    }

    /// Waits until it is over and all is as it was, and looks at what the session has gone through.
    fn end(&mut self, name: &str, scenario: &Scenario, struck: usize, number: u32) {
        let what = scenario.inject;
        let strikes = fault_ended(&self.town.daemon, name, number, secs(15));
        assert!(strikes >= scenario.strikes, "{what}: {strikes} strikes");
        if scenario.on == On::Process {
            if matches!(name, "panic" | "stop" | "kill-helper") {
                eventually(RECOVERY, "another life of the helper", || self.lazy().pids().len() > self.lives);
            }
            assert_eq!(self.lazy().ask("version").last().map(String::as_str), Some("done"), "{what}");
        }
        let speaker = &self.town.speakers[struck];
        let resets = || self.town.oracle.resets(&self.town.speakers, struck);
        match scenario.session {
            Session::Kept => assert_eq!(resets(), 0, "{what}: the session has ended"),
            _ => eventually(secs(5), &format!("{what}: the end of the session"), || resets() > 0),
        }
        self.town.oracle.recovered(what, &self.town.speakers, &[struck], RECOVERY);
        self.town.oracle.sent_once(what, &self.town.speakers, &[struck]);
        let codes = match scenario.session {
            Session::Refused(code, subcode) => {
                Some((speaker.seen(|record| record.complained.clone()), (code, subcode)))
            }
            Session::Refuses(code, subcode) => {
                let heard = speaker.seen(|record| record.notifications.clone());
                Some((heard.iter().map(|notify| (notify.code, notify.subcode)).collect(), (code, subcode)))
            }
            Session::Cut => {
                assert!(speaker.seen(|record| record.cut) > 0, "{what}: no reset");
                None
            }
            Session::Kept | Session::Reset => None,
        };
        if let Some((found, expected)) = codes {
            assert!(found.contains(&expected), "{what}: {expected:?} is not among {found:?}");
        }
    }
}

/// A route that nobody has from the start.
const POISON: &str = "10.250.0.0/24";
/// The neighbor with a rate, one that is left alone, and the first of those to strike.
const LIMITED: usize = 1;
const BYSTANDER: usize = 2;
const OTHERS: usize = 3;
const HOLD: u16 = 3;
/// Sessions that one fault may cost.
const SESSIONS: u32 = 6;
/// Within which a session is there again with every route, once a fault is over.
const RECOVERY: Duration = Duration::from_secs(5);
