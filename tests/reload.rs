//! A reload sends the difference and nothing else; a broken file changes nothing.

mod support;

use std::time::Duration;

use nix::sys::signal::Signal;
use support::{
    conf::{Conf, Neighbor},
    daemon::Daemon,
    helper::Helper,
    lab::Lab,
    speaker::{Profile, Speaker},
    wait::{always, eventually, secs},
};

/// A daemon whose configuration has 100 routes, and whose helper has announced one more.
struct Reload {
    daemon: Daemon,
    speaker: Speaker,
    helper: Helper,
    lab: Lab,
}

impl Reload {
    fn new() -> Self {
        let lab = Lab::new();
        let helper = Helper::new(&lab, "helper");
        let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
        let daemon = lab.start(&configuration(&helper, &speaker, first()), port);
        speaker.wait_up(secs(10));
        helper.say(["announce route 10.200.0.0/24 next-hop 192.0.2.9"]);
        speaker.wait_routes(101, secs(10));
        Self { daemon, speaker, helper, lab }
    }

    /// Has the daemon read this.
    fn reload(&self, text: &str) {
        self.lab.write("exactix.conf", text);
        self.daemon.signal(Signal::SIGUSR1);
    }

    fn configuration(&self, routes: Vec<String>) -> String {
        configuration(&self.helper, &self.speaker, routes)
    }

    /// Fails unless this is all that was ever announced and withdrawn, for a while.
    fn assert_stays(&self, announced: u64, withdrawn: u64) {
        always(QUIET, "nothing more is sent", || {
            self.speaker.seen(|record| match (record.resets, record.announced, record.withdrawn) {
                seen if seen == (0, announced, withdrawn) => Ok(()),
                seen => Err(format!("(resets, announcements, withdrawals) are {seen:?}")),
            })
        });
    }
}

#[test]
fn a_changed_route_set_is_sent_as_its_difference() {
    let mut lab = Reload::new();
    lab.reload(&lab.configuration(second()));
    eventually(secs(10), "the difference", || {
        let table = lab.speaker.table();
        let changed = table.get("10.0.1.0/24").is_some_and(|path| path.next_hop == "192.0.2.2");
        changed && !table.contains_key("10.0.0.0/24") && table.contains_key("10.0.100.0/24")
    });
    // One route is gone, one has another next hop, one is new; that of the helper is none of a reload's business.
    lab.assert_stays(101 + 2, 1);
    assert_eq!(lab.speaker.seen(|record| record.len()), 101);
    assert!(lab.speaker.table().contains_key("10.200.0.0/24"));
    assert_eq!(lab.helper.pids().len(), 1, "the helper was restarted");
    lab.daemon.stop();
}

#[test]
fn a_broken_file_changes_nothing_and_a_mended_one_is_read() {
    let mut lab = Reload::new();
    let broken = lab.configuration(second()).replace("hold-time 180;", "hold-time soon;");
    lab.reload(&broken);
    eventually(secs(10), "a complaint in the log", || lab.daemon.log().contains("soon"));
    lab.assert_stays(101, 0);
    lab.daemon.assert_alive();
    lab.helper.say(["announce route 10.201.0.0/24 next-hop 192.0.2.9"]);
    lab.speaker.wait_routes(102, secs(5));

    lab.reload(&lab.configuration(second()));
    eventually(secs(10), "the difference", || !lab.speaker.table().contains_key("10.0.0.0/24"));
    lab.assert_stays(102 + 2, 1);
    lab.daemon.stop();
}

#[test]
fn a_changed_session_is_made_anew_and_a_new_neighbor_called() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speakers) = Speaker::listen(vec![Profile::numbered(0), Profile::numbered(1), Profile::numbered(2)]);
    let [kept, changed, added] = &speakers[..] else { unreachable!() };
    let of = |speaker: &Speaker| Neighbor::of(speaker.profile()).helper(&helper);
    let before = Conf::new([&helper]).neighbor(of(kept)).neighbor(of(changed));
    let mut daemon = lab.start(&before.to_string(), port);
    kept.wait_up(secs(10));
    changed.wait_up(secs(10));
    helper.say(["announce route 10.0.0.0/24 next-hop 192.0.2.1"]);
    changed.wait_routes(1, secs(5));

    let after = Conf::new([&helper]).neighbor(of(kept)).neighbor(of(changed).with("hold-time 30;")).neighbor(of(added));
    lab.write("exactix.conf", after.to_string());
    daemon.signal(Signal::SIGUSR1);
    added.wait_up(secs(20));
    eventually(secs(20), "another session", || changed.seen(|record| record.sessions == 2 && record.len() == 1));
    assert_eq!(changed.seen(|record| record.notifications.iter().map(|notify| notify.code).collect::<Vec<_>>()), [6]);
    assert_eq!(kept.seen(|record| (record.sessions, record.resets)), (1, 0));

    let last = Conf::new([&helper]).neighbor(of(kept)).neighbor(of(added));
    lab.write("exactix.conf", last.to_string());
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(10), "the end of the removed neighbor", || changed.seen(|record| record.resets == 2));
    always(QUIET, "it is not called again", || !changed.is_up());
    assert_eq!(kept.seen(|record| (record.sessions, record.resets)), (1, 0));
    daemon.stop();
}

fn configuration(helper: &Helper, speaker: &Speaker, routes: Vec<String>) -> String {
    Conf::new([helper]).neighbor(Neighbor::of(speaker.profile()).helper(helper).routes(routes)).to_string()
}

fn first() -> Vec<String> {
    (0..100).map(|index| format!("10.0.{index}.0/24 next-hop 192.0.2.1")).collect()
}

fn second() -> Vec<String> {
    (1..=100).map(|index| format!("10.0.{index}.0/24 next-hop 192.0.2.{}", if index == 1 { 2 } else { 1 })).collect()
}

/// In which something would be sent, were it to be.
const QUIET: Duration = Duration::from_millis(300);
