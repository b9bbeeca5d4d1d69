//! `exactix decode` and `exactix encode` with the real binary: what is given, what is printed, how it ends.

#![allow(clippy::unwrap_used, reason = "a test may fail this way")]

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

const MARKER: &str = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
/// 10.0.0.0/8 through 1.1.1.1, from an internal peer.
const UPDATE: &str = "0000001540010100400200400304010101014005040000006408 0A";

fn run(arguments: &[&str], input: &str, settings: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_exactix"))
        .args(arguments)
        .envs(settings.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read its input is gone before all is written.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn decode(arguments: &[&str]) -> Output {
    run(&[&["decode"], arguments].concat(), "", &[])
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn document(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", err(output));
    serde_json::from_str(&out(output)).unwrap()
}

#[test]
fn a_message_becomes_an_event() {
    let event = document(&decode(&[&format!("{MARKER}:002E:02:{UPDATE}")]));
    assert_eq!((&event["exabgp"], &event["type"]), (&"5.0.0".into(), &"update".into()));
    let neighbor = &event["neighbor"];
    assert_eq!((&neighbor["direction"], &neighbor["asn"]["peer"]), (&"in".into(), &65533.into()));
    assert_eq!(neighbor["message"]["update"]["announce"]["ipv4 unicast"]["1.1.1.1"][0]["nlri"], "10.0.0.0/8");
    let newer = run(&["decode", UPDATE], "", &[("exabgp_api_version", "6")]);
    assert_eq!(document(&newer)["exabgp"], "6.0.0");
    let main = run(&["decode", UPDATE], "", &[("exactix_quirks", "main-json")]);
    assert_eq!(document(&main)["exabgp"], "4.0.1");
}

#[test]
fn lines_of_the_standard_input() {
    let lines = format!("{UPDATE}\n\n00000000\n");
    let output = run(&["decode", "-m"], &lines, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let route = "announce route 10.0.0.0/8 next-hop 1.1.1.1 origin igp local-preference 100";
    assert_eq!(out(&output), format!("{route}\nannounce eor ipv4 unicast\n"));
    // What is no message does not keep the rest from being read.
    let output = run(&["decode", "-m"], &format!("nonsense\n{UPDATE}\n"), &[]);
    assert_eq!((output.status.code(), out(&output)), (Some(1), format!("{route}\n")));
    assert_eq!(err(&output), "invalid hexadecimal: nonsense\n");
}

#[test]
fn bare_nlris() {
    let output = decode(&["--nlri", "-f", "ipv4 unicast", "08 0A 10 0A01"]);
    assert_eq!(out(&output), "{ \"nlri\": \"10.0.0.0/8\" }\n{ \"nlri\": \"10.1.0.0/16\" }\n");
    let output = decode(&["-n", "-i", "-f", "ipv4 unicast", "00000005 08 0A"]);
    assert_eq!(out(&output), "{ \"nlri\": \"10.0.0.0/8\", \"path-information\": \"0.0.0.5\" }\n");
    let output = decode(&["-n", "-f", "ipv4 unicast", "08 0A 21"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("octet 2: NLRI of ipv4 unicast: "), "{}", err(&output));
    for refused in [&["-n", "080A"][..], &["-n", "-f", "ipv4 nonsense", "080A"]] {
        assert_eq!(decode(refused).status.code(), Some(1), "{refused:?}");
    }
}

#[test]
fn a_malformed_message_is_explained() {
    // MULTI_EXIT_DISC of three octets.
    let output =
        decode(&[&format!("{MARKER}0034020000001B400101004002004003040101010140050400000064 800403000000 08 0A")]);
    assert_eq!(output.status.code(), Some(1));
    let told = err(&output);
    assert!(told.starts_with("malformed: treat-as-withdraw\noctet 44: attribute 4, MULTI_EXIT_DISC: "), "{told}");
    assert!(told.contains("(RFC 7606 section 7.4)"), "{told}");
    assert!(out(&output).contains("\"withdraw\""), "{}", out(&output));
    // A prefix of 33 bits leaves nothing to tell.
    let output = decode(&["0000000E40010100400200400304010101012100"]);
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(1), ""));
    assert!(
        err(&output).starts_with("invalid payload\noctet 18: NLRI of ipv4 unicast: invalid mask 33"),
        "{}",
        err(&output)
    );
    let output = decode(&[&format!("{MARKER}001D01 03FFFD00B40A00000200")]);
    assert!(err(&output).contains("octet 19: version: "), "{}", err(&output));
    assert_eq!(err(&decode(&[&format!("{MARKER}001309")])), "unknown type 9\n");
}

#[test]
fn what_has_no_words_is_told_as_json() {
    // A node of OSPF, with the metric of a link.
    let node = "0001 0015 03 0000000000000000 0100 0008 0203 0004 0A0A0A0A";
    let attributes = format!("400101 00 400200 801D07 0447 0003 000001 800E22 4004 47 04 C0A8FF1D 00 {node}");
    let output = decode(&["-m", "0000 0036", &attributes]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let (comment, event) = out(&output).split_once('\n').map(|(one, two)| (one.to_owned(), two.to_owned())).unwrap();
    assert_eq!(comment, "# no command: the attribute bgp-ls is only received");
    assert!(event.contains("\"bgp-ls\": { \"igp-metric\": 1 }") && event.contains("bgpls-node"), "{event}");
    let unknown = "0000001940010100400200400304010101014005040000006 4E0990101 080A".replace(' ', "");
    let output = decode(&["-m", &unknown]);
    assert!(out(&output).starts_with("# no command: attribute 153"), "{}", out(&output));
    let output = decode(&["-g", "-m", &unknown]);
    assert!(out(&output).ends_with("attribute [0x99 0xE0 0x01]\n"), "{}", out(&output));
}

#[test]
fn a_table_for_people() {
    let output = decode(&["--text", UPDATE]);
    let expected = "UPDATE, 46 octets\n  origin                 igp\n  local-preference       100\n  \
                    announced, ipv4 unicast, next-hop 1.1.1.1\n    10.0.0.0/8\n";
    assert_eq!(out(&output), expected);
}

#[test]
fn what_is_encoded_is_decoded() {
    for words in [
        "route 10.0.0.0/8 next-hop 1.1.1.1 origin igp as-path [1 2] local-preference 100 med 5 community [2:1]",
        "ipv6 unicast 2001:db8::/32 next-hop 2001:db8::1 origin igp local-preference 100",
        "route 10.0.0.0/8 next-hop 1.1.1.1 rd 65000:1 label 5 origin igp local-preference 100",
    ] {
        let encoded = run(&["encode", words], "", &[]);
        assert_eq!(encoded.status.code(), Some(0), "{}", err(&encoded));
        let decoded = run(&["decode", "-m"], &out(&encoded), &[]);
        assert_eq!(out(&decoded), format!("announce {words}\n"));
    }
    let encoded = run(&["encode", "-n", "10.0.0.0/8 next-hop 1.1.1.1"], "", &[]);
    assert_eq!(out(&encoded), "080A\n");
    let encoded = run(&["encode", "--no-header", "-a", "65001", "10.0.0.0/8 next-hop 1.1.1.1"], "", &[]);
    assert_eq!(out(&encoded), "0000001440010100400206020100 00FDE940030401010101080A\n".replace(' ', ""));
    let refused = run(&["encode", "10.0.0.0/8 next-hop x"], "", &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).starts_with("configuration error: column 21: "), "{}", err(&refused));
    assert_eq!(run(&["encode"], "", &[]).status.code(), Some(1));
}

#[test]
fn the_neighbors_of_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.conf");
    let neighbor = |peer: u8| {
        format!(
            "neighbor 127.0.0.{peer} {{ router-id 10.0.0.9; local-address 127.0.0.1; local-as 1; peer-as {peer}; \
             static {{ route 10.{peer}.0.0/16 next-hop 1.1.1.1; }} }}\n"
        )
    };
    std::fs::write(&path, neighbor(2) + &neighbor(3)).unwrap();
    let file = path.to_str().unwrap();
    let message = "0000001440010100400206020100000002400304010101 0108 0A".replace(' ', "");
    let output = decode(&["-c", file, &message]);
    let peers: Vec<Value> = out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(peers.len(), 2);
    assert_eq!(
        (&peers[1]["neighbor"]["asn"]["peer"], &peers[0]["neighbor"]["router-id"]),
        (&3.into(), &"10.0.0.9".into())
    );
    let encoded = run(&["encode", "-n", "-c", file], "", &[]);
    assert_eq!(out(&encoded), "100A02\n100A03\n");
    assert_eq!(decode(&["-c", "/nonexistent", &message]).status.code(), Some(1));
}
