//! AGGREGATOR (7) and AS4_AGGREGATOR (18): who made the aggregate (RFC 4271 section 5.1.7, RFC 6793).

use std::{fmt, net::Ipv4Addr};

use bytes::{BufMut, BytesMut};

use super::{Attribute, OPTIONAL, TRANSITIVE};
use crate::{AS_TRANS, Malformed, Negotiated, OnError, Reader, Word, WordError, Words, json, json::Style, number};

/// The AS and the router that aggregated the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Aggregator {
    /// AS number.
    pub asn: u32,
    /// BGP identifier.
    pub router: Ipv4Addr,
}

/// The aggregator in four octets, for routes that passed a speaker of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct As4Aggregator(pub Aggregator);

impl Aggregator {
    /// Whether the AS number does not fit in two octets.
    pub fn needs_as4(&self) -> bool {
        u16::try_from(self.asn).is_err()
    }

    fn write(self, out: &mut BytesMut, asn4: bool) {
        match (asn4, u16::try_from(self.asn)) {
            (true, _) => out.put_u32(self.asn),
            (false, narrow) => out.put_u16(narrow.unwrap_or(AS_TRANS)),
        }
        out.put_slice(&self.router.octets());
    }

    fn read(value: &mut Reader<'_>, asn4: bool) -> Result<Self, Malformed> {
        let length = value.len();
        let asn = if asn4 { value.u32() } else { value.u16().map(u32::from) };
        match (asn, value.ipv4(), value.is_empty()) {
            (Some(asn), Some(router), true) => Ok(Self { asn, router }),
            _ => Err(Malformed::new(format!("AGGREGATOR has {length} octets"))),
        }
    }

    fn from_word(word: Word<'_>) -> Result<Self, WordError> {
        let text = word.text.trim_start_matches('(').trim_end_matches(')');
        let parts = text.split_once(':').and_then(|(asn, router)| Some((number::asn(asn)?, router.parse().ok()?)));
        let (asn, router) = parts.ok_or_else(|| WordError::expected(word, "an aggregator such as 65000:10.0.0.1"))?;
        Ok(Self { asn, router })
    }
}

impl Attribute for Aggregator {
    const CODE: u8 = 7;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "aggregator";
    const ON_ERROR: OnError = OnError::Discard;

    fn decode(value: &mut Reader<'_>, with: &Negotiated) -> Result<Self, Malformed> {
        Self::read(value, with.asn4)
    }

    fn encode(&self, out: &mut BytesMut, with: &Negotiated) {
        self.write(out, with.asn4);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let bracket = words.keyword("(");
        let aggregator = Self::from_word(words.expect("the aggregator")?)?;
        if bracket && !words.keyword(")") {
            return Err(WordError::missing(words.column(), "the closing bracket of the aggregator"));
        }
        Ok(aggregator)
    }

    fn json(&self, out: &mut String, _: &Style) -> bool {
        json::write(out, format_args!("\"{}:{}\"", self.asn, self.router));
        true
    }
}

impl fmt::Display for Aggregator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "( {}:{} )", self.asn, self.router)
    }
}

impl Attribute for As4Aggregator {
    const CODE: u8 = 18;
    const FLAGS: u8 = OPTIONAL | TRANSITIVE;
    const WORD: &'static str = "as4-aggregator";
    const ON_ERROR: OnError = OnError::Discard;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        Aggregator::read(value, true).map(Self)
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        self.0.write(out, true);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        Aggregator::parse(words).map(Self)
    }

    fn json(&self, out: &mut String, style: &Style) -> bool {
        self.0.json(out, style)
    }
}

impl fmt::Display for As4Aggregator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for text in ["65000:1.2.3.4", "( 65000:1.2.3.4 )", "(65000:1.2.3.4)"] {
            assert_eq!(Aggregator::parse(&mut Words::new(text)).unwrap().to_string(), "( 65000:1.2.3.4 )");
        }
        for refused in ["65000", "( 65000:1.2.3.4", "x:1.2.3.4", "1:2"] {
            assert!(Aggregator::parse(&mut Words::new(refused)).is_err(), "{refused}");
        }
    }
}
