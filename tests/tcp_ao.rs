//! TCP-AO (RFC 5925), between two daemons: who has the key is let in, and a system without it costs that peer alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::fmt::Write as _;

use nix::sys::signal::Signal;
use support::{
    helper::Helper,
    interop,
    lab::Lab,
    net,
    wait::{always, eventually, secs},
};

/// One neighbor, by its address or range, where it calls from, and what each side has configured of its key.
struct Case {
    neighbor: &'static str,
    address: &'static str,
    waiting: &'static str,
    calling: &'static str,
}

const PLAIN: Case = Case { neighbor: "127.1.0.1", address: "127.1.0.1", waiting: "", calling: "" };
const NO_KEY: Case = Case { neighbor: "127.1.0.2", address: "127.1.0.2", waiting: SHA256, calling: "" };
const SAME_KEY: Case = Case { neighbor: "127.1.0.3", address: "127.1.0.3", waiting: SHA256, calling: SHA256 };
const BASE64: Case = Case {
    neighbor: "127.1.0.4",
    address: "127.1.0.4",
    waiting: "tcp-ao { keyid 9; algorithm hmac-sha-1-96; password c2VjcmV0; base64 true; }",
    calling: "tcp-ao { keyid 9; algorithm HMAC-SHA-1-96; password secret; }",
};
const RANGE: Case = Case { neighbor: "127.1.0.5/30", address: "127.1.0.8", waiting: AES, calling: AES };
const OTHER_KEY: Case = Case { neighbor: "127.1.0.20", address: "127.1.0.20", waiting: SHA256, calling: OTHER };
const OTHER_NAME: Case = Case {
    neighbor: "127.1.0.21",
    address: "127.1.0.21",
    waiting: SHA256,
    calling: "tcp-ao { keyid 8; algorithm hmac-sha-256; password secret; }",
};
const CASES: [&Case; 7] = [&PLAIN, &NO_KEY, &SAME_KEY, &BASE64, &RANGE, &OTHER_KEY, &OTHER_NAME];
const SHA256: &str = "tcp-ao { keyid 1; algorithm hmac-sha-256; password secret; }";
const OTHER: &str = "tcp-ao { keyid 1; algorithm hmac-sha-256; password other; }";
const AES: &str = "tcp-ao { keyid 200; algorithm aes-128-cmac-96; password secret; }";

#[test]
fn who_has_the_key_is_let_in() {
    let (lab, callers) = (Lab::new(), Lab::new());
    let helper = Helper::new(&lab, "helper");
    let port = net::free_port(net::DAEMON);
    let daemon =
        lab.launch(&waiting(&helper, OTHER_KEY.waiting), port).set("tcp_bind", net::DAEMON.to_string()).start();
    let calling = callers.start(&calling(), port);
    eventually(secs(10), "the peer that has no key", || helper.heard_state(PLAIN.address, "up"));
    if daemon.log().contains("this kernel has no TCP-AO") {
        // Nobody is let in who should have signed, and those who should sign do not call.
        eventually(secs(10), "a refusal", || daemon.log().contains("its segments are not signed"));
        eventually(secs(10), "the reason of the caller", || calling.log().contains("this kernel has no TCP-AO"));
        always(secs(1), "only that one", || CASES.iter().skip(1).all(|case| !helper.heard_state(case.address, "up")));
        assert_eq!(helper.count_states(PLAIN.address, "down"), 0);
        return interop::unable("who_has_the_key_is_let_in", "the kernel has no TCP-AO");
    }
    for case in [&SAME_KEY, &BASE64, &RANGE] {
        eventually(secs(10), case.address, || helper.heard_state(case.address, "up"));
    }
    always(secs(1), "the others stay outside", || {
        [&NO_KEY, &OTHER_KEY, &OTHER_NAME].iter().all(|case| !helper.heard_state(case.address, "up"))
    });

    // A new key counts from the reload on, and the sessions of the others stay.
    lab.write("exactix.conf", waiting(&helper, OTHER_KEY.calling));
    daemon.signal(Signal::SIGUSR1);
    eventually(secs(30), "the session with the new key", || helper.heard_state(OTHER_KEY.address, "up"));
    for case in [&PLAIN, &SAME_KEY, &BASE64, &RANGE] {
        assert_eq!(helper.count_states(case.address, "down"), 0, "{}", case.address);
    }
}

fn waiting(helper: &Helper, other_key: &str) -> String {
    let mut text = format!("process {} {{ run {}; encoder json; }}\n", helper.name(), helper.script().display());
    for case in CASES {
        let key = if case.neighbor == OTHER_KEY.neighbor { other_key } else { case.waiting };
        writeln!(
            text,
            "neighbor {} {{ local-address {}; local-as 65000; peer-as 65001; passive; family {{ ipv4 unicast; }} \
             api {{ processes [ {} ]; neighbor-changes; }} {key} }}",
            case.neighbor,
            net::DAEMON,
            helper.name()
        )
        .unwrap();
    }
    text
}

fn calling() -> String {
    let mut text = String::new();
    for case in CASES {
        writeln!(
            text,
            "neighbor {} {{ local-address {}; router-id 10.0.0.9; local-as 65001; peer-as 65000; \
             family {{ ipv4 unicast; }} {} }}",
            net::DAEMON,
            case.address,
            case.calling
        )
        .unwrap();
    }
    text
}
