//! Neighbors, helpers and people that do what they should not, and a system that does not wait: the daemon bears it, those who
//! have nothing to do with it do not notice, and nothing that was announced is lost.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so and ends"
)]

mod support;

use std::{fs, time::Duration};

use nix::sys::signal::Signal;
use support::{
    conf::Neighbor,
    helper::Helper,
    speaker::{Profile, Speaker},
    town::{CALLER, Town},
    wait::{always, eventually, secs},
};
use wire::{Family, Notify};

#[test]
fn connections_end_in_every_way() {
    let mut town = town(|_| Vec::new());

    disturb(&mut town, "a reset", &[3], |town| assert!(town.speakers[3].cut()));
    disturb(&mut town, "an end in the middle of a message", &[3], |town| {
        let update = town.speakers[3].announcement(["10.200.0.0/24 next-hop 127.1.0.4"]);
        town.speakers[3].send(update.slice(..update.len() / 2));
        town.speakers[3].close(None);
    });
    let all: Vec<usize> = (0..town.speakers.len()).collect();
    disturb(&mut town, "a reset of all at once", &all, |town| {
        assert!(town.speakers.iter().all(Speaker::cut));
    });
    disturb(&mut town, "nobody listens", &[3], |town| {
        town.speakers[3].shut_door();
        town.speakers[3].close(None);
        eventually(secs(2), "the end of the session", || !town.speakers[3].is_up());
        let lines = town.daemon.log().lines().count();
        always(secs(2), "no connection", || !town.speakers[3].is_up());
        let more = town.daemon.log().lines().count() - lines;
        assert!(more < 40, "{more} lines in the log");
        town.speakers[3].open_door();
        // The waits between attempts have grown meanwhile.
        town.speakers[3].wait_up(secs(10));
    });
    town.daemon.stop();
}

#[test]
fn neighbors_fall_silent() {
    let mut town = town(|_| Vec::new());
    disturb(&mut town, "silence in both directions, and in one", &[3, 4], |town| {
        town.speakers[3].silent(true);
        town.speakers[3].read(false);
        town.speakers[4].silent(true);
        for index in [3, 4] {
            eventually(secs(6), "another session", || town.speakers[index].seen(|record| record.sessions == 2));
        }
        assert!(town.speakers[4].seen(|record| record.notifications.iter().any(|it| (it.code, it.subcode) == (4, 0))));
    });
    bear(&mut town, "a closed window", &[DEAF], |town| {
        town.speakers[DEAF].read(false);
        let before = town.daemon.memory().now;
        for round in 0..20 {
            town.helpers[0].say(
                (0..250).map(|index| {
                    format!("announce route 10.100.{index}.0/24 next-hop 192.0.2.1 community [ {round}:1 ]")
                }),
            );
        }
        town.helpers[0].say((0..250).map(|index| format!("withdraw route 10.100.{index}.0/24")));
        town.helpers[0].say(["announce route 10.101.0.0/24 next-hop 192.0.2.7"]);
        for index in 0..town.speakers.len() {
            town.oracle.expect(index, "10.101.0.0/24", "192.0.2.7");
        }
        let has = |index: usize| town.speakers[index].table().contains_key("10.101.0.0/24");
        eventually(secs(10), "the last route at the others", || (0..DEAF).all(has));
        assert!(town.daemon.memory().now <= before + (32 << 20));
        assert!(town.speakers[DEAF].is_up(), "its session has ended");
        town.speakers[DEAF].read(true);
    });
    town.daemon.stop();
}

#[test]
fn neighbors_flap_and_refuse() {
    let mut town = town(|_| Vec::new());
    town.oracle.begin(&town.speakers);
    for _ in 0..20 {
        town.speakers[3].cut();
        always(Duration::from_millis(100), "the daemon lives", || town.daemon.pid() > 0);
    }
    town.oracle.recovered("flapping", &town.speakers, &[3], secs(20));
    town.judge("flapping", vec![3], 21);

    disturb(&mut town, "each OPEN is answered with a Cease", &[4], |town| {
        let before = town.speakers[4].connections();
        town.speakers[4].turn_away(Some(Notify::new(6, 5)));
        town.speakers[4].cut();
        eventually(secs(2), "the end of the session", || !town.speakers[4].is_up());
        always(secs(3), "no session", || !town.speakers[4].is_up());
        let attempts = town.speakers[4].connections() - before;
        assert!((1..=6).contains(&attempts), "{attempts} attempts in 3 s");
        town.speakers[4].turn_away(None);
        town.speakers[4].wait_up(secs(15));
    });
    disturb(&mut town, "a message of an unknown type", &[3], |town| {
        let mut bytes = wire::keepalive().to_vec();
        bytes[18] = 99;
        town.speakers[3].send(bytes);
        eventually(secs(2), "the NOTIFICATION", || {
            town.speakers[3].seen(|record| record.notifications.iter().any(|it| (it.code, it.subcode) == (1, 3)))
        });
    });
    town.daemon.stop();
}

