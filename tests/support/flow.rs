//! Flow specifications, ours and theirs: rules with every component and every test, and how our daemon says them.

use super::exchange::{Announced, attributes, rest};

/// A rule and what is done by it.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Of IPv6.
    pub(crate) v6: bool,
    /// The VPN it belongs to.
    pub(crate) rd: Option<String>,
    /// In ascending order of their codes.
    pub(crate) conditions: Vec<Condition>,
    /// In ascending order of their codes.
    pub(crate) actions: Vec<Action>,
    /// Its path.
    pub(crate) as_path: Vec<u32>,
}

/// A condition; the number is that of its type (RFC 8955 section 4.2.2).
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// A prefix, and where its bits begin.
    Prefix(u8, String, u8),
    /// Values.
    Values(u8, Vec<Term>),
}

/// A test of a value: whether the one before has to hold too, the lower bits of the operator, and the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term(pub(crate) bool, pub(crate) u8, pub(crate) u32);

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Octets a second; 0 discards.
    Rate(u32),
    /// Whether later rules count no more, and whether samples are taken.
    Sample { terminal: bool, sample: bool },
    /// To the VRF that imports this target.
    Redirect(String),
    /// With this DSCP.
    Mark(u8),
}

impl Rule {
    /// Rules for each component with each of these numeric tests, and with every test of bits.
    pub(crate) fn all(v6: bool, vpn: bool, tests: &[u8], asn: u32) -> Vec<Self> {
        let codes = if v6 { 3..=13 } else { 3..=12 };
        let mut lists: Vec<Vec<Condition>> = Vec::new();
        for code in codes.clone() {
            let of_code = if is_bits(code) { bits(code) } else { numbers(code, tests) };
            lists.extend(of_code.into_iter().map(|terms| vec![Condition::Values(code, terms)]));
        }
        // All of them at once, with one test and with several.
        for which in [0, 4] {
            let each = codes.clone().map(|code| {
                let of_code = if is_bits(code) { bits(code) } else { numbers(code, tests) };
                Condition::Values(code, of_code[which % of_code.len()].clone())
            });
            lists.push(each.collect());
        }
        lists.into_iter().zip(0..).map(|(values, index)| Self::new(v6, vpn, values, index, asn)).collect()
    }

    /// Rules about some bits in the midst of an address.
    pub(crate) fn with_offsets() -> Vec<Self> {
        let rule = |offset| {
            let conditions = vec![Condition::Prefix(1, format!("2001:db8:1234:{offset:x}::/64"), offset)];
            Self { v6: true, rd: None, conditions, actions: vec![Action::Rate(0)], as_path: vec![65000] }
        };
        [1, 8, 13, 32, 63].map(rule).into()
    }

    fn new(v6: bool, vpn: bool, values: Vec<Condition>, index: u32, asn: u32) -> Self {
        let prefix = |code| match v6 {
            true => {
                Condition::Prefix(code, format!("2001:db8:{:x}:{:x}::/64", asn % 250 + u32::from(code), 1 + index), 0)
            }
            false => {
                Condition::Prefix(code, format!("10.{}.{index}.0/{}", asn % 250 + u32::from(code), 24 + index % 3), 0)
            }
        };
        let prefixes = match index % 3 {
            0 => vec![prefix(1)],
            1 => vec![prefix(2)],
            _ => vec![prefix(1), prefix(2)],
        };
        let rd = vpn.then(|| match index % 3 {
            0 => format!("{asn}:{index}"),
            1 => format!("192.0.2.1:{index}"),
            _ => format!("4200000000:{index}"),
        });
        let actions = match index % 8 {
            0 => vec![Action::Rate(0)],
            1 => vec![Action::Rate(9600 * index)],
            2 => vec![Action::Redirect(format!("{asn}:{}", 70_000 * index))],
            3 => vec![Action::Redirect(format!("4200000001:{index}"))],
            4 => vec![Action::Mark(u8::try_from(index % 64).unwrap())],
            5 => vec![Action::Sample { terminal: index % 16 < 8, sample: true }],
            6 => vec![Action::Sample { terminal: true, sample: index % 16 < 8 }],
            _ => vec![
                Action::Rate(12_500_000),
                Action::Sample { terminal: true, sample: true },
                Action::Redirect(format!("{asn}:1")),
                Action::Mark(63),
            ],
        };
        let as_path = [asn].into_iter().chain((0..index % 3).map(|hop| 65100 + hop + index)).collect();
        Self { v6, rd, conditions: [prefixes, values].concat(), actions, as_path }
    }

