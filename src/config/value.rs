//! The values a keyword may have, each read from one word.
//!
//! `None` says that the word is not such a value; the row of the keyword says what would be.

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

/// A value, or the word `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auto<T> {
    /// Found out when the session comes up.
    Auto,
    /// This one.
    Is(T),
}

impl<T> Auto<T> {
    pub(crate) fn known(self) -> Option<T> {
        match self {
            Self::Auto => None,
            Self::Is(value) => Some(value),
        }
    }
}

/// `true enable enabled yes 1`, or their opposites, in any case.
pub(crate) fn boolean(word: &str) -> Option<bool> {
    let is = |known: &&&str| word.eq_ignore_ascii_case(known);
    match (TRUE.iter().find(is), FALSE.iter().find(is)) {
        (Some(_), _) => Some(true),
        (_, Some(_)) => Some(false),
        _ => None,
    }
}

/// A whole number: digits, with `_` between them, a `+` before and blanks around.
pub(crate) fn number(word: &str) -> Option<u64> {
    let word = word.trim();
    let digits = word.strip_prefix('+').unwrap_or(word);
    let well_formed = digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    well_formed.then(|| digits.replace('_', "").parse().ok()).flatten()
}

/// A whole number of a narrower kind.
pub(crate) fn narrow<T: TryFrom<u64>>(word: &str) -> Option<T> {
    number(word).and_then(|number| number.try_into().ok())
}

/// An AS number or `auto`; 0 means `auto`.
pub(crate) fn asn(word: &str) -> Option<Auto<u32>> {
    if word == "auto" {
        return Some(Auto::Auto);
    }
    wire::number::asn(word).map(|asn| if asn == 0 { Auto::Auto } else { Auto::Is(asn) })
}

/// An address or `auto`.
pub(crate) fn address(word: &str) -> Option<Auto<IpAddr>> {
    if word == "auto" { Some(Auto::Auto) } else { word.parse().ok().map(Auto::Is) }
}

/// An address, with a mask when it stands for a range. A mask of full length is no range.
pub(crate) fn peer(word: &str) -> Option<(IpAddr, Option<u8>)> {
    let Some((address, mask)) = word.split_once('/') else {
        return word.parse().ok().map(|address| (address, None));
    };
    let (address, mask): (IpAddr, u8) = (address.parse().ok()?, wire::number::u8(mask)?);
    let full = if address.is_ipv4() { 32 } else { 128 };
    (mask <= full).then_some((address, (mask < full).then_some(mask)))
}

/// 0, or 3 to 65535 seconds (RFC 4271 4.2).
pub(crate) fn hold_time(word: &str) -> Option<u16> {
    narrow(word).filter(|seconds| *seconds == 0 || *seconds >= 3)
}

/// Messages a second; 0 or `disable` for no limit.
pub(crate) fn rate_limit(word: &str) -> Option<u32> {
    if matches!(word, "disable" | "disabled") { Some(0) } else { narrow(word) }
}

/// A number above zero.
pub(crate) fn positive<T: TryFrom<u64> + PartialEq + From<u8>>(word: &str) -> Option<T> {
    narrow(word).filter(|number| *number != T::from(0))
}

/// 1 to 100.
pub(crate) fn percent(word: &str) -> Option<u8> {
    positive(word).filter(|percent| *percent <= 100)
}

/// A TTL; 0 or `disable` for the system's.
pub(crate) fn ttl(word: &str) -> Option<Option<u8>> {
    if matches!(word, "disable" | "disabled" | "false") {
        return Some(None);
    }
    narrow(word).map(|ttl| Some(ttl).filter(|ttl| *ttl > 0))
}

/// An address of fe80::/10.
pub(crate) fn link_local(word: &str) -> Option<Ipv6Addr> {
    word.parse().ok().filter(|address: &Ipv6Addr| address.is_unicast_link_local())
}

/// A name: letters, digits, dot, underscore, hyphen.
pub(crate) fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Seconds, or a number with one of the units `ms s m h`; at most a year, so that it can be added to any clock.
pub fn duration(word: &str) -> Option<Duration> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number = number(digits)?;
    let milliseconds = match word.get(digits.len()..)? {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let time = Duration::from_millis(number.checked_mul(milliseconds)?);
    (time <= YEAR).then_some(time)
}

/// The octets of strict base64 text (RFC 4648 section 4).
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    if padding > 2 || !text.len().is_multiple_of(4) {
        return None;
    }
    let mut octets = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in body.bytes() {
        let digit = BASE64.iter().position(|&b| b == byte)?;
        bits = (bits << 6) | u32::try_from(digit).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            octets.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(octets)
}

/// The text of octets in base64, what [`base64`] reads.
pub(crate) fn to_base64(octets: &[u8]) -> String {
    let digit = |bits: u32| BASE64.get((bits & 63) as usize).map_or('=', |digit| char::from(*digit));
    let mut text = String::with_capacity(octets.len().div_ceil(3) * 4);
    for group in octets.chunks(3) {
        let octet = |place: usize| group.get(place).copied().map_or(0, u32::from);
        let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        let digits = [digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)];
        text.extend(digits.iter().take(group.len() + 1));
        text.extend(std::iter::repeat_n('=', 3 - group.len()));
    }
    text
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
const TRUE: [&str; 5] = ["true", "enable", "enabled", "yes", "1"];
const FALSE: [&str; 5] = ["false", "disable", "disabled", "no", "0"];
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_have_many_spellings() {
        assert_eq!((boolean("Enabled"), boolean("no"), boolean("on")), (Some(true), Some(false), None));
    }

    #[test]
    fn numbers_are_lenient_to_a_point() {
        assert_eq!((number(" +3_0 "), number("-3"), number("3__0"), number("")), (Some(30), None, None, None));
        assert_eq!(narrow::<u16>("65536"), None);
    }

    #[test]
    fn hold_time_skips_one_and_two() {
        assert_eq!(
            (hold_time("0"), hold_time("2"), hold_time("3"), hold_time("65536")),
            (Some(0), None, Some(3), None)
        );
    }

    #[test]
    fn as_number_zero_is_auto() {
        assert_eq!((asn("0"), asn("auto"), asn("1.1")), (Some(Auto::Auto), Some(Auto::Auto), Some(Auto::Is(65537))));
    }

    #[test]
    fn a_full_mask_is_no_range() {
        assert_eq!(peer("10.0.0.0/24").unwrap().1, Some(24));
        assert_eq!(peer("10.0.0.1/32").unwrap().1, None);
        assert_eq!(peer("10.0.0.1/33"), None);
        assert_eq!(peer("10.0.0.1/"), None);
    }

    #[test]
    fn base64_is_strict() {
        assert_eq!(base64("aGVsbG8=").as_deref(), Some(&b"hello"[..]));
        assert_eq!(base64("aGVsbG8"), None);
        assert_eq!(base64("a*=="), None);
        for octets in [&b""[..], b"a", b"ab", b"abc", &[0xff, 0, 0xfe, 0x80]] {
            assert_eq!(base64(&to_base64(octets)).as_deref(), Some(octets));
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("100ms"), Some(Duration::from_millis(100)));
        assert_eq!(duration("5m"), Some(Duration::from_secs(300)));
        assert_eq!((duration("5x"), duration("ms")), (None, None));
        assert_eq!((duration("9000h"), duration("99999999999999999h")), (None, None));
    }
}
