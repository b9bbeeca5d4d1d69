use wire::Family;

use super::{conf, neighbor};
use crate::{AddPath, Config, Form, Hup, Neighbor, TcpAoAlgorithm};

const MINIMAL: &str = "neighbor 10.0.0.1 {local-as 1;peer-as 2;local-address 10.0.0.2;}";

fn one(text: &str) -> Neighbor {
    let mut config = conf(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.neighbors.len(), 1);
    config.neighbors.remove(0)
}

fn warned(config: &Config, words: &str) -> bool {
    config.warnings.iter().any(|warning| warning.message.contains(words))
}

#[test]
fn a_minimal_neighbor_has_defaults() {
    let read = one(MINIMAL);
    assert_eq!((read.router_id.to_string(), read.hold_time), ("10.0.0.2".to_owned(), 180));
    assert_eq!(read.families, Family::ALL);
    assert_eq!((read.adj_rib_in, read.adj_rib_out, read.group_updates, read.auto_flush), (true, true, true, true));
    assert_eq!((read.passive, read.manual_eor, read.md5_ip), (false, false, read.local_address));
    assert_eq!((read.capability.asn4, read.capability.extended_message, read.capability.nexthop), (true, true, None));
}

#[test]
fn a_name_is_the_one_helpers_know() {
    let expected = "neighbor 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2 router-id 10.0.0.2 family-allowed in-open";
    assert_eq!(one(MINIMAL).name(), expected);
    let range = one("neighbor 10.0.0.0/24 { local-as auto; peer-as 0; router-id 1.2.3.4; passive; }");
    let expected =
        "neighbor 10.0.0.0/24 local-ip auto local-as auto peer-as auto router-id 1.2.3.4 family-allowed in-open";
    assert_eq!(range.name(), expected);
}

#[test]
fn multi_session_names_the_families() {
    let body = "family { ipv4 unicast; ipv6 unicast; } capability { multi-session; }";
    let read = one(&MINIMAL.replace('}', &format!("{body} }}")));
    assert!(read.name().ends_with("family-allowed ipv4-unicast/ipv6-unicast"));
    assert_eq!(read.families.len(), 2);
}

#[test]
fn braces_may_be_missing_or_too_many() {
    assert_eq!(one(MINIMAL.trim_end_matches('}')).hold_time, 180);
    for rest in ["} garbage", "\n} garbage\n\"", "}\nneighbor x { }"] {
        let config = conf(&format!("{MINIMAL}{rest}")).unwrap();
        assert!(warned(&config, "closes nothing"), "{rest}");
        assert_eq!(config.neighbors.len(), 1);
    }
    let config = conf(&MINIMAL.replace('}', "router-id 1.1.1.1 }")).unwrap();
    assert!(warned(&config, "lacks its semicolon"));
    assert_eq!(config.neighbors[0].router_id.to_string(), "10.0.0.2");
}

#[test]
fn words_are_read_as_exabgp_reads_them() {
    assert_eq!(neighbor("hold-time \\\n30;").unwrap().hold_time, 30);
    assert_eq!(neighbor("hold-time \" +3_0 \" foo bar;").unwrap().hold_time, 30);
    assert_eq!(neighbor("hold-time 30; hold-time 60;").unwrap().hold_time, 60);
    assert_eq!(neighbor("description \"a # b; c\";").unwrap().description, "a # b; c");
    assert_eq!(neighbor("description a b c;").unwrap().description, "a");
    assert_eq!(neighbor("local-as 1.1;").unwrap().local_as, Some(65537));
    assert_eq!(neighbor("rate-limit disable;").unwrap().rate_limit, 0);
    assert_eq!(neighbor("outgoing-ttl 255; incoming-ttl disable;").unwrap().outgoing_ttl, Some(255));
}

#[test]
fn a_keyword_alone_means_what_it_means_in_exabgp() {
    let read = neighbor("adj-rib-out; passive; manual-eor; group-updates; capability { software-version; }").unwrap();
    assert_eq!((read.adj_rib_out, read.passive, read.manual_eor, read.group_updates), (false, true, false, true));
    assert!(!read.capability.software_version);
    let read = neighbor("hold-time 90; capability { graceful-restart; route-refresh; nexthop; }").unwrap();
    assert_eq!(read.capability.graceful_restart, Some(90));
    assert_eq!((read.capability.route_refresh, read.capability.nexthop), (true, Some(true)));
}

