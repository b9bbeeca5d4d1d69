//! The words that say an extended community.

use std::net::Ipv4Addr;

use super::ExtendedCommunity;
use crate::{Word, WordError, Words, number};

/// Reads one, or a list in brackets.
pub(super) fn list(words: &mut Words<'_>) -> Result<Vec<ExtendedCommunity>, WordError> {
    if !words.keyword("[") {
        return Ok(vec![one(words)?]);
    }
    let mut communities = Vec::new();
    while !words.keyword("]") {
        if words.is_empty() {
            return Err(WordError::missing(words.column(), "the closing bracket of the list"));
        }
        communities.push(one(words)?);
    }
    Ok(communities)
}

/// Reads one: most are a word, some of FlowSpec's actions have a value behind a blank.
pub(super) fn one(words: &mut Words<'_>) -> Result<ExtendedCommunity, WordError> {
    let word = words.expect("the extended community")?;
    match word.text {
        "mark" => {
            let value = words.expect("the DSCP")?;
            let dscp = number::u8(value.text).ok_or_else(|| WordError::expected(value, "a DSCP"))?;
            Ok(ExtendedCommunity::mark(dscp))
        }
        "action" => {
            let flags = ["terminal", "sample", "sample-terminal"];
            let given = flags.into_iter().position(|flag| words.keyword(flag)).map_or(0, |place| place + 1);
            Ok(ExtendedCommunity::action(given & 2 == 2, given & 1 == 1))
        }
        "redirect-to-nexthop-ietf" => Ok(ExtendedCommunity::redirect_to(address(words)?, false)),
        "copy-to-nexthop-ietf" => {
            let community = ExtendedCommunity::redirect_to(address(words)?, true);
            let mut ahead = *words;
            if ["(", "with", "copy", ")"].into_iter().all(|part| ahead.keyword(part)) {
                *words = ahead;
            }
            Ok(community)
        }
        _ => of_word(word),
    }
}

fn address(words: &mut Words<'_>) -> Result<Ipv4Addr, WordError> {
    let word = words.expect("the address")?;
    word.text.parse().map_err(|_| WordError::expected(word, "an IPv4 address"))
}

/// Reads one, such as `target:65000:1`, `l2info:19:0:1500:111` or 16 hexadecimal digits behind `0x`.
fn of_word(word: Word<'_>) -> Result<ExtendedCommunity, WordError> {
    if word.text.starts_with("0x") {
        return raw(word.text).ok_or_else(|| WordError::expected(word, "16 hexadecimal digits behind 0x"));
    }
    if let Some(copy) = ["redirect-to-nexthop", "copy-to-nexthop"].iter().position(|known| *known == word.text) {
        return Ok(ExtendedCommunity::redirect_to_next_hop(copy == 1));
    }
    let (kind, value) = match word.text.split_once(':') {
        // Without a name it is a target.
        Some((first, _)) if first.starts_with(|first: char| first.is_ascii_digit()) => ("target", word.text),
        Some((kind, value)) => (kind, value),
        None => return Err(unknown(word, word.text)),
    };
    let read = match kind {
        "target" => pair(value).and_then(|pair| administered(0x02, pair)),
        "origin" => pair(value).and_then(|pair| administered(0x03, pair)),
        "target4" => pair(value).and_then(|pair| wide(0x02, pair)),
        "origin4" => pair(value).and_then(|pair| wide(0x03, pair)),
        "redirect" => pair(value).and_then(redirect),
        "rtrecord" => pair(value).and_then(|pair| administered(0x13, pair)),
        "rate-limit" => rate_limit(value),
        "mac-mobility" => mac_mobility(value),
        "interface-set" => ExtendedCommunity::interfaces(value),
        "mup" => pair(value).and_then(|(asn, number)| as_and_number([0x0C, 0x00], asn, number)),
        "bandwidth" => pair(value).and_then(bandwidth),
        "l2info" => l2info(value),
        _ => return Err(unknown(word, kind)),
    };
    read.ok_or_else(|| WordError::expected(word, "an extended community with numbers in their ranges"))
}

