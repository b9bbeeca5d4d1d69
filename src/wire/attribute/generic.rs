//! Attributes without a type of their own: unknown ones received, and any given by its octets.

use std::fmt;

use bytes::Bytes;

use crate::{WordError, Words, json, number};

/// An attribute as octets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Generic {
    /// Type code.
    pub code: u8,
    /// Flags. The extended length flag asks for a length of two octets.
    pub flags: u8,
    /// Value.
    pub value: Bytes,
}

impl Generic {
    /// The keyword.
    pub const WORD: &'static str = "attribute";

    /// Reads `[ 0xCODE 0xFLAGS 0xDATA ]`.
    ///
    /// # Errors
    /// When the three fields are not there, or no hexadecimal octets.
    pub fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        if !words.keyword("[") {
            return Err(WordError::missing(words.column(), "the bracket before 0xCODE 0xFLAGS 0xDATA"));
        }
        let code = octet(words, "the attribute's code, such as 0x99")?;
        let flags = octet(words, "the attribute's flags, such as 0xC0")?;
        let word = words.expect("the attribute's data")?;
        let value = number::hex_octets(word.text)
            .ok_or_else(|| WordError::expected(word, "an even number of hexadecimal digits behind 0x"))?;
        if !words.keyword("]") {
            return Err(WordError::missing(words.column(), "the closing bracket of the attribute"));
        }
        Ok(Self { code, flags, value: value.into() })
    }

    /// Writes the member of the events' object.
    pub fn json(&self, out: &mut String) -> bool {
        json::write(out, format_args!("\"attribute-0x{:02X}-0x{:02X}\": \"0x", self.code, self.flags));
        self.value.iter().for_each(|octet| json::write(out, format_args!("{octet:02x}")));
        out.push('"');
        true
    }
}

fn octet(words: &mut Words<'_>, what: &'static str) -> Result<u8, WordError> {
    let word = words.expect(what)?;
    let value = number::hex_u32(word.text).and_then(|value| u8::try_from(value).ok());
    value.ok_or_else(|| WordError::expected(word, "an octet such as 0xC0"))
}

impl fmt::Display for Generic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attribute [ 0x{:02X} 0x{:02X} 0x", self.code, self.flags)?;
        self.value.iter().try_for_each(|octet| write!(f, "{octet:02x}"))?;
        f.write_str(" ]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let generic = Generic::parse(&mut Words::new("[ 0x99 0x60 0x0064 ]")).unwrap();
        assert_eq!(generic.to_string(), "attribute [ 0x99 0x60 0x0064 ]");
        for refused in ["0x99", "[ 0x199 0x60 0x00 ]", "[ 0x99 0x60 0x0 ]", "[ 0x99 0x60 ]"] {
            assert!(Generic::parse(&mut Words::new(refused)).is_err(), "{refused}");
        }
    }
}