#[test]
fn every_capability_keyword_is_kept() {
    let body = "asn4 no; extended-message disable; graceful-restart 120; operational; add-path Send/Receive; aigp enable; \
                software-version enable; link-local-nexthop true; link-local-prefer yes;";
    let capability = neighbor(&format!("capability {{ {body} }}")).unwrap().capability;
    assert_eq!((capability.asn4, capability.extended_message, capability.graceful_restart), (false, false, Some(120)));
    assert_eq!((capability.add_path, capability.aigp, capability.operational), (AddPath::SendReceive, true, true));
    assert_eq!((capability.software_version, capability.link_local_nexthop), (true, Some(true)));
    assert!(capability.link_local_prefer);
    let kept = "capability { graceful-restart 9; graceful-notification; long-lived-graceful-restart 86400; }";
    let capability = neighbor(kept).unwrap().capability;
    assert!(capability.graceful_notification && capability.long_lived_graceful_restart == Some(86400));
    assert_eq!(neighbor("capability { graceful-restart Disable; }").unwrap().capability.graceful_restart, None);
}

#[test]
fn a_key_of_tcp_ao_is_kept() {
    let body = "tcp-ao { keyid 7; algorithm AES-128-cmac-96; password aGVsbG8=; base64 yes; }";
    let option = neighbor(body).unwrap().tcp_ao.unwrap();
    assert_eq!((option.key_id, option.algorithm, &option.key[..]), (7, TcpAoAlgorithm::Aes128Cmac, &b"hello"[..]));
    assert_eq!(neighbor("tcp-ao { }").unwrap().tcp_ao, None);
    let template = "template { neighbor t { tcp-ao { keyid 1; algorithm hmac-sha-256; password theirs; } } }";
    let inherits = MINIMAL.replace('}', "tcp-ao { keyid 2; password ours; } inherit t; }");
    let option = one(&format!("{template} {inherits}")).tcp_ao.unwrap();
    assert_eq!((option.key_id, &option.key[..]), (1, &b"theirs"[..]));
}

#[test]
fn operational_messages_are_kept_in_order() {
    let body = "operational { asm afi ipv4 safi unicast advisory \"maintenance at noon\"; \
                rpcq afi ipv6 safi unicast router-id 10.0.0.9 sequence 3; LPCP afi ipv4 safi flow sequence 1 counter 2; }";
    let refused = neighbor(body).unwrap_err().to_string();
    assert!(refused.contains("LPCP"), "{refused}");
    let read = neighbor(&body.replace("LPCP", "lpcp")).unwrap();
    let words: Vec<_> = read.operational.iter().map(|message| message.words().to_string()).collect();
    assert_eq!(words[0], "asm afi ipv4 safi unicast advisory \"maintenance at noon\"");
    assert_eq!(words[1], "rpcq afi ipv6 safi unicast router-id 10.0.0.9 sequence 3");
    assert_eq!(words[2], format!("lpcp afi ipv4 safi flow router-id {} sequence 1 counter 2", read.router_id));
}

#[test]
fn the_family_of_an_sr_policy_is_that_of_its_endpoint() {
    let body = "static { sr-policy distinguisher 0 color 100 endpoint 10.1.1.1 next-hop 192.0.2.1 preference 100; \
                sr-policy distinguisher 0 color 100 endpoint 2001:db8::1 next-hop 192.0.2.1; }";
    let read = neighbor(body).unwrap();
    let families: Vec<_> = read.routes.iter().map(|spec| spec.route.nlri.family()).collect();
    assert_eq!(families, [Family::Ipv4SrPolicy, Family::Ipv6SrPolicy]);
    assert!(read.routes[0].route.to_string().ends_with("preference 100"));
}

