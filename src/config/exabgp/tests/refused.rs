use proptest::prelude::*;

use super::{conf, neighbor};

const MINIMAL: &str = "neighbor 10.0.0.1 {local-as 1;peer-as 2;local-address 10.0.0.2;}";

/// The whole error of a file.
fn error(text: &str) -> String {
    conf(text).unwrap_err().to_string()
}

/// What is wrong with a neighbor.
fn reason(body: &str) -> String {
    neighbor(body).unwrap_err().reason().to_owned()
}

#[test]
fn a_statement_is_refused_in_the_words_of_exabgp() {
    let expected = "\nsyntax error in section neighbor\nline 2: foo ;\n\ninvalid keyword \"foo\"\n --> test.conf:1:21\n  |\n\
                    1 | neighbor 10.0.0.1 { foo; }\n  |                     ^^^";
    assert_eq!(error("neighbor 10.0.0.1 { foo; }"), expected);
}

#[test]
fn a_misspelt_keyword_gets_a_suggestion() {
    assert!(error("neighbor 10.0.0.1 { hold-tiem 30; }").ends_with("did you mean \"hold-time\"?"));
    assert!(error("neighbor 10.0.0.1 { capabilty { } }").ends_with("did you mean \"capability\"?"));
    assert!(error("nieghbor 10.0.0.1 { }").ends_with("did you mean \"neighbor\"?"));
    assert!(error("neighbor 10.0.0.1 { family; }").ends_with("family is a section: family { … }"));
    assert!(error("neighbor 10.0.0.1 { capability { asn5; } }").ends_with("did you mean \"asn4\"?"));
    assert!(error("neighbor 10.0.0.1 { family { IPV4 unicast; } }").ends_with("did you mean \"ipv4\"?"));
    assert!(error("NEIGHBOR 10.0.0.1 { }").ends_with("did you mean \"neighbor\"?"));
    assert!(error("hold-time 30;").ends_with("hold-time belongs in neighbor"));
    assert!(error("neighbor 10.0.0.1 { receive; neighbor-changes; }").ends_with("^^^^^^^"));
    assert!(error("neighbor 10.0.0.1 { graceful-restart; }").ends_with("graceful-restart belongs in capability"));
    let label = "announce { ipv4 { unicast 10.0.0.0/8 next-hop 1.1.1.1 label 3; } }";
    assert!(error(&format!("neighbor 10.0.0.1 {{ {label} }}")).ends_with("label is for routes of other families"));
}

#[test]
fn sections_know_where_they_belong() {
    assert!(error("static { }").ends_with("static belongs in neighbor"));
    assert!(error("neighbor 10.0.0.1 { receive { } }").ends_with("receive belongs in api"));
    assert!(error("neighbor 10.0.0.1 { flow { match { } } }").ends_with("match belongs in route of flow"));
    assert!(error("neighbor 10.0.0.1 { foo { } }").ends_with("^^^"));
    let wrapper = |text: &str| error(text).lines().take(5).collect::<Vec<_>>().join("\n");
    let expected = "\nsyntax error in section \nline 1: static {\n\nsection static is invalid in root, ";
    assert_eq!(wrapper("static { }"), expected);
    let expected =
        "\nsyntax error in section neighbor/static\nline 3: foo {\n\nsection foo is invalid in static, neighbor/static";
    assert_eq!(wrapper("neighbor 10.0.0.1 { static { foo { } } }"), expected);
    let expected = "\nsyntax error in section neighbor/api/x/receive\nline 4: routes ;\n\ninvalid keyword \"routes\"";
    assert_eq!(wrapper("neighbor 10.0.0.1 { api x { receive { routes; } } }"), expected);
    let expected = "\nsyntax error in section template/neighbor/t\nline 3: ;\n\ninvalid keyword \"\"";
    assert_eq!(wrapper("template { neighbor t { ; } }"), expected);
    assert_eq!(error("local-as 1;").lines().nth(4), Some("invalid keyword \"local-as\""));
}

