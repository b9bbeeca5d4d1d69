//! What holds for every value: it survives its own bytes and words, random octets never panic, and whatever is
//! packed is read back.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail this way")]

mod support;

use std::{net::IpAddr, net::Ipv4Addr, sync::Arc};

use bytes::{Bytes, BytesMut};
use proptest::{collection::vec, prelude::*, sample::select};
use support::{
    LOCAL_AS, cut, encode_attributes,
    golden::Golden,
    nlris::{family, nlri},
    parse_attributes, session,
};
use wire::{
    AnyAttribute, AnyCapability, AnyNlri, Attributes, Family, Frame, Intent, Kind, Message, Negotiated, NextHop,
    Notify, Open, PackError, Packer, Reader, Route, Update, Words,
    attribute::{
        Aggregator, AsPath, AtomicAggregate, AttributesBuilder, ClusterList, Communities, ExtendedCommunities,
        ExtendedCommunity, Generic, LargeCommunities, LocalPreference, Med, Origin, OriginatorId, Segment, SegmentKind,
        code,
    },
    frame,
    json::{Dialect, Style},
    nlri::inet::Inet,
    route,
};

const SESSIONS: &[&str] = &[
    "",
    "asn2",
    "add-path",
    "external",
    "external asn2",
    "external asn2 add-path extended next-hops",
    "extended add-path",
    "alone asn2",
    "next-hops alone extended external",
];

fn any_session() -> impl Strategy<Value = Negotiated> {
    select(SESSIONS).prop_map(session)
}

/// Golden octets, a few of them changed, cut or doubled: close enough to be read now and then.
fn mutated(directory: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let seeds: Vec<Vec<u8>> =
        Golden::all(directory).iter().flat_map(|file| file.cases()).map(|(case, _)| case.octets()).collect();
    let changes = vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (vec(select(seeds), 1..4), changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(parts, changes, end, whole)| {
            let mut octets = parts.concat();
            for (place, octet) in changes {
                if !octets.is_empty() {
                    let place = place.index(octets.len());
                    octets[place] = octet;
                }
            }
            octets.truncate(if whole { octets.len() } else { end.index(octets.len() + 1) });
            octets
        },
    )
}

fn noise(directory: &'static str) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![3 => mutated(directory), 1 => vec(any::<u8>(), 0..300)]
}

fn asn() -> impl Strategy<Value = u32> {
    prop_oneof![1..70_000_u32, any::<u32>()]
}

fn segment(kinds: &'static [SegmentKind]) -> impl Strategy<Value = Segment> {
    (select(kinds), vec(asn(), 1..6)).prop_map(|(kind, asns)| Segment { kind, asns })
}

const PLAIN: &[SegmentKind] = &[SegmentKind::Sequence, SegmentKind::Set];
const ALL_KINDS: &[SegmentKind] =
    &[SegmentKind::Sequence, SegmentKind::Set, SegmentKind::ConfedSequence, SegmentKind::ConfedSet];

fn as_path(kinds: &'static [SegmentKind]) -> impl Strategy<Value = AnyAttribute> {
    vec(segment(kinds), 0..4).prop_map(|segments| AnyAttribute::AsPath(AsPath(segments)))
}

fn sorted<T: Ord + Copy>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

/// Any attribute that comes back as it was: communities sorted, unknown ones partial.
fn attribute(kinds: &'static [SegmentKind]) -> impl Strategy<Value = AnyAttribute> {
    let address = || any::<u32>().prop_map(Ipv4Addr::from);
    let unknown = (150..=250_u8, vec(any::<u8>(), 0..300))
        .prop_map(|(code, value)| AnyAttribute::Generic(Generic { code, flags: 0xE0, value: Bytes::from(value) }));
    prop_oneof![
        select(&[Origin::Igp, Origin::Egp, Origin::Incomplete]).prop_map(AnyAttribute::Origin),
        as_path(kinds),
        any::<u32>().prop_map(|med| AnyAttribute::Med(Med(med))),
        any::<u32>().prop_map(|preference| AnyAttribute::LocalPreference(LocalPreference(preference))),
        Just(AnyAttribute::AtomicAggregate(AtomicAggregate)),
        (asn(), address()).prop_map(|(asn, router)| AnyAttribute::Aggregator(Aggregator { asn, router })),
        vec(any::<u32>(), 1..90).prop_map(|list| AnyAttribute::Communities(Communities(sorted(list)))),
        address().prop_map(|id| AnyAttribute::OriginatorId(OriginatorId(id))),
        vec(address(), 1..5).prop_map(|list| AnyAttribute::ClusterList(ClusterList(list))),
        vec(any::<[u32; 3]>(), 1..30).prop_map(|list| AnyAttribute::LargeCommunities(LargeCommunities(sorted(list)))),
        unknown,
    ]
}