#[test]
fn what_is_corrected_is_told() {
    let with = |body: &str| conf(&MINIMAL.replace('}', &format!("{body} }}"))).unwrap();
    let config = with("capability { graceful-restart 5000; route-refresh; } adj-rib-out false;");
    assert_eq!(config.neighbors[0].capability.graceful_restart, Some(4095));
    assert!(config.neighbors[0].adj_rib_out);
    let alone = with("capability { graceful-notification; long-lived-graceful-restart 9; }");
    assert!(warned(&alone, "graceful-notification means nothing") && warned(&alone, "long-lived"));
    assert!(warned(&config, "graceful-restart 5000") && warned(&config, "adj-rib-out"));
    assert!(warned(&with("host-name under_score;"), "host-name"));
    let config = with("static { route 1.0.0.0/8 next-hop 1.1.1.1 withdraw; }");
    assert!(warned(&config, "withdraw without watchdog"));
    let config = with("static { route 1.0.0.0/8 { med 5; } }");
    assert!(warned(&config, "no next-hop"));
    let config = with("announce { ipv4 { unicast 1.0.0.0/8 next-hop 1.1.1.1 split /9; } }");
    assert!(warned(&config, "split has no effect on 1.0.0.0/8") && config.neighbors[0].routes.len() == 1);
    assert!(warned(&with("flow { route port 80 rate-limit 100; }"), "rate-limit 100"));
    assert!(warned(&with("flow { route { match { port 80; } then { rate-limit 2000000000000; } } }"), "the most"));
    assert_eq!(with("flow { route port 80 rate-limit 9600; } host-name; domain-name;").warnings, []);
}

#[test]
fn the_value_of_a_template_wins_and_lists_follow() {
    let template = "template { neighbor t { hold-time 30; family { ipv4 unicast; } static { route 2.0.0.0/8 next-hop 1.1.1.1; } } }";
    let own = "inherit t; hold-time 90; family { ipv6 unicast; } static { route 1.0.0.0/8 next-hop 1.1.1.1; }";
    let with_own = MINIMAL.replace('}', &format!("{own} }}"));
    let read = one(&format!("{template}\n{with_own}"));
    assert_eq!(read.hold_time, 30);
    assert_eq!(read.families, [Family::Ipv4Unicast, Family::Ipv6Unicast]);
    let prefixes: Vec<_> = read.routes.iter().map(|spec| spec.route.nlri.to_string()).collect();
    assert_eq!(prefixes, ["1.0.0.0/8", "2.0.0.0/8"]);
    let config = conf(&format!("{with_own}\n{template}")).unwrap();
    assert_eq!(config.neighbors[0].hold_time, 90);
    assert!(warned(&config, "no template t"));
    let templates = "template { neighbor s { hold-time 9; } neighbor t { inherit s; } }";
    let config = conf(&format!("{templates}\n{with_own}")).unwrap();
    assert_eq!(config.neighbors[0].hold_time, 90);
    assert!(warned(&config, "the template t inherits nothing"));
}

#[test]
fn several_templates_are_inherited_in_order() {
    let templates = "template { neighbor a { hold-time 30; connect 1; } } template b { neighbor b { hold-time 60; } }";
    let neighbor = MINIMAL.replace('}', "inherit [ a, b ]; }");
    let read = one(&format!("{templates}\n{neighbor}"));
    assert_eq!((read.hold_time, read.connect), (60, 1));
}

#[test]
fn one_address_may_be_several_neighbors() {
    let config = conf(&format!("{MINIMAL}\n{}", MINIMAL.replace("peer-as 2", "peer-as 3"))).unwrap();
    assert_eq!(config.neighbors.len(), 2);
}

#[test]
fn families_are_listed_or_all() {
    let families = |body: &str| neighbor(&format!("family {{ {body} }}")).unwrap().families;
    assert_eq!(families("ipv4 unicast; all;"), [Family::Ipv4Unicast]);
    assert_eq!(families("ipv6 UNICAST foo; ipv4 multicast;"), [Family::Ipv4Multicast, Family::Ipv6Unicast]);
    assert_eq!(families("all;"), Family::ALL);
    assert_eq!(families(""), Family::ALL);
    assert_eq!(neighbor("family { ipv4 unicast; } family { ipv4 unicast; }").unwrap().families.len(), 1);
}

