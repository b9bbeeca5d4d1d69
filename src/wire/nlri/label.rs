//! Stacks of MPLS labels in front of a prefix (RFC 8277 section 2, RFC 3032 section 2.1).
//!
//! ```text
//!  0                   1                   2
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
//! +---------------------------------------+-----+-+
//! |                 Label                 | TC  |S|  S: bottom of the stack
//! +---------------------------------------+-----+-+
//! ```

use std::fmt;

use bytes::{BufMut, BytesMut};
use smallvec::SmallVec;

use crate::{
    Malformed, Quirk, Quirks, Reader, Word, WordError, Words,
    json::{self, Dialect},
    number,
};

/// Stands where labels were in a withdrawal (RFC 8277 section 2.4).
pub const WITHDRAWN: u32 = 0x80_0000;

/// Labels as fields of 24 bits, traffic class and bottom-of-stack bit included.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Labels(pub SmallVec<[u32; 2]>);

impl Labels {
    /// A stack of these label values, the last one at the bottom.
    pub fn stack(values: impl IntoIterator<Item = u32>) -> Self {
        let mut fields: SmallVec<[u32; 2]> = values.into_iter().map(|value| (value & 0xF_FFFF) << 4).collect();
        if let Some(last) = fields.last_mut() {
            *last |= 1;
        }
        Self(fields)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads a stack to its bottom. A first field of 0x800000 or 0 stands alone, as in withdrawals.
    pub(super) fn decode(octets: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut fields = SmallVec::new();
        loop {
            let [high, middle, low] =
                octets.array().ok_or_else(|| Malformed::skipped("a label stack has no bottom"))?;
            let field = u32::from_be_bytes([0, high, middle, low]);
            let alone = fields.is_empty() && matches!(field, 0 | WITHDRAWN);
            fields.push(field);
            if alone || field & 1 == 1 {
                return Ok(Self(fields));
            }
        }
    }

    /// What a withdrawal says of the labels: a single field, whose value is ignored (RFC 8277 section 2.4). It is the
    /// first label as the bottom of a stack, so that receivers which read on to the bottom find the prefix as well.
    pub(super) fn withdrawn(&self, quirks: Quirks) -> Self {
        match &self.0[..] {
            [first, _, ..] if !quirks.has(Quirk::WithdrawnLabels) => Self::stack([first >> 4]),
            _ => self.clone(),
        }
    }

    /// Writes the stack. Without labels, which only a withdrawal may be, the field for withdrawals stands for them:
    /// a receiver would take the prefix for labels otherwise.
    pub(super) fn encode(&self, out: &mut BytesMut) {
        if self.is_empty() {
            put(WITHDRAWN, out);
        }
        self.0.iter().for_each(|field| put(*field, out));
    }

    /// The bits of the stack on the wire.
    pub(super) fn bits(&self) -> usize {
        24 * self.0.len().max(1)
    }

    /// Reads `<label>` or `[ <label> … ]`.
    ///
    /// # Errors
    /// When a word is no label.
    pub fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let values = words.list("the label", false, label)?;
        Ok(Self::stack(values))
    }

    /// Reads `label <labels>`; `None` for any other keyword. The first one given wins.
    pub(crate) fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        (keyword == "label").then(|| {
            let given = Self::parse(words)?;
            if self.is_empty() {
                *self = given;
            }
            Ok(())
        })
    }

    /// Writes the member `label` of an object that has members already. The newer dialect tells the field as well.
    pub(super) fn json(&self, out: &mut String, dialect: Dialect) {
        if !self.is_empty() {
            json_list(out, &self.0, dialect == Dialect::V6);
        }
    }
}

fn label(word: Word<'_>) -> Result<u32, WordError> {
    number::u32(word.text)
        .filter(|label| *label < 1 << 20)
        .ok_or_else(|| WordError::expected(word, "a label below 2^20"))
}

/// Writes a field of three octets.
pub(super) fn put(field: u32, out: &mut BytesMut) {
    let [_, high, middle, low] = field.to_be_bytes();
    out.put_slice(&[high, middle, low]);
}

/// Writes `, "label": [ [<label>, <field>], … ]`; a field of 0 is not told.
pub(super) fn json_list(out: &mut String, fields: &[u32], whole: bool) {
    out.push_str(", \"label\": [ ");
    json::separated(out, ", ", fields, |out, field| match *field {
        field if whole && field != 0 => json::write(out, format_args!("[{}, {field}]", field >> 4)),
        field => json::write(out, format_args!("[{}]", field >> 4)),
    });
    out.push_str(" ]");
}

/// `label 100`, `label [ 100 200 ]`, or nothing.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [] => Ok(()),
            [one] => write!(f, "label {}", one >> 4),
            many => {
                f.write_str("label [ ")?;
                many.iter().try_for_each(|field| write!(f, "{} ", field >> 4))?;
                f.write_str("]")
            }
        }
    }
}
