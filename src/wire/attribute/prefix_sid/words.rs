//! Words of the attribute:
//!
//! ```text
//! bgp-prefix-sid [ 300 ]
//! bgp-prefix-sid [ 300, [ ( 800000,100 ), ( 1000000,5000 ) ] ]
//! bgp-prefix-sid-srv6 ( l3-service 2001:db8:1:: 0x48 [64,24,16,0,0,0] )
//! ```
//!
//! What they cannot say is told by its octets, in the form of a generic attribute.

use std::fmt;

use super::{Layer, PrefixSid, Service, ServiceSid, ServiceSubTlv, SidSubTlv, Tlv};
use crate::{Attribute as _, Word, WordError, Words, attribute::fmt_octets, number};

/// The keyword of SRv6 services.
pub(super) const SRV6: &str = "bgp-prefix-sid-srv6";
/// A behavior that is not told (RFC 8986 section 8.3).
const OPAQUE: u16 = 0xFFFF;

/// What follows `bgp-prefix-sid`.
pub(super) fn labels(words: &mut Words<'_>) -> Result<PrefixSid, WordError> {
    need(words, "[", "the bracket before the label index")?;
    let word = words.expect("the label index")?;
    let index = number::u32(word.text).ok_or_else(|| WordError::expected(word, "a label index"))?;
    let mut tlvs = vec![Tlv::LabelIndex { flags: 0, index }];
    let comma = words.keyword(",");
    if words.keyword("[") {
        let mut ranges = Vec::new();
        while !words.keyword("]") {
            ranges.push(range(words)?);
            words.keyword(",");
        }
        if ranges.is_empty() {
            return Err(WordError::missing(words.column(), "a range of labels such as ( 800000,100 )"));
        }
        tlvs.push(Tlv::Srgb { flags: 0, ranges });
    } else if comma {
        return Err(WordError::missing(words.column(), "the bracket before the ranges of labels"));
    }
    need(words, "]", "the closing bracket of the label index")?;
    Ok(PrefixSid(tlvs))
}

fn range(words: &mut Words<'_>) -> Result<(u32, u32), WordError> {
    need(words, "(", "the bracket before a range of labels")?;
    let base = field(words.expect("the first label")?)?;
    need(words, ",", "the comma behind the first label")?;
    let range = field(words.expect("the number of labels")?)?;
    need(words, ")", "the closing bracket of the range")?;
    Ok((base, range))
}

fn field(word: Word<'_>) -> Result<u32, WordError> {
    number::u32(word.text)
        .filter(|number| *number < 1 << 24)
        .ok_or_else(|| WordError::expected(word, "a number below 2^24"))
}

/// What follows `bgp-prefix-sid-srv6`.
pub(super) fn service(words: &mut Words<'_>) -> Result<PrefixSid, WordError> {
    need(words, "(", "the bracket before the service")?;
    let word = words.expect("the kind of service")?;
    let layer = match word.text {
        "l3-service" => Layer::L3,
        "l2-service" => Layer::L2,
        _ => return Err(WordError::expected(word, "l3-service or l2-service")),
    };
    let word = words.expect("the SID")?;
    let sid = word.text.parse().map_err(|_| WordError::expected(word, "an IPv6 address"))?;
    let behavior = match words.peek() {
        Some(word) if !matches!(word.text, "[" | ")") => {
            words.next();
            number::any_u16(word.text).ok_or_else(|| WordError::expected(word, "a behavior such as 0x48"))?
        }
        _ => OPAQUE,
    };
    let mut parts = Vec::new();
    if let Some(bracket) = words.peek().filter(|word| word.text == "[") {
        parts.push(SidSubTlv::Structure(structure(bracket, words)?));
    }
    need(words, ")", "the closing bracket of the service")?;
    let sid = ServiceSubTlv::Sid(ServiceSid { sid, flags: 0, behavior, parts });
    Ok(PrefixSid(vec![Tlv::Service(Service { layer, parts: vec![sid] })]))
}

fn structure(bracket: Word<'_>, words: &mut Words<'_>) -> Result<[u8; 6], WordError> {
    let octet = |word: Word<'_>| number::u8(word.text).ok_or_else(|| WordError::expected(word, "a length in bits"));
    let lengths = words.list("the structure of the SID", true, octet)?;
    lengths.try_into().map_err(|_| WordError::new(bracket, "the structure of a SID has six lengths"))
}

