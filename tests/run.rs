//! `exactix run` says commands to the daemon, in few letters or many, one or a file of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{io::Write as _, os::unix::net::UnixListener, process::Command, thread};

use support::{
    door::{Door, text},
    lab::{Lab, program},
    wait::secs,
};

#[test]
fn a_command_is_written_out_and_answered() {
    let mut door = Door::new();
    let short = door.run(&["run", "s", "n", "s"]);
    assert!(text(&short.stdout).starts_with("command: show neighbor summary\n"), "{short:?}");
    let full = door.run(&["cli", "show", "neighbor", "summary"]);
    let shown = text(&full.stdout);
    assert!(shown.starts_with("Peer ") && !shown.contains("done") && full.stderr.is_empty(), "{full:?}");
    let json = door.run(&["run", "--json", "show", "neighbor", "summary"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value[0]["fsm"], "ESTABLISHED", "{value}");
    // ExaBGP ends with 0 whatever is answered; whoever wants to know asks for it.
    for (words, code) in [(&["run", "nonsense"][..], 0), (&["run", "--strict", "nonsense"], 1)] {
        let refused = door.run(words);
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(code), 0), "{refused:?}");
        assert_eq!(text(&refused.stderr).lines().count(), 2, "{refused:?}");
    }
    assert_eq!(door.run(&["run"]).status.code(), Some(1));
    assert_eq!(door.run(&["run", "reset"]).stdout, b"");
    door.daemon.stop();
    let gone = door.run(&["run", "version"]);
    assert_eq!(gone.status.code(), Some(1), "{gone:?}");
}

#[test]
fn a_batch_goes_on_after_what_is_refused() {
    let mut door = Door::new();
    let file = "# two routes\n\na r 10.7.0.0/24 next-hop 192.0.2.7\nnonsense\nversion\n";
    door.lab.write("commands", file);
    let said = door.run(&["run", "--batch", "commands"]);
    let out = text(&said.stdout);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    assert!(out.starts_with("[3] announce route 10.7.0.0/24 next-hop 192.0.2.7\n[4] nonsense\n[5] version\n"), "{out}");
    assert!(out.ends_with("3 commands: 2 done, 1 refused\n"), "{out}");
    door.speaker.wait_routes(2, secs(5));
    let said = door.run_with(&["run", "--batch", "-"], "version\nwithdraw route 10.7.0.0/24\n");
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(text(&said.stdout).ends_with("2 commands: 2 done, 0 refused\n"), "{said:?}");
    assert_eq!(door.run(&["run", "--batch", "nothing"]).status.code(), Some(1));
    door.daemon.stop();
}

#[test]
fn a_daemon_that_says_nothing_is_not_waited_for() {
    let lab = Lab::new();
    let path = lab.path("deaf.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let daemon = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        client.write_all(b"half an ans").unwrap();
        client
    });
    let mut command = Command::new(program());
    command.args(["run", "--timeout", "1", "version"]).arg(format!("--socket={}", path.display()));
    let silent = command.output().unwrap();
    assert_eq!((silent.status.code(), silent.stdout.len()), (Some(0), 0), "{silent:?}");
    assert!(text(&silent.stderr).starts_with("warning: "), "{silent:?}");
    drop(daemon.join().unwrap());
}
