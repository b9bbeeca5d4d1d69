//! `exactix migrate` with the real binary: both forms, old syntax, and where the result goes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail this way")]

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const CONF: &str = "neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; static { route 10.0.0.0/24 next-hop self; } }\n";
const RON: &str =
    "(neighbors: [(peer_address: \"10.0.0.1\", local_address: \"10.0.0.2\", local_as: 1, peer_as: 2)], faults: true)";
const OLD: &str = "process a { run /bin/cat; }\nneighbor 10.0.0.1 {\n  local-address 10.0.0.2; local-as 1; peer-as 2;\n  process a;\n  capability { route refresh; }\n}\n";

fn migrate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_exactix")).arg("migrate").args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn backups(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "bak")).collect()
}

#[test]
fn the_other_form_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let conf = file(folder.path(), "a.conf", CONF);
    let ron = folder.path().join("a.ron").display().to_string();
    let done = migrate(&[&conf, "-o", &ron]);
    assert_eq!((done.status.code(), err(&done)), (Some(0), String::new()));
    assert!(fs::read_to_string(&ron).unwrap().contains("\"route 10.0.0.0/24 next-hop self\""));
    let back = migrate(&[&ron]);
    assert!(out(&back).contains("route 10.0.0.0/24 next-hop self;"), "{}", err(&back));
    assert!(out(&migrate(&["--to", "conf", &conf])).starts_with("neighbor 10.0.0.1 {\n"));
}

#[test]
fn what_a_form_cannot_say_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let ron = file(folder.path(), "a.ron", RON);
    let done = migrate(&[&ron]);
    assert_eq!(done.status.code(), Some(0));
    assert!(err(&done).contains("faults") && err(&done).contains("SIGHUP"), "{}", err(&done));
    let both = RON.replace("local_as", "description: \"a'\\\"\", local_as");
    let done = migrate(&[&file(folder.path(), "b.ron", &both)]);
    assert_eq!((done.status.code(), out(&done)), (Some(1), String::new()));
    assert!(err(&done).contains("neighbor 10.0.0.1") && err(&done).contains("description"), "{}", err(&done));
}

#[test]
fn in_place_keeps_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let conf = file(folder.path(), "a.conf", CONF);
    assert_eq!(migrate(&["-i", &conf]).status.code(), Some(0));
    assert!(fs::read_to_string(&conf).unwrap().starts_with("(\n"));
    let [backup] = &backups(folder.path())[..] else { panic!("one backup is expected") };
    assert_eq!(fs::read_to_string(backup).unwrap(), CONF);
    let ron = file(folder.path(), "b.ron", RON);
    assert_eq!(migrate(&["-i", &ron]).status.code(), Some(1));
    assert_eq!(fs::read_to_string(&ron).unwrap(), RON);
}

#[test]
fn old_syntax_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let old = file(folder.path(), "old.conf", OLD);
    let done = migrate(&["--to", "ron", &old]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert!(out(&done).contains("route_refresh: true") && out(&done).contains("processes: [\"a\"]"));
    assert!(err(&done).contains("line 4: process a; became api { processes [ a ]; }"), "{}", err(&done));
    let done = migrate(&[&file(folder.path(), "bad.conf", "neighbor 10.0.0.1 { nonsense; }")]);
    assert_eq!(done.status.code(), Some(1));
    assert!(err(&done).contains("invalid keyword \"nonsense\""));
}

#[test]
fn text_is_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let old = file(folder.path(), "old.conf", OLD);
    let done = migrate(&["conf", "-f", "3.4", "-t", "5", "-v", &old]);
    let expected = OLD
        .replace("cat; }", "cat; encoder text; }")
        .replace("process a;", "api { processes [ a ]; }")
        .replace("route refresh", "route-refresh");
    assert_eq!((done.status.code(), out(&done)), (Some(0), expected));
    assert_eq!(err(&done).lines().count(), 3);
    let done = migrate(&["conf", "-f", "4", "-t", "main", "-n", "-w", &old]);
    assert!(
        out(&done).starts_with("Migration: 4 -> main\n  line 5: route refresh became route-refresh\n  line 1: run")
    );
    let done = migrate(&["conf", "-f", "5", "-t", "main", "-n", &old]);
    assert_eq!(out(&done), "Migration: 5 -> main\nNo changes needed.\n");
    assert_eq!(migrate(&["conf", "-f", "4", "-t", "5", "-i", &old]).status.code(), Some(0));
    assert_eq!(backups(folder.path()).len(), 1);
}

