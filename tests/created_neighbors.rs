//! A neighbor that a helper creates is spoken with at once, survives reloads and failures, and goes when it is deleted.

mod support;

use nix::sys::signal::Signal;
use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// A daemon without neighbors, a helper, and somebody who would be a neighbor.
struct Created {
    daemon: Daemon,
    speaker: Speaker,
    helper: Helper,
    lab: Lab,
}

impl Created {
    fn new() -> Self {
        Self::with(|helper| Conf::new([helper]).to_string())
    }

    fn with(configuration: impl FnOnce(&Helper) -> String) -> Self {
        let lab = Lab::new();
        let helper = Helper::new(&lab, "helper");
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let launch = lab.launch(&configuration(&helper), port);
        Self { daemon: launch.set("api_version", "6").start(), speaker, helper, lab }
    }

    /// The words that create the neighbor that the speaker is.
    fn words(&self) -> String {
        let Profile { address, asn, .. } = self.speaker.profile();
        format!("{address} local-address {} router-id 10.0.0.1 local-as 65000 peer-as {asn}", net::DAEMON)
    }

    fn create(&self) {
        assert_eq!(self.helper.ask(&format!("peer create {} hold-time 60", self.words())), ["done"]);
        self.speaker.wait_up(secs(10));
    }
}

#[test]
fn it_is_created_used_and_deleted() {
    let mut lab = Created::new();
    lab.create();
    assert_eq!(lab.helper.ask("announce route 10.0.0.0/24 next-hop 192.0.2.1"), ["done"]);
    lab.speaker.wait_routes(1, secs(10));
    let again = lab.helper.ask(&format!("create neighbor {}", lab.words()));
    assert!(again[0].starts_with("error: peer already exists: neighbor "), "{again:?}");
    assert_eq!(lab.helper.ask("peer delete 192.0.2.77"), ["error: no neighbors match the selector", "error"]);
    assert_eq!(lab.helper.ask(&format!("peer delete {}", lab.speaker.profile().address)), ["done"]);
    eventually(secs(10), "Cease 6/3", || {
        lab.speaker.seen(|record| record.notifications.last().is_some_and(|last| (last.code, last.subcode) == (6, 3)))
    });
    assert_eq!(lab.helper.ask("peer list"), ["[]", "done"]);
    lab.create();
    lab.daemon.stop();
}

#[test]
fn it_outlives_a_reload_until_the_file_has_it() {
    let mut lab = Created::new();
    lab.create();
    lab.helper.ask("announce route 10.0.0.0/24 next-hop 192.0.2.1");
    lab.speaker.wait_routes(1, secs(10));
    let reload = |text: String, what: &str| {
        let before = lab.daemon.log().matches("configuration changed").count();
        lab.lab.write("exactix.conf", text);
        lab.daemon.signal(Signal::SIGUSR1);
        eventually(secs(10), what, || lab.daemon.log().matches("configuration changed").count() > before);
    };
    let stranger = Neighbor::new("127.9.9.9".parse().unwrap(), 65099).with("passive;");
    reload(Conf::new([&lab.helper]).neighbor(stranger).to_string(), "a file without it");
    assert_eq!(lab.speaker.seen(|record| record.resets), 0);
    let own = Neighbor::of(lab.speaker.profile()).helper(&lab.helper).routes(["10.0.1.0/24 next-hop 192.0.2.1"]);
    reload(Conf::new([&lab.helper]).neighbor(own).to_string(), "a file with it");
    // Its families are others now, and so the session; the route of the helper is there as well as that of the file.
    lab.speaker.wait_routes(2, secs(10));
    let refused = lab.helper.ask(&format!("peer delete {}", lab.speaker.profile().address));
    assert!(refused[0].contains("those of the configuration"), "{refused:?}");
    reload(Conf::new([&lab.helper]).to_string(), "a file without it again");
    eventually(secs(10), "its end", || lab.helper.ask("peer list")[0] == "[]");
    lab.daemon.stop();
}

#[test]
fn it_outlives_the_failure_of_its_peer() {
    let lab = Created::with(|helper| {
        let (name, script) = (helper.name(), helper.script());
        format!("(faults: true, processes: [(name: \"{name}\", run: [\"{}\"])])", script.display())
    });
    lab.create();
    lab.helper.ask("announce route 10.0.0.0/24 next-hop 192.0.2.1");
    lab.speaker.wait_routes(1, secs(10));
    assert_eq!(lab.helper.ask("peer * fault inject panic").last().map(String::as_str), Some("done"));
    eventually(secs(10), "another session", || lab.speaker.seen(|record| record.resets > 0));
    lab.speaker.wait_up(secs(10));
    lab.speaker.wait_routes(1, secs(10));
}

#[test]
fn what_is_missing_is_said() {
    let lab = Created::new();
    let answer = lab.helper.ask("peer create 127.0.0.2 local-as 1");
    assert_eq!(answer, ["error: missing required parameters: local-address, peer-as", "error"]);
    assert!(lab.helper.ask("peer create 127.0.0.2 local-as")[0].contains("value of the parameter is missing"));
    assert!(lab.helper.ask("peer create nobody")[0].contains("address of the neighbor"));
}
