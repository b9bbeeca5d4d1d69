//! UPDATEs for one prefix, well formed or not, and what has to become of the prefix: written down from the RFCs, octet by
//! octet, with nothing of the daemon's own code.

use std::net::{IpAddr, Ipv4Addr};

use fault::Rng;

/// What an UPDATE has to lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The route is there.
    Announced,
    /// It is not, whatever was there before: treat-as-withdraw (RFC 7606 section 2).
    Withdrawn,
    /// The session ends with this NOTIFICATION.
    Reset(u8, u8),
}

/// An UPDATE that is being put together.
#[derive(Debug)]
pub(crate) struct Draft {
    attributes: Vec<Attribute>,
    /// Octets behind the attributes, within the length they have together.
    stray: Vec<u8>,
    prefix: [u8; 4],
    /// Added to the length of all attributes.
    total: i32,
    /// In place of the length of the withdrawn routes.
    withdrawn: u16,
    header: Header,
}

/// An attribute.
#[derive(Debug)]
struct Attribute {
    flags: u8,
    code: u8,
    value: Vec<u8>,
    /// In place of the length of the value.
    length: Option<u8>,
}

/// What is wrong with a header.
#[derive(Debug, Clone, Copy, Default)]
struct Header {
    marker: u8,
    length: Option<u16>,
    kind: Option<u8>,
}

impl Draft {
    /// A well-formed one for 10.x.y.0/24, as a neighbor in this AS with this address sends it.
    pub(crate) fn new(rng: &mut Rng, prefix: [u8; 2], asn: u32, next_hop: IpAddr) -> Self {
        let IpAddr::V4(next_hop) = next_hop else { panic!("{next_hop}") };
        let mut path = vec![2, 1];
        path.extend(asn.to_be_bytes());
        let mut attributes = vec![
            Attribute::new(0x40, ORIGIN, vec![octet(rng, 3)]),
            Attribute::new(0x40, AS_PATH, path),
            Attribute::new(0x40, NEXT_HOP, next_hop.octets().to_vec()),
        ];
        let optional = [
            Attribute::new(0x80, MED, octets(rng, 4)),
            Attribute::new(0x40, ATOMIC_AGGREGATE, Vec::new()),
            Attribute::new(0xC0, AGGREGATOR, octets(rng, 8)),
            Attribute::new(0xC0, COMMUNITIES, octets(rng, 8)),
            Attribute::new(0xC0, EXTENDED_COMMUNITIES, octets(rng, 16)),
            Attribute::new(0xC0, LARGE_COMMUNITIES, octets(rng, 12)),
        ];
        attributes.extend(optional.into_iter().filter(|_| rng.below(2) == 0));
        let prefix = [24, 10, prefix[0], prefix[1]];
        Self { attributes, stray: Vec::new(), prefix, total: 0, withdrawn: 0, header: Header::default() }
    }

    /// Spoils it in a way that must not end the session, and says what has to become of its prefix.
    pub(crate) fn spoil(&mut self, rng: &mut Rng) -> Outcome {
        let way = WAYS[rng.below(WAYS.len())];
        way(self, rng)
    }

    /// Spoils it in a way that has to end the session.
    pub(crate) fn break_session(&mut self, rng: &mut Rng) -> Outcome {
        match rng.below(9) {
            0 => self.total = 2000,
            1 => self.withdrawn = 3000,
            2 => {
                self.prefix[0] = 33 + octet(rng, 200);
                return Outcome::Reset(3, 10);
            }
            3 => {
                let reach = [&[0, 2, 1, 16][..], &octets(rng, 16), &[0, 32, 0x20, 1, 0x0D, 0xB8]].concat();
                let reach = || Attribute::new(0x80, MP_REACH, reach.clone());
                self.attributes.extend([reach(), reach()]);
            }
            4 => {
                self.attributes.push(Attribute::new(0x40, 60 + octet(rng, 60), octets(rng, 4)));
                return Outcome::Reset(3, 2);
            }
            5 => {
                self.header.marker = 1 + octet(rng, 16);
                return Outcome::Reset(1, 1);
            }
            6 => {
                self.header.length = Some([0, 18, 22, 4097, 65535][rng.below(5)]);
                return Outcome::Reset(1, 2);
            }
            7 => {
                self.header.kind = Some([0, 7, 99, 255][rng.below(4)]);
                return Outcome::Reset(1, 3);
            }
            _ => {
                self.prefix[0] = 128;
                return Outcome::Reset(3, 10);
            }
        }
        Outcome::Reset(3, 1)
    }

    /// The message.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut block: Vec<u8> = self.attributes.iter().flat_map(Attribute::octets).collect();
        block.extend(&self.stray);
        let total = u16::try_from(i32::try_from(block.len()).unwrap() + self.total).unwrap();
        let mut body = self.withdrawn.to_be_bytes().to_vec();
        body.extend(total.to_be_bytes());
        body.extend(block);
        body.extend(self.prefix);
        self.header.before(&body)
    }

    fn find(&mut self, code: u8) -> Option<&mut Attribute> {
        self.attributes.iter_mut().find(|attribute| attribute.code == code)
    }

    /// Gives it an attribute with this value in place of the one it may have.
    fn put(&mut self, flags: u8, code: u8, value: Vec<u8>) -> &mut Attribute {
        self.attributes.retain(|attribute| attribute.code != code);
        self.attributes.push(Attribute::new(flags, code, value));
        self.attributes.last_mut().unwrap()
    }

    fn give(&mut self, code: u8, value: Vec<u8>) {
        if let Some(attribute) = self.find(code) {
            attribute.value = value;
        }
    }
}

