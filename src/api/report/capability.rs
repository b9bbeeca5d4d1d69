//! The capabilities that inspections list, in their order.

use config::{AddPath, Capability};
use wire::Open;

/// Name and code.
pub(super) const LISTED: [(&str, u8); 7] = [
    ("asn4", 65),
    ("route-refresh", 2),
    ("multi-session", 68),
    ("operational", 185),
    ("add-path", 69),
    ("extended-message", 6),
    ("graceful-restart", 64),
];

/// Which of them a neighbor is configured to offer.
pub(super) fn configured(capability: &Capability) -> [bool; 7] {
    [
        capability.asn4,
        capability.route_refresh,
        capability.multi_session,
        capability.operational,
        capability.add_path != AddPath::Disable,
        capability.extended_message,
        capability.graceful_restart.is_some(),
    ]
}

/// Which of them an OPEN offers.
pub(super) fn offered(open: &Open) -> [bool; 7] {
    LISTED.map(|(_, code)| open.capabilities.iter().any(|capability| capability.code() == code))
}
