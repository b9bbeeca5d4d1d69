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
fn settings_of_ours_are_shown_and_refused() {
    let output = run(&["env"], &[("EXACTIX_FAULTS", "true")]);
    let (usual, shown) = (text(&run(&["env"], &[]).stdout), text(&output.stdout));
    assert!(!usual.contains("exactix"), "{usual}");
    assert_eq!(shown, format!("{usual}\n[exactix]\nfaults = true\n"));
    let lab = Lab::new();
    let file = lab.write("ours.env", run(&["env", "--all"], &[("exactix_quirks", "exabgp")]).stdout);
    let output = run(&["--env-file", file.to_str().unwrap(), "env", "-d", "-e"], &[]);
    assert_eq!(text(&output.stdout), "exactix.quirks='exabgp'\n");
    for (name, value, said) in [
        ("exactix_faults", "maybe", "exactix_faults: \"maybe\" is given, expected true or false\n"),
        ("EXACTIX_FAULT", "true", "EXACTIX_FAULT is no setting of exactix; did you mean exactix_faults?\n"),
    ] {
        let output = run(&["version"], &[(name, value)]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(1), said));
    }
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

#[test]
fn a_group_of_verbs_says_what_there_is() {
    for arguments in [&["configuration"][..], &["configuration", "nonsense"], &["shell"], &["shell", "nonsense"]] {
        let output = run(arguments, &[]);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(&format!("Usage: exactix {} [COMMAND]", arguments[0])), "{said}");
    }
    assert_eq!(run(&["configuration", "export", "--nonsense", "x"], &[]).status.code(), Some(2));
}

#[test]
fn an_example_is_a_configuration() {
    let lab = Lab::new();
    for words in [&["configuration", "example"][..], &["configuration", "example", "neighbor"]] {
        let example = run(words, &[]);
        assert_eq!(example.status.code(), Some(0));
        let file = lab.write("example.conf", &example.stdout);
        for verb in [&["validate", "-r"][..], &["configuration", "validate", "-r"]] {
            let output = run(&[verb, &[file.to_str().unwrap()]].concat(), &[]);
            assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
        }
    }
    assert_eq!(run(&["configuration", "example", "some"], &[]).status.code(), Some(2));
}

#[test]
fn a_configuration_is_exported_as_json() {
    let lab = Lab::new();
    let conf = lab.write("a.conf", "neighbor 10.0.0.1 { local-as 1; peer-as 2; local-address 10.0.0.2; }");
    let conf = conf.to_str().unwrap();
    let output = run(&["configuration", "export", conf], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).starts_with("{\n  \"neighbors\": {\n    \"neighbor 10.0.0.1 local-ip 10.0.0.2 "));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let neighbor = json["neighbors"].as_object().unwrap().values().next().unwrap();
    assert_eq!(neighbor["hold_time"], serde_json::json!({ "_type": "HoldTime", "value": 180 }));

    let file = lab.path("a.json");
    let output = run(&["configuration", "export", "-i", "0", "-p", "-o", file.to_str().unwrap(), conf], &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()));
    let written = std::fs::read_to_string(file).unwrap();
    assert!(written.starts_with("{\n\"neighbors\": {\n\"neighbor 10.0.0.1 "), "{written}");

    let bad = lab.write("b.conf", "neighbor 10.0.0.1 { nonsense; }");
    let output = run(&["configuration", "export", bad.to_str().unwrap()], &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
    assert!(text(&output.stderr).contains("b.conf is not a valid config file: "), "{}", text(&output.stderr));
}

#[test]
fn completion_comes_and_goes() {
    let lab = Lab::new();
    let home = lab.directory().to_str().unwrap();
    let variables = [("HOME", home), ("SHELL", "/usr/bin/fish")];
    let shell = |words: &[&str]| {
        let mut command = Command::new(lab::program());
        command.env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME").arg("shell");
        let output = command.args(words).envs(variables).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    for (words, shell_name, file) in [
        (&["install", "bash"][..], "bash", ".local/share/bash-completion/completions/exactix"),
        (&["install"], "fish", ".config/fish/completions/exactix.fish"),
    ] {
        let said = shell(words);
        assert!(said.contains(file), "{said}");
        assert_eq!(std::fs::read_to_string(lab.path(file)).unwrap(), shell(&["completion", shell_name]));
        assert!(shell(&["uninstall", shell_name]).contains("is removed"));
        assert!(!lab.path(file).exists());
        assert!(shell(&["uninstall", shell_name]).contains("there is no"));
    }
    let output = run(&["shell", "install"], &[("SHELL", "/bin/tcsh")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("name one of bash, zsh, fish"), "{}", text(&output.stderr));
}

#[test]
fn a_configuration_of_the_installation_is_found() {
    let lab = Lab::new();
    std::fs::create_dir_all(lab.path("etc/exabgp")).unwrap();
    lab.write("etc/exabgp/mine.conf", "neighbor 10.0.0.1 { local-as 1; peer-as 2; local-address 10.0.0.2; }");
    let root = lab.directory().to_str().unwrap();
    for words in [&["validate"][..], &["configuration", "validate"], &["configuration", "export"]] {
        let words = [words, &["etc/exabgp/mine.conf"]].concat();
        assert_eq!(run(&words, &[("EXABGP_ROOT", root)]).status.code(), Some(0), "{words:?}");
        assert_eq!(run(&words, &[("EXABGP_ROOT", "/nonexistent")]).status.code(), Some(1), "{words:?}");
    }
}

#[test]
fn who_stops_reading_hears_no_complaint() {
    let (read, write) = nix::unistd::pipe().unwrap();
    drop(read);
    let output = Command::new(lab::program()).arg("env").stdout(write).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), String::new()));
}