fn set(attributes: impl IntoIterator<Item = AnyAttribute>) -> Attributes {
    let mut builder = AttributesBuilder::default();
    attributes.into_iter().for_each(|attribute| builder.add(attribute));
    builder.finish()
}

fn assert_json(text: &str) -> Result<(), TestCaseError> {
    let parsed = serde_json::from_str::<serde_json::Value>(text);
    prop_assert!(parsed.is_ok() && text.is_ascii(), "{text} is no JSON: {parsed:?}");
    Ok(())
}

fn styles() -> impl Iterator<Item = Style> {
    let dialects = [Dialect::V5, Dialect::V6].into_iter();
    let flags = [(false, false), (true, false), (true, true), (false, true)];
    let style = |dialect, (compact, add_path): (bool, bool)| {
        let next_hop = compact.then_some(NextHop::None);
        Style { dialect, compact, add_path, main: compact, next_hop }
    };
    dialects.flat_map(move |dialect| flags.map(|flags| style(dialect, flags)))
}

fn object(write: impl FnOnce(&mut String)) -> String {
    let mut out = String::from("{ ");
    write(&mut out);
    out + " }"
}

/// All JSON an UPDATE can give.
fn check_update_json(update: &Update) -> Result<(), TestCaseError> {
    for style in styles() {
        assert_json(&object(|out| update.attributes.json(out, &style)))?;
        let announced = update.announced.iter().flat_map(|reach| &reach.nlris);
        for nlri in announced.chain(&update.withdrawn) {
            let mut out = String::new();
            nlri.json(&mut out, &style);
            assert_json(&out)?;
        }
    }
    Ok(())
}

fn check_message(message: &Message, with: &Negotiated) -> Result<(), TestCaseError> {
    match message {
        Message::Update(update) => check_update_json(update),
        Message::Open(open) => open.capabilities.iter().try_for_each(|capability| {
            let mut out = String::new();
            capability.json(&mut out, &Style::default());
            prop_assert!(!capability.to_string().is_empty());
            assert_json(&out)
        }),
        Message::Notification(notify) => {
            let mut out = String::new();
            wire::json::string(&mut out, &notify.message_text());
            assert_json(&out)
        }
        _ => {
            let mut out = String::new();
            with.json(&mut out);
            assert_json(&out)
        }
    }
}

fn framed(kind: u8, body: &[u8]) -> Frame {
    let mut out = BytesMut::new();
    frame::write(&mut out, kind, |out| out.extend_from_slice(body));
    Frame::new(out.freeze())
}

/// The body of an UPDATE with these three fields.
fn update_body(withdrawn: &[u8], attributes: &[u8], nlri: &[u8]) -> Vec<u8> {
    let mut body = u16::try_from(withdrawn.len()).unwrap().to_be_bytes().to_vec();
    body.extend_from_slice(withdrawn);
    body.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
    body.extend_from_slice(attributes);
    body.extend_from_slice(nlri);
    body
}

