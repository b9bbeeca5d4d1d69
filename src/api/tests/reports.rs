//! Inspections, byte by byte.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

mod support;

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use api::{
    Context, Detail, Form, Verb,
    report::{
        PeerRow,
        adj_rib::{Layout, Writer},
        neighbor::{self, View},
    },
};
use config::{AddPath, Md5, Neighbor};
use session::{Counters, State, Status};
use support::{flags, golden, section};
use wire::{
    AnyCapability, Family, FamilyCode, Intent, Negotiated, Open, Route, Words,
    capability::{Asn4, ExtendedMessage, Multiprotocol, RouteRefresh as RouteRefreshCapability},
    json::Dialect,
};

fn down() -> Status {
    Status {
        state: State::Idle,
        since: Duration::from_secs(1),
        counters: Counters::default(),
        negotiated: None,
        local_open: None,
        remote_open: None,
        attempts: 1,
        trouble: None,
    }
}

fn up() -> Status {
    let families = [Family::Ipv4Unicast, Family::Ipv6Unicast].map(FamilyCode::from).to_vec();
    let open = Open {
        version: 4,
        asn16: 65002,
        hold_time: 90,
        router_id: Ipv4Addr::new(10, 0, 0, 2),
        capabilities: vec![
            AnyCapability::Multiprotocol(Multiprotocol(families)),
            AnyCapability::Asn4(Asn4(65002)),
            AnyCapability::RouteRefresh(RouteRefreshCapability),
            AnyCapability::ExtendedMessage(ExtendedMessage),
        ],
    };
    let mut with = Negotiated::unnegotiated();
    with.local_as = 65001;
    with.add_path_send.insert(Family::Ipv4Unicast);
    with.add_path_receive.insert(Family::Ipv4Unicast);
    Status {
        state: State::Established,
        since: Duration::from_secs(3661),
        counters: Counters {
            sent: [0, 1, 8, 0, 1, 0, 0],
            received: [0, 1, 0, 0, 2, 0, 0],
            prefixes_received: 5,
            prefixes_withdrawn: 2,
        },
        negotiated: Some(Arc::new(with)),
        remote_open: Some(Arc::new(open)),
        ..down()
    }
}

/// One that is down with everything plain, one that is down with little fixed, one that is up.
fn neighbors() -> [Neighbor; 3] {
    let mut open = support::neighbor();
    open.peer_address = "127.0.0.8".parse().unwrap();
    (open.local_address, open.peer_as, open.passive, open.hold_time) = (None, Some(65008), true, 90);
    open.capability.graceful_restart = Some(100);
    open.capability.add_path = AddPath::SendReceive;
    open.families.truncate(1);
    open.host_name = Some("foo".into());
    let mut third = support::neighbor();
    third.peer_address = "2001:db8::1".parse().unwrap();
    third.capability.route_refresh = true;
    (third.local_as, third.peer_as) = (None, None);
    [support::neighbor(), open, third]
}

fn rows() -> [PeerRow; 3] {
    let [first, second, third] = neighbors();
    [PeerRow::new(&first, &down()), PeerRow::new(&second, &down()), PeerRow::new(&third, &up())]
}

fn both(write: impl Fn(&mut String, Dialect)) -> String {
    let mut out = String::from("# 5.0.0\n");
    write(&mut out, Dialect::V5);
    out.push_str("# 6.0.0\n");
    write(&mut out, Dialect::V6);
    out
}

#[test]
fn summary() {
    golden("show_neighbor_summary", &both(|out, dialect| neighbor::summary(out, &rows(), dialect)));
}

#[test]
fn extensive() {
    golden("show_neighbor_extensive", &both(|out, dialect| neighbor::extensive(out, &rows(), dialect)));
}

#[test]
fn json() {
    let text = both(|out, dialect| neighbor::json(out, &rows(), dialect));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    golden("show_neighbor_json", &text);
}

#[test]
fn why_a_peer_is_down_is_told() {
    let rows = [PeerRow::new(&support::neighbor(), &Status { trouble: Some("a \"reason\"".into()), ..down() })];
    let (mut page, mut line) = (String::new(), String::new());
    neighbor::extensive(&mut page, &rows, Dialect::V5);
    neighbor::json(&mut line, &rows, Dialect::V5);
    assert!(page.lines().any(|line| line.contains("last failure") && line.contains("a \"reason\"")), "{page}");
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(told[0]["last-failure"], "a \"reason\"");
}

#[test]
fn list() {
    golden("peer_list", &both(|out, _| neighbor::list(out, &rows())));
}

fn full() -> Neighbor {
    let mut full = support::neighbor();
    full.description = "a b".into();
    (full.connect, full.listen, full.rate_limit, full.hold_time) = (1790, 1791, 10, 0);
    full.md5 = Some(Md5 { key: b"secret".to_vec() });
    (full.outgoing_ttl, full.incoming_ttl, full.manual_eor, full.adj_rib_in) = (Some(5), Some(6), true, false);
    (full.host_name, full.domain_name) = (Some("x".into()), Some("y".into()));
    full.source_interface = Some("lo".into());
    full.capability.asn4 = false;
    full.capability.software_version = true;
    full.capability.aigp = true;
    full.capability.nexthop = Some(true);
    full.capability.add_path = AddPath::Send;
    full.families.truncate(1);
    full.apis = vec![section(&["h", "h2"]), section(&["h2"])];
    full.apis[0].neighbor_changes = true;
    full.apis[0].receive = flags(&["parsed", "update", "consolidate", "packets", "operational", "open"]);
    (full.apis[1].fsm, full.apis[1].signal, full.apis[1].negotiated) = (true, true, true);
    full.apis[1].send = flags(&["packets", "keepalive", "refresh", "notification"]);
    full
}

