//! ROUTE-REFRESH: a request for all routes of a family, and the markers around the answer.
//!
//! ```text
//! +-------------------------------+---------------+---------------+
//! |             AFI               |    Subtype    |     SAFI      |
//! +-------------------------------+---------------+---------------+
//! ```

use bytes::{BufMut, BytesMut};

use crate::{FamilyCode, Notify, Reader, frame};

/// A ROUTE-REFRESH (RFC 2918, RFC 7313).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteRefresh {
    /// The family it is about.
    pub family: FamilyCode,
    /// 0 request, 1 begin of the refresh (BoRR), 2 its end (EoRR). Any other means nothing (RFC 7313 section 5).
    pub subtype: u8,
}

impl RouteRefresh {
    /// Subtype of a request.
    pub const REQUEST: u8 = 0;
    /// Subtype of the beginning of a refresh.
    pub const BEGIN: u8 = 1;
    /// Subtype of the end of a refresh.
    pub const END: u8 = 2;

    /// Reads a body.
    ///
    /// # Errors
    /// 7/1 for a wrong size.
    pub fn decode(body: &[u8]) -> Result<Self, Notify> {
        let mut reader = Reader::new(body);
        let (Some(afi), Some(subtype), Some(safi), true) = (reader.u16(), reader.u8(), reader.u8(), reader.is_empty())
        else {
            return Err(Notify::with_text(7, 1, "invalid route-refresh message"));
        };
        Ok(Self { family: FamilyCode { afi, safi }, subtype })
    }

    /// Appends the whole message.
    pub fn encode(&self, out: &mut BytesMut) {
        frame::write(out, frame::Kind::Refresh.code(), |out| {
            out.put_u16(self.family.afi);
            out.put_u8(self.subtype);
            out.put_u8(self.family.safi);
        });
    }

    /// What the subtype is called in events.
    pub const fn subtype_name(&self) -> &'static str {
        match self.subtype {
            Self::REQUEST => "query",
            Self::BEGIN => "begin",
            Self::END => "end",
            _ => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let begin = RouteRefresh { family: FamilyCode { afi: 1, safi: 1 }, subtype: RouteRefresh::BEGIN };
        let mut out = BytesMut::new();
        begin.encode(&mut out);
        assert_eq!(out[frame::HEADER..], [0, 1, 1, 1]);
        assert_eq!(RouteRefresh::decode(&out[frame::HEADER..]), Ok(begin));
    }

    #[test]
    fn errors() {
        assert_eq!(RouteRefresh::decode(&[0, 1, 0]).unwrap_err().subcode, 1);
    }
}
