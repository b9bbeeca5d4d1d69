//! Words of flow specifications, and what the golden files do not show.

use super::*;
use crate::{
    NextHop, Packer, Route, Update,
    json::Dialect,
    route::{parse_family, parse_flow},
};

fn flow(text: &str) -> Result<Route, WordError> {
    parse_flow(&mut Words::new(text), Intent::Announce).map(|mut spec| spec.routes.remove(0))
}

fn text(text: &str) -> String {
    let route = flow(text).unwrap();
    format!("{}: {route}", route.nlri.family())
}

#[test]
fn one_line_and_block_say_the_same() {
    let line = text("source 10.0.0.0/24 protocol [ tcp udp ] discard rd 1:1 community 1:1");
    assert_eq!(
        line,
        "ipv4 flow-vpn: flow source-ipv4 10.0.0.0/24 protocol [ =tcp =udp ] rd 1:1 community 1:1 extended-community rate-limit:0"
    );
    for block in [
        "{ rd 1:1; match { source 10.0.0.0/24; protocol [ tcp udp ]; } then { community 1:1; discard; } }",
        "name { match { protocol tcp; source 10.0.0.0/24; protocol udp; } then { discard; community [ 1:1 ]; } rd 1:1; };",
        "match{ source 10.0.0.0/24;protocol [tcp udp] } then {discard;community 1:1}; rd 1:1",
    ] {
        let mut words = Words::new(block);
        let read = parse_flow(&mut words, Intent::Announce);
        if block.starts_with("match") {
            // What follows the sections is not theirs.
            assert_eq!(words.next().map(|word| word.text), Some("rd"));
        } else {
            assert_eq!(read.unwrap().routes[0].to_string(), line.split_once(": ").unwrap().1, "{block}");
        }
    }
}

#[test]
fn the_family_follows_from_the_words() {
    for (words, family) in [
        ("protocol tcp", "ipv4 flow"),
        ("port 80", "ipv4 flow"),
        ("port 80 next-header tcp", "ipv6 flow"),
        ("source ::/0 rd 1:1", "ipv6 flow-vpn"),
        ("rd 1:1 dscp 5", "ipv4 flow-vpn"),
    ] {
        assert_eq!(flow(words).unwrap().nlri.family().to_string(), family, "{words}");
    }
    let named = |family, text: &str| parse_family(family, &mut Words::new(text), Intent::Announce);
    assert_eq!(named(Family::Ipv6Flow, "port 80").unwrap().routes[0].nlri.family(), Family::Ipv6Flow);
    assert_eq!(named(Family::Ipv6Flow, "port 80 rd 1:1").unwrap().routes[0].nlri.family(), Family::Ipv6FlowVpn);
    assert!(named(Family::Ipv4FlowVpn, "port 80").unwrap_err().message.contains("rd"));
    assert!(named(Family::Ipv4Flow, "source ::/0").unwrap_err().message.contains("IPv6"));
}

#[test]
fn actions() {
    for (words, said) in [
        ("accept", "no"),
        ("discard", "extended-community rate-limit:0"),
        ("rate-limit 9600 bytes", "extended-community rate-limit:9600"),
        ("rate-limit 1000 packets", "extended-community rate-limit:1000:packets"),
        ("rate-limit 99999999999999", "extended-community rate-limit:999999995904"),
        ("redirect 65000:1", "extended-community redirect:65000:1"),
        ("redirect 70000:1", "extended-community redirect:70000:1"),
        ("redirect 10.0.0.1", "10.0.0.1 extended-community redirect-to-nexthop"),
        ("redirect 2001:db8::1", "2001:db8::1 extended-community redirect-to-nexthop"),
        ("redirect [2001:db8::1]", "2001:db8::1 extended-community redirect-to-nexthop"),
        ("redirect \"[2001:db8::1]\"", "2001:db8::1 extended-community redirect-to-nexthop"),
        ("redirect [2001:db8::1]:5", "extended-community-ipv6 redirect [2001:db8::1]:5"),
        ("redirect \"[2001:db8::1]:5\"", "extended-community-ipv6 redirect [2001:db8::1]:5"),
        ("copy 10.0.0.1", "10.0.0.1 extended-community copy-to-nexthop"),
        ("next-hop 10.0.0.1 redirect-to-nexthop", "10.0.0.1 extended-community redirect-to-nexthop"),
        ("redirect-to-nexthop-ietf 10.0.0.1", "extended-community redirect-to-nexthop-ietf 10.0.0.1"),
        ("redirect-to-nexthop-ietf ::1", "extended-community-ipv6 redirect-to-nexthop-ietf ::1"),
        ("mark 63", "extended-community mark 63"),
        ("action sample", "extended-community action sample"),
        ("action terminal-sample", "extended-community action sample-terminal"),
        ("interface-set input-output:1:16383", "extended-community interface-set:transitive:input-output:1:16383"),
    ] {
        let route = flow(&format!("protocol tcp {words}")).unwrap();
        let hop = if route.next_hop == NextHop::None { String::new() } else { format!("{} ", route.next_hop) };
        let got = format!("{hop}{}", route.attributes);
        assert_eq!(if got.is_empty() { "no" } else { got.trim_end() }, said, "{words}");
    }
}

