//! The vectors that any reader of ExaBGP's files has to agree with, by their numbers.

use wire::{Negotiated, Packer};

use super::{conf, neighbor};
use crate::{Config, Neighbor};

const MINIMAL: &str = "neighbor 10.0.0.1 {local-as 1;peer-as 2;local-address 10.0.0.2;}";

fn with(body: &str) -> Neighbor {
    neighbor(body).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn refused(body: &str) -> String {
    neighbor(body).map(|read| panic!("{body}: {read:?}")).unwrap_err().to_string()
}

fn static_route(words: &str) -> Neighbor {
    with(&format!("static {{ route 10.0.0.0/24 next-hop 1.1.1.1 {words}; }}"))
}

/// The attributes of its first route, as text.
fn attributes(neighbor: &Neighbor) -> String {
    neighbor.routes[0].route.attributes.to_string()
}

/// The octets of the UPDATE of its first route.
fn octets(neighbor: &Neighbor) -> String {
    let with = Negotiated { families: neighbor.families.clone(), ..Negotiated::unnegotiated() };
    let (mut packer, mut out) = (Packer::new(with.into()), bytes::BytesMut::new());
    packer.announce(&neighbor.routes[0].route, &mut out).unwrap();
    packer.finish(&mut out);
    out.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn two(first: &str, second: &str) -> Result<Config, String> {
    let one = |body: &str| MINIMAL.replace('}', &format!("{body} }}"));
    conf(&format!("{}\n{}", one(first), one(second))).map_err(|error| error.to_string())
}

#[test]
fn statements_1_to_10() {
    let first = conf(MINIMAL).unwrap().neighbors.remove(0);
    assert_eq!((first.router_id.to_string(), first.hold_time), ("10.0.0.2".to_owned(), 180));
    assert_eq!(first.families, wire::Family::ALL);
    for text in [MINIMAL.trim_end_matches('}').to_owned(), format!("{MINIMAL}}} garbage")] {
        assert_eq!(conf(&text).unwrap().neighbors.remove(0), first, "{text}");
    }
    assert!(refused("hold-time\n30;").contains("problem parsing configuration file line"));
    assert_eq!(with("hold-time \\\n30;").hold_time, 30);
    assert_eq!(with("description \"a # b; c\";").description, "a # b; c");
    let error = conf("neighbor 10.0.0.1 { foo; }").unwrap_err().to_string();
    assert!(error.contains("\nline 2: foo ;\n\ninvalid keyword \"foo\""), "{error}");
    assert!(!with("adj-rib-out;").adj_rib_out && with("passive;").passive);
    assert!(!with("capability { software-version; }").capability.software_version);
}

#[test]
fn neighbors_11_to_17() {
    let template = "template { neighbor t { hold-time 30; } }";
    let own = MINIMAL.replace('}', "hold-time 90; inherit t; }");
    assert_eq!(conf(&format!("{template}\n{own}")).unwrap().neighbors[0].hold_time, 30);
    assert_eq!(conf(&format!("{own}\n{template}")).unwrap().neighbors[0].hold_time, 90);
    let range = MINIMAL.replace("10.0.0.1 ", "10.0.0.0/24 ");
    assert!(conf(&range).is_err() && conf(&range.replace('}', "passive; }")).is_ok());
    let other = MINIMAL.replace("peer-as 2", "peer-as 3");
    assert_eq!(conf(&format!("{MINIMAL}\n{other}")).unwrap().neighbors.len(), 2);
    assert!(two("listen 1790;", "listen 1790;").is_err());
    assert!(refused("family { all; ipv4 unicast; }").contains("all"));
    assert_eq!(with("family { ipv4 unicast; all; }").families, [wire::Family::Ipv4Unicast]);
}

#[test]
fn routes_18_to_25() {
    refused("family { ipv4 unicast; } static { route 2001:db8::/32 next-hop 2001:db8::1; }");
    let stays = with("family { ipv6 unicast; } static { route 10.0.0.0/24 next-hop 1.1.1.1; }");
    assert_eq!(stays.routes.len(), 1);
    assert!(refused("static { route 10.0.0.1/24 next-hop 1.1.1.1; }").contains("10.0.0.0/24"));
    assert_eq!(attributes(&static_route("med 1 med 2")), "med 1");
    let communities = octets(&static_route("community [ 3:3 1:1 3:3 ]"));
    assert!(communities.contains("c0080c000100010003000300030003"), "{communities}");
    let target = static_route("extended-community target:70000:5");
    // RFC 5668; the quirk `route-target-as4` has the octets of the reference, 01 02.
    assert!(octets(&target).contains("c010080202000111700005"));
    assert_eq!(static_route("split /26").routes.len(), 4);
    assert_eq!(attributes(&static_route("as-path [ 1 2 ] ( 3 4 )")), "as-path ( 1 2 ) [ 3 4 ]");
}

#[test]
fn others_26_to_31() {
    let flow = with("flow { route f { match { destination-port [ =80 >8080&<8088 ]; } then { discard; } } }");
    let octets = octets(&flow);
    assert!(octets.contains("050150121f90d41f98"), "{octets}");
    refused("flow { route f { match { fragment not-a-fragment; } then { discard; } } }");
    let vpls = "l2vpn { vpls s { endpoint 5; base 1; offset 1; size 8; next-hop 1.1.1.1; route-distinguisher 1:1; } }";
    // The long form is accepted, as the short one is.
    assert_eq!(with(vpls).routes.len(), 1);
    let processes = "process p { run /bin/cat; encoder json; } process q { run /bin/cat; encoder json; }\n";
    let api = |body: &str| conf(&format!("{processes}{}", MINIMAL.replace('}', &format!("{body} }}"))));
    let named = api("api { processes [ p, q ]; }").unwrap().neighbors.remove(0);
    assert_eq!(named.apis[0].processes, ["p", "q"]);
    assert!(two("api x { neighbor-changes; }", "peer-as 3; api x { neighbor-changes; }").is_err());
    let matched = api("api { processes-match [ \"^p\" ]; neighbor-changes; }").unwrap().neighbors.remove(0);
    assert_eq!((&matched.apis[0].commanders[..], matched.apis[0].processes.len()), (&["p".to_owned()][..], 0));
}
