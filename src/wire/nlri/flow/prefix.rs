//! Prefixes that packets are compared with (RFC 8955 section 4.2.2.1, RFC 8956 section 3.1).
//!
//! ```text
//! +-------------------+---------------------------+
//! | Length (1)        | Prefix (0 to 4)           |  IPv4
//! +-------------------+-------------+-------------+
//! | Length (1)        | Offset (1)  | Pattern     |  IPv6: the bits from offset to length, at the front
//! +-------------------+-------------+-------------+
//! ```

use std::{fmt, net::IpAddr};

use bytes::{BufMut, BytesMut};

use super::Version;
use crate::{Malformed, Reader, Word, WordError, nlri::inet::Inet, number};

/// The bits of an address from `offset` to `length`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FlowPrefix {
    /// The address; no bit behind the length is set.
    pub address: IpAddr,
    /// Where the bits that count end.
    pub length: u8,
    /// Where they begin; 0 for IPv4.
    pub offset: u8,
}

impl FlowPrefix {
    /// The bits behind the length are cleared.
    pub fn new(address: IpAddr, length: u8, offset: u8) -> Self {
        Self { address: Inet::new(address, length).network(), length, offset }
    }

    /// The version of IP.
    pub(super) const fn version(&self) -> Version {
        match self.address {
            IpAddr::V4(_) => Version::V4,
            IpAddr::V6(_) => Version::V6,
        }
    }

    /// Whether bits are left, or none at all are asked for.
    const fn agrees(length: u8, offset: u8) -> bool {
        offset < length || (offset == 0 && length == 0)
    }

    /// Reads it; `raw` says that its octets were left where they are, see [`FlowPrefix::encode`].
    pub(super) fn decode(version: Version, octets: &mut Reader<'_>, raw: bool) -> Result<Self, Malformed> {
        let cut_short = || Malformed::skipped("a prefix of a flow is cut short");
        let length = octets.u8().ok_or_else(cut_short)?;
        let (bits, offset) = match version {
            Version::V4 => (32, 0),
            Version::V6 => (128, octets.u8().ok_or_else(cut_short)?),
        };
        if length > bits || !Self::agrees(length, offset) {
            return Err(Malformed::skipped(format!(
                "a prefix of a flow has the length {length} and the offset {offset}"
            )));
        }
        let shift = if raw { 0 } else { offset };
        let pattern = octets.take(usize::from((length - shift).div_ceil(8))).ok_or_else(cut_short)?;
        let address = match version {
            Version::V4 => IpAddr::V4(padded(pattern).into()),
            Version::V6 => IpAddr::V6((u128::from_be_bytes(padded(pattern)) >> u32::from(shift)).into()),
        };
        Ok(Self::new(address, length, offset))
    }

    /// Writes it; `raw` leaves the octets where they are, as the reference does it.
    pub(super) fn encode(&self, out: &mut BytesMut, raw: bool) {
        let Self { address, length, offset } = *self;
        out.put_u8(length);
        match address {
            IpAddr::V4(address) => put(out, &address.octets(), length),
            IpAddr::V6(whole) if raw => {
                out.put_u8(offset);
                put(out, &whole.octets(), length);
            }
            IpAddr::V6(whole) => {
                out.put_u8(offset);
                let pattern = u128::from(whole).checked_shl(offset.into()).unwrap_or(0);
                put(out, &pattern.to_be_bytes(), length.saturating_sub(offset));
            }
        }
    }

    /// Reads `<address>/<length>`, behind which an offset may stand with IPv6. Bits behind the length are passed over.
    pub(super) fn from_word(word: Word<'_>) -> Result<Self, WordError> {
        let mut parts = word.text.split('/');
        let expected = || WordError::expected(word, "a prefix such as 10.0.0.0/24, 2001:db8::/32 or ::1/128/120");
        let address: IpAddr = parts.next().and_then(|text| text.parse().ok()).ok_or_else(expected)?;
        let length = parts.next().and_then(number::u8).ok_or_else(expected)?;
        let offset = match parts.next() {
            None => 0,
            Some(text) => number::u8(text).filter(|_| address.is_ipv6()).ok_or_else(expected)?,
        };
        let bits = if address.is_ipv4() { 32 } else { 128 };
        if parts.next().is_some() || length > bits {
            return Err(expected());
        }
        if !Self::agrees(length, offset) {
            let text = format!("\"{}\" has no bits: its offset is not below its length", word.text);
            return Err(WordError::new(word, text));
        }
        Ok(Self::new(address, length, offset))
    }
}

fn put(out: &mut BytesMut, octets: &[u8], bits: u8) {
    out.put_slice(octets.get(..usize::from(bits.div_ceil(8))).unwrap_or(octets));
}

/// The octets, with zeros behind them.
fn padded<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut whole = [0; N];
    whole.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    whole
}

impl fmt::Display for FlowPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)?;
        if self.address.is_ipv6() { write!(f, "/{}", self.offset) } else { Ok(()) }
    }
}
