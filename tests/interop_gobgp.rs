//! GoBGP and we hold a session and exchange a thousand routes of each family.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so and ends")]

mod support;

use bytes::{BufMut, BytesMut};
use serde_json::Value;
use support::{
    gobgp::GoBgp,
    interop::{self, PEER_AS, Us},
    lab::Lab,
    record::{Path, Table},
    wait::{eventually, secs},
};
use wire::{AnyNlri, Intent, Negotiated, Route, Words, route};

#[test]
fn gobgp_and_we_hold_the_same_routes() {
    let Some(programs) = interop::programs("interop_gobgp", ["gobgpd", "gobgp"]) else { return };
    let lab = Lab::new();
    let GoBgp { mut program, port, client } = GoBgp::start(&lab, programs, &["ipv4-unicast", "ipv6-unicast"]);
    // The client ends before all it has sent has left it: what it loses is to be another copy of the table.
    let theirs: Vec<(String, Path)> = interop::theirs().into_iter().collect();
    let routes = lab.write("routes.mrt", dump(&[&theirs[..]; COPIES].concat()));
    client.run(&format!("mrt inject global {}", routes.display())).unwrap();
    eventually(secs(30), "all routes in GoBGP", || {
        let count = |family| client.run(&format!("global rib summary -a {family}"));
        let counts = [count("ipv4")?, count("ipv6")?];
        let whole = format!("Destination: {},", interop::ROUTES);
        if counts.iter().all(|count| count.contains(&whole)) { Ok(()) } else { Err(counts.concat()) }
    });
    Us::calling(&lab, port).exchange(&mut program, || {
        let mut table = held(&client.run("-j global rib -a ipv4")?)?;
        table.extend(held(&client.run("-j global rib -a ipv6")?)?);
        Ok(table)
    });
}

/// A table as routers dump it (RFC 6396, TABLE_DUMP_V2), which is how GoBGP takes many routes at once.
///
/// ```text
/// +---------------------------------------------------------------+
/// |                           Timestamp                           |
/// +-------------------------------+-------------------------------+
/// |          Type (13)            |            Subtype            |
/// +-------------------------------+-------------------------------+
/// |                            Length                             |
/// +---------------------------------------------------------------+
/// |                       Message (variable)                      |
/// ```
fn dump(routes: &[(String, Path)]) -> Vec<u8> {
    let mut out = BytesMut::new();
    record(&mut out, PEER_INDEX_TABLE, |out| {
        out.put_u32(0); // the collector
        out.put_u16(0); // the length of the view's name
        out.put_u16(1); // the number of peers: one, of IPv4 and with an AS number of four octets
        out.put_u8(2);
        out.put_slice(&[127, 2, 0, 1, 127, 2, 0, 1]);
        out.put_u32(PEER_AS);
    });
    for ((prefix, path), number) in routes.iter().zip(0..) {
        // GoBGP itself prepends its AS.
        let path = Path { as_path: path.as_path.iter().skip(1).copied().collect(), ..path.clone() };
        let words = interop::words(prefix, &path);
        let route = route::parse_route(&mut Words::new(&words), Intent::Announce).unwrap().routes.remove(0);
        let subtype = if matches!(route.nlri, AnyNlri::Ipv4Unicast(_)) { RIB_IPV4_UNICAST } else { RIB_IPV6_UNICAST };
        record(&mut out, subtype, |out| entry(out, number, &route));
    }
    out.to_vec()
}

fn record(out: &mut BytesMut, subtype: u16, fill: impl FnOnce(&mut BytesMut)) {
    let mut body = BytesMut::new();
    fill(&mut body);
    out.put_u32(0);
    out.put_u16(13);
    out.put_u16(subtype);
    out.put_u32(u32::try_from(body.len()).unwrap());
    out.put_slice(&body);
}

fn entry(out: &mut BytesMut, number: u32, route: &Route) {
    let with = Negotiated { asn4: true, ..Negotiated::unnegotiated() };
    let mut attributes = BytesMut::new();
    route.attributes.encode(&mut attributes, route.next_hop.ipv4(), &with);
    if let wire::NextHop::Ip(std::net::IpAddr::V6(next_hop)) = route.next_hop {
        // MP_REACH_NLRI without routes: GoBGP does not read the shorter form of RFC 6396 section 4.3.4.
        attributes.put_slice(&[0x80, 14, 21, 0, 2, 1, 16]);
        attributes.put_slice(&next_hop.octets());
        attributes.put_u8(0);
    }
    out.put_u32(number);
    route.nlri.encode(out, false);
    out.put_u16(1);
    out.put_u16(0);
    out.put_u32(0);
    out.put_u16(u16::try_from(attributes.len()).unwrap());
    out.put_slice(&attributes);
}

/// What GoBGP has got from us.
fn held(json: &str) -> Result<Table, String> {
    let all: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut table = Table::new();
    for (prefix, paths) in interop::members(&all).filter(|(prefix, _)| !interop::is_theirs(prefix)) {
        for path in paths.as_array().into_iter().flatten() {
            table.insert(prefix.clone(), attributes(&path["attrs"])?);
        }
    }
    Ok(table)
}

fn attributes(list: &Value) -> Result<Path, String> {
    let mut path = Path::default();
    for attribute in list.as_array().into_iter().flatten() {
        match attribute["type"].as_u64() {
            Some(2) => {
                for segment in attribute["as_paths"].as_array().into_iter().flatten() {
                    path.as_path.extend(interop::numbers(&segment["asns"]));
                }
            }
            Some(3 | 14) => path.next_hop = interop::text(&attribute["nexthop"])?.to_owned(),
            Some(8) => {
                let values = interop::numbers(&attribute["communities"]);
                path.communities.extend(values.map(|value| format!("{}:{}", value >> 16, value & 0xFFFF)));
            }
            Some(32) => {
                for value in attribute["value"].as_array().into_iter().flatten() {
                    path.communities.push(format!("{}:{}:{}", value["ASN"], value["LocalData1"], value["LocalData2"]));
                }
            }
            _ => {}
        }
    }
    path.communities.sort();
    Ok(path)
}

/// More than gRPC keeps in flight (64 KiB) has to follow the first.
const COPIES: usize = 3;
const PEER_INDEX_TABLE: u16 = 1;
const RIB_IPV4_UNICAST: u16 = 2;
const RIB_IPV6_UNICAST: u16 = 4;
