//! What is written reads back, in both forms.

mod properties;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use regex::Regex;
use wire::{Operational, WatchdogTag, operational::Advisory};

use crate::{Config, Env, Error, Form, Origin, difference, load_str, write};

/// The configuration once more, from its text in `form`.
fn again(config: &Config, form: Form) -> Result<Config, String> {
    let written = write(config, form).map_err(|error| error.to_string())?;
    let origin = Origin { form: Some(form), ..Origin::named("written") };
    let read =
        load_str(&written.text, &origin, &Env::default()).map_err(|error| format!("{error}\n{}", written.text))?;
    match difference(config, &read) {
        Some(why) => Err(format!("{why}\n{}", written.text)),
        None => Ok(read),
    }
}

/// `.conf` to RON to `.conf`.
fn survives(config: &Config) -> Result<(), String> {
    let ron = again(config, Form::Ron)?;
    if (&ron.signals, &ron.restart, ron.faults, ron.quirks)
        != (&config.signals, &config.restart, config.faults, config.quirks)
    {
        return Err("the settings of the daemon differ".to_owned());
    }
    again(&ron, Form::Exabgp).map(drop)
}

/// A `.conf`, whose programs need not exist here.
fn read(path: &Path) -> Result<Config, Error> {
    let text = std::fs::read_to_string(path).unwrap();
    let run = Regex::new(r"(?m)^(\s*run\s+)[^\s;]+").unwrap();
    load_str(&run.replace_all(&text, "${1}/bin/cat"), &Origin::file(path), &Env::default())
}

fn directory(directory: &Path, least: usize) {
    let entries = std::fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "conf")).collect();
    let fault = |path: &PathBuf| {
        let read = read(path).map_err(|error| error.to_string());
        read.and_then(|config| survives(&config)).err().map(|why| format!("{}: {why}", path.display()))
    };
    let faults: Vec<String> = paths.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{} of {} fail: {}", faults.len(), paths.len(), faults.join("\n"));
    assert!(paths.len() >= least, "{}", paths.len());
}

#[test]
fn shipped_configurations_survive() {
    directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/exabgp"), 2);
}

#[test]
fn configurations_of_the_conformance_suite_survive() {
    // As the suite itself, where its data is at hand.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/data/etc/exabgp");
    if path.is_dir() {
        directory(&path, 50);
    }
}

