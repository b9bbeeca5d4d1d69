//! Capability 64: what happens to routes while a speaker restarts (RFC 4724 section 3, RFC 8538).
//!
//! ```text
//! +-------+-----------------------+
//! | Flags |  Restart time (12)    |
//! +-------+-----------------------+---------------+---------------+
//! |             AFI               |     SAFI      |     Flags     |   repeated
//! +-------------------------------+---------------+---------------+
//! ```

use std::fmt;

use super::{Capability, by_family};
use crate::{
    FamilyCode, Reader,
    json::{self, Style},
};

/// The restart of the sender, and what it does to each family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GracefulRestart {
    /// The four flags: [`GracefulRestart::RESTARTING`] and [`GracefulRestart::NOTIFICATION`].
    pub flags: u8,
    /// Seconds that routes are kept; 12 bits.
    pub time: u16,
    /// Families with their flags: [`GracefulRestart::FORWARDING`].
    pub families: Vec<(FamilyCode, u8)>,
}

impl GracefulRestart {
    /// The sender has restarted and knows no routes yet.
    pub const RESTARTING: u8 = 0x8;
    /// A NOTIFICATION does not end the keeping of routes (RFC 8538).
    pub const NOTIFICATION: u8 = 0x4;
    /// The forwarding state of the family was kept.
    pub const FORWARDING: u8 = 0x80;
}

impl Capability for GracefulRestart {
    const CODE: u8 = 64;
    const NAME: &'static str = "graceful-restart";

    fn decode(value: &mut Reader<'_>) -> Result<Self, String> {
        let head = value.u16().ok_or("is shorter than 2 octets")?;
        let mut families: Vec<(FamilyCode, u8)> = Vec::new();
        while !value.is_empty() {
            let (Some(afi), Some(safi), Some(flags)) = (value.u16(), value.u8(), value.u8()) else {
                return Err("has families that are no 4 octets long".to_owned());
            };
            families.push((FamilyCode { afi, safi }, flags));
        }
        let [high, _] = head.to_be_bytes();
        Ok(Self { flags: high >> 4, time: head & 0x0FFF, families })
    }

    fn encode(&self, value: &mut dyn FnMut(&[u8])) {
        let mut octets = (u16::from(self.flags) << 12 | self.time & 0x0FFF).to_be_bytes().to_vec();
        for (family, flags) in &self.families {
            let [high, low] = family.afi.to_be_bytes();
            octets.extend([high, low, family.safi, *flags]);
        }
        value(&octets);
    }

    fn json(&self, out: &mut String, _: &Style) {
        let time = self.time;
        json::write(
            out,
            format_args!("{{ \"name\": \"graceful restart\", \"time\": {time}, \"address-family-flags\": {{ "),
        );
        let families = by_family::named(&self.families, |(family, _)| *family);
        json::separated(out, ", ", families, |out, (family, (_, flags))| {
            let kept = if flags & Self::FORWARDING == 0 { "[ ] " } else { "[ \"restart\" ] " };
            json::write(out, format_args!("\"{family}\": {kept}"));
        });
        let flags = if self.flags & Self::RESTARTING == 0 { "[ ] " } else { "[ \"forwarding\" ] " };
        json::write(out, format_args!("}}, \"restart-flags\": {flags} }}"));
    }
}

impl fmt::Display for GracefulRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "graceful restart flags 0x{:x} time {}", self.flags, self.time)?;
        self.families.iter().try_for_each(|(family, flags)| write!(f, " {family}=0x{flags:02x}"))
    }
}
