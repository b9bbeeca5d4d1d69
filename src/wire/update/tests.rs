//! RFC 7606, row by row.

use super::*;

fn session(internal: bool) -> Negotiated {
    let mut with = Negotiated::unnegotiated();
    with.asn4 = true;
    with.families = Family::ALL.to_vec();
    (with.local_as, with.peer_as) = (65000, if internal { 65000 } else { 65001 });
    with
}

const ORIGIN: &[u8] = &[0x40, 1, 1, 0];
const PATH: &[u8] = &[0x40, 2, 6, 2, 1, 0, 0, 0xFD, 0xE9];
const HOP: &[u8] = &[0x40, 3, 4, 10, 0, 0, 1];
const PREF: &[u8] = &[0x40, 5, 4, 0, 0, 0, 100];
const NLRI: &[u8] = &[24, 10, 0, 0];

fn body(withdrawn: &[u8], attributes: &[&[u8]], nlri: &[u8]) -> Vec<u8> {
    let attributes = attributes.concat();
    let length = |octets: &[u8]| u16::try_from(octets.len()).unwrap().to_be_bytes();
    [&length(withdrawn)[..], withdrawn, &length(&attributes), &attributes, nlri].concat()
}

fn external(extra: &[&[u8]]) -> Update {
    let attributes = [&[ORIGIN, PATH, HOP], extra].concat();
    Update::decode(&body(&[], &attributes, NLRI), &session(false)).unwrap()
}

fn fault(extra: &[u8]) -> Option<UpdateFault> {
    let update = external(&[extra]);
    let withdrawn = update.fault == Some(UpdateFault::TreatAsWithdraw);
    assert_eq!((update.announced.len(), update.withdrawn.len()), if withdrawn { (0, 1) } else { (1, 0) });
    update.fault
}

#[test]
fn a_plain_update() {
    let update = external(&[]);
    assert_eq!(update.fault, None);
    assert_eq!(update.attributes.to_string(), "origin igp as-path ( 65001 )");
    assert_eq!(update.announced[0].nlris[0].to_string(), "10.0.0.0/24");
    assert_eq!(update.announced[0].next_hop.to_string(), "10.0.0.1");
}

#[test]
fn ends_of_rib() {
    let decode = |octets: &[u8]| Update::decode(octets, &session(false)).unwrap().end_of_rib;
    assert_eq!(decode(&[0, 0, 0, 0]), Some(Family::Ipv4Unicast));
    assert_eq!(decode(&[0, 0, 0, 7, 0x90, 15, 0, 3, 0, 2, 1]), Some(Family::Ipv6Unicast));
    assert_eq!(decode(&[0, 0, 0, 6, 0x80, 15, 3, 0, 2, 1]), Some(Family::Ipv6Unicast));
}

#[test]
fn treat_as_withdraw() {
    use UpdateFault::TreatAsWithdraw;
    let rows: &[(&str, &[u8])] = &[
        ("MED of 3 octets", &[0x80, 4, 3, 0, 0, 1]),
        ("MED of 0 octets", &[0x80, 4, 0]),
        ("MED that is well-known", &[0x40, 4, 4, 0, 0, 0, 1]),
        ("community that is not transitive", &[0x80, 8, 4, 0, 1, 0, 1]),
        ("community of 3 octets", &[0xC0, 8, 3, 0, 1, 0]),
        ("community of 0 octets", &[0xC0, 8, 0]),
        ("large community of 11 octets", &[0xC0, 32, 11, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]),
        ("an attribute longer than the block", &[0x80, 4, 4, 0, 0]),
        ("a stray octet", &[0x80]),
        ("two stray octets", &[0x80, 4]),
    ];
    for (what, octets) in rows {
        assert_eq!(fault(octets), Some(TreatAsWithdraw), "{what}");
    }
}

