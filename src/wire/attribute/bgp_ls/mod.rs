//! BGP-LS (29): what a node, a link or a prefix of the IGP is like (RFC 9552 section 5.3). It is only read.
//!
//! The value is a list of TLVs, kept as it came; `table.rs` says how each is told. Events show a TLV that is not
//! known, or stands there again where one is expected, by its octets as `generic-lsid-<code>`.

mod link;
mod node;
mod prefix;
mod sid;
mod srv6;
mod table;
mod value;

use std::{borrow::Cow, fmt};

use bytes::{BufMut, Bytes, BytesMut};

use self::table::{Form, Shape};
use super::{Attribute, OPTIONAL};
use crate::{
    Malformed, Negotiated, OnError, Reader, WordError, Words,
    json::{self, Dialect, Style},
    tlv::Tlv,
};

/// The TLVs of a BGP-LS attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BgpLs(Bytes);

impl BgpLs {
    /// The TLVs as they came.
    pub const fn octets(&self) -> &Bytes {
        &self.0
    }

    fn members(&self, style: &Style) -> Members {
        let mut members = Members(Vec::new());
        for tlv in Tlv::all(Reader::new(&self.0)).unwrap_or_default() {
            members.add(tlv, table::find(tlv.code, style));
        }
        members
    }
}

impl Attribute for BgpLs {
    const CODE: u8 = 29;
    const FLAGS: u8 = OPTIONAL;
    const WORD: &'static str = "bgp-ls";
    /// RFC 9552 section 8.2.2.
    const ON_ERROR: OnError = OnError::Discard;

    fn decode(value: &mut Reader<'_>, _: &Negotiated) -> Result<Self, Malformed> {
        let tlvs = Tlv::all(*value).ok_or_else(|| Malformed::new("the TLVs of BGP-LS do not fill the attribute"))?;
        match tlvs.iter().find(|tlv| !table::is_sound(tlv.code, tlv.value)) {
            Some(tlv) => {
                let text = format!("TLV {} of BGP-LS has a value that cannot be read", tlv.code);
                Err(Malformed::new(text))
            }
            None => Ok(Self(Bytes::copy_from_slice(value.rest()))),
        }
    }

    fn encode(&self, out: &mut BytesMut, _: &Negotiated) {
        out.put_slice(&self.0);
    }

    fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let column = words.column();
        let word = words.next().map_or_else(String::new, |word| word.text.to_owned());
        let message = "bgp-ls is only received; attribute [ 0x1D 0x80 0x… ] sends its octets".to_owned();
        Err(WordError { column, word, message })
    }

    fn json(&self, out: &mut String, style: &Style) -> bool {
        self.members(style).write(out);
        true
    }
}

/// The object of the newer dialect: no keyword of a TLV can be typed.
impl fmt::Display for BgpLs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.members(&Style { dialect: Dialect::V6, ..Style::default() }).write(&mut text);
        f.write_str(&text)
    }
}

/// The object of an attribute, being built.
struct Members(Vec<Member>);

struct Member {
    keys: Vec<Cow<'static, str>>,
    shape: Shape,
    values: Vec<String>,
}

impl Members {
    fn add(&mut self, tlv: Tlv<'_>, form: Option<&'static Form>) {
        let mut value = String::new();
        let told = form.filter(|form| form.write(tlv.value, &mut value).is_some());
        if !told.is_some_and(|form| self.place(form.keys.iter().copied().map(Cow::Borrowed), form.shape, &mut value)) {
            value.clear();
            let written = value::raw(&mut tlv.value.clone(), &mut value);
            debug_assert!(written.is_some(), "any octets are hexadecimal digits");
            let key = format!("generic-lsid-{}", tlv.code);
            self.place(std::iter::once(Cow::Owned(key)), Shape::Many, &mut value);
        }
    }

    /// Whether there is room for the value: none where one stands already.
    fn place(&mut self, keys: impl Iterator<Item = Cow<'static, str>>, shape: Shape, value: &mut String) -> bool {
        let keys: Vec<_> = keys.collect();
        let taken = self.0.iter_mut().find(|member| member.keys.iter().any(|key| keys.contains(key)));
        match taken {
            Some(member) if member.shape == Shape::Many && shape == Shape::Many => {
                member.values.push(std::mem::take(value));
            }
            Some(_) => return false,
            None => self.0.push(Member { keys, shape, values: vec![std::mem::take(value)] }),
        }
        true
    }

    /// Writes arrays first, as the reference does.
    fn write(&self, out: &mut String) {
        let (arrays, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|member| member.shape == Shape::Many);
        out.push_str("{ ");
        json::separated(out, ", ", arrays.into_iter().chain(others), |out, member| member.write(out));
        out.push_str(" }");
    }
}

impl Member {
    fn write(&self, out: &mut String) {
        let value = self.values.join(", ");
        let key = self.keys.first().map_or("", |key| key.as_ref());
        match self.shape {
            Shape::Members => out.push_str(&value),
            Shape::One => json::write(out, format_args!("\"{key}\": {value}")),
            Shape::Many => json::write(out, format_args!("\"{key}\": [{value}]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(octets: &[u8], dialect: Dialect) -> String {
        let attribute = BgpLs::decode(&mut Reader::new(octets), &Negotiated::unnegotiated()).unwrap();
        let mut out = String::new();
        attribute.json(&mut out, &Style { dialect, ..Style::default() });
        out
    }

    #[test]
    fn nothing_is_lost_and_no_key_comes_twice() {
        let metrics = [4, 71, 0, 1, 10, 4, 71, 0, 1, 11];
        let expected = "{ \"generic-lsid-1095\": [\"0x0B\"], \"igp-metric\": 10 }";
        assert_eq!(shown(&metrics, Dialect::V6), expected);
        let areas = [4, 3, 0, 1, 1, 4, 3, 0, 1, 2];
        assert_eq!(shown(&areas, Dialect::V6), "{ \"area-ids\": [\"1\", \"2\"] }");
        assert_eq!(shown(&areas, Dialect::V5), "{ \"generic-lsid-1027\": [\"0x02\"], \"area-id\": \"1\" }");
    }

    #[test]
    fn a_value_that_cannot_be_read_is_malformed() {
        for octets in [&[4, 71, 0, 4, 0, 0, 0, 1][..], &[4, 71, 0, 2, 0], &[4, 71]] {
            let decoded = BgpLs::decode(&mut Reader::new(octets), &Negotiated::unnegotiated());
            assert!(decoded.is_err(), "{octets:?}");
        }
    }

    #[test]
    fn it_cannot_be_typed() {
        assert!(BgpLs::parse(&mut Words::new("x")).unwrap_err().message.contains("only received"));
    }
}
