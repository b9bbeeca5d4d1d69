//! The daemon is killed and started anew: neighbors that keep its routes meanwhile (RFC 4724) keep all of them, those of a
//! helper as well, and forget what is not announced again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use nix::sys::signal::Signal;
use support::{
    bird::Bird,
    conf::{Conf, Neighbor},
    daemon::Daemon,
    frr::{self, Frr},
    helper::Helper,
    interop::{self, PEER, PEER_AS},
    lab::Lab,
    wait::{always, eventually, note, secs},
};

#[test]
fn bird_keeps_our_routes() {
    let Some(programs) = interop::programs("graceful_restart of bird", ["bird", "birdc"]) else { return };
    let lab = Lab::new();
    let Bird { program: _bird, port, client } = Bird::start(&lab, programs, &["ipv4"], "");
    kill_and_restart("BIRD", &lab, port, move || {
        let text = client.run("show route protocol exactix")?;
        Ok(text.lines().filter(|line| line.starts_with("10.")).count())
    });
}

#[test]
fn frr_keeps_our_routes() {
    let Some(programs) = interop::programs("graceful_restart of frr", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let configuration = frr::configuration("", [("ipv4 unicast", String::new())]);
    let Frr { program: _frr, port, terminal } = Frr::start(&lab, programs, &configuration);
    kill_and_restart("FRR", &lab, port, move || {
        let objects = terminal.objects(["show bgp ipv4 unicast json"])?;
        let routes = objects.first().and_then(|object| object["routes"].as_object());
        Ok(routes.map_or(0, serde_json::Map::len))
    });
}

fn kill_and_restart(who: &str, lab: &Lab, port: u16, held: impl Fn() -> Result<usize, String> + Send + Sync + 'static) {
    let held: Held = Arc::new(held);
    let helper = Helper::new(lab, "helper");
    let mut daemon = start(lab, &helper, port, STATIC);
    let announce = || {
        helper.say((0..COMMANDED).map(|index| format!("announce route 10.1.{index}.0/24 next-hop 192.0.2.1")));
        helper.say(["announce eor ipv4 unicast"]);
    };
    announce();
    let all = STATIC + COMMANDED;
    eventually(secs(60), "every route", || expect(&held, all));

    let least = Least::watch(Arc::clone(&held));
    daemon.signal(Signal::SIGKILL);
    let killed = Instant::now();
    daemon.wait(secs(5));
    helper.kill();
    always(secs(1), "the neighbor keeps every route", || expect(&held, all));
    // One route is not in the configuration any more.
    let mut daemon = start(lab, &helper, port, STATIC - 1);
    announce();
    eventually(secs(60), "the route that is gone", || expect(&held, all - 1));
    note(format_args!("{who} has forgotten the route that is gone {:?} after the kill", killed.elapsed()));
    let least = least.end();
    assert!(least >= all - 1, "routes were withdrawn meanwhile: {least} were left");
    daemon.stop();
}

/// Counts our routes at the neighbor.
type Held = Arc<dyn Fn() -> Result<usize, String> + Send + Sync>;

/// Looks all the time at how many routes there are, and keeps the least number.
struct Least {
    ends: Arc<AtomicBool>,
    least: Arc<AtomicUsize>,
    thread: thread::JoinHandle<()>,
}

impl Least {
    fn watch(held: Held) -> Self {
        let (ends, least) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(usize::MAX)));
        let (until, found) = (Arc::clone(&ends), Arc::clone(&least));
        let thread = thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                found.fetch_min(held().unwrap_or(usize::MAX), Ordering::Relaxed);
            }
        });
        Self { ends, least, thread }
    }

    fn end(self) -> usize {
        self.ends.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        self.least.load(Ordering::Relaxed)
    }
}

fn expect(held: &Held, count: usize) -> Result<(), String> {
    match held()? {
        found if found == count => Ok(()),
        found => Err(format!("{found} of {count} are there")),
    }
}

/// The helper's routes are awaited: without them End-of-RIB would make the neighbor forget them.
fn start(lab: &Lab, helper: &Helper, port: u16, routes: usize) -> Daemon {
    let neighbor = Neighbor::new(PEER, PEER_AS)
        .with("family { ipv4 unicast; }")
        .with("capability { graceful-restart 60; }")
        .with("eor-within 30;")
        .routes((0..routes).map(|index| format!("10.0.{index}.0/24 next-hop 192.0.2.1")))
        .helper(helper);
    lab.start(&Conf::new([helper]).neighbor(neighbor).to_string(), port)
}

const STATIC: usize = 200;
const COMMANDED: usize = 50;
