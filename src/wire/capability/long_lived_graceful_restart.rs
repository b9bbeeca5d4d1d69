//! Capability 71: routes of a lost speaker are kept for long, as the last resort (RFC 9494 section 3).
//!
//! ```text
//! +-------------------------------+---------------+---------------+
//! |             AFI               |     SAFI      |     Flags     |   repeated
//! +-------------------------------+---------------+---------------+
//! |           Long-lived stale time (24 bits)     |
//! +-----------------------------------------------+
//! ```

use std::fmt;

use super::{Capability, by_family};
use crate::{
    FamilyCode, Reader,
    json::{self, Style},
};

/// How long stale routes are kept, by family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongLivedGracefulRestart(pub Vec<StaleTime>);

/// How long stale routes of one family are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaleTime {
    /// The family.
    pub family: FamilyCode,
    /// Its forwarding state was kept.
    pub forwarding: bool,
    /// Seconds; 24 bits.
    pub time: u32,
}

impl Capability for LongLivedGracefulRestart {
    const CODE: u8 = 71;
    const NAME: &'static str = "long-lived-graceful-restart";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        let mut families = Vec::new();
        while !value.is_empty() {
            let (Some(afi), Some(safi), Some(last)) = (value.u16(), value.u8(), value.u32()) else {
                return Err("is no list of entries of 7 octets".to_owned());
            };
            let forwarding = last & 0x8000_0000 != 0;
            families.push(StaleTime { family: FamilyCode { afi, safi }, forwarding, time: last & 0x00FF_FFFF });
        }
        Ok(Self(families))
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        let mut octets = Vec::new();
        for StaleTime { family, forwarding, time } in &self.0 {
            let [high, low] = family.afi.to_be_bytes();
            octets.extend([high, low, family.safi]);
            octets.extend((u32::from(*forwarding) << 31 | time & 0x00FF_FFFF).to_be_bytes());
        }
        value(&octets);
    }

    fn json(&self, out: &mut String, _: &Style) {
        out.push_str("{ \"name\": \"long-lived-graceful-restart\"");
        for (family, StaleTime { forwarding, time, .. }) in by_family::named(&self.0, |stale| stale.family) {
            json::write(out, format_args!(", \"{family}\": {{ \"time\": {time}, \"forwarding\": {forwarding} }}"));
        }
        out.push_str(" }");
    }
}

impl fmt::Display for LongLivedGracefulRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |stale: &StaleTime| format!("{} {}", stale.family.joined(' '), stale.time);
        write!(f, "long-lived graceful restart({})", self.0.iter().map(entry).collect::<Vec<_>>().join(","))
    }
}