fn unknown(word: Word<'_>, kind: &str) -> WordError {
    WordError::new(word, format!("invalid extended community type {kind}"))
}

fn raw(text: &str) -> Option<ExtendedCommunity> {
    <[u8; 8]>::try_from(number::hex_octets(text)?).ok().map(ExtendedCommunity)
}

fn pair(value: &str) -> Option<(&str, &str)> {
    value.split_once(':')
}

/// By who administers the number: an AS of two or four octets, or an address.
fn administered(low: u8, (administrator, text): (&str, &str)) -> Option<ExtendedCommunity> {
    match number::u16(administrator) {
        Some(asn) => Some(ExtendedCommunity::two_octet_as([0x00, low], asn, number::dotted_u32(text)?)),
        None => wide(low, (administrator, text)),
    }
}

/// The same, always with an administrator of four octets.
fn wide(low: u8, (administrator, text): (&str, &str)) -> Option<ExtendedCommunity> {
    let number = number::u16(text)?;
    if let Ok(address) = administrator.parse::<Ipv4Addr>() {
        return Some(ExtendedCommunity::four_octets([0x01, low], address.into(), number));
    }
    let asn = number::u32(administrator.strip_suffix('L').unwrap_or(administrator))?;
    Some(ExtendedCommunity::four_octets([0x02, low], asn, number))
}

fn as_and_number(kind: [u8; 2], asn: &str, text: &str) -> Option<ExtendedCommunity> {
    Some(ExtendedCommunity::two_octet_as(kind, number::u16(asn)?, number::u32(text)?))
}

fn redirect((administrator, text): (&str, &str)) -> Option<ExtendedCommunity> {
    as_and_number([0x80, 0x08], administrator, text).or_else(|| {
        let (asn, number) = (number::u32(administrator)?, number::u16(text)?);
        Some(ExtendedCommunity::four_octets([0x82, 0x08], asn, number))
    })
}

/// `<rate>`, or `<rate>:packets`
fn rate_limit(value: &str) -> Option<ExtendedCommunity> {
    let (rate, unit) = value.split_once(':').unwrap_or((value, "bytes"));
    let rate = ExtendedCommunity::rate(rate)?;
    match unit {
        "bytes" => Some(ExtendedCommunity::rate_bytes(rate)),
        "packets" => Some(ExtendedCommunity::rate_packets(rate)),
        _ => None,
    }
}

/// `<sequence number>`, or `<sequence number>:sticky` (RFC 7432 section 7.7)
fn mac_mobility(value: &str) -> Option<ExtendedCommunity> {
    let (number, sticky) = match value.split_once(':') {
        Some((number, "sticky")) => (number, 0x0100),
        Some(_) => return None,
        None => (value, 0),
    };
    Some(ExtendedCommunity::two_octet_as([0x06, 0x00], sticky, number::u32(number)?))
}

impl ExtendedCommunity {
    /// Reads `[transitive:|non-transitive:]<direction>:<asn>:<group>`.
    pub(crate) fn interfaces(text: &str) -> Option<Self> {
        let (transitive, text) = match text.split_once(':')? {
            ("transitive", rest) => (true, rest),
            ("non-transitive", rest) => (false, rest),
            _ => (true, text),
        };
        let (direction, text) = text.split_once(':')?;
        let (asn, group) = text.split_once(':')?;
        let direction = match direction {
            "input" => 1,
            "output" => 2,
            "input-output" => 3,
            _ => return None,
        };
        let group = number::u16(group).filter(|group| *group < 1 << 14)?;
        Some(Self::interface_set(transitive, direction, number::asn(asn)?, group))
    }

    /// Reads a whole number of octets or packets a second.
    pub(crate) fn rate(text: &str) -> Option<f32> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().ok() } else { None }
    }
}

/// Octets a second of the link, as a float (draft-ietf-idr-link-bandwidth).
fn bandwidth((asn, rate): (&str, &str)) -> Option<ExtendedCommunity> {
    let rate: f32 = rate.parse().ok().filter(|rate: &f32| rate.is_finite() && *rate >= 0.0)?;
    Some(ExtendedCommunity::two_octet_as([0x40, 0x04], number::u16(asn)?, rate.to_bits()))
}

