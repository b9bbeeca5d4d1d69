//! The vocabulary of a session: its states, its two connections, and the way a message travels.

use std::fmt;

/// The states of the BGP finite state machine (RFC 4271 section 8.2.2), in the RFC's order: a later one is further along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing is attempted and connections are refused.
    #[default]
    Idle,
    /// An outgoing TCP connection is being made.
    Connect,
    /// Waiting: for an incoming connection, or for the ConnectRetryTimer.
    Active,
    /// TCP is up, our OPEN is sent (or, with an automatic local AS, awaits the peer's), the peer's is awaited.
    OpenSent,
    /// Both OPENs are agreed on, the peer's KEEPALIVE is awaited.
    OpenConfirm,
    /// Routes are exchanged.
    Established,
}

impl State {
    /// Every state, in the RFC's order.
    pub const ALL: [Self; 6] =
        [Self::Idle, Self::Connect, Self::Active, Self::OpenSent, Self::OpenConfirm, Self::Established];

    /// The name the API prints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "IDLE",
            Self::Connect => "CONNECT",
            Self::Active => "ACTIVE",
            Self::OpenSent => "OPENSENT",
            Self::OpenConfirm => "OPENCONFIRM",
            Self::Established => "ESTABLISHED",
        }
    }

    /// The state of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which end opened a TCP connection. Both may exist until the collision is settled (RFC 4271 section 6.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// We connected to the peer.
    Outgoing,
    /// The peer connected to us.
    Incoming,
}

impl Side {
    /// Both sides.
    pub const BOTH: [Self; 2] = [Self::Outgoing, Self::Incoming];

    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Outgoing => Self::Incoming,
            Self::Incoming => Self::Outgoing,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
        })
    }
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From us to the peer.
    Send,
    /// From the peer to us.
    Receive,
}

impl Direction {
    /// The name the API prints.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
            assert_eq!(State::from_name(&state.name().to_lowercase()), Some(state));
        }
        assert_eq!(State::from_name("up"), None);
    }

    #[test]
    fn established_is_furthest() {
        assert!(State::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
