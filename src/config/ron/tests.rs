//! The native form: what it reads, and where its errors point.

mod faults;

use std::time::Duration;

use proptest::prelude::*;
use wire::{Family, Quirks};

use crate::{Config, Encoder, Env, Error, Form, Hup, OnExceed, Origin, load_str};

fn ron(text: &str) -> Result<Config, Error> {
    let origin = Origin { form: Some(Form::Ron), ..Origin::named("test.ron") };
    load_str(text, &origin, &Env::default())
}

fn neighbor(fields: &str) -> Result<crate::Neighbor, Error> {
    let known = "peer_address: \"10.0.0.1\", local_address: \"10.0.0.2\", local_as: 1, peer_as: 2";
    ron(&format!("(neighbors: [(\n{known},\n{fields}\n)])")).map(|mut config| config.neighbors.remove(0))
}

/// The first line of an error, and the last.
fn told(result: Result<crate::Neighbor, Error>) -> (String, String) {
    let error = result.unwrap_err().to_string();
    (error.lines().next().unwrap_or_default().to_owned(), error.lines().last().unwrap_or_default().to_owned())
}

#[test]
fn both_forms_give_one_model() {
    let fields = "hold_time: 30, passive: true, capability: (graceful_restart: 120, add_path: \"send\"), \
                  families: [\"ipv4 unicast\", \"ipv6 unicast\", \"ipv4 flow\"], add_path: [\"ipv4 unicast limit 4\"], \
                  nexthop: [\"ipv4 unicast ipv6\"], routes: [\"route 10.0.0.0/24 next-hop self med 5\", \
                  \"flow route port 80 discard\", \"ipv4 unicast 10.0.1.0/24 next-hop self\"], \
                  tcp_ao: (keyid: 1, algorithm: \"hmac-sha-256\", password: \"s3cret\"), \
                  apis: [(name: \"x\", fsm: true, receive: (parsed: true, update: true))]";
    let text = "neighbor 10.0.0.1 { local-address 10.0.0.2; local-as 1; peer-as 2; hold-time 30; passive; \
                capability { graceful-restart 120; add-path send; } family { ipv4 unicast; ipv6 unicast; ipv4 flow; } \
                add-path { ipv4 unicast limit 4; } nexthop { ipv4 unicast ipv6; } \
                static { route 10.0.0.0/24 next-hop self med 5; } flow { route port 80 discard; } \
                announce { ipv4 { unicast 10.0.1.0/24 next-hop self; } } \
                tcp-ao { keyid 1; algorithm hmac-sha-256; password s3cret; } api x { fsm; receive { parsed; update; } } }";
    let exabgp = load_str(text, &Origin::named("test.conf"), &Env::default()).unwrap();
    assert_eq!(neighbor(fields).unwrap_or_else(|error| panic!("{error}")), exabgp.neighbors[0]);
}

#[test]
fn everything_has_a_default() {
    let config = ron("()").unwrap();
    assert_eq!(
        (config.neighbors.len(), config.faults, config.form, config.signals.hup),
        (0, false, Form::Ron, Hup::Reload)
    );
    assert_eq!((config.restart, config.quirks), (crate::Restart::default(), Quirks::NONE));
    assert_eq!(neighbor("").unwrap().hold_time, 180);
    assert_eq!(neighbor("description: None, connect: Some(1790)").unwrap().connect, 1790);
}

