//! The commands that tell a daemon what becomes of a service, in the order of words that ExaBGP writes.

use std::fmt::Write as _;

use config::{HealthCheck, Network, Standing};
use wire::json::Dialect;

use super::Condition;

/// A line for each address, none while the state is about to change.
pub fn lines(check: &HealthCheck, addresses: &[Network], condition: Condition, dialect: Dialect) -> Vec<String> {
    let standing = match condition {
        Condition::Up => &check.up,
        Condition::Down => &check.down,
        Condition::Disabled => &check.disabled,
        // A withdrawal says nothing of metrics.
        Condition::Exit => &check.up,
        Condition::Init | Condition::Rising | Condition::Falling => return Vec::new(),
    };
    let withdraw = condition == Condition::Exit || (check.withdraw_on_down && condition != Condition::Up);
    let (to, behind) =
        (prefix(check, dialect), if withdraw { String::new() } else { tail(check, standing, condition) });
    let mut metric = standing.metric;
    let line = |address: &Network| {
        let mut line = format!("{to} {} route {address} next-hop ", if withdraw { "withdraw" } else { "announce" });
        match check.next_hop {
            Some(address) => line.push_str(&address.to_string()),
            None => line.push_str("self"),
        }
        if !withdraw {
            let _ = write!(line, " med {metric}{behind}");
        }
        if check.path_id != 0 {
            let _ = write!(line, " path-information {}", check.path_id);
        }
        metric = metric.saturating_add(check.increase);
        line
    };
    addresses.iter().map(line).collect()
}

/// Whom the lines are for, in the words of either API.
fn prefix(check: &HealthCheck, dialect: Dialect) -> String {
    let word = if dialect == Dialect::V6 { "peer" } else { "neighbor" };
    let named: Option<Vec<_>> = check.neighbors.iter().copied().collect();
    match named.filter(|named| !named.is_empty()) {
        Some(named) => named.iter().map(|address| format!("{word} {address}")).collect::<Vec<_>>().join(", "),
        None => format!("{word} *"),
    }
}

/// What follows the metric.
fn tail(check: &HealthCheck, standing: &Standing, condition: Condition) -> String {
    let mut tail = String::new();
    if check.local_preference >= 0 {
        let _ = write!(tail, " local-preference {}", check.local_preference);
    }
    let other = check.disabled_community.as_ref().filter(|text| condition != Condition::Up && !text.is_empty());
    for (name, text) in [
        ("community", other.or(check.community.as_ref())),
        ("extended-community", check.extended_community.as_ref()),
        ("large-community", check.large_community.as_ref()),
        ("as-path", standing.as_path.as_ref().or(check.as_path.as_ref())),
    ] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let _ = write!(tail, " {name} [ {text} ]");
        }
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check() -> HealthCheck {
        HealthCheck {
            addresses: vec!["192.0.2.1/32".parse().unwrap(), "2001:db8::1".parse().unwrap()],
            ..HealthCheck::default()
        }
    }

    fn said(check: &HealthCheck, condition: Condition) -> Vec<String> {
        lines(check, &check.addresses, condition, Dialect::V5)
    }

    #[test]
    fn a_metric_for_each_state_and_address() {
        for (condition, first, second) in
            [(Condition::Up, 100, 101), (Condition::Down, 1000, 1001), (Condition::Disabled, 500, 501)]
        {
            let expected = [
                format!("neighbor * announce route 192.0.2.1/32 next-hop self med {first}"),
                format!("neighbor * announce route 2001:db8::1/128 next-hop self med {second}"),
            ];
            assert_eq!(said(&check(), condition), expected);
        }
        for condition in [Condition::Init, Condition::Rising, Condition::Falling] {
            assert!(said(&check(), condition).is_empty());
        }
    }

    #[test]
    fn every_attribute_has_its_place() {
        let text = |text: &str| Some(text.to_owned());
        let mut check = HealthCheck {
            next_hop: "192.0.2.9".parse().ok(),
            local_preference: 0,
            community: text("1:1 2:2"),
            disabled_community: text("3:3"),
            extended_community: text("target:1:1"),
            large_community: text("1:2:3"),
            as_path: text("65000"),
            path_id: 7,
            neighbors: vec!["10.0.0.1".parse().ok(), "2001:db8::2".parse().ok()],
            ..check()
        };
        check.down.as_path = text("65000 65000");
        check.addresses.truncate(1);
        let behind = "extended-community [ target:1:1 ] large-community [ 1:2:3 ]";
        assert_eq!(
            said(&check, Condition::Up),
            [format!(
                "neighbor 10.0.0.1, neighbor 2001:db8::2 announce route 192.0.2.1/32 next-hop 192.0.2.9 med 100 \
                 local-preference 0 community [ 1:1 2:2 ] {behind} as-path [ 65000 ] path-information 7"
            )]
        );
        assert!(
            said(&check, Condition::Down)[0].contains(&format!("community [ 3:3 ] {behind} as-path [ 65000 65000 ]"))
        );
        check.withdraw_on_down = true;
        check.neighbors.push(None);
        let withdrawn = ["neighbor * withdraw route 192.0.2.1/32 next-hop 192.0.2.9 path-information 7"];
        for condition in [Condition::Down, Condition::Disabled, Condition::Exit] {
            assert_eq!(said(&check, condition), withdrawn);
        }
        assert!(lines(&check, &check.addresses, Condition::Up, Dialect::V6)[0].starts_with("peer * announce route "));
    }

    #[test]
    fn each_line_is_a_command() {
        let check = HealthCheck { community: Some("1:1".to_owned()), local_preference: 5, ..check() };
        for (dialect, condition) in
            [(Dialect::V5, Condition::Up), (Dialect::V6, Condition::Up), (Dialect::V6, Condition::Exit)]
        {
            for line in lines(&check, &check.addresses, condition, dialect) {
                let asked = crate::Context { service: "check", dialect, version: "" };
                assert!(matches!(crate::parse(&line, &asked), Ok(crate::Verb::Rib { .. })), "{line}");
            }
        }
    }
}
