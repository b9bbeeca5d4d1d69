//! FRR's bgpd takes labelled unicast from us and passes it on to a third daemon; what is withdrawn goes everywhere.
//!
//! Without zebra FRR has no labels to give to routes of its own.
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use support::{
    exchange::{Announced, Texts, attributes, rest},
    frr::{self, Terminal},
    interop::{self, PEER_AS},
    vpn::Vpn,
};

#[test]
fn frr_holds_and_passes_on_our_labelled_routes() {
    let ours = |passed: &[u32]| -> Vec<Announced> {
        Vpn::both(65000).filter(|route| route.index % 2 == 0).map(|route| labelled(&route, passed)).collect()
    };
    let families = ["ipv4 labeled-unicast", "ipv6 labeled-unicast"];
    frr::transit(
        "interop_frr_labelled",
        &families,
        "family { ipv4 nlri-mpls; ipv6 nlri-mpls; }",
        |terminal, us, third| {
            us.announce(&ours(&[]), || held(terminal));
            us.announce(&ours(&[PEER_AS]), || third.heard());
        },
    );
}

/// The route without its VPN; where it is held, these AS numbers stand before its path.
fn labelled(route: &Vpn, passed: &[u32]) -> Announced {
    let Vpn { prefix, label, next_hop, as_path, .. } = route;
    let short = format!("{} nlri-mpls {prefix}", route.family());
    let path = [passed, as_path].concat();
    Announced {
        route: format!("{short} label {label} next-hop {next_hop}"),
        short,
        attributes: attributes(as_path, &[]),
        held: (prefix.clone(), rest(&format!("label [{label}]"), next_hop, &path, &[])),
    }
}

/// What FRR has got from us.
fn held(terminal: &Terminal) -> Result<Texts, String> {
    let mut table = Texts::new();
    for object in terminal.objects(["ipv4", "ipv6"].map(|afi| format!("show bgp {afi} labeled-unicast json detail")))? {
        for (prefix, entries) in interop::members(&object["routes"]) {
            for path in frr::foreign(entries) {
                table.insert(prefix.clone(), frr::labelled(path)?);
            }
        }
    }
    Ok(table)
}