#[test]
fn messages_in_pieces_and_other_capabilities() {
    let mut town = town(|_| Vec::new());
    town.oracle.begin(&town.speakers);
    let update = town.speakers[3].announcement(["10.201.0.0/24 next-hop 127.1.0.4"]);
    (0..update.len()).for_each(|index| town.speakers[3].send(update.slice(index..=index)));
    eventually(secs(5), "the event", || {
        town.helpers[0].with_events(|events| events.iter().any(|event| event.to_string().contains("10.201.0.0/24")))
    });
    town.judge("a message in pieces", Vec::new(), 0);

    // Another router of the same address: fewer families, longer messages.
    let profile = Profile {
        families: vec![Family::Ipv4Unicast],
        extended_message: true,
        ..town.speakers[CALLER].profile().clone()
    };
    town.speakers[CALLER].close(None);
    town.speakers[CALLER] = Speaker::connect(profile, town.at);
    town.oracle.begin(&town.speakers);
    town.oracle.recovered("other capabilities", &town.speakers, &[CALLER], secs(10));
    town.judge("other capabilities", vec![CALLER], 2);
    town.daemon.stop();
}

#[test]
fn helpers_misbehave() {
    let mut town = town(|lab| {
        let partial =
            "[ $lives -gt 1 ] || { printf 'neighbor 127.1.0.4 announce route 10.99.0.0/24 next-ho'; exit 0; }";
        let mute = "[ $lives -gt 1 ] || { exec >&-; exec sleep 30; }";
        let noisy = "head -c 3000000 /dev/zero | tr '\\0' x >&2";
        vec![
            Helper::acting(lab, "partial", partial),
            Helper::acting(lab, "mute", mute),
            Helper::acting(lab, "noisy", noisy),
            Helper::acting(lab, "stubborn", "trap '' TERM"),
            Helper::new(lab, "loud"),
        ]
    });
    town.oracle.begin(&town.speakers);
    eventually(secs(5), "the second life of those who ended", || {
        (1..=2).all(|index| town.helpers[index].pids().len() > 1)
    });
    assert_eq!(town.helpers[1].ask("# hello"), ["done"], "nothing of the first life is left");
    assert_eq!(town.helpers[3].ask("# hello"), ["done"]);

    town.helpers[0].kill();
    eventually(secs(5), "another life", || town.helpers[0].pids().len() > 1);

    // More than a line may have, and what is no text.
    town.helpers[5].say_octets(&vec![0; (1 << 20) + (1 << 19)]);
    eventually(secs(10), "another life", || town.helpers[5].pids().len() > 1);
    town.helpers[5].say_octets(b"\n\xFF\xFE announce\n");
    eventually(secs(10), "another life", || town.helpers[5].pids().len() > 2);
    assert_eq!(town.helpers[5].ask("# hello").last().map(String::as_str), Some("done"));

    town.helpers[0].signal(Signal::SIGSTOP);
    for index in 0..50 {
        town.speakers[3].announce([format!("10.202.{index}.0/24 next-hop 127.1.0.4")]);
    }
    town.client.told("neighbor 127.1.0.5 announce route 10.98.0.0/24 next-hop 192.0.2.9");
    town.oracle.expect(4, "10.98.0.0/24", "192.0.2.9");
    always(secs(1), "all sessions", || town.speakers.iter().all(Speaker::is_up));
    town.helpers[0].signal(Signal::SIGCONT);
    eventually(secs(5), "the last event", || {
        town.helpers[0].with_events(|events| events.iter().any(|event| event.to_string().contains("10.202.49.0/24")))
    });
    assert!(town.speakers.iter().all(|speaker| !speaker.table().contains_key("10.99.0.0/24")));
    town.judge("helpers that misbehave", Vec::new(), 0);

    let stubborn = *town.helpers[4].pids().last().unwrap();
    town.daemon.stop();
    eventually(secs(5), "the end of who does not listen", || !fs::exists(format!("/proc/{stubborn}")).unwrap());
}