impl Attribute {
    const fn new(flags: u8, code: u8, value: Vec<u8>) -> Self {
        Self { flags, code, value, length: None }
    }

    fn octets(&self) -> Vec<u8> {
        let length = self.length.unwrap_or_else(|| u8::try_from(self.value.len()).unwrap());
        let mut octets = vec![self.flags, self.code, length];
        octets.extend(&self.value);
        octets
    }
}

impl Header {
    fn before(self, body: &[u8]) -> Vec<u8> {
        let mut octets = vec![0xFF; 16];
        if let Some(octet) = usize::from(self.marker).checked_sub(1) {
            octets[octet] = 0x7F;
        }
        let length = self.length.unwrap_or_else(|| u16::try_from(19 + body.len()).unwrap());
        octets.extend(length.to_be_bytes());
        octets.push(self.kind.unwrap_or(2));
        octets.extend(body);
        octets
    }
}

/// The address of a prefix, as it is written.
pub(crate) fn written(prefix: [u8; 2]) -> String {
    format!("{}/24", Ipv4Addr::new(10, prefix[0], prefix[1], 0))
}

/// An octet below this one.
pub(crate) fn octet(rng: &mut Rng, below: u8) -> u8 {
    u8::try_from(rng.below(below.into())).unwrap()
}

fn octets(rng: &mut Rng, count: usize) -> Vec<u8> {
    (0..count).map(|_| octet(rng, 255)).collect()
}

/// So many octets that they are no multiple of `unit`; none at all is one of them.
fn ragged(rng: &mut Rng, unit: usize) -> Vec<u8> {
    let count = match rng.below(4) {
        0 => 0,
        _ => unit * rng.below(3) + 1 + rng.below(unit - 1),
    };
    octets(rng, count)
}

/// Not `wanted` octets.
fn other(rng: &mut Rng, wanted: usize) -> Vec<u8> {
    let count = (wanted + 1 + rng.below(12)) % 13;
    octets(rng, if count == wanted { wanted + 13 } else { count })
}

type Way = fn(&mut Draft, &mut Rng) -> Outcome;

