//! GoBGP and we exchange flow specifications of IPv4 and IPv6, with and without a VPN, and take them back.
//!
//! GoBGP's client gives no next hop to them, knows neither a rate of packets nor a redirection to an address, and has
//! DSCP below 64 only, also for the traffic class of IPv6. `true` and `false` it has the wrong way round. Of an IPv6
//! prefix with an offset it sends and reads the octets where they are, as drafts of RFC 8956 had it: with the quirk
//! `flow-ipv6-offset` we send it that form; from GoBGP such rules do not come here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use serde_json::Value;
use support::{
    exchange::{Side, Texts},
    flow::{self, Action, BITS, Condition, NAMES, Rule, TESTS, Term, UNEQUAL},
    gobgp::{self, Client, GoBgp, Said, dotted, plain},
    interop::{self, PEER_AS},
    lab::Lab,
};

#[test]
fn gobgp_and_we_hold_the_same_flows() {
    exchange(false);
}

#[test]
fn gobgp_and_we_hold_the_same_flows_of_vpns() {
    exchange(true);
}

#[test]
fn gobgp_holds_our_flows_with_offsets() {
    let Some(programs) = interop::programs("interop_gobgp_flow", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let mut gobgp = GoBgp::start(&lab, programs, &["ipv6-flowspec"]);
    let us = Side::with_quirks("flow-ipv6-offset", &lab, gobgp.port, &["family { ipv6 flow; }"]);
    us.up(&mut gobgp.program);
    let ours: Vec<_> = Rule::with_offsets().iter().map(|rule| rule.announced(&[])).collect();
    us.announce(&ours, || held(&gobgp.client, &["ipv6-flowspec"]));
    gobgp.program.assert_alive();
    us.finish();
}

fn exchange(vpn: bool) {
    let Some(programs) = interop::programs("interop_gobgp_flow", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let (names, statement, families) = match vpn {
        false => (["ipv4-flowspec", "ipv6-flowspec"], "family { ipv4 flow; ipv6 flow; }", FAMILIES),
        true => {
            (["l3vpn-ipv4-flowspec", "l3vpn-ipv6-flowspec"], "family { ipv4 flow-vpn; ipv6 flow-vpn; }", VPN_FAMILIES)
        }
    };
    let mut gobgp = GoBgp::start(&lab, programs, &names);
    let us = Side::calling(&lab, gobgp.port, &[statement]);
    us.up(&mut gobgp.program);

    let tests = [&TESTS[..], &[UNEQUAL]].concat();
    let rules = |asn| [false, true].into_iter().flat_map(|v6| Rule::all(v6, vpn, &tests, asn)).collect::<Vec<_>>();
    let theirs: Vec<_> = rules(PEER_AS).iter().map(|rule| said(rule, families[usize::from(rule.v6)])).collect();
    gobgp.client.tells(&us, &theirs);
    let ours: Vec<_> = rules(65000).iter().map(|rule| rule.announced(&[])).collect();
    us.announce(&ours, || held(&gobgp.client, &families));
    gobgp.program.assert_alive();
    us.finish();
}

/// As GoBGP's client takes it.
fn said(rule: &Rule, family: &'static str) -> Said {
    let conditions: String = rule.conditions.iter().map(condition_words).collect();
    let actions: String = rule.actions.iter().map(action_words).collect();
    let rd = rule.rd.as_ref().map(|rd| format!("rd {} ", dotted(rd))).unwrap_or_default();
    let words = format!("{rd}match{conditions} then{actions}{}", gobgp::aspath(&rule.as_path));
    Said { family, words, heard: rule.heard(&[]) }
}

fn condition_words(condition: &Condition) -> String {
    match condition {
        Condition::Prefix(code, prefix, _) => format!(" {} {prefix}", NAMES[usize::from(*code)]),
        Condition::Values(code, terms) => {
            let name = if *code == 13 { "label" } else { NAMES[usize::from(*code)] };
            let terms: String = terms.iter().map(|term| term_word(*code, *term)).collect();
            format!(" {name}{terms}")
        }
    }
}

fn term_word(code: u8, Term(and, test, value): Term) -> String {
    let and = if and { "&" } else { " " };
    if !flow::is_bits(code) {
        let operator = ["", "==", ">", ">=", "<", "<=", "!=", ""][usize::from(test)];
        return format!("{and}{operator}{value}");
    }
    let operator = ["", "=", "!", "!="][usize::from(test)];
    let bits = BITS.iter().filter(|(_, of, bit)| *of == code && value & bit != 0);
    let words: Vec<String> = bits
        .map(
            |(name, ..)| {
                if code == 9 { name.chars().take(1).collect::<String>().to_uppercase() } else { (*name).to_owned() }
            },
        )
        .collect();
    format!("{and}{operator}{}", words.join(if code == 9 { "" } else { "+" }))
}

fn action_words(action: &Action) -> String {
    match action {
        Action::Rate(0) => " discard".to_owned(),
        Action::Rate(rate) => format!(" rate-limit {rate}"),
        Action::Sample { terminal: true, sample: true } => " action sample-terminal".to_owned(),
        Action::Sample { terminal, .. } => format!(" action {}", if *terminal { "terminal" } else { "sample" }),
        Action::Redirect(target) => format!(" redirect {}", dotted(target)),
        Action::Mark(dscp) => format!(" mark {dscp}"),
    }
}

/// What GoBGP has got from us.
fn held(client: &Client, families: &[&str]) -> Result<Texts, String> {
    let mut table = Texts::new();
    for (path, family) in client.paths(families)? {
        let rd = path["nlri"]["rd"].is_object().then(|| gobgp::distinguisher(&path["nlri"]["rd"]));
        let conditions =
            path["nlri"]["value"].as_array().into_iter().flatten().map(condition).collect::<Result<_, _>>()?;
        let (mut as_path, mut actions) = (Vec::new(), Vec::new());
        for attribute in path["attrs"].as_array().into_iter().flatten() {
            match attribute["type"].as_u64() {
                Some(2) => as_path.extend(gobgp::as_path(attribute)),
                Some(16) => {
                    for community in attribute["value"].as_array().into_iter().flatten() {
                        actions.push(action(community)?);
                    }
                }
                _ => {}
            }
        }
        let rule = Rule { v6: family.starts_with("ipv6"), rd, conditions, actions, as_path };
        let (key, rest) = rule.heard(&[]);
        table.insert(key, rest);
    }
    Ok(table)
}

fn condition(condition: &Value) -> Result<Condition, String> {
    let code = u8::try_from(number(&condition["type"])?).unwrap();
    let value = &condition["value"];
    if let Some(prefix) = value["prefix"].as_str() {
        let offset = u8::try_from(condition["offset"].as_u64().unwrap_or_default()).unwrap();
        return Ok(Condition::Prefix(code, prefix.to_owned(), offset));
    }
    let term = |item: &Value| {
        let operator = u8::try_from(number(&item["op"])?).unwrap();
        Ok(Term(operator & 0x40 != 0, operator & if flow::is_bits(code) { 3 } else { 7 }, number(&item["value"])?))
    };
    Ok(Condition::Values(code, value.as_array().into_iter().flatten().map(term).collect::<Result<_, String>>()?))
}

fn action(community: &Value) -> Result<Action, String> {
    let value = &community["value"];
    Ok(match community["subtype"].as_u64() {
        Some(6) => Action::Rate(number(&community["rate"])?),
        Some(7) => Action::Sample { terminal: community["terminal"] == true, sample: community["sample"] == true },
        Some(8) => Action::Redirect(plain(interop::text(value)?)),
        Some(9) => Action::Mark(u8::try_from(number(value)?).unwrap()),
        _ => return Err(format!("{community} is no action")),
    })
}

fn number(value: &Value) -> Result<u32, String> {
    value.as_u64().and_then(|number| number.try_into().ok()).ok_or_else(|| format!("{value} is no number"))
}

const FAMILIES: [&str; 2] = ["ipv4-flowspec", "ipv6-flowspec"];
const VPN_FAMILIES: [&str; 2] = ["ipv4-l3vpn-flowspec", "ipv6-l3vpn-flowspec"];