/// MP_REACH_NLRI or MP_UNREACH_NLRI of a family.
fn multiprotocol(family: Family, reach: bool, nlris: &[u8]) -> Vec<u8> {
    let mut value = [&family.afi().to_be_bytes()[..], &[family.safi()]].concat();
    if reach {
        let length = family.next_hop_lengths()[0];
        let rd = if family.rd_in_next_hop() { 8 } else { 0 };
        value.push(u8::try_from(length).unwrap());
        value.extend((0..length).map(|place| u8::from(place >= rd)));
        value.push(0);
    }
    value.extend_from_slice(nlris);
    let mut attribute = vec![0x90, if reach { code::MP_REACH } else { code::MP_UNREACH }];
    attribute.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    attribute.extend(value);
    attribute
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nlris_survive_their_bytes(nlri in nlri(), add_path: bool) {
        let mut out = BytesMut::new();
        nlri.encode(&mut out, add_path);
        let mut reader = Reader::new(&out);
        let back = AnyNlri::decode(nlri.family(), &mut reader, add_path).unwrap();
        prop_assert!(reader.is_empty());
        let mut again = BytesMut::new();
        back.encode(&mut again, add_path);
        prop_assert_eq!(&out, &again);
        // Without ADD-PATH the path identifier stays behind, and with it an absent one becomes 0.
        if nlri.to_string().contains(" path-information ") == add_path {
            prop_assert_eq!(back, nlri);
        }
    }

    #[test]
    fn nlris_survive_their_words(nlri in nlri()) {
        let text = nlri.to_string();
        let spec = route::parse_family(nlri.family(), &mut Words::new(&text), Intent::Withdraw).unwrap();
        prop_assert_eq!(&spec.routes[0].nlri, &nlri);
        prop_assert_eq!(spec.routes[0].nlri.key(), nlri.key());
    }

    #[test]
    fn routes_survive_their_words(
        nlri in nlri(),
        list in vec(attribute(ALL_KINDS), 0..6),
        communities in vec(any::<[u8; 8]>().prop_map(ExtendedCommunity), 1..4),
        hop in any::<IpAddr>(),
    ) {
        let family = nlri.family();
        let communities = AnyAttribute::ExtendedCommunities(ExtendedCommunities(communities));
        let attributes = set(list.into_iter().chain([communities]));
        let route = Route { nlri, next_hop: family.next_hop(NextHop::Ip(hop)), attributes };
        let spec = route::parse_family(family, &mut Words::new(&route.typed().to_string()), Intent::Announce);
        prop_assert_eq!(spec.map(|spec| spec.routes), Ok(vec![route.clone()]), "{}", route.typed());
    }

    #[test]
    fn octets_read_as_nlri_are_written_alike(family in family(), octets in noise("nlri"), add_path: bool) {
        let mut reader = Reader::new(&octets);
        while !reader.is_empty() {
            let before = reader.rest();
            let Ok(nlri) = AnyNlri::decode(family, &mut reader, add_path) else { break };
            prop_assert!(reader.len() < before.len(), "nothing was read");
            let read = &before[..before.len() - reader.len()];
            let mut out = BytesMut::new();
            nlri.encode(&mut out, add_path);
            let mut second = Reader::new(&out);
            let back = AnyNlri::decode(family, &mut second, add_path);
            prop_assert_eq!(back.as_ref(), Ok(&nlri), "{:02x?} became {:02x?}", read, &out[..]);
            for style in styles() {
                let mut out = String::new();
                nlri.json(&mut out, &style);
                assert_json(&out)?;
            }
            let text = nlri.to_string();
            if let Ok(spec) = route::parse_family(family, &mut Words::new(&text), Intent::Withdraw) {
                let typed = &spec.routes[0].nlri;
                prop_assert_eq!((typed.to_string(), typed.key()), (text, nlri.key()));
                // The text form of a label does not tell its traffic class.
                prop_assert!(*typed == nlri || nlri.to_string().contains("label "), "{:?} became {:?}", nlri, typed);
            }
        }
    }

    #[test]
    fn attributes_survive_their_words(attribute in attribute(ALL_KINDS)) {
        let words = attribute.typed().to_string();
        prop_assert_eq!(parse_attributes(&words), Ok(set([attribute])), "{}", words);
    }

    #[test]
    fn attributes_survive_their_bytes(list in vec(attribute(PLAIN), 0..6), asn4: bool) {
        let with = session(if asn4 { "" } else { "asn2" });
        let attributes = set(list);
        let block = encode_attributes(&attributes, &with).unwrap();
        if attributes.is_empty() {
            prop_assert!(block.is_empty());
        } else {
            prop_assert_eq!(support::decode_attributes(&block, &with), Ok(attributes));
        }
    }

    #[test]
    fn attributes_stand_in_ascending_order(list in vec(attribute(ALL_KINDS), 0..6), with in any_session()) {
        let mut block = BytesMut::new();
        set(list).encode(&mut block, Some([10, 0, 0, 1].into()), &with);
        let codes = cut(&block).unwrap().into_iter().map(|(code, _)| code).collect::<Vec<_>>();
        // AS4_PATH and AS4_AGGREGATOR stand behind what they widen.
        let order = |code: &u8| match code { 17 => (2, 1), 18 => (7, 1), code => (*code, 0) };
        prop_assert!(codes.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])), "{codes:?}");
    }

    #[test]
    fn any_octets_as_any_message(body in vec(any::<u8>(), 0..200), kind in 0..8_u8, with in any_session()) {
        if let Ok(message) = Message::decode(&framed(kind, &body), &with) {
            prop_assert_eq!(Some(message.kind()), Kind::from_code(kind));
            check_message(&message, &with)?;
        }
    }

    #[test]
    fn almost_an_update(
        withdrawn in noise("nlri"), attributes in noise("attribute"), nlri in noise("nlri"),
        routes in (family(), any::<bool>(), noise("nlri")), before: bool, with in any_session(),
    ) {
        let routes = multiprotocol(routes.0, routes.1, &routes.2);
        let block = if before { [routes, attributes].concat() } else { [attributes, routes].concat() };
        for body in [update_body(&[], &block, &[]), update_body(&withdrawn, &block, &nlri)] {
            if let Ok(update) = Update::decode(&body, &with) {
                check_update_json(&update)?;
                prop_assert!(update.announced.iter().all(|reach| with.has(reach.family) && !reach.nlris.is_empty()));
            }
        }
    }

    #[test]
    fn almost_an_open(capabilities in noise("capability"), extended: bool, tail in vec(any::<u8>(), 0..3)) {
        let length = capabilities.len();
        let mut body = vec![4, 0, 1, 0, 90, 10, 0, 0, 1];
        if extended || length > 250 {
            body.extend([255, 255]);
            body.extend(u16::try_from(length + 3).unwrap().to_be_bytes());
            body.push(2);
            body.extend(u16::try_from(length).unwrap().to_be_bytes());
        } else {
            let length = u8::try_from(length).unwrap();
            body.extend([length + 2, 2, length]);
        }
        body.extend(capabilities);
        body.extend(tail);
        let Ok(open) = Open::decode(&body) else { return Ok(()) };
        check_message(&Message::Open(open.clone()), &session(""))?;
        let mut out = BytesMut::new();
        open.encode(&mut out);
        prop_assert_eq!(frame::split(&out, frame::MAX), Ok(Some(out.len())));
        prop_assert_eq!(Open::decode(&out[frame::HEADER..]), Ok(open));
    }

    #[test]
    fn notifications_survive(code: u8, subcode: u8, data in vec(any::<u8>(), 0..600)) {
        let notify = Notify::with_data(code, subcode, data);
        let mut out = BytesMut::new();
        notify.encode(&mut out);
        prop_assert_eq!(frame::split(&out, frame::MAX), Ok(Some(out.len())));
        prop_assert_eq!(Notify::decode(&out[frame::HEADER..]), notify.clone());
        check_message(&Message::Notification(notify), &session(""))?;
    }

    #[test]
    fn a_stream_is_cut_without_losing_an_octet(
        stream in vec(prop_oneof![
            (1..7_u8, vec(any::<u8>(), 0..60)).prop_map(|(kind, body)| framed(kind, &body).bytes().to_vec()),
            vec(any::<u8>(), 0..40),
            Just(vec![0xFF; 16]),
        ], 0..6),
        limit in select(&[frame::MAX, frame::MAX_EXTENDED]),
    ) {
        let stream = stream.concat();
        let mut rest = &stream[..];
        while let Ok(Some(length)) = frame::split(rest, limit) {
            prop_assert!((frame::HEADER..=limit).contains(&length) && length <= rest.len());
            let whole = Frame::new(Bytes::copy_from_slice(&rest[..length]));
            prop_assert_eq!([whole.header(), whole.body()].concat(), &rest[..length]);
            // No shorter piece is taken for a message, and none is refused.
            prop_assert_eq!(frame::split(&rest[..length - 1], limit), Ok(None));
            rest = &rest[length..];
        }
    }

    #[test]
    fn capabilities_survive(octets in noise("capability")) {
        let mut reader = &octets[..];
        let mut capabilities: Vec<AnyCapability> = Vec::new();
        while let [code, length, rest @ ..] = reader {
            let Some((value, rest)) = rest.split_at_checked(usize::from(*length)) else { break };
            let unknown = wire::capability::Unknown { code: code | 0x80, value: Bytes::copy_from_slice(value) };
            let known = AnyCapability::CODES.contains(&unknown.code);
            if !known && capabilities.iter().all(|earlier| earlier.code() != unknown.code) {
                capabilities.push(AnyCapability::Unknown(unknown));
            }
            reader = rest;
        }
        let open = Open { version: 4, asn16: 1, hold_time: 90, router_id: [1, 1, 1, 1].into(), capabilities };
        let mut out = BytesMut::new();
        open.encode(&mut out);
        prop_assert_eq!(Open::decode(&out[frame::HEADER..]), Ok(open));
    }
}