#[test]
fn a_line_that_cannot_be_cut_has_its_own_wrapper() {
    let two = MINIMAL.replace("local-as 1;", "hold-time\n30;");
    let expected = "problem parsing configuration file line 1\nerror message: invalid syntax line 1: \"hold-time\"\n";
    assert!(error(&two).starts_with(expected), "{}", error(&two));
    assert!(error("neighbor 10.0.0.1 { description \"open; }").contains("unclosed quote"));
    let brace = error("neighbor 10.0.0.1\n{ }");
    assert!(brace.contains("\n1 | neighbor 10.0.0.1\n  | ^^^^^^^^^^^^^^^^^\n"), "{brace}");
    assert!(brace.ends_with("the brace has to stand on the same line: neighbor 10.0.0.1 {"), "{brace}");
    assert!(error("# nothing\n\n").contains("no data"));
    assert!(error("").starts_with("problem parsing configuration file line 1\nerror message: no data"));
}

#[test]
fn a_neighbor_has_to_be_complete() {
    assert_eq!(conf("neighbor 10.0.0.1 { }").unwrap_err().reason(), "incomplete neighbor, missing local-as, peer-as");
    let no_id = "neighbor 10.0.0.1 { local-as 1; peer-as 2; }";
    assert_eq!(conf(no_id).unwrap_err().reason(), "incomplete neighbor, missing router-id");
    let no_local = "neighbor 10.0.0.1 { local-as 1; peer-as 2; router-id 1.1.1.1; listen 179; }";
    assert_eq!(conf(no_local).unwrap_err().reason(), "incomplete neighbor, missing local-address");
    assert_eq!(
        reason("local-address ::1; router-id 1.1.1.1;"),
        "local-address and peer-address must be of the same family"
    );
}

#[test]
fn what_a_neighbor_lacks_is_told_of_its_brace_and_shown_at_its_address() {
    let incomplete = conf("neighbor 10.0.0.1 {\n local-as 1;\n}\n").unwrap_err();
    let place = incomplete.place().cloned().unwrap();
    assert_eq!((place.line, place.column), (1, 10));
    assert!(incomplete.to_string().starts_with("\nsyntax error in section neighbor\nline 3: }\n\nincomplete"));
    let twice = conf(&format!("{MINIMAL}\n{MINIMAL}")).unwrap_err();
    assert_eq!(twice.place().map(|place| place.line), Some(2));
    assert_eq!(twice.suggestion(), Some("the other one is at test.conf:1:10"));
}

#[test]
fn a_text_that_ends_too_early_is_told() {
    let config = conf(&format!("{} family {{ ipv4 unicast;", MINIMAL.replace('}', ""))).unwrap();
    let messages: Vec<_> = config.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(messages, ["the text ends inside of neighbor/family, closing braces missing: 2"]);
}

#[test]
fn ranges_are_for_passive_neighbors() {
    let range = MINIMAL.replace("10.0.0.1 ", "10.0.0.0/24 ");
    let expected = "can only use ip ranges for the peer address with passive neighbors";
    assert_eq!(conf(&range).unwrap_err().reason(), expected);
    assert!(conf(&range.replace('}', "passive; }")).is_ok());
    assert!(error("neighbor 10.0.0.0/33 { }").contains("not a valid IP address"));
    assert!(error("neighbor { }").contains("not a valid IP address"));
}

#[test]
fn duplicates_are_refused() {
    assert_eq!(conf(&format!("{MINIMAL}{MINIMAL}")).unwrap_err().reason(), "duplicate peer definition 10.0.0.1");
    let listen = MINIMAL.replace('}', "listen 1790; }");
    let other = listen.replace("peer-as 2", "peer-as 3");
    assert_eq!(conf(&format!("{listen}{other}")).unwrap_err().reason(), "duplicate peer definition 10.0.0.1");
    assert!(error("template { neighbor t { } neighbor t { } }").contains("already exists"));
    assert!(error("process p { run /bin/cat; } process p { run /bin/cat; }").contains("already exists"));
    let api = MINIMAL.replace('}', "api x { } }");
    assert!(error(&format!("{api}{}", api.replace("0.1 ", "0.3 "))).contains("an api called x already exists"));
}