/// Encapsulation, control flags, MTU and preference (RFC 4761 section 3.2.4).
fn l2info(value: &str) -> Option<ExtendedCommunity> {
    let mut fields = value.split(':');
    let (encapsulation, control) = (number::u8(fields.next()?)?, number::u8(fields.next()?)?);
    let ([a, b], [c, d]) = (number::u16(fields.next()?)?.to_be_bytes(), number::u16(fields.next()?)?.to_be_bytes());
    fields.next().is_none().then_some(ExtendedCommunity([0x80, 0x0A, encapsulation, control, a, b, c, d]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, WordError> {
        let mut words = Words::new(text);
        let community = one(&mut words)?;
        words.end()?;
        Ok(community.0.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    #[test]
    fn words() {
        for (text, octets) in [
            ("target:65000:100", "0002fde800000064"),
            ("65000:100", "0002fde800000064"),
            ("target:70000:5", "0202000111700005"),
            ("target:70000L:5", "0202000111700005"),
            ("target:1.2.3.4:10", "010201020304000a"),
            ("target4:100:10", "020200000064000a"),
            ("origin:65000:1.2.3.4", "0003fde801020304"),
            ("origin:1.2.3.4:100", "0103010203040064"),
            ("redirect:65000:100", "8008fde800000064"),
            ("l2info:19:0:1500:111", "800a130005dc006f"),
            ("bandwidth:65000:100", "4004fde842c80000"),
            ("mup:10:10", "0c00000a0000000a"),
            ("redirect:70000:10", "820800011170000a"),
            ("redirect-to-nexthop", "0800000000000000"),
            ("copy-to-nexthop", "0800000000000001"),
            ("rate-limit:9600", "8006000046160000"),
            ("rate-limit:1000:packets", "800c0000447a0000"),
            ("mark 10", "800900000000000a"),
            ("action", "8007000000000000"),
            ("action sample-terminal", "8007000000000003"),
            ("redirect-to-nexthop-ietf 1.2.3.4", "010c010203040000"),
            ("copy-to-nexthop-ietf 1.2.3.4 (with copy)", "010c010203040001"),
            ("copy-to-nexthop-ietf 1.2.3.4", "010c010203040001"),
            ("rtrecord:65000:1", "0013fde800000001"),
            ("mac-mobility:5", "0600000000000005"),
            ("mac-mobility:5:sticky", "0600010000000005"),
            ("interface-set:input:994:100", "0702000003e24064"),
            ("interface-set:non-transitive:input-output:1:1", "470200000001c001"),
            ("0x0123456789abcdef", "0123456789abcdef"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(octets), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Of all that can be told.
        #[test]
        fn what_is_typed_as_it_is_told_is_the_same(high in 0..13_u8, upper in 0..16_u8, low in 0..22_u8, value: [u8; 6]) {
            let [a, b, c, d, e, f] = value;
            let told = ExtendedCommunity([upper << 4 | high, low, a, b, c, d, e, f]);
            let text = told.to_string();
            if let Ok(typed) = one(&mut Words::new(&text)) {
                prop_assert!(typed == told || text.starts_with("rate-limit"), "{} {:?}", text, typed);
            }
        }
    }

    #[test]
    fn mistakes() {
        for refused in [
            "target",
            "nonsense:1:2",
            "target:1",
            "target:70000:70000",
            "redirect:70000:70000",
            "rate-limit:-1",
            "rate-limit:1:bits",
            "mac-mobility:5:moving",
            "interface-set:input:1:16384",
            "l2info:1:2:3",
            "l2info:1:2:3:4:5",
            "0x01",
            "mark:1",
            "mark",
            "mark 256",
            "action nothing",
            "redirect-to-nexthop-ietf ::1",
            "bandwidth:1:nan",
            "target:x:1",
        ] {
            assert!(read(refused).is_err(), "{refused}");
        }
        assert_eq!(read("nonsense:1:2").unwrap_err().message, "invalid extended community type nonsense");
    }
}