#[test]
fn mistakes() {
    for (words, part) in [
        ("discard", "at least one condition"),
        ("source 10.0.0.0", "prefix"),
        ("source 10.0.0.0/33", "prefix"),
        ("source 10.0.0.0/24/8", "prefix"),
        ("source ::/24/24", "offset"),
        ("source 10.0.0.0/8 destination ::/0", "IPv6"),
        ("next-header tcp protocol tcp", "IPv4"),
        ("source 10.0.0.0/8 flow-label 5", "IPv6"),
        ("protocol 256", "255"),
        ("dscp 64", "63"),
        ("port >= 80", "port"),
        ("port 80&", "port"),
        ("port =>80", "port"),
        ("port nonsense", "port"),
        ("port [ ]", "missing"),
        ("port [ 80", "bracket"),
        ("tcp-flags >syn", "flags"),
        ("tcp-flags syn+", "flags"),
        ("fragment not-a-fragment", "flags"),
        ("port 80 redirect 10.0.0.1:5", "target"),
        ("port 80 redirect 70000:70000", "target"),
        ("port 80 redirect [10.0.0.1]", "target"),
        ("port 80 redirect [::1", "bracket"),
        ("port 80 rate-limit -1", "rate"),
        ("port 80 rate-limit nan", "rate"),
        ("port 80 mark 64", "DSCP"),
        ("port 80 action x", "sample"),
        ("port 80 interface-set x:1:1", "interface set"),
        ("port 80 interface-set input:1:16384", "interface set"),
        ("port 80 interface-set transitive:input:1", "interface set"),
        ("port 80 metric 5", "unknown command"),
        ("{ source 10.0.0.0/8; }", "in match"),
        ("{ match { discard; } }", "in then"),
        ("{ then { port 80; } }", "in match"),
        ("{ scope { next-hop 1.1.1.1; } }", "in route"),
        ("{ match { nonsense; } }", "unknown command"),
        ("{ match { port 80; ", "closing brace"),
        ("{ match { port 80; } then { } ", "closing brace"),
        ("{ match { } then { discard; } }", "at least one condition"),
    ] {
        let error = flow(words).unwrap_err();
        assert!(error.message.contains(part), "{words}: {error}");
    }
}

#[test]
fn the_longest_rule() {
    // Three octets a port behind the type, with the last of them a bit set.
    let ports = |count: u32| (0..count).map(|port| format!("{} ", 1000 + port)).collect::<String>();
    let refused = flow(&format!("port [ {}] packet-length 5", ports(1364))).unwrap_err();
    assert!(refused.message.contains("4096"), "{refused}");
    let route = flow(&format!("port [ {}]", ports(1364))).unwrap();
    let mut out = BytesMut::new();
    route.nlri.encode(&mut out, false);
    assert_eq!((out.len(), &out[..3]), (4095, &[0xFF, 0xFD, 4][..]));
    assert_eq!(AnyNlri::decode(Family::Ipv4Flow, &mut Reader::new(&out), false), Ok(route.nlri));
}

#[test]
fn the_next_hop_is_told_where_it_is_asked_for() {
    let nlri = flow("source 10.0.0.0/8").unwrap().nlri;
    let json = |dialect, next_hop| {
        let mut out = String::new();
        nlri.json(&mut out, &Style { dialect, next_hop, ..Style::default() });
        out
    };
    assert_eq!(
        json(Dialect::V5, Some(NextHop::Ip([10, 0, 0, 1].into()))),
        "{ \"source-ipv4\": [ \"10.0.0.0/8\" ], \"next-hop\": \"10.0.0.1\", \"string\": \"flow source-ipv4 10.0.0.0/8 \
         next-hop 10.0.0.1\" }"
    );
    assert!(!json(Dialect::V5, Some(NextHop::None)).contains("next-hop"));
    assert!(json(Dialect::V6, Some(NextHop::Ip([10, 0, 0, 1].into()))).ends_with("/8\" }"));
    assert!(!json(Dialect::V6, None).contains("next-hop"));
}

#[test]
fn a_bad_rule_is_withdrawn_alone_with_its_message() {
    let mut with = crate::Negotiated::unnegotiated();
    (with.local_as, with.peer_as) = (1, 1);
    with.families = Family::ALL.to_vec();
    let (mut packer, mut out) = (Packer::new(with.clone().into()), BytesMut::new());
    packer.announce(&flow("protocol tcp").unwrap(), &mut out).unwrap();
    packer.finish(&mut out);
    // The length of the attribute, of the rule, its component and the value.
    let mut body = out[19..].to_vec();
    let place = body.len() - 3;
    body[place] = 77;
    let update = Update::decode(&body, &with).unwrap();
    assert_eq!(update.fault.map(crate::UpdateFault::name), Some("treat-as-withdraw"));
    assert!(update.announced.is_empty());
}
