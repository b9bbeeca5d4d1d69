//! Words of routes.

use super::*;

fn route(text: &str) -> Result<RouteSpec, WordError> {
    parse_route(&mut Words::new(text), Intent::Announce)
}

#[test]
fn inline_and_block_form() {
    let inline = route("10.0.0.0/24 next-hop 1.1.1.1 med 5 community [ 1:1 ]").unwrap();
    assert_eq!(route("10.0.0.0/24 { next-hop 1.1.1.1; med 5; community [1:1]; }").unwrap(), inline);
    assert_eq!(inline.routes[0].to_string(), "10.0.0.0/24 next-hop 1.1.1.1 med 5 community 1:1");
}

#[test]
fn the_first_of_a_keyword_wins() {
    let spec = route("10.0.0.0/24 next-hop 1.1.1.1 med 1 med 2 next-hop 2.2.2.2").unwrap();
    assert_eq!(spec.routes[0].to_string(), "10.0.0.0/24 next-hop 1.1.1.1 med 1");
}

#[test]
fn families_by_prefix() {
    let family = |text: &str| route(&format!("{text} next-hop 1.1.1.1")).unwrap().routes[0].nlri.family();
    assert_eq!(family("224.0.0.0/4"), Family::Ipv4Multicast);
    assert_eq!(family("ff00::/8"), Family::Ipv6Unicast);
    assert_eq!(family("2001:db8::/32"), Family::Ipv6Unicast);
}

#[test]
fn many_prefixes_share_attributes() {
    let text = "next-hop 1.2.3.4 med 5 nlri 10.0.0.0/24 10.0.1.0/24";
    let spec = parse_attributes(&mut Words::new(text), Intent::Announce).unwrap();
    assert_eq!(spec.routes.len(), 2);
    assert_eq!(spec.routes[0].attributes.sharers(), 2);
    for refused in
        ["next-hop 1.2.3.4 nlri 10.0.0.0/24, 10.0.1.0/24", "next-hop 1.2.3.4", "next-hop 1.2.3.4 nlri 10.0.0.0/24 ::/0"]
    {
        assert!(parse_attributes(&mut Words::new(refused), Intent::Announce).is_err(), "{refused}");
    }
}

#[test]
fn errors_name_the_column() {
    for (text, column, part) in [
        ("10.0.0.0/24 next-hop 1.1.1.1 metric 5", 30, "unknown command \"metric\""),
        ("10.0.0.0/24 med 5", 1, "next-hop"),
        ("10.0.0.0/24 next-hop x", 22, "\"x\""),
        ("10.0.0.0/24 next-hop 1.1.1.1 med", 33, "missing"),
        ("10.0.0.0/24 next-hop 1.1.1.1 split /33", 1, "split"),
    ] {
        let error = route(text).unwrap_err();
        assert_eq!(error.column, column, "{text}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn splitting_keeps_address_order() {
    let spec = route("10.0.0.0/23 next-hop 1.1.1.1 split /24").unwrap();
    assert_eq!(
        spec.routes.iter().map(|route| route.nlri.to_string()).collect::<Vec<_>>(),
        ["10.0.0.0/24", "10.0.1.0/24"]
    );
    assert_eq!(route("10.0.0.0/24 next-hop 1.1.1.1 split /24").unwrap().routes.len(), 1);
}

#[test]
fn watchdogs() {
    let spec = route("10.0.0.0/24 next-hop 1.1.1.1 watchdog dog withdraw").unwrap();
    assert_eq!(spec.watchdog, Some(WatchdogTag { name: "dog".into(), held: true }));
    assert!(route("10.0.0.0/24 next-hop 1.1.1.1 watchdog announce").is_err());
}