    /// As we announce it; where it is held, these AS numbers stand before its path.
    pub(crate) fn announced(&self, passed: &[u32]) -> Announced {
        let short = format!("{} {}", self.family(), self.words());
        let actions: Vec<String> = self.actions.iter().map(Action::words).collect();
        Announced {
            route: format!("{short} {}", actions.join(" ")),
            short,
            attributes: attributes(&self.as_path, &[]),
            held: self.heard(passed),
        }
    }

    /// What tells it from others, and the rest.
    pub(crate) fn heard(&self, passed: &[u32]) -> (String, String) {
        (format!("flow{}", self.words()), rest_of(&[passed, &self.as_path].concat(), &self.actions))
    }

    fn family(&self) -> String {
        format!("{} flow{}", if self.v6 { "ipv6" } else { "ipv4" }, if self.rd.is_some() { "-vpn" } else { "" })
    }

    /// The conditions, and the distinguisher.
    fn words(&self) -> String {
        let conditions: String = self.conditions.iter().map(|condition| condition.words(self.v6)).collect();
        let rd = self.rd.as_ref().map(|rd| format!(" rd {rd}")).unwrap_or_default();
        conditions + &rd
    }
}

impl Condition {
    fn words(&self, v6: bool) -> String {
        match self {
            Self::Prefix(code, prefix, offset) => {
                let name = if *code == 1 { "destination" } else { "source" };
                if v6 { format!(" {name}-ipv6 {prefix}/{offset}") } else { format!(" {name}-ipv4 {prefix}") }
            }
            Self::Values(code, terms) => {
                let name = match (code, v6) {
                    (3, true) => "next-header",
                    (11, true) => "traffic-class",
                    _ => NAMES[usize::from(*code)],
                };
                match &terms[..] {
                    [one] => format!(" {name} {}", one.word(*code)),
                    many => format!(" {name} [ {} ]", said(many, *code)),
                }
            }
        }
    }
}

/// Terms that have to hold together are one word.
fn said(terms: &[Term], code: u8) -> String {
    let mut text = String::new();
    for term in terms {
        text.push_str(if text.is_empty() { "" } else { [" ", "&"][usize::from(term.0)] });
        text.push_str(&term.word(code));
    }
    text
}

impl Term {
    fn word(self, code: u8) -> String {
        let Self(_, test, value) = self;
        let name = |(name, of, number): &(_, u8, u32)| (*of == code && *number == value).then_some(*name);
        if is_bits(code) {
            let names = BITS.iter().filter(|(_, of, bit)| *of == code && value & bit != 0);
            let names: Vec<_> = names.map(|(name, ..)| *name).collect();
            return format!("{}{}", ["", "=", "!", "!="][usize::from(test)], names.join("+"));
        }
        let value = VALUES.iter().find_map(name).map_or_else(|| value.to_string(), str::to_owned);
        match NUMERIC[usize::from(test)] {
            always @ ("true" | "false") => always.to_owned(),
            operator => format!("{operator}{value}"),
        }
    }
}

impl Action {
    fn words(&self) -> String {
        match self {
            Self::Rate(0) => "discard".to_owned(),
            Self::Rate(rate) => format!("rate-limit {rate}"),
            Self::Sample { .. } => self.text(),
            Self::Redirect(target) => format!("redirect {target}"),
            Self::Mark(dscp) => format!("mark {dscp}"),
        }
    }

