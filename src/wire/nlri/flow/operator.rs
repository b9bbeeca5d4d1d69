//! Values with operators (RFC 8955 section 4.2.1).
//!
//! ```text
//!   0   1   2   3   4   5   6   7
//! +---+---+---+---+---+---+---+---+---------------------+
//! | e | a |  len  | 0 |lt |gt |eq |  Value (1, 2, 4, 8) |  numeric
//! +---+---+---+---+---+---+---+---+---------------------+
//! | e | a |  len  | 0 | 0 |not| m |  Value (1, 2, 4, 8) |  bitmask
//! +---+---+---+---+---+---+---+---+---------------------+
//!   end of list; AND with the term before it; octets of the value as a power of two
//! ```

use std::fmt::{self, Write as _};

use bytes::{BufMut, BytesMut};

use super::{
    Kind,
    names::{Names, name},
};
use crate::{Malformed, Reader};

const END: u8 = 0x80;
const AND: u8 = 0x40;
/// The bits which are compared with, of numbers.
const NUMERIC: u8 = 7;
/// The bits which are compared with, of sets.
const BITMASK: u8 = 3;
/// No number passes.
const NEVER: u8 = 0;
/// Any number passes.
const ALWAYS: u8 = 7;

/// The operators of numbers, by their bits.
pub(super) const NUMERIC_TEXTS: [&str; 8] = ["false", "=", ">", ">=", "<", "<=", "!=", "true"];
/// The operators of sets of bits, by their bits: any of them, all and no other, and the opposites.
pub(super) const BITMASK_TEXTS: [&str; 4] = ["", "=", "!", "!="];

/// One test of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term {
    /// It has to hold together with the one before it.
    pub and: bool,
    /// The bits of the operator that say how to compare.
    pub test: u8,
    /// What to compare with.
    pub value: u64,
}

impl Term {
    /// A test. What is compared with does not matter where the outcome does not depend on it, and is not kept.
    pub(super) const fn new(bitmask: bool, and: bool, test: u8, value: u64) -> Self {
        let test = test & if bitmask { BITMASK } else { NUMERIC };
        let constant = !bitmask && matches!(test, NEVER | ALWAYS);
        Self { and, test, value: if constant { 0 } else { value } }
    }

    /// The length code and the octets of the value.
    fn octets(&self) -> (u8, [u8; 8], usize) {
        let (code, size) = match self.value {
            0..=0xFF => (0, 1),
            0x100..=0xFFFF => (1, 2),
            0x1_0000..=0xFFFF_FFFF => (2, 4),
            _ => (3, 8),
        };
        (code, self.value.to_be_bytes(), size)
    }
}

/// Reads a list up to its end.
pub(super) fn decode(octets: &mut Reader<'_>, bitmask: bool) -> Result<Vec<Term>, Malformed> {
    let mut terms = Vec::new();
    loop {
        let (operator, value) =
            one(octets).ok_or_else(|| Malformed::skipped("the values of a flow's component are cut short"))?;
        // The first has nothing before it, whatever its bit says.
        let and = operator & AND != 0 && !terms.is_empty();
        terms.push(Term::new(bitmask, and, operator, value));
        if operator & END != 0 {
            return Ok(terms);
        }
    }
}

fn one(octets: &mut Reader<'_>) -> Option<(u8, u64)> {
    let operator = octets.u8()?;
    let value = octets.take(1 << (operator >> 4 & 3))?;
    Some((operator, value.iter().fold(0, |value, octet| value << 8 | u64::from(*octet))))
}

/// Writes a list.
pub(super) fn encode(out: &mut BytesMut, terms: &[Term]) {
    for (index, term) in terms.iter().enumerate() {
        let (code, octets, size) = term.octets();
        let end = if index + 1 == terms.len() { END } else { 0 };
        let and = if term.and { AND } else { 0 };
        out.put_u8(end | and | code << 4 | term.test);
        out.put_slice(octets.get(8 - size..).unwrap_or_default());
    }
}

/// The texts of a list: terms that have to hold together are one text.
pub(super) fn texts(terms: &[Term], kind: Kind, names: Names) -> impl Iterator<Item = String> {
    let mut texts: Vec<String> = Vec::new();
    for term in terms {
        let mut text = texts.pop_if(|_| term.and).map(|text| text + "&").unwrap_or_default();
        // A `String` takes whatever it is given.
        let _ = write!(text, "{}", Shown { term: *term, kind, names });
        texts.push(text);
    }
    texts.into_iter()
}

/// A term as it is written.
struct Shown {
    term: Term,
    kind: Kind,
    names: Names,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self { term, kind, names }, test) = (self, usize::from(self.term.test));
        if kind.is_bitmask() {
            f.write_str(BITMASK_TEXTS.get(test).unwrap_or(&""))?;
            return bits(f, term.value, names);
        }
        f.write_str(NUMERIC_TEXTS.get(test).unwrap_or(&""))?;
        if matches!(term.test, NEVER | ALWAYS) {
            return Ok(());
        }
        // Ports and codes are told as numbers: one code has several names, and a port may belong to another service.
        let named = matches!(kind, Kind::Protocol | Kind::IcmpType);
        match name(names, term.value).filter(|_| named) {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", term.value),
        }
    }
}

/// Names of bits joined by `+`, or the number when one of them has no name.
fn bits(f: &mut fmt::Formatter<'_>, value: u64, names: Names) -> fmt::Result {
    let known = names.iter().fold(0, |known, (_, bit)| known | u64::from(*bit));
    if value == 0 || value & !known != 0 {
        return write!(f, "0x{value:x}");
    }
    let (mut left, mut separator) = (value, "");
    for (name, bit) in names {
        if left & u64::from(*bit) != 0 {
            write!(f, "{separator}{name}")?;
            left &= !u64::from(*bit);
            separator = "+";
        }
    }
    Ok(())
}
