//! How many routes a peer may announce (RFC 4271 section 6.7, RFC 4486 section 4).

use std::time::Instant;

use bytes::{BufMut as _, BytesMut};
use wire::{Family, Notify};

use crate::event::Effect;
use crate::fsm::CEASE;
use crate::session::Session;

impl Session {
    /// So many routes of a family are held.
    pub(crate) fn held(&mut self, now: Instant, family: Family, count: usize) {
        let (Some(limit), Some(side)) = (self.settings.prefix_limit, self.side()) else { return };
        let held = u32::try_from(count).unwrap_or(u32::MAX);
        if held > limit.most {
            self.rest = Some(limit.idle);
            self.end(now, side, too_many(family, limit.most));
        } else if held >= limit.warn && !self.near_limit.contains(family) {
            self.near_limit.insert(family);
            self.effect(Effect::NearLimit(family, count));
        }
    }
}

/// ```text
/// +------------------+------------------+--------------------------------+
/// |  AFI (2 octets)  |  SAFI (1 octet)  |  Upper bound (4 octets)        |
/// +------------------+------------------+--------------------------------+
/// ```
fn too_many(family: Family, most: u32) -> Notify {
    let mut data = BytesMut::with_capacity(7);
    data.put_u16(family.afi());
    data.put_u8(family.safi());
    data.put_u32(most);
    Notify::with_data(CEASE, MAXIMUM_REACHED, data)
}

/// Maximum Number of Prefixes Reached.
const MAXIMUM_REACHED: u8 = 1;