fn need(words: &mut Words<'_>, text: &str, what: &str) -> Result<(), WordError> {
    if words.keyword(text) { Ok(()) } else { Err(WordError::missing(words.column(), what)) }
}

impl PrefixSid {
    fn fmt_labels(f: &mut fmt::Formatter<'_>, index: u32, ranges: Option<&[(u32, u32)]>) -> fmt::Result {
        write!(f, "{} [ {index}", Self::WORD)?;
        if let Some(ranges) = ranges {
            f.write_str(", [ ")?;
            ranges.iter().try_for_each(|(base, range)| write!(f, "( {base},{range} ) "))?;
            f.write_str("]")?;
        }
        f.write_str(" ]")
    }

    fn fmt_service(f: &mut fmt::Formatter<'_>, layer: Layer, sid: &ServiceSid, lengths: Option<&[u8]>) -> fmt::Result {
        let layer = if layer == Layer::L3 { "l3-service" } else { "l2-service" };
        write!(f, "{SRV6} ( {layer} {} {:#x}", sid.sid, sid.behavior)?;
        if let Some(lengths) = lengths {
            let lengths = lengths.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
            write!(f, " [{lengths}]")?;
        }
        f.write_str(" )")
    }
}

impl fmt::Display for PrefixSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [Tlv::LabelIndex { flags: 0, index }] => Self::fmt_labels(f, *index, None),
            [Tlv::LabelIndex { flags: 0, index }, Tlv::Srgb { flags: 0, ranges }] => {
                Self::fmt_labels(f, *index, Some(ranges))
            }
            [Tlv::Service(Service { layer, parts })] => match &parts[..] {
                [ServiceSubTlv::Sid(sid)] if sid.flags == 0 => match &sid.parts[..] {
                    [] => Self::fmt_service(f, *layer, sid, None),
                    [SidSubTlv::Structure(lengths)] => Self::fmt_service(f, *layer, sid, Some(lengths)),
                    _ => fmt_octets(f, self),
                },
                _ => fmt_octets(f, self),
            },
            _ => fmt_octets(f, self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(keyword: &str, words: &str) -> Result<String, WordError> {
        PrefixSid::parse_keyword(keyword, &mut Words::new(words)).map(|sid| sid.to_string())
    }

    #[test]
    fn label_indexes() {
        assert_eq!(text("bgp-prefix-sid", "[777]").unwrap(), "bgp-prefix-sid [ 777 ]");
        for typed in [
            "[ 300, [ ( 800000,4096 ), ( 1000000,5000 ) ] ]",
            "[ 300, [ ( 800000 , 4096 ) ( 1000000,5000 ) ] ]",
            "[300,[(800000,4096),(1000000,5000),]]",
        ] {
            let expected = "bgp-prefix-sid [ 300, [ ( 800000,4096 ) ( 1000000,5000 ) ] ]";
            assert_eq!(text("bgp-prefix-sid", typed).unwrap(), expected);
        }
        for refused in
            ["300", "[ ]", "[ 300", "[ 300, ]", "[ 300, [ ] ]", "[ 300, [ ( 16777216,1 ) ] ]", "[ 1, [ ( 1 ) ] ]"]
        {
            assert!(text("bgp-prefix-sid", refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn services() {
        let text = |words| text(SRV6, words);
        let expected = "bgp-prefix-sid-srv6 ( l3-service 2001:db8:1:1:: 0x48 [64,24,16,0,0,0] )";
        assert_eq!(text("( l3-service 2001:db8:1:1:: 72 [ 64, 24, 16, 0, 0, 0 ] )").unwrap(), expected);
        assert_eq!(text("( l2-service ::1 )").unwrap(), "bgp-prefix-sid-srv6 ( l2-service ::1 0xffff )");
        for refused in [
            "l3-service ::1",
            "( l4-service ::1 )",
            "( l3-service 10.0.0.1 )",
            "( l3-service ::1 65536 )",
            "( l3-service ::1 [64,24,16,0,0] )",
            "( l3-service ::1 [64,24,16,0,0,256] )",
            "( l3-service ::1 0x48",
        ] {
            assert!(text(refused).is_err(), "{refused}");
        }
    }
}