/// Something to send.
#[derive(Debug, Clone)]
enum Order {
    Announce(Route),
    Withdraw(Route),
    EndOfRib(Family),
}

/// Orders whose routes share a few sets of attributes and a few next hops, so that they are grouped now and then.
fn orders() -> impl Strategy<Value = Vec<Order>> {
    let pool = vec(vec(attribute(PLAIN), 0..5), 1..4);
    let hop = any::<[u8; 3]>();
    let order = (0..20_u8, nlri(), any::<prop::sample::Index>(), any::<bool>());
    (pool, hop, vec(order, 0..60), 0..40_u32).prop_map(|(pool, [a, b, c], list, bulk)| {
        let pool: Vec<Attributes> = pool.into_iter().map(set).collect();
        let hops: [IpAddr; 2] = [[10, a, b, c].into(), [0x2001, 0xdb8, 0, 0, 0, 0, u16::from(a), u16::from(b)].into()];
        let route = |nlri: AnyNlri, index: usize, itself: bool| {
            let next_hop = match nlri.family().afi() {
                1 if itself => NextHop::Itself,
                1 => NextHop::Ip(hops[0]),
                _ => NextHop::Ip(hops[1]),
            };
            Route { nlri, next_hop, attributes: pool[index].clone() }
        };
        let mut orders: Vec<Order> = list
            .into_iter()
            .map(|(what, nlri, index, itself)| match what {
                0..=2 => Order::Withdraw(route(nlri, index.index(pool.len()), itself)),
                3 => Order::EndOfRib(nlri.family()),
                _ => Order::Announce(route(nlri, index.index(pool.len()), itself)),
            })
            .collect();
        // Enough routes of one group to fill a message.
        orders.extend((0..bulk * 50).map(|index| {
            let address = Ipv4Addr::from(0x0A00_0000 + index * 256);
            Order::Announce(route(AnyNlri::Ipv4Unicast(Inet::new(address.into(), 24)), 0, false))
        }));
        orders
    })
}

