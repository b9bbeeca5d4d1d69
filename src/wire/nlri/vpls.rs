//! Sites of a VPLS (RFC 4761 section 3.2.2).
//!
//! ```text
//! +---------------------------+
//! | Path identifier (4)       |  with ADD-PATH only
//! +---------------------------+
//! | Length in octets (2)      |  17, or more
//! +---------------------------+
//! | Route distinguisher (8)   |
//! +---------------------------+
//! | VE ID (2)                 |  `endpoint`
//! +---------------------------+
//! | VE block offset (2)       |  `offset`
//! +---------------------------+
//! | VE block size (2)         |  `size`
//! +---------------------------+
//! | Label base (3)            |  `base`, in the upper 20 bits
//! +---------------------------+
//! ```
//!
//! Its words may stand in any order, among those of attributes: `rd 65000:1 endpoint 5 base 10702 offset 1 size 8`.

use std::fmt;

use bytes::{BufMut, BytesMut};

use super::{Family, KeyBuf, Nlri, fields, label, path_id, rd::RouteDistinguisher};
use crate::{Intent, Malformed, Reader, WordError, Words, json, json::Style, number};

/// A site, and the labels by which others reach it. Parts are missing only while its words are being read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Vpls {
    /// Route distinguisher.
    pub rd: Option<RouteDistinguisher>,
    /// Number of the site.
    pub endpoint: Option<u16>,
    /// The number of the first site that a label is for.
    pub offset: Option<u16>,
    /// How many sites labels are for.
    pub size: Option<u16>,
    /// The first label, below 2^20.
    pub base: Option<u32>,
    /// The path identifier.
    pub path: Option<u32>,
}

/// Octets of an NLRI behind its length.
const SIZE: u16 = 17;
/// One beyond the last label.
const LABELS: u32 = 1 << 20;

impl Vpls {
    fn read(octets: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            rd: Some(RouteDistinguisher(octets.array()?)),
            endpoint: Some(octets.u16()?),
            offset: Some(octets.u16()?),
            size: Some(octets.u16()?),
            base: Some(octets.array().map(|[high, middle, low]| u32::from_be_bytes([0, high, middle, low]) >> 4)?),
            path: None,
        })
    }
}

impl Nlri for Vpls {
    fn decode(_: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        let cut_short = || Malformed::new("a VPLS site is longer than the rest of its field");
        let path = path_id::decode(octets, add_path)?;
        let length = octets.u16().ok_or_else(cut_short)?;
        let mut value = octets.sub(length.into()).ok_or_else(cut_short)?;
        let site = Self::read(&mut value);
        let site = site.ok_or_else(|| Malformed::skipped(format!("a VPLS site cannot have {length} octets")))?;
        Ok(Self { path, ..site })
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        path_id::encode(self.path, out, add_path);
        out.put_u16(SIZE);
        out.put_slice(&self.rd.unwrap_or_default().0);
        for number in [self.endpoint, self.offset, self.size] {
            out.put_u16(number.unwrap_or_default());
        }
        label::put(self.base.unwrap_or_default() << 4 | 1, out);
    }

    fn parse(_: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        // The word of the family's own command.
        words.keyword("vpls");
        Ok(Self::default())
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        const NUMBER: &str = "a number from 0 to 65535";
        Some(match keyword {
            "endpoint" => fields::set(&mut self.endpoint, words, NUMBER, number::u16),
            "offset" => fields::set(&mut self.offset, words, NUMBER, number::u16),
            "size" => fields::set(&mut self.size, words, NUMBER, number::u16),
            "base" => fields::set(&mut self.base, words, "a label from 0 to 1048575", |text| {
                number::u32(text).filter(|label| *label < LABELS)
            }),
            _ => {
                let rd = RouteDistinguisher::word(&mut self.rd, keyword, words);
                return rd.or_else(|| path_id::word(&mut self.path, keyword, words));
            }
        })
    }

