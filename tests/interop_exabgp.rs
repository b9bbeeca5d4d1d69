//! ExaBGP 5.0.15 calls us, and we exchange a thousand routes of each family.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{fmt::Write as _, fs};

use support::{
    daemon::Launch,
    helper::Helper,
    interop::{self, PEER, PEER_AS, Program, Us},
    lab::Lab,
    net,
};

#[test]
fn exabgp_and_we_hold_the_same_routes() {
    let program = interop::exabgp();
    let Some([exabgp]) = interop::programs("interop_exabgp", [&*program.to_string_lossy()]) else { return };
    let lab = Lab::new();
    let port = net::free_port(net::DAEMON);
    // A lab of its own, because the names of its files are those of ours.
    let other = Lab::new();
    let helper = Helper::new(&other, "listener");
    let conf = other.write("exabgp.conf", configuration(&helper));
    let mut command = Launch::new(&exabgp, other.directory(), &conf).set("tcp_port", port.to_string()).command();
    let mut program = Program::start(&other, "exabgp", &mut command);
    Us::called(&lab, port).exchange(&mut program, || helper.with_events(interop::heard));
    drop(program);
    support::helper::end_all(other.directory());
    assert!(fs::exists(other.path("exabgp.log")).unwrap());
}

fn configuration(helper: &Helper) -> String {
    let (name, script) = (helper.name(), helper.script());
    let mut text = format!(
        "process {name} {{ run {}; encoder json; }}\nneighbor {} {{\n  local-address {PEER};\n  router-id {PEER};\n\
         \x20 local-as {PEER_AS};\n  peer-as 65000;\n  hold-time 90;\n  family {{ ipv4 unicast; ipv6 unicast; }}\n\
         \x20 api {{ processes [ {name} ]; receive {{ parsed; update; }} }}\n  static {{\n",
        script.display(),
        net::DAEMON
    );
    for (prefix, path) in interop::theirs() {
        writeln!(text, "    route {};", interop::words(&prefix, &path)).unwrap();
    }
    text.push_str("  }\n}\n");
    text
}