/// The ways to spoil an UPDATE, each with the rule that says what follows.
const WAYS: &[Way] = &[
    // RFC 7606 section 3 c: optional and transitive are not as specified.
    |draft, rng| {
        let codes = [ORIGIN, AS_PATH, NEXT_HOP];
        draft.find(codes[rng.below(3)]).unwrap().flags ^= [0x80, 0xC0][rng.below(2)];
        Outcome::Withdrawn
    },
    |draft, rng| {
        draft.put(0x80, COMMUNITIES, octets(rng, 4));
        Outcome::Withdrawn
    },
    |draft, rng| {
        draft.put(0xC0, MED, octets(rng, 4));
        Outcome::Withdrawn
    },
    // 3 d: a mandatory attribute is missing.
    |draft, rng| {
        let code = [ORIGIN, AS_PATH, NEXT_HOP][rng.below(3)];
        draft.attributes.retain(|attribute| attribute.code != code);
        Outcome::Withdrawn
    },
    |draft, _| {
        draft.attributes.clear();
        Outcome::Withdrawn
    },
    // 3 g: of an attribute that is there twice the first counts.
    |draft, rng| {
        let code = [ORIGIN, AS_PATH, NEXT_HOP, MED, COMMUNITIES][rng.below(5)];
        let Some(first) = draft.find(code) else { return Outcome::Announced };
        let again = Attribute::new(first.flags, code, first.value.clone());
        draft.attributes.push(again);
        Outcome::Announced
    },
    // 4: an attribute ends behind the end of all, or there is too little for one.
    |draft, rng| {
        let last = draft.attributes.last_mut().unwrap();
        last.length = Some(u8::try_from(last.value.len()).unwrap() + 1 + octet(rng, 100));
        Outcome::Withdrawn
    },
    |draft, rng| {
        draft.stray = vec![0x40; 1 + rng.below(2)];
        Outcome::Withdrawn
    },
    // 7.1 ORIGIN.
    |draft, rng| {
        draft.give(ORIGIN, other(rng, 1));
        Outcome::Withdrawn
    },
    |draft, rng| {
        draft.give(ORIGIN, vec![3 + octet(rng, 250)]);
        Outcome::Withdrawn
    },
    // 7.2 AS_PATH: the type of a segment, its count, no AS number at all.
    |draft, rng| {
        draft.give(AS_PATH, vec![[0, 5, 9, 255][rng.below(4)], 1, 0, 0, 0xFD, 0xE9]);
        Outcome::Withdrawn
    },
    |draft, rng| {
        draft.give(AS_PATH, vec![2, 2 + octet(rng, 250), 0, 0, 0xFD, 0xE9]);
        Outcome::Withdrawn
    },
    |draft, _| {
        draft.give(AS_PATH, vec![2, 0]);
        Outcome::Withdrawn
    },
    |draft, _| {
        draft.give(AS_PATH, vec![2, 1, 0, 0, 0xFD, 0xE9, 2]);
        Outcome::Withdrawn
    },
    // 7.3 NEXT_HOP.
    |draft, rng| {
        draft.give(NEXT_HOP, other(rng, 4));
        Outcome::Withdrawn
    },
    // 7.4 MULTI_EXIT_DISC.
    |draft, rng| {
        draft.put(0x80, MED, other(rng, 4));
        Outcome::Withdrawn
    },
    // 7.5 LOCAL_PREF, 7.9 ORIGINATOR_ID and 7.10 CLUSTER_LIST of an external neighbor are discarded, whatever they are.
    |draft, rng| {
        let (flags, code) = [(0x40, LOCAL_PREF), (0x80, ORIGINATOR_ID), (0x80, CLUSTER_LIST)][rng.below(3)];
        let count = rng.below(9);
        draft.put(flags, code, octets(rng, count));
        Outcome::Announced
    },
    // 7.6 ATOMIC_AGGREGATE and 7.7 AGGREGATOR are discarded.
    |draft, rng| {
        let count = 1 + rng.below(9);
        draft.put(0x40, ATOMIC_AGGREGATE, octets(rng, count));
        Outcome::Announced
    },
    |draft, rng| {
        draft.put(0xC0, AGGREGATOR, other(rng, 8));
        Outcome::Announced
    },
    // 7.8 COMMUNITIES, 7.14 EXTENDED_COMMUNITIES, 7.15 those with IPv6 addresses, RFC 8092 section 6 large ones.
    |draft, rng| {
        let (code, unit) =
            [(COMMUNITIES, 4), (EXTENDED_COMMUNITIES, 8), (IPV6_EXTENDED_COMMUNITIES, 20), (LARGE_COMMUNITIES, 12)]
                [rng.below(4)];
        draft.put(0xC0, code, ragged(rng, unit));
        Outcome::Withdrawn
    },
    // RFC 6793 section 6: AS4_PATH and AS4_AGGREGATOR are discarded; between speakers of four octets they have no place.
    |draft, rng| {
        let (code, count) = ([AS4_PATH, AS4_AGGREGATOR][rng.below(2)], rng.below(20));
        draft.put(0xC0, code, octets(rng, count));
        Outcome::Announced
    },
    // RFC 7311 section 3 AIGP, RFC 8669 section 6 Prefix-SID, RFC 9552 section 8.2.2 BGP-LS: discarded.
    |draft, _| {
        draft.put(0x80, AIGP, vec![1, 0, 200, 1]);
        Outcome::Announced
    },
    |draft, rng| {
        draft.put(0xC0, PREFIX_SID, [vec![1, 0, 200], octets(rng, 3)].concat());
        Outcome::Announced
    },
    |draft, rng| {
        draft.put(0x80, BGP_LS, [vec![4, 0, 0, 200], octets(rng, 3)].concat());
        Outcome::Announced
    },
    // RFC 6514 section 5: a PMSI tunnel of less than five octets.
    |draft, rng| {
        let count = rng.below(5);
        draft.put(0xC0, PMSI_TUNNEL, octets(rng, count));
        Outcome::Withdrawn
    },
    // RFC 4271 section 9: an optional attribute that nobody knows is passed on, or ignored.
    |draft, rng| {
        let (flags, count) = ([0x80, 0xC0, 0xE0][rng.below(3)], rng.below(60));
        draft.put(flags, 200 + octet(rng, 50), octets(rng, count));
        Outcome::Announced
    },
    // RFC 4760 section 7: routes of a family that was not agreed on are ignored.
    |draft, rng| {
        let reach = [0, 25, 70, 4, 192, 0, 2, 1, 0].into_iter().chain(octets(rng, 8)).collect();
        draft.put(0x80, MP_REACH, reach);
        Outcome::Announced
    },
];

const ORIGIN: u8 = 1;
const AS_PATH: u8 = 2;
const NEXT_HOP: u8 = 3;
const MED: u8 = 4;
const LOCAL_PREF: u8 = 5;
const ATOMIC_AGGREGATE: u8 = 6;
const AGGREGATOR: u8 = 7;
const COMMUNITIES: u8 = 8;
const ORIGINATOR_ID: u8 = 9;
const CLUSTER_LIST: u8 = 10;
const MP_REACH: u8 = 14;
const EXTENDED_COMMUNITIES: u8 = 16;
const AS4_PATH: u8 = 17;
const AS4_AGGREGATOR: u8 = 18;
const PMSI_TUNNEL: u8 = 22;
const IPV6_EXTENDED_COMMUNITIES: u8 = 25;
const AIGP: u8 = 26;
const BGP_LS: u8 = 29;
const LARGE_COMMUNITIES: u8 = 32;
const PREFIX_SID: u8 = 40;