    fn complete(&self, _: Intent) -> Result<(), String> {
        let parts = [
            (self.rd.is_some(), "route-distinguisher"),
            (self.endpoint.is_some(), "endpoint"),
            (self.base.is_some(), "base"),
            (self.offset.is_some(), "offset"),
            (self.size.is_some(), "size"),
        ];
        if let Some((_, name)) = parts.iter().find(|(there, _)| !there) {
            return Err(format!("vpls nlri {name} missing"));
        }
        let (base, size) = (self.base.unwrap_or_default(), self.size.unwrap_or_default());
        if base > LABELS - 1 - u32::from(size) {
            return Err(format!("vpls nlri base {base} and size {size} go beyond the last label"));
        }
        Ok(())
    }

    fn json(&self, out: &mut String, _: &Style) {
        json::write(
            out,
            format_args!(
                "{{ \"rd\": \"{}\", \"endpoint\": {}, \"base\": {}, \"offset\": {}, \"size\": {}",
                self.rd.unwrap_or_default(),
                self.endpoint.unwrap_or_default(),
                self.base.unwrap_or_default(),
                self.offset.unwrap_or_default(),
                self.size.unwrap_or_default(),
            ),
        );
        path_id::json(self.path, out);
        out.push_str(" }");
    }

    /// The label does not tell one site from another.
    fn key(&self, out: &mut KeyBuf) {
        path_id::key(self.path, out);
        out.extend(&self.rd.unwrap_or_default().0);
        for number in [self.endpoint, self.offset, self.size] {
            out.extend(&number.unwrap_or_default().to_be_bytes());
        }
    }
}

impl fmt::Display for Vpls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "vpls rd {} endpoint {} base {} offset {} size {}",
            self.rd.unwrap_or_default(),
            self.endpoint.unwrap_or_default(),
            self.base.unwrap_or_default(),
            self.offset.unwrap_or_default(),
            self.size.unwrap_or_default(),
        )?;
        path_id::fmt(self.path, f)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Family, Intent, WordError, Words, route};

    fn text(words: &str) -> Result<String, WordError> {
        let spec = route::parse_family(Family::L2vpnVpls, &mut Words::new(words), Intent::Announce)?;
        Ok(spec.routes[0].to_string())
    }

    #[test]
    fn words_stand_among_attributes() {
        let expected = "vpls rd 65000:1 endpoint 5 base 10702 offset 1 size 8 next-hop 192.0.2.1 med 7";
        for typed in [
            "vpls rd 65000:1 endpoint 5 base 10702 offset 1 size 8 next-hop 192.0.2.1 med 7",
            "{ endpoint 5; base 10702; offset 1; size 8; next-hop 192.0.2.1; med 7; route-distinguisher 65000:1; }",
        ] {
            assert_eq!(text(typed).unwrap(), expected, "{typed}");
        }
    }

    #[test]
    fn what_is_refused() {
        for (words, part) in [
            ("endpoint 5 base 1 offset 1 size 8", "route-distinguisher missing"),
            ("rd 1:1 base 1 offset 1 size 8", "endpoint missing"),
            ("rd 1:1 endpoint 5 offset 1 size 8", "base missing"),
            ("rd 1:1 endpoint 5 base 1 size 8", "offset missing"),
            ("rd 1:1 endpoint 5 base 1 offset 1", "size missing"),
            ("rd 1:1 endpoint 65536 base 1 offset 1 size 8", "65536"),
            ("rd 1:1 endpoint 5 base 1048576 offset 1 size 8", "1048576"),
            ("rd 1:1 endpoint 5 base 1048568 offset 1 size 8", "beyond the last label"),
            ("rd 1:1 endpoint 5 base 1 offset 1 size 8 label 5", "unknown command"),
        ] {
            let error = text(&format!("{words} next-hop 192.0.2.1")).unwrap_err();
            assert!(error.message.contains(part), "{words}: {error}");
        }
        assert!(text("rd 1:1 endpoint 5 base 1048567 offset 1 size 8 next-hop 192.0.2.1").is_ok());
    }
}