#[test]
fn bad_values_say_what_is_expected() {
    let expected = "\"2\" is not a valid hold-time, expected 0, or 3 to 65535 seconds";
    assert_eq!(reason("hold-time 2;"), expected);
    assert_eq!(reason("hold-time;"), "hold-time has no value, expected 0, or 3 to 65535 seconds");
    let bad = ["hold-time 65536;", "outgoing-ttl 256;", "local-as 4294967296;", "passive on;", "md5-password \"\";"];
    let more = ["local-link-local 2001:db8::1;", "router-id ::1;", "listen 65536;", "inherit [ ];", "inherit a b;"];
    for body in bad.iter().chain(&more) {
        assert!(neighbor(body).is_err(), "{body}");
    }
    let capability = [
        "add-path both;",
        "graceful-restart 65536;",
        "graceful-restart soon;",
        "long-lived-graceful-restart 16777216;",
        "refresh;",
    ];
    for body in capability {
        assert!(neighbor(&format!("capability {{ {body} }}")).is_err(), "{body}");
    }
    assert!(reason("capability { add-path receive/send; }").contains("send/receive"));
}

#[test]
fn md5_keys_have_limits() {
    assert!(neighbor(&format!("md5-password {};", "x".repeat(80))).is_ok());
    assert!(reason(&format!("md5-password {};", "x".repeat(81))).contains("80"));
    assert!(reason("md5-password \"a*\"; md5-base64 true;").contains("base64"));
    let read = neighbor("md5-password aGVsbG8=; md5-base64 true;").unwrap();
    assert_eq!(read.md5.as_ref().unwrap().key, b"hello");
    assert!(!format!("{read:?}").contains("hello"));
}

#[test]
fn families_are_pairs() {
    assert!(reason("family { all; ipv4 unicast; }").contains("all of them"));
    assert!(reason("family { ipv4 unicast; ipv4 unicast; }").contains("twice"));
    assert!(reason("family { ipv4 unicats; }").contains("did you mean \"unicast\"?"));
    assert!(neighbor("family { IPV4 unicast; }").is_err());
    assert!(neighbor("family { ipv4; }").is_err());
}

#[test]
fn operational_messages_are_checked() {
    for (body, part) in [
        ("asm safi unicast afi ipv4 advisory x;", "\"safi\" is not the word afi"),
        ("adm afi ipv4 safi unicast;", "advisory is missing"),
        ("rpcq afi ipv4 safi unicast sequence 4294967296;", "a number of 32 bits"),
        ("lpcp afi ipv4 safi unicast sequence 1 counter;", "counter is missing"),
        ("apcq afi ipv4 safi unicast sequence 1 counter 1;", "nothing is expected"),
        ("amp afi ipv4 safi unicast advisory x;", "invalid keyword \"amp\""),
    ] {
        let reason = reason(&format!("operational {{ {body} }}"));
        assert!(reason.contains(part), "{body}: {reason}");
    }
}

#[test]
fn sr_policies_are_checked() {
    for (body, part) in [
        ("distinguisher 0 color 1;", "the endpoint, an IP address, is missing"),
        ("distinguisher 0 color 1 endpoint 10.0.0.1;", "next-hop of the route is missing"),
        ("distinguisher 0 color 1 endpoint 10.0.0.1 next-hop 1.1.1.1 colour 1;", "unknown command \"colour\""),
    ] {
        let reason = reason(&format!("static {{ sr-policy {body} }}"));
        assert!(reason.contains(part), "{body}: {reason}");
    }
}