#[test]
fn malformed_mandatory_attributes() {
    let rows: &[(&str, &[&[u8]])] = &[
        ("ORIGIN of 2 octets", &[&[0x40, 1, 2, 0, 0], PATH, HOP]),
        ("ORIGIN 3", &[&[0x40, 1, 1, 3], PATH, HOP]),
        ("AS_PATH segment type 9", &[ORIGIN, &[0x40, 2, 6, 9, 1, 0, 0, 0, 1], HOP]),
        ("AS_PATH truncated", &[ORIGIN, &[0x40, 2, 5, 2, 1, 0, 0, 0], HOP]),
        ("AS_PATH segment without AS", &[ORIGIN, &[0x40, 2, 2, 2, 0], HOP]),
        ("NEXT_HOP of 3 octets", &[ORIGIN, PATH, &[0x40, 3, 3, 1, 1, 1]]),
        ("no ORIGIN", &[PATH, HOP]),
        ("no AS_PATH", &[ORIGIN, HOP]),
        ("no NEXT_HOP", &[ORIGIN, PATH]),
        ("nothing", &[]),
    ];
    for (what, attributes) in rows {
        let update = Update::decode(&body(&[], attributes, NLRI), &session(false)).unwrap();
        assert_eq!((update.fault, update.withdrawn.len()), (Some(UpdateFault::TreatAsWithdraw), 1), "{what}");
    }
    let internal = Update::decode(&body(&[], &[ORIGIN, PATH, HOP], NLRI), &session(true)).unwrap();
    assert_eq!(internal.fault, Some(UpdateFault::TreatAsWithdraw), "no LOCAL_PREF from an internal peer");
    let internal = Update::decode(&body(&[], &[ORIGIN, PATH, HOP, PREF], NLRI), &session(true)).unwrap();
    assert_eq!(internal.fault, None);
}

#[test]
fn discarded_attributes() {
    let rows: &[(&str, &[u8])] = &[
        ("ATOMIC_AGGREGATE of 1 octet", &[0x40, 6, 1, 0]),
        ("AGGREGATOR of 6 octets", &[0xC0, 7, 6, 0, 1, 1, 1, 1, 1]),
        ("AS4_PATH malformed", &[0xC0, 17, 1, 2]),
        ("AS4_AGGREGATOR of 7 octets", &[0xC0, 18, 7, 0, 0, 0, 1, 1, 1, 1]),
        ("ORIGINATOR_ID from an external peer", &[0x80, 9, 4, 1, 1, 1, 1]),
        ("CLUSTER_LIST from an external peer", &[0x80, 10, 4, 1, 1, 1, 1]),
        ("LOCAL_PREF from an external peer", PREF),
    ];
    for (what, octets) in rows {
        assert_eq!(fault(octets), Some(UpdateFault::Discard), "{what}");
    }
    assert_eq!(external(&[PREF]).attributes.to_string(), "origin igp as-path ( 65001 )");
}

#[test]
fn unknown_attributes() {
    let update = external(&[&[0xC0, 99, 2, 0xAB, 0xCD]]);
    assert_eq!(update.attributes.to_string(), "origin igp as-path ( 65001 ) attribute [ 0x63 0xE0 0xabcd ]");
    assert_eq!(external(&[&[0x80, 99, 1, 0]]).attributes.iter().count(), 2);
    let refused = Update::decode(&body(&[], &[ORIGIN, PATH, HOP, &[0x40, 99, 1, 7]], NLRI), &session(false));
    assert_eq!(refused, Err(Notify::with_data(3, 2, &[0x40, 99, 1, 7][..])));
}

#[test]
fn the_first_of_a_repeated_attribute_is_kept() {
    let update = external(&[&[0x80, 4, 4, 0, 0, 0, 1], &[0x80, 4, 4, 0, 0, 0, 2]]);
    assert!(update.attributes.to_string().ends_with("med 1"));
}