fn conf(text: &str) -> Config {
    load_str(text, &Origin::named("test.conf"), &Env::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn ron(text: &str) -> Config {
    let origin = Origin { form: Some(Form::Ron), ..Origin::named("test.ron") };
    load_str(text, &origin, &Env::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// A neighbor with this in its section.
fn neighbor(text: &str) -> Config {
    conf(&format!("neighbor 10.0.0.1 {{ local-address 10.0.0.2; local-as 1; peer-as 2; {text} }}"))
}

#[test]
fn what_is_written_is_what_people_write() {
    let config = neighbor(
        "hold-time 30; passive; family { ipv4 unicast; ipv4 flow; } capability { route-refresh; add-path send/receive; } \
         static { route 10.0.0.0/24 next-hop self as-path [ 1 2 ] ( 3 ) watchdog dog withdraw; } \
         flow { route { match { port =80; } then { discard; } } } api x { receive { parsed; update; } }",
    );
    let ron = "(
    neighbors: [
        (
            peer_address: \"10.0.0.1\",
            local_address: \"10.0.0.2\",
            local_as: 1,
            peer_as: 2,
            hold_time: 30,
            passive: true,
            capability: (route_refresh: true, add_path: \"send/receive\"),
            families: [\"ipv4 unicast\", \"ipv4 flow\"],
            apis: [
                (name: \"x\", receive: (parsed: true, update: true)),
            ],
            routes: [
                \"route 10.0.0.0/24 next-hop self as-path [ 1 2 ] ( 3 ) watchdog dog withdraw\",
                \"flow route port =80 discard\",
            ],
        ),
    ],
    signals: (hup: Stop),
)
";
    assert_eq!(write(&config, Form::Ron).unwrap().text, ron);
    let conf = "neighbor 10.0.0.1 {
\tlocal-address 10.0.0.2;
\tlocal-as 1;
\tpeer-as 2;
\thold-time 30;
\tpassive true;
\tcapability {
\t\troute-refresh true;
\t\tadd-path send/receive;
\t}
\tfamily {
\t\tipv4 unicast;
\t\tipv4 flow;
\t}
\tapi x {
\t\treceive {
\t\t\tparsed;
\t\t\tupdate;
\t\t}
\t}
\tstatic {
\t\troute 10.0.0.0/24 next-hop self as-path [ 1 2 ] ( 3 ) watchdog dog withdraw;
\t}
\tflow {
\t\troute port =80 discard;
\t}
}
";
    assert_eq!(write(&config, Form::Exabgp).unwrap().text, conf);
}

#[test]
fn what_neighbors_have_survives() {
    for text in [
        "router-id 9.9.9.9; description \"it's; {a} # \\\\ test\\tx\"; host-name h; domain-name d.e; rate-limit 9; listen 179;",
        "connect 1790; source-interface eth0; outgoing-ttl 3; incoming-ttl 254; group-updates false; auto-flush false;",
        "adj-rib-in false; adj-rib-out false; manual-eor true; md5-ip 10.0.0.9; local-link-local fe80::1;",
        "md5-password \"a \\\\ 'b' ;\"; ",
        "md5-password \"AAH/gA==\"; md5-base64 true;",
        "tcp-ao { keyid 0; algorithm HMAC-SHA-1-96; password \"a secret\"; }",
        "tcp-ao { keyid 255; algorithm aes-128-cmac-96; password AAH/gA==; base64 yes; }",
        "capability { asn4 false; extended-message false; graceful-restart; multi-session; operational; nexthop false; \
         aigp; software-version enable; link-local-nexthop false; link-local-prefer true; } family { ipv4 unicast; \
         ipv6 unicast; ipv4 flow; } static { route ::/0 next-hop ::1; route 1.0.0.0/8 next-hop self; } \
         operational { asm afi ipv6 safi unicast advisory \"noon\"; }",
        "add-path { ipv4 unicast limit 4; ipv6 mup; ipv4 rtc; } nexthop { ipv4 unicast ipv6; ipv6 mpls-vpn ipv4; }",
        "static { attributes next-hop self med 5 as-path [ 1 ] ( 2 ) extended-community [ origin:1:2 rate-limit:5 ]; \
         route 1.0.0.0/8 next-hop self; attribute community no-export; }",
        "capability { multi-session; } family { ipv4 unicast; ipv6 unicast; } static { attributes med 5; \
         route ::/0 next-hop ::1; }",
        "operational { asm afi ipv4 safi unicast advisory \"so 'called'\"; rpcq afi ipv4 safi unicast sequence 5; \
         lpcp afi ipv4 safi unicast router-id 1.2.3.4 sequence 5 counter 6; }",
        "static { route 10.0.0.0/24 { med 5; rd 1:2; label [ 3 4 ]; watchdog \"a b\"; } }",
        "static { route 10.0.0.0/8 next-hop 1.1.1.1 as-path [ \"{\" 1 \"}\" ] community [ 3:3 1:1 3:3 ]; }",
        "announce { ipv4 { multicast 10.0.0.0/8 next-hop 1.1.1.1; unicast 224.0.0.0/8 next-hop 1.1.1.1; } \
         ipv6 { flow port =80 discard; flow destination ::/0 discard; } }",
        "flow { route port =80 rate-limit 9600; route port =81 mark 10; route port =82 action sample-terminal; \
         route port =83 redirect 1:2 mark 10 rate-limit 5; route port =84 redirect 70000:2; \
         route port =85 extended-community [ origin:1:2 target:70000:5 0x8006000146160000 ]; route port =86 redirect-to-nexthop; route port =87 copy 1.2.3.4; \
         route port =88 rd 1:2 accept; route destination ::/0 next-header tcp discard; }",
        "static { sr-policy distinguisher 0 color 1 endpoint ::1 next-hop ::2 preference 5 policy-name \"a b\"; } ",
        "api { processes-match [ ]; } api { fsm; } api auto-named-9 { send { packets; } }",
    ] {
        survives(&neighbor(text)).unwrap_or_else(|why| panic!("{text}: {why}"));
    }
}

#[test]
fn a_flow_of_a_vpn_is_a_block() {
    let route = "source-ipv4 10.0.0.0/8 port [ =80 =81 ] rd 1:2 next-hop 1.1.1.1";
    let config = neighbor(&format!("flow {{ route {route} discard watchdog dog; route {route} local-preference 5; }}"));
    let text = write(&config, Form::Exabgp).unwrap().text.replace(['\t', '\n'], " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let block = "flow { route { rd 1:2; next-hop 1.1.1.1; watchdog dog; match { source-ipv4 10.0.0.0/8; \
                 port [ =80 =81 ]; } then { discard; } } route source-ipv4";
    assert!(text.contains(block), "{text}");
    survives(&config).unwrap();
}

#[test]
fn what_files_have_survives() {
    let body = "local-as 1; peer-as auto; router-id 1.1.1.1;";
    for text in [
        "process a { run /bin/cat \"\" \"a b\" '\"' [ ; encoder json; respawn false; } process 'b c' { run /bin/cat; }"
            .to_owned()
            + &format!("neighbor 10.0.0.0/24 {{ {body} passive; api {{ processes [ a 'b c' ]; }} }}"),
        format!(
            "process a {{ run /bin/cat; }} template {{ neighbor t {{ api one {{ processes-match [ \"^a\\\\w*\" ]; }} \
             api two {{ fsm; }} }} }} neighbor 10.0.0.1 {{ {body} inherit t; api own {{ signal; }} }} \
             neighbor ::1 {{ {body} inherit [ t t ]; }}"
        ),
    ] {
        survives(&conf(&text)).unwrap_or_else(|why| panic!("{text}: {why}"));
    }
}

#[test]
fn settings_of_the_daemon_survive_in_ron_and_are_named_otherwise() {
    let config =
        ron("(faults: true, quirks: [\"main-json\"], restart: (peer: (first: \"50ms\", jitter: 3, intensity: 2, \
         window: 7, quarantine: \"1h\", max: \"5m\"), rib: (intensity: 9), on_exceed: StopDaemon), \
         neighbors: [(peer_address: \"::1\", router_id: \"1.1.1.1\", local_as: \"auto\", peer_as: 1)])");
    let back = again(&config, Form::Ron).unwrap();
    assert_eq!(
        (back.faults, back.quirks, back.restart, back.signals),
        (true, config.quirks, config.restart.clone(), config.signals)
    );
    let left_out = write(&config, Form::Exabgp).unwrap().left_out;
    for (sentence, word) in left_out.iter().zip(["restart", "faults", "exactix_quirks=main-json", "SIGHUP"]) {
        assert!(sentence.contains(word), "{sentence}");
    }
    assert_eq!(left_out.len(), 4);
    assert!(write(&neighbor(""), Form::Exabgp).unwrap().left_out.is_empty());
}

#[test]
fn what_a_conf_cannot_say_is_named() {
    let known = "peer_address: \"10.0.0.1\", local_address: \"10.0.0.2\", local_as: 1, peer_as: 2";
    let both = "a 'b' \\\"c\\\"";
    for (text, part) in [
        (format!("(neighbors: [({known}, description: \"{both}\")])"), "description has both kinds of quotes"),
        (format!("(processes: [(name: \"p\", run: [\"/bin/cat\", \"{both}\"])])"), "process p"),
        (
            format!(
                "(processes: [(name: \"]\", run: [\"/bin/cat\"])], neighbors: [({known}, apis: [(processes: [\"]\"])])])"
            ),
            "in a list",
        ),
        ("(processes: [(name: \"p\", run: [\"/bin/cat\"], api_version: 6)])".to_owned(), "api_version"),
        ("(neighbors: [])".to_owned(), "a process or a neighbor"),
    ] {
        let config = ron(&text);
        again(&config, Form::Ron).unwrap();
        let error = write(&config, Form::Exabgp).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_key_with_both_quotes_is_written_in_base64() {
    let config =
        ron("(neighbors: [(peer_address: \"10.0.0.1\", local_address: \"10.0.0.2\", local_as: 1, peer_as: 2, \
         md5_password: \"a'\\\"\")])");
    assert!(write(&config, Form::Ron).unwrap().text.contains("md5_password: r#\"a'\"\"#"));
    assert!(write(&config, Form::Exabgp).unwrap().text.contains("md5-password YSci;"));
    survives(&Config { signals: Form::Exabgp.signals(), ..config }).unwrap();
}

#[test]
fn what_no_form_can_say_is_named() {
    let mut config =
        neighbor("operational { asm afi ipv4 safi unicast advisory x; } static { route 1.0.0.0/8 next-hop self; }");
    let fault = |config: &Config| write(config, Form::Ron).unwrap_err().to_string();
    let mut changed = config.clone();
    changed.neighbors[0].md5 = Some(crate::Md5 { key: Vec::new() });
    assert!(fault(&changed).contains("md5-password"));
    let mut changed = config.clone();
    let tag = WatchdogTag { name: "a'\"".to_owned(), held: false };
    Arc::make_mut(&mut changed.neighbors[0].routes)[0].watchdog = Some(Arc::new(tag));
    assert!(fault(&changed).contains("watchdog"));
    let family = wire::Family::Ipv4Unicast.into();
    for (message, part) in [
        (Operational::NotSatisfied { family, sequence: 1, reason: 2 }, "no words"),
        (Operational::Advisory { kind: Advisory::Static, family, text: "a'\"".to_owned() }, "advisory"),
    ] {
        config.neighbors[0].operational[0] = message;
        assert!(fault(&config).contains(part));
    }
}
