//! Two connections with one peer: which of them stays (RFC 4271 section 6.8).

use std::net::Ipv4Addr;

use wire::Notify;

use crate::state::{Side, State};

/// What of a speaker takes part in the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speaker {
    /// Its BGP Identifier, compared as an unsigned number.
    pub router_id: Ipv4Addr,
    /// Its AS number, which decides between equal identifiers (RFC 6286 section 2.3).
    pub asn: u32,
}

/// The connection that stays: the one opened by the greater speaker.
#[must_use]
pub fn survivor(local: Speaker, remote: Speaker) -> Side {
    if local >= remote { Side::Outgoing } else { Side::Incoming }
}

/// The answer to a connection that can only lose against the one there is, given that one's state and, once it is known,
/// which of the two would stay. `None`: it may come in, and the OPENs decide.
#[must_use]
pub fn refusal(newcomer: Side, present: State, survivor: Option<Side>) -> Option<Notify> {
    let text = match present {
        State::Established => "could not accept the connection, already established",
        State::OpenConfirm if survivor == Some(newcomer.other()) => {
            "could not accept the connection, as another connection is already in open-confirm and will go through"
        }
        _ => return None,
    };
    Some(Notify::with_text(CEASE, COLLISION, text))
}

/// The farewell to the connection that does not stay.
#[must_use]
pub fn farewell() -> Notify {
    Notify::new(CEASE, COLLISION)
}

const CEASE: u8 = 6;
const COLLISION: u8 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    fn speaker(id: [u8; 4], asn: u32) -> Speaker {
        Speaker { router_id: id.into(), asn }
    }

    #[test]
    fn the_greater_identifier_keeps_its_connection() {
        let (low, high) = (speaker([9, 255, 255, 255], 2), speaker([128, 0, 0, 1], 1));
        assert_eq!(survivor(low, high), Side::Incoming);
        assert_eq!(survivor(high, low), Side::Outgoing);
    }

    #[test]
    fn both_ends_keep_the_same_connection() {
        let speakers = [speaker([1, 1, 1, 1], 1), speaker([1, 1, 1, 1], 2), speaker([2, 0, 0, 0], 1)];
        for a in speakers {
            for b in speakers.into_iter().filter(|b| *b != a) {
                assert_eq!(survivor(a, b), survivor(b, a).other());
            }
        }
    }

    #[test]
    fn an_established_session_is_not_disturbed() {
        assert!(refusal(Side::Incoming, State::Established, None).is_some());
        assert!(refusal(Side::Incoming, State::OpenSent, Some(Side::Outgoing)).is_none());
        assert!(refusal(Side::Incoming, State::OpenConfirm, Some(Side::Outgoing)).is_some());
        assert!(refusal(Side::Incoming, State::OpenConfirm, Some(Side::Incoming)).is_none());
    }
}
