//! What a helper finds where it is run, what it may say for the log alone, and what no helper may print.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
};

use support::{
    conf::{Conf, Neighbor},
    daemon::Launch,
    helper::Helper,
    lab::{Lab, program},
    speaker::{Profile, Speaker},
    wait::{eventually, secs},
};

const SCRIPT: &str = "#!/bin/sh
{ for word in \"$@\"; do echo \"<$word>\"; done; pwd; umask; echo $TERM ${exabgp_cli_pipe-none} $exabgp_log_level
  [ -e /proc/$$/fd/7 ] && echo inherited; } >DIR/new
set -- $(cat /proc/$$/stat)
echo \"$1 $5\" >>DIR/new
mv DIR/new DIR/found
exec cat
";

#[test]
fn a_helper_is_run_as_exabgp_runs_it() {
    let lab = Lab::new();
    let directory = lab.directory().display().to_string();
    let script = lab.write("script", SCRIPT.replace("DIR", &directory));
    fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
    // No neighbor speaks of it, and it runs all the same.
    let config = format!(
        "process alone {{ run {directory}/script \"a b\" [x,y] 'c;' $HOME; encoder json; }}\n\
         neighbor 127.0.0.1 {{ local-address 127.0.0.1; local-as 1; peer-as 1; passive; }}\n"
    );
    // Whoever starts the daemon leaves it a descriptor that it has no use for.
    let ours = format!("#!/bin/sh\nexec 7</dev/null\nexec {} \"$@\"\n", program().display());
    let starter = lab.write("starter", ours);
    fs::set_permissions(&starter, Permissions::from_mode(0o755)).unwrap();
    let launch = Launch::new(&starter, lab.directory(), &lab.write("exactix.conf", config));
    let mut daemon = launch.set("cli_pipe", "/nowhere").start();
    eventually(secs(10), "what it has found", || lab.path("found").exists());
    let found = fs::read_to_string(lab.path("found")).unwrap();
    let mut lines: Vec<&str> = found.lines().collect();
    let (process, group) = lines.pop().unwrap().split_once(' ').unwrap();
    assert_eq!(process, group);
    assert_eq!(lines, ["<a b>", "<[>", "<x>", "<,>", "<y>", "<]>", "<c;>", "<$HOME>", "/", "0137", "dumb none INFO"]);
    daemon.stop();
}

#[test]
fn some_lines_are_for_the_log() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper));
    let mut daemon = lab.launch(&conf.to_string(), port).set("log_level", "DEBUG").start();
    speaker.wait_up(secs(10));
    helper.say(["debug all is well", "# nothing to see"]);
    // Of these two only the comment is answered; the version is a line of its own.
    assert_eq!(helper.ask("version")[0], "done");
    eventually(secs(10), "three answers", || helper.answers().len() == 3);
    for said in ["WARN", "helper says", "all is well", "helper comments", "nothing to see"] {
        assert!(daemon.log().contains(said), "{said}: {}", daemon.log());
    }
    daemon.stop();
}

#[test]
fn what_no_helper_may_print_is_its_end() {
    let lab = Lab::new();
    let helper = Helper::new(&lab, "helper");
    let (port, speaker) = Speaker::listen_alone(Profile::numbered(0));
    let conf = Conf::new([&helper]).neighbor(Neighbor::of(speaker.profile()).helper(&helper));
    let mut daemon = lab.start(&conf.to_string(), port);
    speaker.wait_up(secs(10));
    helper.say(["announce route 10.0.0.0/24 next-hop 192.0.2.1"]);
    speaker.wait_routes(1, secs(10));
    for (pids, line) in [(2, "version \u{e9}".to_owned()), (3, "x".repeat(2 << 20))] {
        helper.say([line]);
        eventually(secs(10), "another helper", || helper.pids().len() == pids);
    }
    daemon.assert_alive();
    assert_eq!(speaker.seen(|record| (record.resets, record.withdrawn)), (0, 0));
    daemon.stop();
}
