//! BIRD 2 and we hold a session and exchange a thousand routes of each family.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::fmt::Write as _;

use support::{
    bird::{self, Bird},
    interop::{self, Us},
    lab::Lab,
    record::{Path, Table},
};

#[test]
fn bird_and_we_hold_the_same_routes() {
    let Some(programs) = interop::programs("interop_bird", ["bird", "birdc"]) else { return };
    let lab = Lab::new();
    let Bird { mut program, port, client } = Bird::start(&lab, programs, &["ipv4", "ipv6"], &routes());
    Us::calling(&lab, port).exchange(&mut program, || Ok(held(&client.held()?)));
}

fn routes() -> String {
    let mut text = String::new();
    for (channel, v6) in [("ipv4", false), ("ipv6", true)] {
        writeln!(text, "protocol static {channel}_routes {{\n  {channel};").unwrap();
        for (prefix, index) in interop::prefixes(v6).zip(0..) {
            let path = interop::variant(index % interop::VARIANTS, v6);
            writeln!(text, "  route {prefix} blackhole {{ {} }};", attributes(&path)).unwrap();
        }
        text.push_str("}\n");
    }
    text
}

/// The statements that give a route these attributes.
fn attributes(path: &Path) -> String {
    let mut text = bird::path(&path.next_hop, &path.as_path);
    for (attribute, parts) in [("bgp_community", 2), ("bgp_large_community", 3)] {
        for community in interop::communities(path, parts) {
            write!(text, " {attribute}.add(({}));", community.replace(':', ",")).unwrap();
        }
    }
    text
}

/// What BIRD has got from us.
fn held(text: &str) -> Table {
    let mut table = Table::new();
    let mut prefix = "";
    for line in text.lines() {
        if let Some((first, _)) = line.split_once(' ').filter(|(first, _)| first.contains('/')) {
            prefix = first;
            table.insert(prefix.to_owned(), Path::default());
        }
        let (Some((attribute, value)), Some(path)) = (bird::attribute(line), table.get_mut(prefix)) else { continue };
        match attribute {
            "BGP.next_hop" => bird::next_hop(value).clone_into(&mut path.next_hop),
            "BGP.as_path" => path.as_path = bird::as_path(value),
            "BGP.community" | "BGP.large_community" => {
                path.communities.extend(value.split(')').filter_map(community));
                path.communities.sort();
            }
            _ => {}
        }
    }
    table
}

/// `(65000,1` or `(65000, 7, 1`.
fn community(text: &str) -> Option<String> {
    Some(text.trim().strip_prefix('(')?.replace(", ", ":").replace(',', ":"))
}