    /// As events have it.
    fn text(&self) -> String {
        match self {
            Self::Rate(rate) => format!("rate-limit:{rate}"),
            Self::Sample { terminal, sample } => {
                let words = [("sample", sample), ("terminal", terminal)];
                let words: Vec<_> = words.iter().filter(|(_, is)| **is).map(|(word, _)| *word).collect();
                format!("action {}", words.join("-"))
            }
            Self::Redirect(target) => format!("redirect:{target}"),
            Self::Mark(dscp) => format!("mark {dscp}"),
        }
    }
}

/// The rest of a rule: its path, and what is done by it.
pub(crate) fn rest_of(as_path: &[u32], actions: &[Action]) -> String {
    let actions: Vec<String> = actions.iter().map(Action::text).collect();
    rest("flow", "no-nexthop", as_path, &actions)
}

/// Whether the values of this type are sets of bits.
pub(crate) const fn is_bits(code: u8) -> bool {
    matches!(code, 9 | 12)
}

/// Lists of terms for a type with numbers: each test, a range, and several.
fn numbers(code: u8, tests: &[u8]) -> Vec<Vec<Term>> {
    let [low, middle, high] = match code {
        3 => [6, 17, 200],
        4..=6 => [80, 1024, 65535],
        7 => [3, 8, 200],
        8 => [1, 4, 255],
        10 => [40, 1500, 65535],
        11 => [0, 10, 63],
        _ => [1, 70_000, 0xF_FFFF],
    };
    let mut lists: Vec<_> = tests.iter().map(|test| vec![Term(false, *test, middle)]).collect();
    lists.push(vec![Term(false, GREATER | EQUAL, low), Term(true, LESS | EQUAL, middle)]);
    lists.push(vec![
        Term(false, EQUAL, low),
        Term(false, GREATER, middle),
        Term(true, LESS, high),
        Term(false, EQUAL, high),
    ]);
    lists
}

/// Lists of terms for a type with bits: each test, one that takes two, and several.
fn bits(code: u8) -> Vec<Vec<Term>> {
    let [one, both, high] = if code == 9 { [0x02, 0x12, 0x81] } else { [0x02, 0x0C, 0x01] };
    let mut lists: Vec<_> = (0..4).map(|test| vec![Term(false, test, one)]).collect();
    lists.push(vec![Term(false, 0, both), Term(true, 2, high)]);
    lists.push(vec![Term(false, 1, both), Term(false, 3, high), Term(true, 0, one), Term(false, 2, one)]);
    lists
}

/// The tests of numbers, by their bits: less than, greater than, equal.
const NUMERIC: [&str; 8] = ["false", "=", ">", ">=", "<", "<=", "!=", "true"];
const EQUAL: u8 = 1;
const GREATER: u8 = 2;
const LESS: u8 = 4;
/// Every test of numbers but those which no value or each one passes, and [`UNEQUAL`].
pub(crate) const TESTS: [u8; 5] = [1, 2, 3, 4, 5];
/// Less or greater.
pub(crate) const UNEQUAL: u8 = 6;
/// The conditions, by type.
pub(crate) const NAMES: [&str; 14] = [
    "",
    "destination",
    "source",
    "protocol",
    "port",
    "destination-port",
    "source-port",
    "icmp-type",
    "icmp-code",
    "tcp-flags",
    "packet-length",
    "dscp",
    "fragment",
    "flow-label",
];
const VALUES: [(&str, u8, u32); 4] = [("tcp", 3, 6), ("udp", 3, 17), ("unreachable", 7, 3), ("echo-request", 7, 8)];
/// Bits in the order in which they are said.
pub(crate) const BITS: [(&str, u8, u32); 12] = [
    ("fin", 9, 0x01),
    ("syn", 9, 0x02),
    ("rst", 9, 0x04),
    ("push", 9, 0x08),
    ("ack", 9, 0x10),
    ("urg", 9, 0x20),
    ("ece", 9, 0x40),
    ("cwr", 9, 0x80),
    ("dont-fragment", 12, 0x01),
    ("is-fragment", 12, 0x02),
    ("first-fragment", 12, 0x04),
    ("last-fragment", 12, 0x08),
];
