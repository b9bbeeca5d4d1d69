//! Decoders that others wrote.

mod bgpkit;
mod netgauze;
mod zettabgp;

use std::panic::{AssertUnwindSafe, catch_unwind};

use wire::Family;

use crate::{session::Session, view::View};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oracle {
    Netgauze,
    Bgpkit,
    Zettabgp,
}

impl Oracle {
    pub const ALL: [Self; 3] = [Self::Netgauze, Self::Bgpkit, Self::Zettabgp];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Netgauze => "netgauze-bgp-pkt",
            Self::Bgpkit => "bgpkit-parser",
            Self::Zettabgp => "zettabgp",
        }
    }

    /// Whether it reads the family on such a session.
    pub fn knows(self, family: Family, session: &Session) -> bool {
        use Family as F;
        match (self, family) {
            (_, F::Ipv4Unicast | F::Ipv6Unicast | F::Ipv4NlriMpls | F::Ipv6NlriMpls) => true,
            // netgauze wants groups there, but these are prefixes of sources (RFC 4760 section 6).
            (Self::Bgpkit | Self::Zettabgp, F::Ipv4Multicast | F::Ipv6Multicast) => true,
            (Self::Netgauze | Self::Zettabgp, F::Ipv4MplsVpn | F::Ipv6MplsVpn) => true,
            (Self::Netgauze, F::L2vpnEvpn | F::Ipv4Rtc | F::BgpLs | F::BgpLsVpn) => true,
            // bgpkit takes the type of the first descriptor for its length and refuses every NLRI of BGP-LS.
            // Path identifiers are not read there.
            (Self::Zettabgp, F::L2vpnEvpn | F::L2vpnVpls) => !session.add_path,
            _ => false,
        }
    }

    /// What it reads; an error when it refuses the message.
    pub fn view(self, body: &[u8], session: &mut Session) -> Result<View, String> {
        let read = AssertUnwindSafe(|| match self {
            Self::Netgauze => netgauze::view(body, session),
            Self::Bgpkit => bgpkit::view(body, session),
            Self::Zettabgp => zettabgp::view(body, session),
        });
        let mut view = catch_unwind(read).unwrap_or_else(|_| Err("it panics".to_owned()))?;
        view.widen();
        Ok(view)
    }
}
