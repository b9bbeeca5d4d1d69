//! `announce … lease 30s`: a route that is withdrawn unless it is announced again in time. A word of ours.

use rib::Op;

use super::{
    Context,
    dispatch::{self, Tail},
};
use crate::{ApiError, Verb};

/// Reads one line of a helper, with a lease or without. One is looked for only in what is no command without one,
/// so that nobody pays for it who has none.
///
/// # Errors
/// When the line is no command, or its words do not say what they should.
pub fn parse(line: &str, context: &Context<'_>) -> Result<Verb, ApiError> {
    dispatch::parse(line, context).or_else(|error| leased(line, context).ok_or(error))
}

const BLANK: [char; 2] = [' ', '\t'];

fn leased(line: &str, context: &Context<'_>) -> Option<Verb> {
    let leased = Tail::cut(line).0.trim_ascii_end();
    let (rest, time) = leased.rsplit_once(BLANK)?;
    let (route, "lease") = rest.trim_ascii_end().rsplit_once(BLANK)? else { return None };
    let time = config::duration(time).filter(|time| !time.is_zero())?;
    // Words about the answer stand behind the route as if there was no lease.
    let line = format!("{route} {}", line.get(leased.len()..).unwrap_or_default());
    let Ok(Verb::Rib { selector, ops, sync }) = dispatch::parse(&line, context) else { return None };
    let lease = |op| match op {
        Op::Announce(route) => Some(Op::Leased(route, time)),
        _ => None,
    };
    let ops = ops.into_iter().map(lease).collect::<Option<Vec<Op>>>()?;
    Some(Verb::Rib { selector, ops, sync })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wire::json::Dialect;

    use super::*;

    fn ops(line: &str, dialect: Dialect) -> Result<Vec<Op>, ApiError> {
        match parse(line, &Context { service: "test", dialect, version: "" })? {
            Verb::Rib { ops, .. } => Ok(ops),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_time_comes_last() {
        for (line, dialect, count) in [
            ("announce route 10.0.0.0/24 next-hop 192.0.2.1 lease 30s", Dialect::V5, 1),
            ("neighbor 10.0.0.1 announce ipv4 unicast 10.0.0.0/24 next-hop self med 5 lease 30", Dialect::V5, 1),
            (
                "peer * announce attributes next-hop 192.0.2.1 nlri 10.0.0.0/24 10.0.1.0/24 lease 30000ms",
                Dialect::V6,
                2,
            ),
        ] {
            let ops = ops(line, dialect).unwrap();
            assert_eq!(ops.len(), count, "{line}");
            for op in ops {
                assert!(matches!(op, Op::Leased(_, time) if time == Duration::from_secs(30)), "{line}: {op:?}");
            }
        }
    }

    #[test]
    fn words_about_the_answer_come_behind_it() {
        let sync = |line: &str, dialect| match parse(line, &Context { service: "test", dialect, version: "" }) {
            Ok(Verb::Rib { ops, sync, .. }) if matches!(ops[..], [Op::Leased(..)]) => sync,
            other => panic!("{line}: {other:?}"),
        };
        let line = "announce route 10.0.0.0/24 next-hop 192.0.2.1\tlease  30s";
        for (tail, expected) in [("", None), (" \t", None), (" sync", Some(true)), (" async ", Some(false))] {
            assert_eq!(sync(&format!("{line}{tail}"), Dialect::V5), expected, "{tail}");
        }
        for (tail, expected) in [(" json", None), (" sync json", Some(true)), ("  text\tasync", Some(false))] {
            assert_eq!(sync(&format!("peer * {line}{tail}"), Dialect::V6), expected, "{tail}");
        }
    }

    #[test]
    fn only_routes_are_leased() {
        for line in [
            "withdraw route 10.0.0.0/24 lease 30s",
            "announce route 10.0.0.0/24 next-hop 192.0.2.1 lease soon",
            "announce route 10.0.0.0/24 next-hop 192.0.2.1 lease 0",
            "announce route 10.0.0.0/24 next-hop 192.0.2.1 lease",
            "announce eor ipv4 unicast lease 30s",
            "announce route 10.0.0.0/24 next-hop 192.0.2.1 lease 30s json",
            "announce route 10.0.0.0/24 next-hop 192.0.2.1 lease 30s sync sync sync",
        ] {
            assert!(ops(line, Dialect::V5).is_err(), "{line}");
        }
    }
}
