//! Attributes made of TLVs: any value survives its bytes, and what its text form says has the same bytes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

mod support;

use std::net::{Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use proptest::{collection::vec, option, prelude::*, sample::select};
use support::{decode_attributes, encode_attributes, parse_attributes, session};
use wire::{
    AnyAttribute, Attributes, Family, Intent, Words,
    attribute::{
        Aigp, AttributesBuilder, PmsiTunnel, PrefixSid, TunnelEncap, UnknownTlv,
        prefix_sid::{Layer, Service, ServiceSid, ServiceSubTlv, SidSubTlv, Tlv},
        tunnel_encap::{
            Behavior, BindingSid, PolicySubTlv, Segment, SegmentKind, SegmentListPart, SegmentPart, SegmentSid,
            SrPolicyTunnel, Tunnel,
        },
    },
    json::{Dialect, Style},
    route,
};

/// Zero most of the time, which is what words say.
fn flags() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(0_u8), 1 => any::<u8>()]
}

fn octets(most: usize) -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..most).prop_map(Bytes::from)
}

fn unknown(kinds: &'static [u8]) -> impl Strategy<Value = UnknownTlv> {
    (select(kinds), octets(20)).prop_map(|(kind, value)| UnknownTlv { kind, value })
}

fn ipv6() -> impl Strategy<Value = Ipv6Addr> {
    any::<u128>().prop_map(Ipv6Addr::from)
}

fn service_sid() -> impl Strategy<Value = ServiceSid> {
    let part = prop_oneof![
        3 => any::<[u8; 6]>().prop_map(SidSubTlv::Structure),
        1 => unknown(&[0, 2, 255]).prop_map(SidSubTlv::Unknown)
    ];
    (ipv6(), flags(), any::<u16>(), vec(part, 0..3)).prop_map(|(sid, flags, behavior, parts)| ServiceSid {
        sid,
        flags,
        behavior,
        parts,
    })
}

fn prefix_sid() -> impl Strategy<Value = PrefixSid> {
    let field = || 0..1_u32 << 24;
    let part = prop_oneof![
        3 => service_sid().prop_map(ServiceSubTlv::Sid),
        1 => unknown(&[0, 2, 255]).prop_map(ServiceSubTlv::Unknown)
    ];
    let tlv = prop_oneof![
        (flags(), any::<u32>()).prop_map(|(flags, index)| Tlv::LabelIndex { flags: flags.into(), index }),
        (flags(), vec((field(), field()), 1..4)).prop_map(|(flags, ranges)| Tlv::Srgb { flags: flags.into(), ranges }),
        (select(&[Layer::L3, Layer::L2]), vec(part, 0..3))
            .prop_map(|(layer, parts)| Tlv::Service(Service { layer, parts })),
        unknown(&[0, 2, 4, 7, 255]).prop_map(Tlv::Unknown),
    ];
    vec(tlv, 1..4).prop_map(PrefixSid)
}

fn behavior() -> impl Strategy<Value = Behavior> {
    any::<(u16, [u8; 4])>().prop_map(|(behavior, structure)| Behavior { behavior, structure })
}

/// A segment as words say it, but for its bottom of the stack.
fn segment() -> impl Strategy<Value = Segment> {
    let kind = select(&SegmentKind::ALL[..]);
    let numbers = (any::<[u32; 2]>(), any::<[[u8; 16]; 2]>(), any::<u8>());
    (kind, numbers, 0..1_u32 << 20, ipv6(), option::of(behavior()), any::<bool>()).prop_map(
        |(kind, ([one, two], [a, b], algorithm), label, sid, behavior, with_sid)| {
            use SegmentKind::{A, B, C, D, E, F, G, H, I, J, K};
            let (v4, v6) = (
                |octets: u32| SegmentPart::V4(Ipv4Addr::from(octets)),
                |octets: [u8; 16]| SegmentPart::V6(octets.into()),
            );
            let parts = match kind {
                A | B => vec![],
                C => vec![v4(one)],
                D | I => vec![v6(a)],
                E => vec![SegmentPart::Interface(one), v4(two)],
                F => vec![v4(one), v4(two)],
                G | J => vec![SegmentPart::Interface(one), v6(a), SegmentPart::Interface(two), v6(b)],
                H | K => vec![v6(a), v6(b)],
            };
            let algorithm = if matches!(kind, C | D | I | J | K) { algorithm % 3 } else { 0 };
            let sid = (with_sid || matches!(kind, A | B)).then_some(match kind {
                B | I | J | K => SegmentSid::Srv6(sid, behavior),
                _ => SegmentSid::Label(label << 12),
            });
            let with_behavior = matches!(sid, Some(SegmentSid::Srv6(_, Some(_))));
            let flags = if algorithm == 0 { 0 } else { 0x40 } | if with_behavior { 0x10 } else { 0 };
            Segment { kind, flags, algorithm, parts, sid }
        },
    )
}

