//! FRR's bgpd takes flow specifications of IPv4 and IPv6 from us and passes them on to a third daemon; what is
//! withdrawn goes everywhere.
//!
//! FRR has none of its own, and none of VPNs. It ends the session over a number that is to be unequal, and reads an
//! IPv6 prefix with an offset as drafts of RFC 8956 had it, for which we have the quirk `flow-ipv6-offset`. It does not
//! show whether two numeric tests have to hold both, nor whether the action is to sample or the last one, nor more than twelve
//! characters of a target; what the third daemon gets has all of it. Paths are told by the third alone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    exchange::{Announced, Side, Texts},
    flow::{self, Action, Condition, Rule, TESTS, Term},
    frr::{self, Frr, Terminal},
    interop::{self, PEER_AS},
    lab::Lab,
};

#[test]
fn frr_holds_and_passes_on_our_flows() {
    let rules: Vec<_> = [false, true].into_iter().flat_map(|v6| Rule::all(v6, false, &TESTS, 65000)).collect();
    let shown: Vec<_> = rules.iter().map(|rule| Announced { held: shown(rule), ..rule.announced(&[]) }).collect();
    let passed: Vec<_> = rules.iter().map(|rule| rule.announced(&[PEER_AS])).collect();
    let (families, statement) = (["ipv4 flowspec", "ipv6 flowspec"], "family { ipv4 flow; ipv6 flow; }");
    frr::transit("interop_frr_flow", &families, statement, |terminal, us, third| {
        us.announce(&shown, || held(terminal));
        us.announce(&passed, || third.heard());
    });
}

#[test]
fn frr_holds_our_flows_with_offsets() {
    let Some(programs) = interop::programs("interop_frr_flow", ["bgpd", "vtysh"]) else { return };
    let lab = Lab::new();
    let mut frr = Frr::start(&lab, programs, &frr::configuration("", [("ipv6 flowspec", String::new())]));
    let us = Side::with_quirks("flow-ipv6-offset", &lab, frr.port, &["family { ipv6 flow; }"]);
    us.up(&mut frr.program);
    let rules = Rule::with_offsets();
    let ours: Vec<_> = rules.iter().map(|rule| Announced { held: shown(rule), ..rule.announced(&[]) }).collect();
    us.announce(&ours, || held(&frr.terminal));
    frr.program.assert_alive();
    us.finish();
}

/// What FRR shows of a rule: its conditions, and what is done.
fn shown(rule: &Rule) -> (String, String) {
    let conditions = rule.conditions.iter().map(|condition| match condition {
        Condition::Prefix(code, prefix, offset) => {
            let offset = if rule.v6 { format!("/off {offset}") } else { String::new() };
            format!("{} {prefix}{offset} ", NAMES[usize::from(*code)])
        }
        Condition::Values(code, terms) => format!("{} {} ", NAMES[usize::from(*code)], values(*code, terms)),
    });
    let mut actions: Vec<_> = rule.actions.iter().map(action).collect();
    actions.sort();
    (conditions.collect(), actions.join(", "))
}

fn values(code: u8, terms: &[Term]) -> String {
    let mut text = String::new();
    for Term(and, test, value) in terms {
        if flow::is_bits(code) {
            let separator = if *and { ",&" } else { ",|" };
            text.push_str(if text.is_empty() { "" } else { separator });
            text.push_str(["∋ ", "= ", "∋ ! ", "= ! "][usize::from(*test)]);
        } else {
            text.push_str(if text.is_empty() { "" } else { " , " });
            text.push_str(["", "= ", "> ", ">= ", "< ", "<= "][usize::from(*test)]);
        }
        text.push_str(&value.to_string());
    }
    text
}

fn action(action: &Action) -> String {
    match action {
        Action::Rate(rate) => format!("rate {rate}.000000"),
        Action::Sample { .. } => "action eval stops".to_owned(),
        Action::Redirect(target) => format!("redirect VRF RT:{}", target.chars().take(12).collect::<String>()),
        Action::Mark(dscp) => format!("marking {dscp}"),
    }
}

/// What FRR has got from us: of each rule a list of three objects.
fn held(terminal: &Terminal) -> Result<Texts, String> {
    let mut table = Texts::new();
    for rule in terminal.objects(["ipv4", "ipv6"].map(|family| format!("show bgp {family} flowspec detail json")))? {
        let condition = |name: &&str| Some(format!("{name} {} ", rule[0][*name].as_str()?.trim_end()));
        let key: String = NAMES.iter().filter_map(condition).collect();
        let mut actions: Vec<_> = interop::text(&rule[1]["ecomlist"])?.split("FS:").map(str::trim).collect();
        actions.retain(|action| !action.is_empty());
        actions.sort_unstable();
        table.insert(key, actions.join(", "));
    }
    Ok(table)
}

/// The conditions, by type.
const NAMES: [&str; 14] =
    ["", "to", "from", "proto", "port", "dstp", "srcp", "type", "code", "tcp", "pktlen", "dscp", "pktfrag", "flwlbl"];
