//! BIRD 2 and we exchange two paths to each prefix (RFC 7911), and take back one of them, then the other.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::fmt::Write as _;

use support::{
    bird::{self, Bird, Client},
    exchange::{Announced, Side, Texts, attributes, compare, rest},
    interop::{self, PEER_AS},
    lab::Lab,
    wait::{eventually, secs},
};

#[test]
fn bird_and_we_hold_both_paths_to_each_prefix() {
    let Some(programs) = interop::programs("interop_bird_addpath", ["bird", "birdc"]) else { return };
    let lab = Lab::new();
    let Bird { mut program, port, client } = Bird::start(&lab, programs, &["ipv4 add paths on;"], &routes());
    let statements = ["family { ipv4 unicast; }", "capability { add-path send/receive; }"];
    let us = Side::calling(&lab, port, &statements);
    us.up(&mut program);

    let both = || [FIRST, SECOND].into_iter().flat_map(theirs);
    hears(&us, "both paths", &both().collect());
    client.run(&format!("disable {}", FIRST.name)).unwrap();
    hears(&us, "the second paths", &theirs(SECOND).collect());
    client.run(&format!("enable {}", FIRST.name)).unwrap();
    hears(&us, "both paths again", &both().collect());
    client.run(&format!("disable {}", SECOND.name)).unwrap();
    hears(&us, "the first paths", &theirs(FIRST).collect());

    // What is said again of some paths replaces them, and them alone.
    us.tell(&ours(|_| 0), || held(&client));
    let ours = ours(|index| if index.is_multiple_of(3) { 50 } else { 0 });
    us.announce(&ours, || held(&client));
    program.assert_alive();
    us.finish();
}

/// A protocol of BIRD, which has a path to each prefix.
#[derive(Debug, Clone, Copy)]
struct Origin {
    name: &'static str,
    number: u32,
}

const FIRST: Origin = Origin { name: "one", number: 1 };
const SECOND: Origin = Origin { name: "two", number: 2 };

impl Origin {
    fn path(self, index: u32) -> (String, Vec<u32>) {
        let next_hop = format!("198.51.100.{}", self.number * 100 + index % 10);
        let as_path = (0..(index + self.number) % 3).map(|hop| 65200 + hop + index * self.number);
        (next_hop, [PEER_AS].into_iter().chain(as_path).collect())
    }
}

/// Each path they have, with a path identifier of its own that is theirs to choose.
fn theirs(origin: Origin) -> impl Iterator<Item = (String, String)> {
    (0..ROUTES).map(move |index| {
        let (next_hop, as_path) = origin.path(index);
        (format!("172.16.{index}.0/24 {}", rest("label []", &next_hop, &as_path, &[])), "identified".to_owned())
    })
}

/// Paths count as they are, whatever their identifiers.
fn hears(us: &Side, what: &str, theirs: &Texts) {
    eventually(secs(30), what, || {
        let heard = us.heard()?;
        let all: Texts = heard
            .iter()
            .map(|(key, path)| match key.split_once(" path-information ") {
                Some((prefix, _)) => (format!("{prefix} {path}"), "identified".to_owned()),
                None => (format!("{key} {path}"), "without a path identifier".to_owned()),
            })
            .collect();
        compare("we heard", theirs, &all)?;
        // Two identifiers of one path would have become one above.
        if heard.len() == all.len() { Ok(()) } else { Err(format!("{heard:?}")) }
    });
}

/// Two paths to each prefix, whose next hops are moved as far as this says.
fn ours(moved: impl Fn(u32) -> u32) -> Vec<Announced> {
    (0..2 * ROUTES).map(|index| announced(index, moved(index))).collect()
}

/// One of two paths to a prefix; which of them is withdrawn first varies, as do the identifiers.
fn announced(index: u32, moved: u32) -> Announced {
    let (prefix, second) = (index / 2, (index + index / 2) % 2);
    let identifier = if second == 0 { format!("0.0.0.{}", 1 + prefix % 5) } else { format!("1.2.{prefix}.0") };
    let next_hop = format!("192.0.2.{}", 1 + second * 100 + prefix % 10 + moved);
    let as_path: Vec<u32> =
        [65000].into_iter().chain((0..(prefix + second) % 3).map(|hop| 65100 + hop + index)).collect();
    Announced {
        short: format!("route 10.0.{prefix}.0/24 path-information {identifier}"),
        route: format!("route 10.0.{prefix}.0/24 path-information {identifier} next-hop {next_hop}"),
        attributes: attributes(&as_path, &[]),
        held: (format!("10.0.{prefix}.0/24 via {next_hop}"), rest("", &next_hop, &as_path, &[])),
    }
}

fn routes() -> String {
    let mut text = String::new();
    for origin in [FIRST, SECOND] {
        writeln!(text, "protocol static {} {{\n  ipv4;", origin.name).unwrap();
        for index in 0..ROUTES {
            let (next_hop, as_path) = origin.path(index);
            let path = bird::path(&next_hop, &as_path);
            writeln!(text, "  route 172.16.{index}.0/24 blackhole {{ {path} }};").unwrap();
        }
        text.push_str("}\n");
    }
    text
}

/// What BIRD has got from us: it does not show the identifiers, but each path.
fn held(client: &Client) -> Result<Texts, String> {
    let text = client.held()?;
    let mut paths: Vec<(&str, &str, Vec<u32>)> = Vec::new();
    let mut prefix = "";
    for line in text.lines() {
        if line.contains("[exactix ") {
            prefix = line.split(' ').next().filter(|first| first.contains('/')).unwrap_or(prefix);
            paths.push((prefix, "", Vec::new()));
        }
        let (Some((attribute, value)), Some(path)) = (bird::attribute(line), paths.last_mut()) else { continue };
        match attribute {
            "BGP.next_hop" => path.1 = bird::next_hop(value),
            "BGP.as_path" => path.2 = bird::as_path(value),
            _ => {}
        }
    }
    let count = paths.len();
    let text = |(prefix, next_hop, as_path): (&str, &str, Vec<u32>)| {
        (format!("{prefix} via {next_hop}"), rest("", next_hop, &as_path, &[]))
    };
    let table: Texts = paths.into_iter().map(text).collect();
    if table.len() == count { Ok(table) } else { Err(format!("{count} paths, some of them the same: {table:?}")) }
}

/// Prefixes each way, of two paths each.
const ROUTES: u32 = 50;
