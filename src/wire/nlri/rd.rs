//! Route distinguishers, which keep the prefixes of VPNs apart (RFC 4364 section 4.2).
//!
//! ```text
//! +---------------+------------------------------+
//! |   Type (2)    | Administrator and number (6) |
//! +---------------+------------------------------+
//! ```

use std::fmt;

use super::assigned::Assigned;
use crate::{Malformed, Reader, WordError, Words, number};

/// A route distinguisher of any type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RouteDistinguisher(pub [u8; 8]);

impl RouteDistinguisher {
    /// Takes eight octets.
    pub(super) fn decode(octets: &mut Reader<'_>) -> Result<Self, Malformed> {
        octets.array().map(Self).ok_or_else(|| Malformed::skipped("a route distinguisher is cut short"))
    }

    /// Reads `<asn>:<number>`, `<ipv4>:<number>` or sixteen hexadecimal digits behind `0x`.
    ///
    /// # Errors
    /// When the word is none of them, or its numbers are too large together.
    pub fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let word = words.expect("the route distinguisher")?;
        Self::from_text(word.text)
            .ok_or_else(|| WordError::expected(word, "a route distinguisher such as 65000:1 or 192.0.2.1:1"))
    }

    fn from_text(text: &str) -> Option<Self> {
        if let Some(octets) = number::hex_octets(text) {
            return octets.try_into().ok().map(Self);
        }
        let (kind, [a, b, c, d, e, f]) = Assigned::from_text(text)?.octets();
        Some(Self([0, kind, a, b, c, d, e, f]))
    }

    /// Reads `rd <value>` or `route-distinguisher <value>`; `None` for any other keyword. The first one given wins.
    pub(crate) fn word(rd: &mut Option<Self>, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        matches!(keyword, "rd" | "route-distinguisher").then(|| {
            let given = Self::parse(words)?;
            rd.get_or_insert(given);
            Ok(())
        })
    }
}

impl fmt::Display for RouteDistinguisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [high, kind, value @ ..] = self.0;
        match Assigned::from_octets(kind, value).filter(|_| high == 0) {
            Some(assigned) => assigned.fmt(f),
            None => write!(f, "0x{:016X}", u64::from_be_bytes(self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        for (text, octets) in [
            ("65001:1", [0, 0, 0xFD, 0xE9, 0, 0, 0, 1]),
            ("65001:4294967295", [0, 0, 0xFD, 0xE9, 255, 255, 255, 255]),
            ("10.0.0.1:5", [0, 1, 10, 0, 0, 1, 0, 5]),
            ("65536:5", [0, 2, 0, 1, 0, 0, 0, 5]),
            ("7L:5", [0, 2, 0, 0, 0, 7, 0, 5]),
            ("0x0009000100000005", [0, 9, 0, 1, 0, 0, 0, 5]),
        ] {
            let rd = RouteDistinguisher::parse(&mut Words::new(text)).unwrap();
            assert_eq!((rd.0, rd.to_string().as_str()), (octets, text));
        }
        let dotted = RouteDistinguisher::parse(&mut Words::new("1.0:5")).unwrap();
        assert_eq!(dotted.to_string(), "65536:5");
        for refused in ["65536:65536", "10.0.0.1:65536", "1", "1:", ":1", "a:1", "1:4294967296", "0x00", "-1:1", "1:+1"]
        {
            assert!(RouteDistinguisher::parse(&mut Words::new(refused)).is_err(), "{refused}");
        }
    }
}
