//! BIRD 2 and we hold a session and exchange a thousand routes of each family.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

mod support;

use std::{fmt::Write as _, path::Path as FilePath, process::Command};

use support::{
    interop::{self, PEER, PEER_AS, Program, Us},
    lab::Lab,
    net,
    record::{Path, Table},
};

#[test]
fn bird_and_we_hold_the_same_routes() {
    let Some([bird, birdc]) = interop::programs("interop_bird", ["bird", "birdc"]) else { return };
    let lab = Lab::new();
    let port = net::free_port(PEER);
    let (conf, socket) = (lab.write("bird.conf", configuration(port)), lab.path("bird.ctl"));
    let mut command = Command::new(bird);
    command.arg("-f").arg("-c").arg(conf).arg("-s").arg(&socket).arg("-P").arg(lab.path("bird.pid"));
    let mut program = Program::start(&lab, "bird", &mut command);
    Us::calling(&lab, port).exchange(&mut program, || held(&birdc, &socket));
}

fn configuration(port: u16) -> String {
    let mut text = format!(
        "log stderr all;\nrouter id {PEER};\nprotocol device {{}}\n\
         protocol bgp exactix {{\n  local {PEER} port {port} as {PEER_AS};\n  neighbor {} as 65000;\n  multihop;\n  passive;\n\
         \x20 ipv4 {{ import all; export where source = RTS_STATIC; next hop keep; }};\n\
         \x20 ipv6 {{ import all; export where source = RTS_STATIC; next hop keep; }};\n}}\n",
        net::DAEMON
    );
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

/// The statements that give a route these attributes; BIRD itself prepends its AS.
fn attributes(path: &Path) -> String {
    let mut text = format!("bgp_next_hop = {};", path.next_hop);
    for asn in path.as_path.iter().skip(1).rev() {
        write!(text, " bgp_path.prepend({asn});").unwrap();
    }
    for (attribute, parts) in [("bgp_community", 2), ("bgp_large_community", 3)] {
        for community in interop::communities(path, parts) {
            write!(text, " {attribute}.add(({}));", community.replace(':', ",")).unwrap();
        }
    }
    text
}

/// What BIRD has got from us.
fn held(birdc: &FilePath, socket: &FilePath) -> Result<Table, String> {
    let mut command = Command::new(birdc);
    let text =
        interop::output(command.arg("-r").arg("-s").arg(socket).args(["show", "route", "protocol", "exactix", "all"]))?;
    let mut table = Table::new();
    let mut prefix = "";
    for line in text.lines() {
        if let Some((first, _)) = line.split_once(' ').filter(|(first, _)| first.contains('/')) {
            prefix = first;
            table.insert(prefix.to_owned(), Path::default());
        }
        let Some((attribute, value)) = line.trim().split_once(": ") else { continue };
        let Some(path) = table.get_mut(prefix) else { continue };
        match attribute {
            "BGP.next_hop" => path.next_hop = value.split(' ').next().unwrap_or_default().to_owned(),
            "BGP.as_path" => path.as_path = value.split(' ').filter_map(|asn| asn.parse().ok()).collect(),
            "BGP.community" | "BGP.large_community" => {
                path.communities.extend(value.split(')').filter_map(community));
                path.communities.sort();
            }
            _ => {}
        }
    }
    Ok(table)
}

/// `(65000,1` or `(65000, 7, 1`.
fn community(text: &str) -> Option<String> {
    Some(text.trim().strip_prefix('(')?.replace(", ", ":").replace(',', ":"))
}