/// The NLRI as the peer reads it, announced or withdrawn.
fn received(nlri: &AnyNlri, with: &Negotiated, withdrawn: bool) -> AnyNlri {
    let family = nlri.family();
    let (mut out, add_path) = (BytesMut::new(), with.add_path_send.contains(family));
    if withdrawn {
        nlri.encode_withdrawn(&mut out, add_path, with.quirks);
    } else {
        nlri.encode(&mut out, add_path);
    }
    AnyNlri::decode(family, &mut Reader::new(&out), with.add_path_receive.contains(family)).unwrap()
}

/// The attributes as the peer reads them: with the defaults, without what is for internal peers only.
fn expected(attributes: &Attributes, with: &Negotiated) -> Attributes {
    let internal_only = [code::LOCAL_PREF, 9, 10];
    let kept = attributes.iter().filter(|attribute| with.is_ibgp() || !internal_only.contains(&attribute.code()));
    let path = if with.is_ibgp() { AsPath::default() } else { AsPath::sequence([LOCAL_AS]) };
    let mut defaults = vec![AnyAttribute::Origin(Origin::Igp), AnyAttribute::AsPath(path)];
    if with.is_ibgp() {
        defaults.push(AnyAttribute::LocalPreference(LocalPreference(100)));
    }
    set(kept.cloned().chain(defaults))
}