#[test]
fn reloads_go_wrong_and_come_in_crowds() {
    let mut town = town(|_| Vec::new());
    let path = town.lab.path("exactix.conf");
    town.oracle.begin(&town.speakers);
    for (index, text) in
        ["neighbor 127.1.0.1 {", "nonsense", "process x { run /nonexistent; }\nneighbor {}"].iter().enumerate()
    {
        fs::write(&path, text).unwrap();
        town.daemon.signal(Signal::SIGUSR1);
        refused(&town, index + 1);
    }
    fs::remove_file(&path).unwrap();
    town.daemon.signal(Signal::SIGUSR1);
    refused(&town, 4);
    town.judge("reloads of what cannot be read", Vec::new(), 0);

    fs::write(&path, town.conf.replace("10.3.0.0/24 next-hop 192.0.2.1", "10.3.0.0/24 next-hop 192.0.2.5")).unwrap();
    town.oracle.expect(3, "10.3.0.0/24", "192.0.2.5");
    for _ in 0..100 {
        town.daemon.signal(Signal::SIGUSR1);
    }
    eventually(secs(10), "the change", || {
        town.speakers[3].table().get("10.3.0.0/24").is_some_and(|path| path.next_hop == "192.0.2.5")
    });
    town.judge("a hundred reloads", Vec::new(), 0);
    town.daemon.stop();
}

#[test]
fn the_process_is_suspended() {
    let mut town = town(|_| Vec::new());
    let all: Vec<usize> = (0..town.speakers.len()).collect();
    bear(&mut town, "a suspended process", &all, |town| {
        town.daemon.signal(Signal::SIGSTOP);
        always(Duration::from_millis(4500), "the daemon waits", || town.daemon.pid() > 0);
        town.daemon.signal(Signal::SIGCONT);
        eventually(secs(5), "sessions", || {
            town.speakers[..DEAF].iter().all(|it| it.seen(|record| record.sessions >= 2))
        });
    });
    town.daemon.stop();
}

/// Six neighbors, the last of which has more patience.
fn town(helpers: impl FnOnce(&support::lab::Lab) -> Vec<Helper>) -> Town {
    let profile = |index: u32| Profile::numbered(index).hold_time(HOLD);
    let mut profiles: Vec<Profile> = (0..6).map(profile).collect();
    profiles[DEAF] = Profile { receive_buffer: Some(4096), ..Profile::numbered(5).hold_time(9) };
    Town::new(helpers, profiles, |_, neighbor: Neighbor| neighbor.with("group-updates false;"))
}

/// Does something to some neighbors that ends their sessions, and waits until it is as if nothing had been.
fn disturb(town: &mut Town, what: &str, struck: &[usize], act: impl FnOnce(&mut Town)) {
    bear(town, what, struck, |town| {
        act(town);
        for index in struck {
            let ended = || town.oracle.resets(&town.speakers, *index) > 0;
            eventually(secs(6), &format!("{what}: the end of session {index}"), ended);
        }
    });
    town.oracle.sent_once(what, &town.speakers, struck);
}

/// The same for what may end no session.
fn bear(town: &mut Town, what: &str, struck: &[usize], act: impl FnOnce(&mut Town)) {
    town.oracle.begin(&town.speakers);
    act(town);
    town.oracle.recovered(what, &town.speakers, struck, RECOVERY);
    town.judge(what, struck.to_vec(), SESSIONS);
}

/// Waits until so many configurations were refused.
fn refused(town: &Town, count: usize) {
    eventually(secs(5), "a refusal", || {
        let found = town.daemon.log().matches("configuration is refused").count();
        if found >= count { Ok(()) } else { Err(format!("{found} of {count}")) }
    });
}

const DEAF: usize = 5;
const HOLD: u16 = 3;
/// Within which a session is there again with every route.
const RECOVERY: Duration = Duration::from_secs(5);
/// Sessions that one disturbance may cost.
const SESSIONS: u32 = 6;