#[test]
fn tcp_ao_is_whole_or_not_there() {
    let whole = "keyid 1; algorithm hmac-sha-256;";
    for (body, part) in [
        ("keyid 1;".to_owned(), "incomplete tcp-ao, missing algorithm, password"),
        ("base64 true;".to_owned(), "incomplete tcp-ao, missing keyid, algorithm, password"),
        ("keyid 256;".to_owned(), "\"256\" is not a valid keyid, expected a number from 0 to 255"),
        ("algorithm md5;".to_owned(), "hmac-sha-1-96, aes-128-cmac-96 or hmac-sha-256"),
        (format!("{whole} password;"), "password has no value"),
        (format!("{whole} password {};", "x".repeat(81)), "no longer than 80 octets"),
        (format!("{whole} password a*; base64 true;"), "not valid base64"),
        ("key 1;".to_owned(), "invalid keyword \"key\""),
    ] {
        let reason = reason(&format!("tcp-ao {{ {body} }}"));
        assert!(reason.contains(part), "{body}: {reason}");
    }
    let both = format!("tcp-ao {{ {whole} password x; }} md5-password y;");
    assert_eq!(reason(&both), "tcp-ao and md5-password exclude each other");
}

#[test]
fn families_of_other_sections_are_checked() {
    for (body, part) in [
        ("add-path { ipv4 unicast limit 0; }", "limit from 1"),
        ("add-path { ipv4 unicast limit 5 6; }", "nothing can follow the limit"),
        ("add-path { ipv4 unicast most 5; }", "nothing but limit"),
        ("add-path { ipv4; }", "half a family"),
        ("add-path { ipv4 unicats; }", "did you mean"),
        ("nexthop { ipv4 unicast ipv4; }", "not ipv6"),
        ("nexthop { ipv4 flow ipv6; }", "cannot have other next hops"),
        ("nexthop { ipv4 unicast; }", "as in \"ipv4 unicast ipv6\""),
        ("nexthop { all; }", "invalid keyword"),
    ] {
        assert!(reason(body).contains(part), "{body}: {}", reason(body));
    }
}

#[test]
fn flow_specifications_are_checked() {
    for (body, part) in [
        ("flow { route a { match { } then { discard; } } }", "at least one condition"),
        ("flow { route discard; }", "at least one condition"),
        ("flow { route a { source 10.0.0.0/8; } }", "in match"),
        ("flow { route a { match { discard; } } }", "in then"),
        ("flow { route a { match { source 10.0.0.0/8; destination ::/0; } } }", "IPv6"),
        ("flow { route a { match { port 80; } when { } } }", "section when is invalid in flow/route"),
        ("flow { match { port 80; } }", "section match is invalid in flow"),
        ("flow { route a { match { port 80 443; } } }", "nothing is expected before"),
        ("flow { route source 10.0.0.0/8 colour 5; }", "unknown command \"colour\""),
        ("family { ipv4 unicast; } flow { route port 80; }", "ipv4,flow"),
    ] {
        assert!(reason(body).contains(part), "{body}: {}", reason(body));
    }
}

#[test]
fn announced_families_are_checked() {
    for (body, part) in [
        ("announce { ipv4 { route 10.0.0.0/24 next-hop 1.1.1.1; } }", "invalid keyword \"route\""),
        ("announce { ipv4 { unicats 10.0.0.0/24 next-hop 1.1.1.1; } }", "did you mean \"unicast\"?"),
        ("announce { ipv4 { unicast 10.0.0.0/24; } }", "next-hop"),
        ("announce { ipv6 { unicast 10.0.0.0/24 next-hop 1.1.1.1; } }", "IPv6 prefix"),
        ("announce { ipv4 unicast 10.0.0.0/24; }", "invalid keyword \"ipv4\""),
        ("announce { bgp-ls { } }", "section bgp-ls is invalid in announce"),
        ("l2vpn { vpls a { rd 1:1; next-hop 1.1.1.1; } }", "endpoint"),
        ("l2vpn { rd 1:1; }", "invalid keyword \"rd\""),
    ] {
        assert!(reason(body).contains(part), "{body}: {}", reason(body));
    }
}