/// A list as words say it.
fn typed_list() -> impl Strategy<Value = PolicySubTlv> {
    (any::<u32>(), vec(segment(), 0..5)).prop_map(|(weight, mut segments)| {
        let entry = segments.iter_mut().rev().find_map(|segment| match &mut segment.sid {
            Some(SegmentSid::Label(entry)) => Some(entry),
            _ => None,
        });
        if let Some(entry) = entry {
            *entry |= 0x100;
        }
        let weight = SegmentListPart::Weight { flags: 0, weight };
        let segments = segments.into_iter().map(SegmentListPart::Segment);
        PolicySubTlv::SegmentList(std::iter::once(weight).chain(segments).collect())
    })
}

/// A list with whatever can be received.
fn any_list() -> impl Strategy<Value = PolicySubTlv> {
    let segment = (segment(), flags(), any::<u32>()).prop_map(|(mut segment, flags, entry)| {
        segment.flags ^= flags;
        if let Some(SegmentSid::Label(old)) = &mut segment.sid {
            *old = entry;
        }
        SegmentListPart::Segment(segment)
    });
    let part = prop_oneof![
        3 => segment,
        1 => (flags(), any::<u32>()).prop_map(|(flags, weight)| SegmentListPart::Weight { flags, weight }),
        1 => unknown(&[0, 2, 10, 12, 17, 255]).prop_map(SegmentListPart::Unknown),
    ];
    vec(part, 0..5).prop_map(PolicySubTlv::SegmentList)
}

/// Parts as words say them, each kind at most once besides lists.
fn typed_policy() -> impl Strategy<Value = SrPolicyTunnel> {
    let name = || "[ -!#-~]{0,30}".prop_map(|name| Bytes::from(name.into_bytes()));
    let binding = prop_oneof![
        Just(PolicySubTlv::BindingSid { flags: 0, sid: BindingSid::Null }),
        (0..1_u32 << 20)
            .prop_map(|label| PolicySubTlv::BindingSid { flags: 0x10, sid: BindingSid::Mpls(label << 12 | 0x100) }),
    ];
    let parts = (
        option::of(any::<u32>().prop_map(|preference| PolicySubTlv::Preference { flags: 0, preference })),
        option::of(binding),
        option::of(any::<u8>().prop_map(PolicySubTlv::Priority)),
        option::of(ipv6().prop_map(|sid| PolicySubTlv::Srv6BindingSid { flags: 0, sid, behavior: None })),
        option::of(name().prop_map(PolicySubTlv::CandidatePathName)),
        option::of(name().prop_map(PolicySubTlv::PolicyName)),
        vec(typed_list(), 0..3),
    );
    parts
        .prop_map(|(a, b, c, d, e, f, lists)| [a, b, c, d, e, f].into_iter().flatten().chain(lists).collect::<Vec<_>>())
        .prop_shuffle()
        .prop_filter("a policy that says nothing", |parts| !parts.is_empty())
        .prop_map(SrPolicyTunnel)
}