#[test]
fn what_cannot_be_done_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let conf = file(folder.path(), "a.conf", CONF);
    for (arguments, part) in [
        (&["conf", "-f", "5", "-t", "4", &conf][..], "later version"),
        (&["conf", "-f", "4", "-t", "4", &conf], "later version"),
        (&["conf", "-f", "4", "-t", "5", "/nope.conf"], "cannot read /nope.conf"),
        (&["/nope.conf"], "file not found"),
        (&["api", "-f", "5", "-t", "5", "x"], "later version"),
        (&["api", "-f", "4", "-t", "5", "--exec"], "--exec needs a program"),
        (&["api", "-f", "4", "-t", "5", "--exec", "/nonexistent"], "cannot run /nonexistent"),
        (&[], "usage"),
    ] {
        let done = migrate(arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        assert!(err(&done).contains(part), "{}", err(&done));
    }
}

/// `exactix migrate api` with this on its standard input.
fn api(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exactix"));
    command.args(["migrate", "api"]).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn commands_and_events_are_translated() {
    let done = migrate(&["api", "-f", "4", "-t", "main", "announce", "route", "10.0.0.0/24 next-hop self"]);
    let expected = "peer * announce route 10.0.0.0/24 next-hop self\n";
    assert_eq!((done.status.code(), out(&done).as_str(), err(&done).as_str()), (Some(0), expected, ""));
    let done = api(&["-f", "4", "-t", "main", "-v"], "ping\n{\"bgp-ls\": {\"sr_capability_flags\": 1}}\ndone\n");
    assert_eq!(out(&done), "session ping\n{\"bgp-ls\":{\"sr-capability-flags\":1}}\ndone\n");
    assert!(err(&done).starts_with("ping -> session ping\n"), "{}", err(&done));
}

#[test]
fn a_helper_of_an_older_version_speaks_through_the_bridge() {
    // It answers each line it gets, shows how it understood it, and ends with a code of its own.
    let helper = "echo shutdown; while read -r line; do echo \"teardown $line\"; done; exit 7";
    let input = "done\n{ \"bgp-ls\": { \"sr-capability-flags\": 1 } }\n";
    let done = api(&["-f", "4", "-t", "main", "--exec", "/bin/sh", "-c", helper, "--exec"], input);
    let expected = "daemon shutdown\npeer * teardown done\npeer * teardown {\"bgp-ls\":{\"sr_capability_flags\":1}}\n";
    assert_eq!((out(&done).as_str(), done.status.code()), (expected, Some(7)), "{}", err(&done));
    let done = api(&["-f", "4", "-t", "5", "--exec", "/bin/sh", "-c", "kill -9 $$"], "");
    assert_eq!(done.status.code(), Some(137));
}

#[test]
fn an_interrupt_of_the_bridge_is_one_of_the_helper() {
    let folder = tempfile::tempdir().unwrap();
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 5)] {
        let mark = folder.path().join(signal.as_str()).display().to_string();
        // A shell looks at signals between two commands, and only there without fail.
        let helper = format!("trap 'echo > {mark}; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
        let mut command = Command::new(env!("CARGO_BIN_EXE_exactix"));
        command.args(["migrate", "api", "-f", "4", "-t", "main", "--exec", "/bin/sh", "-c", &helper]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let start = Instant::now();
        while !Path::new(&mark).exists() {
            assert!(start.elapsed() < Duration::from_secs(10), "the helper was not asked to end");
            std::thread::yield_now();
        }
    }
}