#[test]
fn routes_are_checked() {
    assert!(neighbor("static { route 10.0.0.1/24 next-hop 1.1.1.1; }").is_err());
    assert!(neighbor("static { route 10.0.0.0/24; }").is_err());
    assert!(reason("static { route 10.0.0.0/24 next-hop 1.1.1.1 colour 5; }").contains("unknown command \"colour\""));
    assert!(reason("static { route 10.0.0.0/24 { colour 5; } }").contains("unknown command \"colour\""));
    for (route, missing) in [("rd 1:1 next-hop 1.1.1.1;", "label"), ("{ rd 1:1; next-hop 1.1.1.1; }", "label")] {
        assert!(reason(&format!("static {{ route 10.0.0.0/24 {route} }}")).contains(missing), "{route}");
    }
    assert_eq!(reason("static { med 5; }"), "invalid keyword \"med\"");
    let other = reason("family { ipv4 unicast; } static { route 2001:db8::/32 next-hop ::1; }");
    assert!(other.contains("ipv6,unicast"), "{other}");
    let error = neighbor("static { route 2001:db8::/32 next-hop self; }").unwrap_err().to_string();
    assert!(error.contains("error message: use of \"next-hop self\":"), "{error}");
}

#[test]
fn a_refused_word_of_a_route_is_pointed_at() {
    let error = neighbor("static { route 10.0.0.0/24 next-hop 1.1.1.1 \\\n  med big; }").unwrap_err();
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column), (4, 7), "{error}");
    let error = neighbor("static { route 10.0.0.0/24 next-hop 1.1.1.1 med; }").unwrap_err();
    assert_eq!(error.place().unwrap().column, 48, "{error}");
    let error = neighbor("static { route 10.0.0.0/24 { nexthop 1.1.1.1; } }").unwrap_err().to_string();
    assert!(error.ends_with("did you mean \"next-hop\"?"), "{error}");
}

#[test]
fn processes_are_checked() {
    assert_eq!(conf("process p { encoder text; }").unwrap_err().reason(), "unset process sections: run");
    assert!(error("process p { run; }").contains("expected a program"));
    assert!(error("process p { run /no/such/program; }").contains("cannot find the program /no/such/program"));
    assert!(error("process p { run /bin/cat; encoder xml; }").contains("text or json"));
    assert!(error("process { run /bin/cat; }").contains("needs a name"));
    assert!(reason("process p;").contains("invalid keyword \"process\""));
}

#[test]
fn apis_are_checked_against_processes() {
    let with = |body: &str| {
        let neighbor = MINIMAL.replace('}', &format!("{body} }}"));
        error(&format!("process p {{ run /bin/cat; }}\n{neighbor}"))
    };
    let told = with("api x { processes [ q ]; }");
    assert!(
        told.starts_with("process \"q\" is not defined, in api x of neighbor 10.0.0.1\n --> test.conf:2:64"),
        "{told}"
    );
    assert!(told.ends_with(" ^^^"), "{told}");
    let misspelt = "process helper { run /bin/cat; }\nneighbor 10.0.0.1 { local-as 1; peer-as 2; local-address 10.0.0.2;\n\
                    api { processes [ hepler ]; }\n}\n";
    assert!(error(misspelt).ends_with("did you mean \"helper\"?"));
    let two = format!("{misspelt}{}", misspelt.lines().skip(1).collect::<Vec<_>>().join("\n").replace("0.1 ", "0.9 "));
    let expected = [
        "3: process \"hepler\" is not defined, in api auto-named-1 of neighbor 10.0.0.1",
        "6: process \"hepler\" is not defined, in api auto-named-2 of neighbor 10.0.0.9",
    ];
    assert_eq!(all(&two), expected);
    assert!(with("api x { processes-match [ \"q\" ]; }").contains("matches no process"));
    assert!(with("api x { processes [ p ]; } api y { processes-match [ \"p\" ]; }").contains("only one of them"));
    assert!(with("api x { processes-match [ \"(\" ]; }").contains("not a valid regular expression"));
    assert!(with("api x { processes p; }").contains("in brackets"));
    assert!(with("api x { processes [ p; }").contains("closing bracket"));
    assert!(with("api a/b { }").contains("not a valid name"));
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let _ = conf(&text).map_err(|error| error.to_string());
    }

    #[test]
    fn no_statement_is_too_strange(words in prop::collection::vec(word(), 0..60)) {
        let _ = conf(&words.join(" ")).map_err(|error| error.to_string());
        let _ = neighbor(&words.join(" ")).map_err(|error| error.to_string());
    }
}

