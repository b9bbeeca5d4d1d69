//! What people and scripts get from the command line, before any session.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use nix::sys::signal::Signal;
use support::{lab, lab::Lab, net, wait::secs};

/// The program with only these variables of ours set.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(lab::program());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().to_ascii_lowercase().starts_with("exa") {
            command.env_remove(name);
        }
    }
    command.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[test]
fn env_shows_what_differs() {
    let output = run(&["env", "-d", "-e"], &[("exabgp_tcp_port", "1790")]);
    assert_eq!((text(&output.stdout).as_str(), output.status.code()), ("exabgp.tcp.port=1790\n", Some(0)));
    assert_eq!(text(&run(&["env", "--diff"], &[]).stdout), "");
    assert!(text(&run(&["env"], &[]).stdout).starts_with("\n[exabgp.api]\nack = true\n"));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    for arguments in [&["nope.conf"][..], &["server", "nope.conf"]] {
        let output = run(arguments, &[]);
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stderr);
        assert!(said.contains("error: nope.conf is not an exabgp config file (file not found)"), "{said}");
    }
}

#[test]
fn a_bad_setting_is_named() {
    let output = run(&["env"], &[("exabgp_tcp_port", "many")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("invalid value for tcp.port : many"), "{}", text(&output.stderr));
}

#[test]
fn validate_tells_all_that_is_wrong() {
    let lab = Lab::new();
    let wrong = lab.write("wrong.conf", "neighbor 10.0.0.1 {\n  hold-tiem 30;\n  local-as many;\n}\n");
    let right = lab.write("right.conf", "neighbor 10.0.0.1 { local-as 1; peer-as 2; local-address 10.0.0.2; }");
    let files = [wrong.to_str().unwrap(), right.to_str().unwrap()];
    let output = run(&["validate", files[0], files[1]], &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("wrong.conf:2:3") && said.contains("did you mean \"hold-time\"?"), "{said}");
    assert!(said.contains("wrong.conf:3:12") && !said.contains("right.conf"), "{said}");

    let output = run(&["validate", "--json", files[0], files[1]], &[]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), String::new()));
    let told: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&told[0]["valid"], &told[1]["valid"]), (&false.into(), &true.into()));
    assert_eq!((&told[0]["errors"][0]["line"], &told[0]["errors"][0]["column"]), (&2.into(), &3.into()));
    assert_eq!(told[0]["errors"][0]["suggestion"], "did you mean \"hold-time\"?");
    assert_eq!((told[0]["errors"].as_array().unwrap().len(), &told[1]["neighbors"]), (2, &1.into()));
}

#[test]
fn validate_names_the_file_of_each_error_and_warning() {
    let lab = Lab::new();
    let known = "local_as: 1, peer_as: 2, local_address: \"10.0.0.9\"";
    lab.write("part.ron", format!("(neighbors: [\n(peer_address: \"10.0.0.1\", {known}, host_name: \"a..b\")])"));
    let main = lab.write("main.ron", "(include: \"part.ron\")");
    let broken = lab.write("broken.ron", "(include: \"part.ron\",\nneighbors: [(hold_time: 2), (peer_as: x)])");
    let output = run(&["validate", "--json", main.to_str().unwrap(), broken.to_str().unwrap()], &[]);
    let told: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let part = lab.path("part.ron").display().to_string();
    assert_eq!((&told[0]["warnings"][0]["file"], &told[0]["warnings"][0]["line"]), (&part.into(), &2.into()));
    let errors = told[1]["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    for error in errors {
        assert_eq!((&error["file"], &error["line"]), (&broken.display().to_string().into(), &2.into()));
    }
}

#[test]
fn a_configuration_may_come_by_the_standard_input() {
    let validate = |text: &str| {
        let mut command = Command::new(lab::program());
        command.args(["validate", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), self::text(&output.stderr))
    };
    let right = "neighbor 10.0.0.1 { local-as 1; peer-as 2; local-address 10.0.0.2; }";
    assert_eq!(validate(right), (Some(0), String::new()));
    let (code, said) = validate("neighbor 10.0.0.1 { hold-time 2; local-as x; }");
    assert!(code == Some(1) && said.contains("standard input:1:31"), "{said}");
    assert!(said.contains("standard input:1:43"), "{said}");
    let (code, said) = validate("");
    assert!(code == Some(1) && said.contains("there is no configuration on the standard input"), "{said}");
}

#[test]
fn without_a_word_it_says_what_can_be_said() {
    let output = run(&[], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("Usage: exactix") && said.contains("\nEnvironment values are:\n    exabgp.api.ack "),
        "{said}"
    );
}

#[test]
fn a_hangup_ends_the_daemon() {
    let lab = Lab::new();
    let conf = "neighbor 127.1.0.1 { local-address 127.0.0.1; local-as 65000; peer-as 65001; passive; }";
    let mut daemon = lab.start(conf, net::free_port(net::DAEMON));
    support::wait::eventually(secs(10), "the start", || daemon.log().contains("starting"));
    daemon.signal(Signal::SIGHUP);
    assert_eq!(daemon.wait(secs(10)).code(), Some(0));
}