fn any_part() -> impl Strategy<Value = PolicySubTlv> {
    let binding =
        prop_oneof![Just(BindingSid::Null), any::<u32>().prop_map(BindingSid::Mpls), ipv6().prop_map(BindingSid::Srv6)];
    prop_oneof![
        (flags(), any::<u32>()).prop_map(|(flags, preference)| PolicySubTlv::Preference { flags, preference }),
        (flags(), binding).prop_map(|(flags, sid)| PolicySubTlv::BindingSid { flags, sid }),
        any::<u8>().prop_map(PolicySubTlv::Priority),
        (flags(), ipv6(), option::of(behavior())).prop_map(|(flags, sid, behavior)| PolicySubTlv::Srv6BindingSid {
            flags,
            sid,
            behavior
        }),
        any_list(),
        octets(300).prop_map(PolicySubTlv::CandidatePathName),
        octets(300).prop_map(PolicySubTlv::PolicyName),
        unknown(&[0, 14, 127, 131, 255]).prop_map(PolicySubTlv::Unknown),
    ]
}

fn tunnel() -> impl Strategy<Value = Tunnel> {
    prop_oneof![
        3 => vec(any_part(), 0..5).prop_map(|parts| Tunnel::SrPolicy(SrPolicyTunnel(parts))),
        1 => (select(&[0_u16, 8, 14, 16, 271, 65535]), octets(300))
            .prop_map(|(kind, value)| Tunnel::Unknown { kind, value }),
    ]
}

fn only(attribute: AnyAttribute) -> Attributes {
    let mut builder = AttributesBuilder::default();
    builder.add(attribute);
    builder.finish()
}

/// The octets are read as the value, and the text form and the words of a policy say the octets.
fn survives(attribute: AnyAttribute) -> Result<String, TestCaseError> {
    let with = session("");
    let attributes = only(attribute);
    let block = encode_attributes(&attributes, &with).unwrap();
    prop_assert_eq!(&decode_attributes(&block, &with), &Ok(attributes.clone()));
    for dialect in [Dialect::V5, Dialect::V6] {
        let mut out = String::from("{ ");
        attributes.json(&mut out, &Style { dialect, ..Style::default() });
        out.push_str(" }");
        let parsed = serde_json::from_str::<serde_json::Value>(&out);
        prop_assert!(parsed.is_ok() && out.is_ascii(), "{out}: {parsed:?}");
    }
    let text = attributes.to_string();
    let said = parse_attributes(&text).or_else(|_| {
        let line = format!("distinguisher 0 color 1 endpoint 10.0.0.1 next-hop 10.0.0.2 {text}");
        let spec = route::parse_family(Family::Ipv4SrPolicy, &mut Words::new(&line), Intent::Announce);
        spec.map(|spec| spec.routes[0].attributes.clone()).map_err(|error| error.to_string())
    });
    let said = said.and_then(|said| encode_attributes(&said, &with));
    prop_assert_eq!(said, Ok(block), "{}", text);
    Ok(text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn metrics(metric: u64) {
        prop_assert!(survives(AnyAttribute::Aigp(Aigp(metric)))?.starts_with("aigp "));
    }

    #[test]
    fn tunnels_of_multicast(flags: u8, kind in 0..=7_u8, label in 0..1_u32 << 24, identifier in octets(20)) {
        let text = survives(AnyAttribute::PmsiTunnel(PmsiTunnel { flags, kind, label, identifier }))?;
        prop_assert!(text.starts_with("pmsi "));
    }

    #[test]
    fn prefix_sids(sid in prefix_sid()) {
        survives(AnyAttribute::PrefixSid(sid))?;
    }

    #[test]
    fn what_words_of_policies_say(policy in typed_policy()) {
        let text = survives(AnyAttribute::TunnelEncap(TunnelEncap(vec![Tunnel::SrPolicy(policy)])))?;
        prop_assert!(!text.contains("attribute ["), "{}", text);
    }

    #[test]
    fn tunnels(tunnels in vec(tunnel(), 1..3)) {
        survives(AnyAttribute::TunnelEncap(TunnelEncap(tunnels)))?;
    }
}