fn word() -> impl Strategy<Value = String> {
    let signs = prop::sample::select(vec!["{", "}", ";", "[", "]", ",", "(", ")", "\"", "'", "\\", "#", "\n", "\\u00"]);
    let known: Vec<&str> = crate::keywords().iter().map(|keyword| keyword.name).collect();
    let more =
        ["neighbor", "10.0.0.0/24", "::/0", "template", "static", "capability", "api", "receive", "next-hop", "med"];
    let words = prop::sample::select([known, more.to_vec()].concat());
    prop_oneof![signs.prop_map(str::to_owned), words.prop_map(str::to_owned), "[a-z0-9:./\\\\é]{0,6}"]
}

/// The places and reasons of all that is wrong.
fn all(text: &str) -> Vec<String> {
    let origin = crate::Origin::named("test.conf");
    let source = crate::source::Source { name: &origin.name, text, directory: &origin.directory };
    let faults = crate::exabgp::faults(&source, &crate::Env::default());
    let line = |fault: &crate::Error| fault.place().map_or(0, |place| place.line);
    faults.iter().map(|fault| format!("{}: {}", line(fault), fault.reason())).collect()
}

#[test]
fn a_template_that_is_refused_brings_no_other_faults() {
    let neighbor = "neighbor 10.0.0.1 { inherit t; }\n";
    for statement in ["local-as many;", "local-as 1; family { ipv4 unicats; }"] {
        let text = format!("template {{ neighbor t {{ {statement} }} }}\n{neighbor}");
        let found = all(&text);
        assert!(found.len() == 1 && found[0].starts_with("1: "), "{found:?}");
    }
    assert_eq!(all(&format!("template {{ neighbor t {{ local-as 1; }} }}\n{neighbor}")).len(), 1);
}

#[test]
fn all_faults_are_told_in_one_run() {
    let text = "process p { run /bin/cat; encoder yaml; }\n\
                neighbor 10.0.0.1 {\n  local-as many;\n  peer-as 2;\n  family { ipv4 unicats; ipv6 unicast; }\n\
                static {\n    route 10.0.0.0/24 next-hop 1.1.1.1 colour 5;\n    route 10.0.1.0/33 next-hop 1.1.1.1;\n\
                route 10.0.2.0/24 { next-hop nowhere; med 5; }\n  }\n  capabilty { asn4; }\n}\n\
                neighbor 10.0.0.2 { local-as 1; local-address 10.0.0.9; }\nnieghbor 10.0.0.3 { peer-as 2; }\n";
    let found = all(text);
    let parts = ["1: ", "3: ", "5: ", "7: unknown command \"colour\"", "8: ", "9: ", "11: ", "13: ", "14: "];
    assert_eq!(found.len(), parts.len(), "{found:#?}");
    for (found, part) in found.iter().zip(parts) {
        assert!(found.starts_with(part), "{found} should start with {part}");
    }
    assert!(all(MINIMAL).is_empty());
    assert_eq!(all("neighbor 10.0.0.1 { hold-time 2; local-as 1; }\n\"open").len(), 2);
    assert_eq!(all(&"nonsense { }\n".repeat(1000)).len(), 51);
}

proptest! {
    /// The first fault is the one that loading ends with, and there are none where loading succeeds.
    #[test]
    fn the_first_fault_is_the_error(text in "([a-z0-9./ ]{0,12}[;{}\\n \"#]){0,40}") {
        let (read, found) = (conf(&text), all(&text));
        prop_assert_eq!(read.is_ok(), found.is_empty());
    }
}