#[test]
fn the_daemon_has_settings_of_its_own() {
    let text = "Config(faults: true, quirks: [\"route-target-as4\"], signals: (hup: Stop), restart: (\
                peer: (first: \"50ms\", max: \"5m\", jitter: 0, intensity: 2, window: 10, quarantine: \"1h\"), on_exceed: StopDaemon))";
    let config = ron(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((config.faults, config.signals.hup, config.restart.on_exceed), (true, Hup::Stop, OnExceed::StopDaemon));
    assert_eq!(config.quirks, Quirks::parse("route-target-as4").unwrap());
    let peer = config.restart.peer;
    assert_eq!((peer.first, peer.window), (Duration::from_millis(50), Duration::from_secs(10)));
    assert_eq!((peer.quarantine, config.restart.rib), (Duration::from_secs(3600), crate::Restart::default().rib));
}

#[test]
fn a_program_is_a_list_or_a_string() {
    for run in ["[\"/bin/cat\", \"a b\"]", "\"/bin/cat 'a b'\"", "r#\"/bin/cat \"a b\"\"#"] {
        let config =
            ron(&format!("(processes: [(name: \"p\", run: {run})])")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            (&config.processes[0].run[..], config.processes[0].encoder),
            (&["/bin/cat".to_owned(), "a b".to_owned()][..], Encoder::Json)
        );
    }
    let text = "(processes: [(name: \"p\", run: \"/bin/cat\", encoder: Text, respawn: false)])";
    let process = ron(text).unwrap().processes.remove(0);
    assert_eq!((process.encoder, process.respawn, process.api_version), (Encoder::Text, false, None));
}

#[test]
fn a_process_chooses_its_generation_of_the_api() {
    let read = |version: &str| ron(&format!("(processes: [(name: \"p\", run: \"/bin/cat\", api_version: {version})])"));
    assert_eq!(read("6").unwrap().processes[0].api_version, Some(6));
    assert!(read("5").unwrap_err().to_string().contains("4 or 6"));
}

#[test]
fn what_a_neighbor_says_wins_over_its_template() {
    let text = "(neighbors: [(peer_address: \"10.0.0.1\", peer_as: 2, hold_time: 90, inherit: \"t\", families: [\"ipv6 unicast\"])], \
                templates: {\"t\": (local_as: 1, router_id: \"1.1.1.1\", hold_time: 30, families: [\"ipv4 unicast\"], \
                routes: [\"route 10.0.0.0/24 next-hop self\"])})";
    let read = ron(text).unwrap_or_else(|error| panic!("{error}")).neighbors.remove(0);
    assert_eq!((read.hold_time, read.local_as, read.routes.len()), (90, Some(1), 1));
    assert_eq!(read.families, [Family::Ipv6Unicast]);
}

#[test]
fn a_template_inherits_from_those_before_it() {
    let text = "(templates: {\"a\": (local_as: 1, hold_time: 9, router_id: \"1.1.1.1\"), \"b\": (inherit: \"a\", hold_time: 30)}, \
                neighbors: [(peer_address: \"10.0.0.1\", peer_as: 2, inherit: \"b\")])";
    let read = ron(text).unwrap_or_else(|error| panic!("{error}")).neighbors.remove(0);
    assert_eq!((read.local_as, read.hold_time), (Some(1), 30));
    let error = ron("(templates: {\"a\": (inherit: \"b\"), \"b\": ()})").unwrap_err();
    assert_eq!(error.reason(), "there is no template \"b\"");
}

#[test]
fn an_unknown_key_is_pointed_at() {
    let (first, last) = told(neighbor("   hold_tiem: 30"));
    assert!(first.starts_with("test.ron:3:4: hold_tiem: unknown key, expected one of peer_address, "), "{first}");
    assert_eq!(last, "did you mean \"hold_time\"?");
    let (first, last) = told(neighbor("capability: (asn5: true)"));
    assert!(first.starts_with("test.ron:3:14: asn5: unknown key"), "{first}");
    assert_eq!(last, "did you mean \"asn4\"?");
    assert!(ron("(neighbours: [])").unwrap_err().to_string().ends_with("did you mean \"neighbors\"?"));
    assert!(neighbor("hold-time: 30").is_err());
}

#[test]
fn a_bad_value_is_pointed_at() {
    let (first, last) = told(neighbor("hold_time: /* too short */ 2"));
    assert_eq!(first, "test.ron:3:28: hold_time: \"2\" is not valid, expected 0, or 3 to 65535 seconds");
    assert_eq!(last, "  |                            ^");
    let first = told(neighbor("router_id: \"1.2.3\"")).0;
    assert_eq!(first, "test.ron:3:12: router_id: \"1.2.3\" is not valid, expected an IPv4 address");
    let first = told(neighbor("families: [\"ipv4 unicast\",\n  \"ipv4 unicats\"]")).0;
    assert_eq!(first, "test.ron:4:3: families: ipv4 unicats is not a family, did you mean \"unicast\"?");
    let first = told(neighbor("hold_time: [30]")).0;
    assert_eq!(first, "test.ron:3:12: hold_time: expected a single value");
    let first = told(neighbor("tcp_ao: (keyid: 1)")).0;
    assert_eq!(first, "test.ron:3:9: tcp_ao: incomplete tcp-ao, missing algorithm, password");
    let (first, last) = told(neighbor("tcp_ao: (keyid: 1,\n algoritm: \"hmac-sha-256\")"));
    assert!(first.starts_with("test.ron:4:2: algoritm: unknown key"), "{first}");
    assert_eq!(last, "did you mean \"algorithm\"?");
    let first = told(neighbor("hold_time: 30, hold_time: 60")).0;
    assert_eq!(first, "test.ron:3:16: hold_time: given twice");
}

#[test]
fn operational_messages_are_words() {
    let body = "operational: [\"asm afi ipv4 safi unicast advisory hello\", \"rpcq afi ipv4 safi unicast sequence 1\"]";
    assert_eq!(neighbor(body).unwrap().operational.len(), 2);
    let first = told(neighbor("operational: [\"asm afi ipv5 safi unicast advisory hello\"]")).0;
    assert_eq!(first, "test.ron:3:24: operational: \"ipv5\" is not an address family such as ipv4");
}

#[test]
fn a_bad_word_of_a_route_is_pointed_at() {
    let (first, last) = told(neighbor("routes: [\n  \"route 10.0.0.0/24 next-hop self colour 5\"]"));
    assert_eq!(first, "test.ron:4:36: routes: unknown command \"colour\"");
    assert_eq!(last, format!("  | {}^^^^^^", " ".repeat(35)));
    let last = told(neighbor("routes: [\"route 10.0.0.0/24 next-hop self comunity 1:1\"]")).1;
    assert_eq!(last, "did you mean \"community\"?");
    let first = told(neighbor("routes: [r#\"announce 10.0.0.0/24\"#]")).0;
    assert!(first.starts_with("test.ron:3:13: routes: expected a statement"), "{first}");
}

#[test]
fn the_shared_validation_points_at_the_value_too() {
    let first = told(neighbor("md5_password: \"a*\", md5_base64: true")).0;
    assert!(first.starts_with("test.ron:3:15: md5_password: "), "{first}");
    let first = told(neighbor("peer_address: \"10.0.0.9\"")).0;
    assert_eq!(first, "test.ron:3:1: peer_address: given twice");
    let error = ron("(neighbors: [\n  (peer_address: \"10.0.0.1\"),\n])").unwrap_err().to_string();
    assert!(error.starts_with("test.ron:2:3: incomplete neighbor, missing local-as, peer-as\n"), "{error}");
    let first = told(neighbor("inherit: [\"nowhere\"]")).0;
    assert_eq!(first, "test.ron:3:10: inherit: there is no template \"nowhere\"");
    let first = told(neighbor("apis: [(processes: [\"q\"])]")).0;
    assert!(first.contains("process \"q\" is not defined"), "{first}");
}

#[test]
fn a_syntax_error_is_pointed_at() {
    let error = ron("(neighbors: [\n  (peer_address \"10.0.0.1\"),\n])").unwrap_err();
    assert_eq!(error.place().map(|place| place.line), Some(2), "{error}");
    let error = ron("(neighbors: [\n  (description: \"\\q\"),\n])").unwrap_err();
    assert_eq!(error.place().map(|place| place.line), Some(2), "{error}");
    assert!(ron("(neighbors: {})").unwrap_err().reason().contains("list"));
    assert!(ron("(neighbors: [3])").unwrap_err().reason().contains("fields"));
    assert!(ron("").is_err());
}

#[test]
fn depth_is_bounded() {
    for sign in ["(", "[", "{", "Some("] {
        assert!(ron(&sign.repeat(100_000)).is_err());
        assert!(ron(&format!("(neighbors: {}", sign.repeat(100_000))).is_err());
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let _ = ron(&text).map_err(|error| error.to_string());
        let _ = neighbor(&text).map_err(|error| error.to_string());
    }

    #[test]
    fn no_value_is_too_strange(parts in prop::collection::vec(part(), 0..40)) {
        let _ = ron(&format!("({})", parts.concat())).map_err(|error| error.to_string());
        let _ = neighbor(&parts.concat()).map_err(|error| error.to_string());
    }
}

fn part() -> impl Strategy<Value = String> {
    let signs =
        ["(", ")", "[", "]", "{", "}", ":", ",", "\"", "\n", "//", "/*", "*/", "r#\"", "\"#", "Some(", "None", "\\"];
    let keys = [
        "neighbors",
        "templates",
        "fleets",
        "count",
        "1",
        "1..9",
        "10.0.0.1/8",
        "{n",
        "%256}",
        "include",
        "families",
        "routes",
        "apis",
        "capability",
        "restart",
        "peer",
        "first",
        "run",
        "é",
    ];
    let names: Vec<String> = crate::keywords().iter().map(|keyword| keyword.name.replace('-', "_")).collect();
    let known: Vec<String> = signs.iter().chain(&keys).map(|&text| text.to_owned()).chain(names).collect();
    prop_oneof![prop::sample::select(known), "[a-z0-9:./\" -]{0,6}"]
}