#[test]
fn configuration() {
    let [first, second, _] = neighbors();
    let all = [first, second, full()];
    golden("show_neighbor_configuration", &both(|out, dialect| neighbor::configuration(out, &all, dialect)));
}

fn route(line: &str) -> Route {
    let mut spec = wire::route::parse_route(&mut Words::new(line), Intent::Announce).unwrap();
    spec.routes.remove(0)
}

#[test]
fn adj_rib_lines() {
    let routes = [
        route("10.1.0.0/24 next-hop 1.1.1.1 community 65001:1"),
        route("10.1.0.0/24 next-hop 1.1.1.1 path-information 1"),
        route("2001:db8::/64 next-hop 2001:db8::1 med 5"),
        route("10.2.0.0/24 next-hop self"),
    ];
    let text = both(|out, dialect| {
        for (form, extensive) in [(Form::Text, false), (Form::Text, true), (Form::Json, false), (Form::Json, true)] {
            let layout = Layout { form, extensive, dialect, second: false, chunk: 1 };
            let rows = rows();
            let mut writer = Writer::new(&rows[0], layout);
            routes.iter().for_each(|route| writer.route(out, route, false));
        }
    });
    for line in text.lines().filter(|line| line.starts_with('{')) {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    golden("show_adj_rib", &text);
}

#[test]
fn show_takes_the_form_asked_for() {
    let shown = |detail, form| {
        let mut out = String::new();
        neighbor::show(&mut out, View { detail, form, dialect: Dialect::V5 }, &rows(), &neighbors());
        out
    };
    assert!(shown(Detail::Unsaid, Form::Text).starts_with("please specify summary, extensive or configuration\n"));
    assert!(shown(Detail::Summary, Form::Text).starts_with("Peer "));
    assert!(shown(Detail::Extensive, Form::Text).starts_with("Neighbor "));
    assert!(shown(Detail::Configuration, Form::Text).starts_with("neighbor "));
    assert!(shown(Detail::Summary, Form::Json).starts_with("[{\"state\""));
}

#[test]
fn help() {
    let lines = |dialect, line| match api::parse(line, &Context { service: "a", dialect, version: "6" }) {
        Ok(Verb::Say(lines)) => lines.join("\n") + "\n",
        other => panic!("{other:?}"),
    };
    golden("help_v5", &lines(Dialect::V5, "help"));
    golden("help_v6", &lines(Dialect::V6, "help text"));
    let object = lines(Dialect::V6, "help");
    serde_json::from_str::<serde_json::Value>(&object).unwrap();
    golden("help_v6_json", &object);
}

fn shown(routes: &[Route], layout: Layout) -> Vec<serde_json::Value> {
    let (rows, mut out) = (rows(), String::new());
    let mut writer = Writer::new(&rows[0], layout);
    routes.iter().for_each(|route| writer.route(&mut out, route, false));
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn adj_rib_in_the_second_shape() {
    let layout = Layout { form: Form::Json, extensive: false, dialect: Dialect::V5, second: true, chunk: 1 };
    let line = "10.1.0.0/24 next-hop 1.1.1.1 community [65001:1 no-export] large-community 1:2:3 as-path [65001 65002] \
        extended-community target:65001:1 aigp 5";
    let [one, labelled] = &shown(&[route(line), route("10.2.0.0/24 rd 65000:1 label 16 next-hop 1.1.1.1")], layout)[..]
    else {
        panic!()
    };
    assert_eq!(one["peer"].to_string(), r#"{"address":"127.0.0.9"}"#);
    let nlri = r#"{"prefix":"10.1.0.0/24","nexthop":"1.1.1.1","family":{"afi":"ipv4","safi":"unicast"}}"#;
    assert_eq!(one["route"]["nlri"], serde_json::from_str::<serde_json::Value>(nlri).unwrap());
    let attributes = &one["route"]["attributes"];
    assert_eq!(attributes["community"].to_string(), r#"["65001:1","no-export"]"#);
    assert_eq!(attributes["large-community"].to_string(), r#"["1:2:3"]"#);
    assert_eq!(attributes["extended-community"].to_string(), r#"["target:65001:1"]"#);
    assert_eq!(attributes["as-path"]["0"]["value"].to_string(), "[65001,65002]");
    let nlri = &labelled["route"]["nlri"];
    assert_eq!((nlri["prefix"].as_str(), nlri["rd"].as_str()), (Some("10.2.0.0/24"), Some("65000:1")), "{nlri}");
    let [long] = &shown(&[route("10.1.0.0/24 next-hop 1.1.1.1")], Layout { extensive: true, ..layout })[..] else {
        panic!()
    };
    assert!(long["peer"]["address"].is_string() && long["state"].is_string() && long["route"].is_object(), "{long}");
}

#[test]
fn routes_that_are_gathered_are_repeated() {
    let layout = Layout { form: Form::Json, extensive: false, dialect: Dialect::V5, second: false, chunk: 2 };
    let routes =
        ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"].map(|prefix| route(&format!("{prefix} next-hop 1.1.1.1")));
    let lines = shown(&routes, layout);
    let counts: Vec<_> = lines.iter().map(|line| line["127.0.0.9"]["routes"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [1, 2, 1]);
    assert_eq!(lines[1]["127.0.0.9"]["routes"][1]["prefix"], "10.0.1.0/24");
}
