//! Lines that helpers print, and what they are understood as.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

use api::{
    COMMANDS, Context, Detail, FaultOrder, Form, PeerOrder, ProcessOrder, Selector, Show, Verb,
    command::{Group, Spelling},
};
use proptest::prelude::*;
use rib::Op;
use wire::json::Dialect;

const V5: Context<'_> = Context { service: "watcher", dialect: Dialect::V5, version: "5.0.15" };
const V6: Context<'_> = Context { dialect: Dialect::V6, ..V5 };

fn parse(line: &str) -> Verb {
    api::parse(line, &V5).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn error(line: &str) -> String {
    match api::parse(line, &V5) {
        Err(error) => error.to_string(),
        Ok(verb) => panic!("{line}: {verb:?}"),
    }
}

fn ops(line: &str) -> Vec<Op> {
    match parse(line) {
        Verb::Rib { ops, .. } => ops,
        verb => panic!("{line}: {verb:?}"),
    }
}

#[test]
fn each_example_parses() {
    for command in COMMANDS.iter().filter(|command| command.usage().group != Group::Unsupported) {
        let example = command.usage().example;
        for context in [V5, V6] {
            assert!(api::parse(example, &context).is_ok(), "{example}");
        }
    }
}

#[test]
fn each_example_is_of_its_command() {
    for command in COMMANDS {
        let (Spelling { v4, .. }, usage) = (command.spelling(), command.usage());
        assert!(!usage.summary.is_empty());
        let spelled = usage.example.contains(v4);
        assert!(spelled || v4.starts_with("clear adj-rib-") || v4.ends_with("attribute"), "{v4}: {}", usage.example);
    }
}

#[test]
fn both_spellings_mean_the_same() {
    for (v4, v6) in [
        (
            "neighbor * announce route 10.0.0.0/24 next-hop 1.1.1.1",
            "peer * announce route 10.0.0.0/24 next-hop 1.1.1.1",
        ),
        ("neighbor 10.0.0.1 withdraw route 10.0.0.0/24", "peer 10.0.0.1 withdraw route 10.0.0.0/24"),
        (
            "neighbor 10.0.0.1 peer-as 2, neighbor 10.0.0.2 announce eor ipv6 unicast",
            "peer [10.0.0.1 peer-as 2, 10.0.0.2] announce eor ipv6 unicast",
        ),
        ("neighbor 10.0.0.1 announce route-refresh ipv4 unicast", "peer 10.0.0.1 announce route-refresh ipv4 unicast"),
        ("announce watchdog", "peer * announce watchdog watcher"),
        ("neighbor 10.0.0.1 teardown 4", "peer 10.0.0.1 teardown 4"),
        ("neighbor 10.0.0.1 show neighbor summary", "peer 10.0.0.1 show summary"),
        ("show neighbor extensive 10.0.0.1", "peer show 10.0.0.1 extensive"),
        ("show neighbor json", "peer show json"),
        ("show adj-rib in extensive", "rib show in extensive"),
        ("show adj-rib out 10.0.0.1 inet", "rib show out inet 10.0.0.1"),
        ("flush adj-rib out", "rib flush out"),
        ("clear adj-rib in", "rib clear in"),
        ("clear adj-rib", "rib clear out"),
        ("clear adj-rib-in", "rib clear in"),
        ("neighbor 10.0.0.1 flush adj-rib out", "peer 10.0.0.1 flush adj-rib out"),
        (
            "create neighbor 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2 api feed",
            "peer create 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2 api feed",
        ),
        ("delete neighbor 10.0.0.1 peer-as 2", "peer delete [10.0.0.1 peer-as 2]"),
        ("neighbor 10.0.0.1 group withdraw route 10.0.0.0/24", "peer 10.0.0.1 group withdraw route 10.0.0.0/24"),
        ("neighbor 10.0.0.1 routes ipv4 list", "peer 10.0.0.1 routes ipv4 list"),
        ("routes add 10.0.0.0/24 next-hop 1.1.1.1", "routes add route 10.0.0.0/24 next-hop 1.1.1.1"),
        ("routes ipv4 unicast remove 10.0.0.0/24", "routes remove ipv4 unicast 10.0.0.0/24"),
        ("shutdown", "daemon shutdown"),
        ("reload", "daemon reload"),
        ("restart", "daemon restart"),
        ("status json", "daemon status json"),
        ("version", "system version"),
        ("help", "system help"),
        ("queue-status", "system queue-status"),
        ("api version 6", "system api version 6"),
        ("enable-ack", "session ack enable"),
        ("disable-ack", "session ack disable"),
        ("silence-ack", "session ack silence"),
        ("enable-sync", "session sync enable"),
        ("disable-sync", "session sync disable"),
        ("reset", "session reset"),
        ("ping me 5", "session ping me 5"),
        ("bye", "session bye"),
        ("neighbor 10.0.0.1 fault inject panic now", "peer 10.0.0.1 fault inject panic now"),
        ("fault list", "peer fault list"),
        ("show supervisor json", "supervisor show json"),
    ] {
        assert_eq!(parse(v4), parse(v6), "{v4} | {v6}");
        assert!(api::parse(v6, &V6).is_ok(), "{v6}");
    }
}

#[test]
fn routes_become_operations() {
    let line = "announce attributes med 5 next-hop 1.1.1.1 nlri 10.0.0.0/24 10.0.1.0/24";
    let [Op::Announce(first), Op::Announce(second)] = &ops(line)[..] else { panic!() };
    assert_eq!(first.attributes, second.attributes);
    assert!(matches!(&ops("withdraw route 10.0.0.0/24 split /25")[..], [Op::Withdraw(_), Op::Withdraw(_)]));
    let held = &ops("announce route 10.0.0.0/24 next-hop 1.1.1.1 watchdog w withdraw")[..];
    assert!(matches!(held, [Op::Tagged(_, tag)] if tag.held && tag.name == "w"));
    assert!(matches!(&ops("announce watchdog")[..], [Op::Watchdog { name, announce: true }] if name == "watcher"));
    assert!(matches!(&ops("announce eor")[..], [Op::EndOfRib(wire::Family::Ipv4Unicast)]));
}

#[test]
fn surface_variants() {
    let expected = parse("announce route 10.0.0.0/24 next-hop 1.1.1.1 med 5");
    for line in [
        "  announce\troute   10.0.0.0/24 next-hop 1.1.1.1 med 5 \r",
        "announce route 10.0.0.0/24 next-hop 1.1.1.1 med 5;",
        "announce route 10.0.0.0/24 { next-hop 1.1.1.1; med 5; }",
    ] {
        assert_eq!(parse(line), expected, "{line}");
    }
    assert!(error("announce attributes next-hop 1.1.1.1 nlri 10.0.0.0/24, 10.0.1.0/24").starts_with("column "));
}

#[test]
fn flow_specifications() {
    let expected = parse("announce flow route { match { source 10.0.0.0/24; protocol tcp; } then { discard; } }");
    for line in [
        "announce flow route name { match { protocol tcp; source 10.0.0.0/24; }; then { discard; }; };",
        "announce flow route source 10.0.0.0/24 protocol tcp discard",
        "announce ipv4 flow source-ipv4 10.0.0.0/24 protocol =tcp rate-limit 0",
        "announce flow route match { source 10.0.0.0/24; protocol tcp; } then { discard; }",
    ] {
        assert_eq!(parse(line), expected, "{line}");
    }
    let withdrawn = ops("withdraw flow route { rd 1:1; match { next-header udp; } }");
    assert!(matches!(&withdrawn[..], [Op::Withdraw(rule)] if rule.nlri.family() == wire::Family::Ipv6FlowVpn));
}

#[test]
fn words_at_the_end() {
    let sync = |line: &str| match parse(line) {
        Verb::Rib { sync, .. } => sync,
        verb => panic!("{verb:?}"),
    };
    assert_eq!(sync("announce route 10.0.0.0/24 next-hop 1.1.1.1 sync"), Some(true));
    assert_eq!(sync("announce route 10.0.0.0/24 next-hop 1.1.1.1 async"), Some(false));
    assert_eq!(sync("announce route 10.0.0.0/24 next-hop 1.1.1.1"), None);
    assert_eq!(error("announce route 10.0.0.0/24 next-hop 1.1.1.1 json"), "this command does not support json output");
    assert!(api::parse("peer * announce route 10.0.0.0/24 next-hop 1.1.1.1 json sync", &V6).is_ok());
    assert!(matches!(parse("show neighbor summary json"), Verb::Show { form: Form::Json, .. }));
    let Ok(Verb::Show { form, .. }) = api::parse("peer show text", &V6) else { panic!() };
    assert_eq!(form, Form::Text);
}

#[test]
fn teardown_needs_a_selector_in_the_older_dialect() {
    assert!(matches!(parse("teardown 4"), Verb::Say(lines) if lines.is_empty()));
    let Ok(Verb::Peer { selector, order }) = api::parse("teardown 4", &V6) else { panic!() };
    assert_eq!((selector, order), (Selector::all(), PeerOrder::Teardown(4, None)));
    let told = parse("neighbor 10.0.0.1 teardown 2 'back at 5 (UTC), sharp'");
    assert_eq!(told, parse("peer 10.0.0.1 teardown 2 \"back at 5 (UTC), sharp\""));
    let Verb::Peer { order: PeerOrder::Teardown(2, Some(text)), .. } = told else { panic!("{told:?}") };
    assert_eq!(&*text, "back at 5 (UTC), sharp");
    let Verb::Peer { order, .. } = parse("neighbor * teardown 4 see you;") else { panic!() };
    assert_eq!(order, PeerOrder::Teardown(4, Some("see you".into())));
    assert!(error("neighbor * teardown 3 why").contains("only"));
    assert!(error(&format!("neighbor * teardown 2 {}", "x".repeat(256))).contains("255"));
    assert!(error("teardown").contains("missing"));
    assert!(error("teardown +4").contains("subcode"));
}

#[test]
fn lines_that_are_no_commands() {
    assert!(matches!(parse("# announce route"), Verb::Say(lines) if lines.is_empty()));
    assert!(matches!(parse("debug anything"), Verb::Nothing));
    assert!(api::parse("", &V5).is_err());
    assert!(matches!(api::parse(" ", &V6), Ok(Verb::Say(_))));
}

#[test]
fn errors_say_where_and_what() {
    assert_eq!(error("anounce route"), "column 1: unknown command \"anounce route\", did you mean \"announce route\"?");
    assert_eq!(
        error("peer 10.0.0.1 teerdown 2"),
        "column 15: unknown command \"teerdown\", did you mean \"teardown\"?"
    );
    assert_eq!(error("xyzzy"), "column 1: unknown command \"xyzzy\"");
    assert_eq!(error("ANNOUNCE route"), "column 1: unknown command \"ANNOUNCE\"");
    assert_eq!(
        error("announce route-refresh ipv4 foo"),
        "column 29: expected a family such as ipv4 unicast, found \"foo\""
    );
    assert_eq!(error("announce ipv4 flow 10.0.0.0/24"), "column 20: unknown command \"10.0.0.0/24\"");
    assert_eq!(error("announce flow route { }"), "column 21: a flow needs at least one condition to match");
    assert_eq!(error("announce flow port 80"), "column 15: \"port\" is not the word route");
    assert_eq!(
        error("announce flow route { match { discard; } }"),
        "column 31: discard does not belong in match, but in then"
    );
    assert!(error("announce route 10.0.0.1/24 next-hop 1.1.1.1").starts_with("column 16: "));
    assert!(error("neighbor 10.0.0.1").contains("a command is missing"));
    assert!(error("version;").starts_with("column 8: "));
}

#[test]
fn questions() {
    let Verb::Say(lines) = parse("version") else { panic!() };
    assert_eq!(lines, ["exabgp 5.0.15"]);
    let Verb::Show { what, .. } = parse("show neighbor 10.0.0.1 summary") else { panic!() };
    assert_eq!(what, Show::Neighbor { detail: Detail::Summary, filter: Some("10.0.0.1".into()) });
    assert!(what.selects("10.0.0.1".parse().unwrap(), ""));
    assert!(!what.selects("10.0.0.10".parse().unwrap(), ""));
    assert!(matches!(parse("ping text"), Verb::Process(ProcessOrder::Ping(None), Form::Text)));
    let Verb::Fault { order, .. } = parse("fault inject panic in OpenConfirm") else { panic!() };
    let FaultOrder::Inject(injection) = order else { panic!() };
    assert_eq!(injection.armed.to_string(), "panic in OPENCONFIRM times 1");
    let Verb::Fault { order, .. } = parse("fault clear 3") else { panic!() };
    assert_eq!(order, FaultOrder::Clear(Some(3)));
    assert!(error("fault clear all").starts_with("column 13: "));
    assert!(error("neighbor 10.0.0.1 fault inject pannic").starts_with("column 32: "));
    assert_eq!(error("api version 5"), "API version must be 4 or 6");
}

#[test]
fn rights_of_commands() {
    let route = parse("announce route 10.0.0.0/24 next-hop 1.1.1.1");
    assert!(!route.ignores_authority() && !route.needs_established() && route.needs_match());
    let eor = parse("announce eor");
    assert!(eor.ignores_authority() && eor.needs_established());
    let refresh = parse("announce route-refresh ipv4 unicast");
    assert!(refresh.ignores_authority() && refresh.needs_established());
    assert!(parse("flush adj-rib out").ignores_authority());
    assert!(!parse("announce watchdog x").needs_match());
    assert!(!parse("neighbor 10.0.0.1 teardown 2").ignores_authority());
}

#[test]
fn a_burst_of_routes_becomes_one_verb() {
    let mut verb = parse("neighbor 10.0.0.1 announce route 10.0.0.0/24 next-hop 1.1.1.1");
    let next = parse("peer 10.0.0.1 withdraw route 10.0.1.0/24");
    assert_eq!(verb.join(next), Ok(()));
    assert!(matches!(&verb, Verb::Rib { ops, .. } if ops.len() == 2));
    for other in [
        "announce route 10.0.0.0/24 next-hop 1.1.1.1",
        "neighbor 10.0.0.1 announce route 10.0.0.0/24 next-hop 1.1.1.1 sync",
        "neighbor 10.0.0.1 announce eor",
        "version",
    ] {
        assert_eq!(verb.join(parse(other)), Err(parse(other)), "{other}");
    }
}

/// Words of the grammar in any order, and others.
fn lines() -> impl Strategy<Value = String> {
    let words: Vec<String> = COMMANDS
        .iter()
        .flat_map(|command| [command.spelling().v4, command.spelling().v6, command.usage().example])
        .flat_map(|text| text.split(' '))
        .chain([
            "neighbor", "peer", "[", "]", ",", "*", "\"", "'", ";", "{", "(", "json", "sync", "10.0.0.1", "local-as",
        ])
        .map(str::to_owned)
        .collect();
    let word = prop_oneof![8 => prop::sample::select(words), 1 => "\\PC{0,5}"];
    prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_bytes_are_cut_into_lines(bytes in prop::collection::vec(prop_oneof![3 => 32_u8..127, 1 => any::<u8>()], 0..99)) {
        let mut rest = &bytes[..];
        while let Ok(Some(line)) = api::line::split(rest, 64) {
            let _ = api::parse(line.text, &V5);
            rest = &rest[line.length..];
        }
    }

    #[test]
    fn no_text_makes_it_panic(line in "\\PC*") {
        let _ = api::parse(&line, &V5);
    }

    #[test]
    fn no_words_make_it_panic(line in lines()) {
        for context in [V5, V6] {
            if let Err(error) = api::parse(&line, &context) {
                prop_assert!(!error.message.is_empty());
            }
        }
    }
}