/// What a message says, order by order.
fn said(update: &Update) -> Vec<(Option<(NextHop, Attributes)>, AnyNlri)> {
    let withdrawn = update.withdrawn.iter().map(|nlri| (None, nlri.clone()));
    let announced = update.announced.iter().flat_map(|reach| {
        reach.nlris.iter().map(|nlri| (Some((reach.next_hop, update.attributes.clone())), nlri.clone()))
    });
    withdrawn.chain(announced).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_packed_is_read_back(orders in orders(), with in any_session()) {
        let shared = Arc::new(with.clone());
        let (mut packer, mut out) = (Packer::new(shared), BytesMut::new());
        let (mut asked, mut markers) = (Vec::new(), Vec::new());
        for order in &orders {
            match order {
                Order::Announce(route) => {
                    packer.announce(route, &mut out).unwrap();
                    let hop = route.next_hop.resolve(route.nlri.family().afi(), with.local_address, with.router_id);
                    asked.push((Some((hop, expected(&route.attributes, &with))), received(&route.nlri, &with, false)));
                }
                Order::Withdraw(route) => {
                    packer.withdraw(route, &mut out);
                    asked.push((None, received(&route.nlri, &with, true)));
                }
                Order::EndOfRib(family) => {
                    packer.end_of_rib(*family, &mut out);
                    markers.push(*family);
                }
            }
        }
        packer.finish(&mut out);
        let (mut heard, mut ends) = (Vec::new(), Vec::new());
        let mut rest = &out[..];
        while let Some(length) = frame::split(rest, with.message_size()).unwrap() {
            let message = Message::decode(&Frame::new(Bytes::copy_from_slice(&rest[..length])), &with).unwrap();
            let Message::Update(update) = message else { panic!("{message:?}") };
            // Some are for internal peers only, and sent to others all the same when they are asked for.
            prop_assert!(update.fault.is_none() || !with.is_ibgp(), "{:?}", update.complaints);
            heard.extend(said(&update));
            ends.extend(update.end_of_rib);
            rest = &rest[length..];
        }
        prop_assert!(rest.is_empty());
        prop_assert_eq!(ends, markers);
        prop_assert_eq!(heard, asked);
    }

    /// Attributes close to the size of a message: one route fits or is refused, and nothing is written for one that is.
    #[test]
    fn attributes_that_fill_a_message(octets in 3900..4100_usize, nlri in nlri(), with in any_session(), spare: bool) {
        let unknown = Generic { code: 200, flags: 0xE0, value: Bytes::from(vec![7; octets]) };
        let next_hop = NextHop::Ip(if nlri.family().afi() == 1 { [10, 0, 0, 1].into() } else { [1; 16].into() });
        let long = Route { nlri, next_hop, attributes: set([AnyAttribute::Generic(unknown)]) };
        let small = Route { attributes: Attributes::default(), ..long.clone() };
        let (mut packer, mut out) = (Packer::new(Arc::new(with.clone())), BytesMut::new());
        if spare {
            packer.announce(&small, &mut out).unwrap();
        }
        let fits = match packer.announce(&long, &mut out) {
            Ok(()) => true,
            Err(error) => {
                prop_assert!(matches!(error, PackError::TooLong(_)));
                false
            }
        };
        packer.announce(&small, &mut out).unwrap();
        packer.finish(&mut out);
        let (mut rest, mut lengths, mut routes) = (&out[..], Vec::new(), 0);
        while let Some(length) = frame::split(rest, with.message_size()).unwrap() {
            let update = Update::decode(&rest[frame::HEADER..length], &with).unwrap();
            routes += update.announced.iter().map(|reach| reach.nlris.len()).sum::<usize>();
            lengths.push(length);
            rest = &rest[length..];
        }
        prop_assert!(rest.is_empty());
        prop_assert_eq!(routes, usize::from(spare) + usize::from(fits) + 1);
        if !fits {
            // It was refused because it is too long indeed.
            let mut extended = with.clone();
            extended.extended_message = true;
            let (mut packer, mut out) = (Packer::new(Arc::new(extended)), BytesMut::new());
            packer.announce(&long, &mut out).unwrap();
            packer.finish(&mut out);
            prop_assert!(out.len() > with.message_size(), "{} octets were refused", out.len());
        }
    }
}