#[test]
fn resets() {
    let code = |octets: &[u8]| {
        let notify = Update::decode(octets, &session(false)).unwrap_err();
        (notify.code, notify.subcode)
    };
    assert_eq!(code(&[0, 9, 0, 0]), (3, 1));
    assert_eq!(code(&[0, 0, 0, 9, 0]), (3, 1));
    assert_eq!(code(&body(&[], &[ORIGIN, PATH, HOP], &[33, 1, 1, 1, 1, 1])), (3, 10));
    assert_eq!(code(&body(&[24, 1], &[], &[])), (3, 10));
    let reach: &[u8] = &[0x80, 14, 9, 0, 1, 1, 4, 1, 1, 1, 1, 0];
    assert_eq!(code(&body(&[], &[reach, reach], &[])), (3, 1));
    let unreach: &[u8] = &[0x80, 15, 3, 0, 1, 1];
    assert_eq!(code(&body(&[], &[unreach, unreach], &[])), (3, 1));
    assert_eq!(code(&body(&[], &[&[0x80, 14, 9, 0, 2, 1, 4, 1, 1, 1, 1, 0]], &[])), (3, 9));
    assert_eq!(code(&body(&[], &[&[0x80, 14, 2, 0, 2]], &[])), (3, 9));
}

#[test]
fn families_that_were_not_negotiated_are_ignored() {
    let mut with = session(false);
    with.families = vec![Family::Ipv4Unicast];
    let unreach: &[u8] = &[0x80, 15, 4, 0, 2, 1, 0];
    let update = Update::decode(&body(&[], &[unreach], &[]), &with).unwrap();
    assert!(update.is_empty() && update.complaints[0].contains("ipv6/unicast"));
}

#[test]
fn a_multicast_next_hop_announces_nothing() {
    let hop: &[u8] = &[0x40, 3, 4, 224, 0, 0, 1];
    let update = Update::decode(&body(&[], &[ORIGIN, PATH, hop], NLRI), &session(false)).unwrap();
    assert!(update.announced.is_empty() && update.withdrawn.is_empty() && update.end_of_rib.is_none());
}

#[test]
fn ipv6_with_two_next_hops_keeps_the_global_one() {
    let mut reach = vec![0x80, 14, 0, 0, 2, 1, 32];
    reach.extend([0x20, 1, 0xD, 0xB8].iter().chain(&[0; 11]).chain(&[1]));
    reach.extend([0xFE, 0x80].iter().chain(&[0; 13]).chain(&[1]));
    reach.extend([0, 32, 0x20, 1, 0xD, 0xB8]);
    reach[2] = u8::try_from(reach.len() - 3).unwrap();
    let update = Update::decode(&body(&[], &[ORIGIN, PATH, &reach], &[]), &session(false)).unwrap();
    assert_eq!(update.fault, None);
    assert_eq!(update.announced[0].next_hop.to_string(), "2001:db8::1");
    assert_eq!(update.announced[0].nlris[0].to_string(), "2001:db8::/32");
}

#[test]
fn four_octet_paths_through_a_two_octet_speaker() {
    let mut with = session(false);
    with.asn4 = false;
    let path: &[u8] = &[0x40, 2, 6, 2, 2, 0x5B, 0xA0, 0, 1];
    let wide: &[u8] = &[0xC0, 17, 10, 2, 2, 0, 1, 0x38, 0x80, 0, 0, 0, 1];
    let update = Update::decode(&body(&[], &[ORIGIN, path, HOP, wide], NLRI), &with).unwrap();
    assert_eq!(update.attributes.to_string(), "origin igp as-path ( 80000 1 )");
}

fn reach(afi: u16, safi: u8, next_hop: &[u8], nlris: &[u8]) -> Vec<u8> {
    let hop_length = u8::try_from(next_hop.len()).unwrap();
    let value = [&afi.to_be_bytes()[..], &[safi, hop_length], next_hop, &[0], nlris].concat();
    [&[0x80, 14, u8::try_from(value.len()).unwrap()], &value[..]].concat()
}

