//! `exactix healthcheck` says what ExaBGP's says; a daemon announces what a health check finds, whether it runs as a
//! program of its own or within the daemon.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
};

use nix::sys::signal::Signal;
use support::{
    group::Group,
    interop,
    lab::{Lab, program},
    net,
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

/// Options, and how many lines come before SIGTERM; none where the program ends by itself.
const CASES: [(&str, Option<usize>); 16] = [
    ("-i 0 --rise 1 --ip 192.0.2.1", None),
    ("-i 0 --rise 2 -f 0.01 --ip 192.0.2.1/32 --ip 2001:db8::/64 -N 192.0.2.9 --up-metric 7 --increase 5", None),
    ("-i 0 --fall 1 -c false --ip 192.0.2.1 --local-preference 0 --down-metric 5", None),
    ("-i 0 --fall 2 -f 0.01 --cmd false --ip 192.0.2.1 --withdraw-on-down --path-id 3", None),
    ("-i 0 --disable DIR/off --ip 192.0.2.1 --disabled-metric 3 --disabled-community 1:1", None),
    ("-i 0 --disable DIR/off --ip 192.0.2.1 --withdraw-on-down --next-hop 2001:db8::1", None),
    ("-i 0 --rise 1 --ip 192.0.2.1 --community WORDS --large-community 1:2:3 --extended-community target:1:2", None),
    (
        "-i 0 --fall 1 -c false --ip 192.0.2.1 --community 1:1 --disabled-community 2:2 --as-path 1 --down-as-path WORDS",
        None,
    ),
    ("-i 0 --rise 1 --ip 192.0.2.1 --neighbor 10.0.0.1 --neighbor 2001:DB8::1 --path-id 0 --as-path 65000", None),
    ("-i 0 --rise 1 --ip 192.0.2.1 --neighbor 10.0.0.1 --neighbor * --up-as-path 65001 --as-path 65000", None),
    ("-i 0 --rise 1 --ip 192.0.2.0/30 --ip 192.0.2.9 --deaggregate-networks --start-ip 2", None),
    ("-i 0 --rise 1 --ip 192.0.2.1 --execute HOOK --up-execute HOOKUP --down-execute HOOKDOWN", None),
    ("-i 0 --rise 2 --fall 2 -f 0.01 -c false --ip 192.0.2.1 --execute HOOK --down-execute HOOKDOWN", None),
    ("-i 0 -F DIR/options --rise 1 --ip 192.0.2.2", None),
    ("-i 60 --rise 1 --ip 192.0.2.1 --ip 192.0.2.2 --start-ip -1 --path-id 9", Some(2)),
    ("-i 60 --fall 0 -c false -t 0 --debounce --ip 192.0.2.1 --neighbor 10.0.0.1", Some(1)),
];

#[test]
fn each_option_set_says_what_exabgp_says() {
    let reference = interop::exabgp();
    let Some([exabgp]) = interop::programs("healthcheck", [&*reference.to_string_lossy()]) else { return };
    for (options, lines) in CASES {
        let (theirs, ours) = (said(&exabgp, options, lines), said(&program(), options, lines));
        assert!(!ours.0.is_empty(), "{options}");
        assert_eq!(ours, theirs, "{options}");
    }
}

/// What a health check prints, what its hooks have written, and its exit code.
fn said(program: &Path, options: &str, lines: Option<usize>) -> (String, String, Option<i32>) {
    let lab = Lab::new();
    lab.write("off", "");
    lab.write("options", "# a check\nip = 192.0.2.1/32\nrise = 5\nup-metric=42\nwithdraw-on-down\n");
    let directory = lab.directory().display().to_string();
    let hook = |word: &str| format!("echo {word} $STATE >>{directory}/hooks");
    let word = |word: &str| match word {
        "HOOK" => hook("any"),
        "HOOKUP" => hook("up"),
        "HOOKDOWN" => hook("down"),
        "WORDS" => "1:1 2:2".replace(':', if options.contains("down-as-path") { " " } else { ":" }),
        _ => word.replace("DIR", &directory),
    };
    let mut command = Command::new(program);
    command.args(["healthcheck", "--no-syslog", "--no-ip-setup"]).args(options.split(' ').map(word));
    let (out, log) = (lab.path("out"), lab.path("log"));
    command.stdout(File::create(&out).unwrap()).stderr(File::create(&log).unwrap());
    let mut group = Group::start(&mut command).unwrap();
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    if let Some(lines) = lines {
        eventually(secs(20), options, || text(&out).lines().count() == lines);
        group.signal(Signal::SIGTERM);
    }
    let status = eventually(secs(20), options, || group.ended().ok_or_else(|| text(&log)));
    (text(&out), text(&lab.path("hooks")), status.code())
}

#[test]
fn a_daemon_announces_what_the_program_finds() {
    let lab = Lab::new();
    let run = format!("{} healthcheck --no-syslog --no-ip-setup {}", program().display(), options(&lab));
    follows_the_service(&lab, |neighbor| {
        format!(
            "process check {{ run {run}; encoder text; }}\nneighbor {neighbor} {{ local-address {us}; router-id {us}; \
             local-as 65000; peer-as 65001; family {{ ipv4 unicast; }} api {{ processes [ check ]; }} }}\n",
            us = net::DAEMON
        )
    });
}

fn options(lab: &Lab) -> String {
    let file = lab.path("works").display().to_string();
    format!(
        "-i 0.05 -f 0.02 --rise 2 --fall 2 --cmd \"test -e {file}\" --ip 192.0.2.1 --withdraw-on-down --community 65000:1"
    )
}

#[test]
fn a_daemon_announces_what_it_finds_itself() {
    let lab = Lab::new();
    let file = lab.path("works");
    let (mut daemon, speaker) = follows_the_service(&lab, |neighbor| {
        format!(
            "(health_checks: [(name: \"check\", command: \"test -e {}\", interval: 0.05, fast_interval: \"20ms\", rise: 2, \
             fall: 2, addresses: [\"192.0.2.1\"], ip_setup: false, withdraw_on_down: true, community: \"65000:1\")],\n\
             neighbors: [(peer_address: \"{neighbor}\", local_address: \"{us}\", router_id: \"{us}\", local_as: 65000, \
             peer_as: 65001, families: [\"ipv4 unicast\"], apis: [(processes: [\"check\"])])])",
            file.display(),
            us = net::DAEMON
        )
    });
    // One that is no longer configured takes its routes with it.
    let text = fs::read_to_string(lab.path("exactix.ron")).unwrap();
    let (_, neighbors) = text.split_once("neighbors:").unwrap();
    lab.write("exactix.ron", format!("(neighbors:{}", neighbors.replace(", apis: [(processes: [\"check\"])]", "")));
    daemon.signal(Signal::SIGHUP);
    speaker.wait_routes(0, secs(10));
    daemon.assert_alive();
    daemon.stop();
}

/// The route is there whenever the service works, and only then; at the end it works.
fn follows_the_service(lab: &Lab, config: impl Fn(std::net::IpAddr) -> String) -> (support::daemon::Daemon, Speaker) {
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let daemon = lab.start(&config(speaker.profile().address), port);
    speaker.wait_up(secs(10));
    for _ in 0..2 {
        lab.write("works", "");
        speaker.wait_routes(1, secs(10));
        assert!(speaker.table().contains_key("192.0.2.1/32"));
        fs::remove_file(lab.path("works")).unwrap();
        speaker.wait_routes(0, secs(10));
    }
    lab.write("works", "");
    speaker.wait_routes(1, secs(10));
    (daemon, speaker)
}