#[test]
fn routes_have_three_forms() {
    let routes = |body: &str| {
        let specs = neighbor(&format!("static {{ {body} }}")).unwrap_or_else(|error| panic!("{error}")).routes;
        specs.iter().map(|spec| spec.route.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(routes("route 10.0.0.0/24 next-hop 1.1.1.1 med 1 med 2;"), ["10.0.0.0/24 next-hop 1.1.1.1 med 1"]);
    assert_eq!(routes("route 10.0.0.0/24 { next-hop 1.1.1.1; med 1; }"), ["10.0.0.0/24 next-hop 1.1.1.1 med 1"]);
    assert_eq!(routes("attributes next-hop 1.1.1.1 nlri 10.0.0.0/24 10.0.1.0/24;").len(), 2);
    let split = ["10.0.0.0/26", "10.0.0.64/26", "10.0.0.128/26", "10.0.0.192/26"];
    let expected: Vec<_> = split.iter().map(|prefix| format!("{prefix} next-hop 1.1.1.1")).collect();
    assert_eq!(routes("route 10.0.0.0/24 next-hop 1.1.1.1 split /26;"), expected);
    assert_eq!(routes("route 10.0.0.0/24 { next-hop 1.1.1.1; split /26; }"), expected);
    let path = routes("route 10.0.0.0/24 next-hop 1.1.1.1 as-path [ 1 2 ] ( 3 4 );").remove(0);
    assert!(path.contains("as-path"), "{path}");
}

#[test]
fn a_watchdog_tag_is_kept() {
    let read = neighbor("static { route 10.0.0.0/24 next-hop self watchdog dog withdraw; }").unwrap();
    let tag = read.routes[0].watchdog.clone().unwrap();
    assert_eq!((tag.name.as_str(), tag.held), ("dog", true));
}

#[test]
fn an_ipv4_route_needs_no_ipv4_family() {
    let body = "family { ipv6 unicast; } static { route 10.0.0.0/24 next-hop 1.1.1.1; }";
    assert_eq!(neighbor(body).unwrap().routes.len(), 1);
}

#[test]
fn apis_bind_processes() {
    let processes = "process p { run /bin/cat -u; } process pp { run /bin/cat; encoder JSON; respawn false; }";
    let api = |body: &str| {
        let config = conf(&format!("{processes}\n{}", MINIMAL.replace('}', &format!("{body} }}")))).unwrap();
        config.neighbors[0].apis.clone()
    };
    let named = api("api x { processes [ p, pp ]; processes [ p ]; fsm; signal no; receive { parsed; update true; } }");
    assert_eq!((named[0].name.as_str(), &named[0].commanders[..]), ("x", &["p".to_owned(), "pp".to_owned()][..]));
    assert_eq!(
        (named[0].fsm, named[0].signal, named[0].receive.update, named[0].send.update),
        (true, false, true, false)
    );
    let matched = api("api { processes-match [ \"^p+$\" ]; }");
    assert_eq!((matched[0].processes.len(), matched[0].commanders.len()), (0, 2));
    assert_eq!(api("api { }")[0].commanders.len(), 0);
}

#[test]
fn a_process_is_its_words() {
    let config = conf("process p { run /bin/cat \"a b\" [ x ]; }").unwrap();
    let process = config.process("p").unwrap();
    assert_eq!(process.run, ["/bin/cat", "a b", "[", "x", "]"]);
    assert_eq!((process.encoder, process.respawn), (crate::Encoder::Text, true));
    assert_eq!((config.form, config.signals.hup), (Form::Exabgp, Hup::Stop));
}

#[test]
fn an_inherited_api_is_bound_in_each_neighbor() {
    let head = "process p { run /bin/cat; } template { neighbor t { api x { processes [ p ]; } } }";
    let two = format!("{}{}", MINIMAL, MINIMAL.replace("10.0.0.1", "10.0.0.3")).replace('}', "inherit t; }");
    let config = conf(&format!("{head}\n{two}")).unwrap();
    assert!(config.neighbors.iter().all(|neighbor| neighbor.apis[0].commanders == ["p"]));
}

/// The text forms of all routes, with their families.
fn texts(read: &Neighbor) -> Vec<String> {
    read.routes.iter().map(|spec| format!("{}: {}", spec.route.nlri.family(), spec.route)).collect()
}

#[test]
fn flow_specifications() {
    let body = "flow {
        route a {
            rd 65535:65536; next-hop 5.6.7.8;
            match { source 10.0.0.3/32; tcp-flags [SYN RST&FIN&!=push]; destination-port [ >8080&<8088 =3128]; }
            scope { interface-set [ non-transitive:input:3405770241:1 ]; }
            then { redirect-to-nexthop; community [30740:0 30740:30740]; }
        }
        route { match { next-header udp; } }
        route source 10.0.0.0/8 discard;
    }";
    let expected = [
        "ipv4 flow-vpn: flow source-ipv4 10.0.0.3/32 destination-port [ >8080&<8088 =3128 ] tcp-flags [ syn \
         rst&fin&!=push ] rd 65535:65536 next-hop 5.6.7.8 community [ 30740:0 30740:30740 ] extended-community [ \
         interface-set:non-transitive:input:3405770241:1 redirect-to-nexthop ]",
        "ipv6 flow: flow next-header =udp",
        "ipv4 flow: flow source-ipv4 10.0.0.0/8 extended-community rate-limit:0",
    ];
    assert_eq!(texts(&neighbor(body).unwrap_or_else(|error| panic!("{error}"))), expected);
}

#[test]
fn routes_by_family() {
    let body = "announce {
        ipv4 {
            unicast 10.0.0.0/24 next-hop 192.0.2.1;
            mpls-vpn 10.1.0.0/24 rd 65000:1 label 100 next-hop 192.0.2.1;
            flow source 10.0.0.0/24 destination-port =80 discard;
        }
        ipv6 { labeled-unicast ::/0 label 5 next-hop ::1; flow-vpn port 80 rd 1:1; }
        l2vpn { vpls endpoint 5 base 10702 offset 1 size 8 rd 172.30.5.4:13 next-hop 192.0.2.1; }
    }
    l2vpn {
        vpls site5 { endpoint 6; base 10702; offset 1; size 8; rd 172.30.5.4:13; next-hop 192.0.2.1; }
        vpls endpoint 7 base 10702 offset 1 size 8 rd 172.30.5.4:13 next-hop 192.0.2.1;
    }";
    let families: Vec<_> = texts(&neighbor(body).unwrap_or_else(|error| panic!("{error}")))
        .iter()
        .map(|text| text.split_once(": ").unwrap().0.to_owned())
        .collect();
    let expected =
        "ipv4 unicast, ipv4 mpls-vpn, ipv4 flow, ipv6 nlri-mpls, ipv6 flow-vpn, l2vpn vpls, l2vpn vpls, l2vpn vpls";
    assert_eq!(families.join(", "), expected);
}

#[test]
fn families_with_paths_and_next_hops() {
    let body = "family { ipv4 unicast; ipv6 unicast; ipv4 mpls-vpn; }
        add-path { ipv4 unicast limit 4; ipv6 unicast; ipv4 nlri-mpls; }
        nexthop { ipv4 unicast ipv6; ipv4 unicast ipv6; ipv6 unicast ipv4; ipv4 mpls-vpn ipv6; }";
    let read = neighbor(body).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.next_hops, [(Family::Ipv4Unicast, 2), (Family::Ipv6Unicast, 1)]);
    assert!(read.has_paths(Family::Ipv6Unicast) && !read.has_paths(Family::Ipv4MplsVpn));
    assert!(!read.has_paths(Family::Ipv4NlriMpls), "the session does not have the family");
    assert_eq!(read.add_paths[0], (Family::Ipv4Unicast, Some(4)));
    let all = neighbor("add-path { ipv4 unicast; all; }").unwrap();
    assert!(all.add_paths.is_empty() && all.has_paths(Family::Ipv4MplsVpn));
    assert!(!neighbor("family { ipv4 unicast; } add-path { ipv6 unicast; }").unwrap().has_paths(Family::Ipv4Unicast));
}