/// A label stack without bottom hides neither the NLRI behind it nor the session.
#[test]
fn a_label_stack_without_bottom() {
    let nlris = [48, 0, 6, 0x40, 10, 0, 0, 48, 0, 6, 0x41, 10, 0, 1];
    let reach = reach(1, 4, &[10, 0, 0, 1], &nlris);
    let update = Update::decode(&body(&[], &[ORIGIN, PATH, &reach], &[]), &session(false)).unwrap();
    assert_eq!(update.fault, Some(UpdateFault::TreatAsWithdraw));
    assert!(update.announced.is_empty() && update.end_of_rib.is_none());
    assert_eq!(update.withdrawn.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.1.0/24 label 100"]);
}

#[test]
fn evpn_routes_of_unknown_types_and_of_wrong_length() {
    let read = |nlris: &[u8]| {
        let reach = reach(25, 70, &[0x20; 16], nlris);
        Update::decode(&body(&[], &[ORIGIN, PATH, &reach], &[]), &session(false)).unwrap()
    };
    let update = read(&[6, 2, 1, 2]);
    assert_eq!((update.fault, update.announced[0].nlris[0].to_string().as_str()), (None, "raw 0x06020102"));
    let update = read(&[3, 2, 1, 2, 6, 0]);
    assert_eq!((update.fault, update.withdrawn.len()), (Some(UpdateFault::TreatAsWithdraw), 1));
}

#[test]
fn lengths_of_next_hops() {
    let vpn = [112, 0, 6, 0x41, 0, 0, 0, 1, 0, 0, 0, 1, 10, 0, 0];
    let rd = [0; 8];
    let hop = |afi: u16, safi: u8, hop: &[u8], with: &Negotiated| {
        let reach = reach(afi, safi, hop, if safi == 128 { &vpn } else { &[] });
        let update = Update::decode(&body(&[], &[ORIGIN, PATH, &reach], &[]), with).ok()?;
        Some(update.announced.first().map(|reach| reach.next_hop.to_string()).unwrap_or_default())
    };
    let mut with = session(false);
    let v4 = [&rd[..], &[10, 0, 0, 1]].concat();
    let v6 = [&rd[..], &[0x20; 16]].concat();
    let text = "2020:2020:2020:2020:2020:2020:2020:2020";
    assert_eq!(hop(1, 128, &v4, &with).as_deref(), Some("10.0.0.1"));
    assert_eq!(hop(1, 128, &[10, 0, 0, 1], &with), None);
    assert_eq!(hop(1, 128, &[&[1; 8][..], &[10, 0, 0, 1]].concat(), &with), None);
    assert_eq!(hop(1, 128, &v6, &with), None);
    assert_eq!(hop(2, 128, &v6, &with).as_deref(), Some(text));
    assert_eq!(hop(2, 128, &[&v6[..], &[0xFE; 16]].concat(), &with).as_deref(), Some(text));
    assert_eq!(hop(2, 128, &[&v6[..], &v6].concat(), &with).as_deref(), Some(text));
    assert_eq!(hop(2, 128, &v4, &with), None);
    assert_eq!(hop(25, 70, &[10, 0, 0, 1], &with), Some(String::new()));
    assert_eq!(hop(1, 132, &[0x20; 16], &with), Some(String::new()));
    with.next_hops = vec![(Family::Ipv4MplsVpn, 2)];
    assert_eq!(hop(1, 128, &v6, &with).as_deref(), Some(text));
    assert_eq!(hop(1, 128, &[], &with), None);
}

#[test]
fn confederations_have_no_place_in_as4_path() {
    let with = Negotiated { asn4: false, ..session(false) };
    let path: &[u8] = &[0x40, 2, 6, 2, 2, 0xFD, 0xE9, 0x5B, 0xA0];
    let segments = [&[3, 1, 0, 0, 0xFD, 0xF2][..], &[2, 1, 0, 1, 0x11, 0x70], &[4, 1, 0, 0, 0xFD, 0xF3]];
    let decode = |segments: &[&[u8]]| {
        let value = segments.concat();
        let wide = [&[0xC0, 17, u8::try_from(value.len()).unwrap()], &value[..]].concat();
        Update::decode(&body(&[], &[ORIGIN, path, HOP, &wide], NLRI), &with).unwrap()
    };
    let update = decode(&segments);
    assert_eq!((update.fault, update.complaints.len()), (None, 1));
    assert_eq!(update.attributes.to_string(), "origin igp as-path ( 65001 ) ( 70000 )");
    assert_eq!(decode(&segments[1..2]).complaints, Vec::<String>::new());
    assert_eq!(decode(&segments[..1]).attributes.to_string(), "origin igp as-path ( 65001 23456 )");
}
