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
    for refused in ["next-hop 1.2.3.4 nlri 10.0.0.0/24, 10.0.1.0/24", "", "next-hop 1.2.3.4 nlri 10.0.0.0/24 ::/0"] {
        assert!(parse_attributes(&mut Words::new(refused), Intent::Announce).is_err(), "{refused}");
    }
}

#[test]
fn attributes_may_be_all_there_is() {
    let read = |text: &str, intent| parse_attributes(&mut Words::new(text), intent);
    let words = "next-hop self med 5 as-path [ 1 ] ( 2 ) extended-community [ origin:1:2 target:70000:5 ]";
    let spec = read(words, Intent::Announce).unwrap();
    let bare = spec.bare.unwrap();
    assert!(spec.routes.is_empty());
    assert_eq!(bare.next_hop, NextHop::Itself);
    assert_eq!(read(&bare.to_string(), Intent::Announce).unwrap().bare, Some(bare));
    assert!(read("med 5;", Intent::Announce).unwrap().bare.is_some());
    assert_eq!(read("med 5 nlri 10.0.0.0/8 next-hop 1.1.1.1", Intent::Announce).ok(), None);
    for refused in ["", ";", "med 5 split /24", "med 5 watchdog dog", "med 5 withdraw", "med 5 label 3", "med 5 rd 1:2"]
    {
        assert!(read(refused, Intent::Announce).is_err(), "{refused}");
    }
    assert!(read("med 5", Intent::Withdraw).unwrap_err().to_string().contains("the word nlri"));
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

#[test]
fn families_by_what_is_said() {
    let text = |text: &str| {
        let route = route(&format!("{text} next-hop 1.1.1.1")).unwrap().routes.remove(0);
        format!("{}: {route}", route.nlri.family())
    };
    let vpn = "ipv4 mpls-vpn: 10.0.0.0/24 label 5 next-hop 1.1.1.1 rd 1:1";
    assert_eq!(text("10.0.0.0/24 rd 1:1 label 5"), vpn);
    assert_eq!(text("10.0.0.0/24 label 5 rd 1:1 label 6 route-distinguisher 2:2"), vpn);
    assert_eq!(text("224.0.0.0/4 label 5"), "ipv4 nlri-mpls: 224.0.0.0/4 label 5 next-hop 1.1.1.1");
    assert_eq!(
        text("::/0 label [ 5 6 ] path-information 1"),
        "ipv6 nlri-mpls: ::/0 path-information 0.0.0.1 label [ 5 6 ] next-hop 1.1.1.1"
    );
    assert_eq!(text("::/0 rd 1:1 label 5"), "ipv6 mpls-vpn: ::/0 label 5 next-hop 1.1.1.1 rd 1:1");
}

#[test]
fn many_labelled_prefixes() {
    let text = "next-hop 1.2.3.4 rd 1:1 label 5 nlri 10.0.0.0/24 10.0.1.0/24";
    let spec = parse_attributes(&mut Words::new(text), Intent::Announce).unwrap();
    let nlris: Vec<String> = spec.routes.iter().map(|route| route.nlri.to_string()).collect();
    assert_eq!(nlris, ["10.0.0.0/24 label 5 rd 1:1", "10.0.1.0/24 label 5 rd 1:1"]);
}

#[test]
fn labelled_prefixes_are_split() {
    for text in
        ["10.0.0.0/23 label 5 next-hop 1.1.1.1 split /24", "10.0.0.0/23 rd 1:1 label 5 next-hop 1.1.1.1 split /24"]
    {
        assert_eq!(route(text).unwrap().routes.len(), 2);
    }
    let evpn = "multicast rd 1:1 ip 1.1.1.1 next-hop 1.1.1.1 split /24";
    assert!(parse_family(Family::L2vpnEvpn, &mut Words::new(evpn), Intent::Announce).is_err());
}

#[test]
fn what_a_labelled_route_needs() {
    for (family, text, part) in [
        (Family::Ipv4NlriMpls, "10.0.0.0/24 next-hop 1.1.1.1", "label"),
        (Family::Ipv4MplsVpn, "10.0.0.0/24 rd 1:1 next-hop 1.1.1.1", "label"),
        (Family::Ipv4MplsVpn, "10.0.0.0/24 label 5 next-hop 1.1.1.1", "rd"),
        (Family::Ipv4NlriMpls, "10.0.0.0/24 label 1048576 next-hop 1.1.1.1", "2^20"),
        (Family::Ipv4NlriMpls, "10.0.0.0/24 label [ 1 2 3 4 5 6 7 8 9 10 ] next-hop 1.1.1.1", "255"),
        (Family::Ipv4NlriMpls, "10.0.0.0/24 label 5 rd 1:1 next-hop 1.1.1.1", "unknown command"),
        (Family::Ipv4Unicast, "10.0.0.0/24 label 5 next-hop 1.1.1.1", "unknown command"),
        (Family::Ipv4Rtc, "route-target 1:1 next-hop 1.1.1.1", "origin-as"),
        (Family::Ipv4Rtc, "origin-as 1 route-target 0x0002/17 next-hop 1.1.1.1", "route target"),
        (Family::L2vpnEvpn, "mac-ip rd 1:1 next-hop 1.1.1.1", "mac"),
        (Family::L2vpnEvpn, "multicast rd 1:1 esi - next-hop 1.1.1.1", "ip"),
        (Family::L2vpnEvpn, "mac-ip rd 1:1 mac 1:2:3:4:5:6 next-hop 1.1.1.1", "MAC"),
        (Family::L2vpnEvpn, "mac-ip rd 1:1 mac 00:00:00:00:00:01 label [ 1 2 3 ] next-hop 1.1.1.1", "two labels"),
        (Family::L2vpnEvpn, "ip-prefix rd 1:1 prefix ::/0 gateway 1.1.1.1 next-hop 1.1.1.1", "gateway"),
        (Family::L2vpnEvpn, "raw 0x0100 next-hop 1.1.1.1", "type 1"),
        (Family::L2vpnEvpn, "unicast rd 1:1", "a type of EVPN routes"),
    ] {
        let error = parse_family(family, &mut Words::new(text), Intent::Announce).unwrap_err();
        assert!(error.message.contains(part), "{text}: {error}");
    }
    let withdrawn = parse_family(Family::Ipv4MplsVpn, &mut Words::new("10.0.0.0/24 rd 1:1"), Intent::Withdraw);
    assert_eq!(withdrawn.unwrap().routes[0].to_string(), "10.0.0.0/24 rd 1:1");
}
