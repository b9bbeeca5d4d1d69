//! What a helper may be told about a session, and who wants to hear what: an unwanted report is never built.

use std::fmt;
use std::sync::Arc;

use wire::{Frame, Kind, Negotiated, Notify, Open, Operational, RouteRefresh, Update};

use crate::fsm::{CEASE, HARD_RESET, HOLD_TIMER_EXPIRED};
use crate::state::{Direction, State};

/// One thing that happened in a session, to be told to the helpers that asked for it.
#[derive(Clone, Debug)]
pub enum Report {
    /// TCP is up, in either direction.
    Connected,
    /// The session is Established.
    Up,
    /// A session that got as far as TCP is over.
    Down(Cause),
    /// The state changed, told in ExaBGP's order: ACTIVE, IDLE, and CONNECT once TCP is up.
    Fsm(State),
    /// Both OPENs are agreed on.
    Negotiated(Arc<Negotiated>),
    /// The daemon was signalled.
    Signal {
        /// Number of the signal; 0 for an order of the API.
        code: i32,
        /// Name of the signal, such as `SIGUSR1`; `none` for an order of the API.
        name: &'static str,
    },
    /// A message was sent or received.
    Message(MessageReport),
}

/// One message that was sent or received.
#[derive(Clone, Debug)]
pub struct MessageReport {
    /// Which way it went.
    pub direction: Direction,
    /// What it is.
    pub kind: Kind,
    /// Its bytes, when packets are wanted.
    pub frame: Option<Frame>,
    /// Its meaning, when that is wanted and it has one.
    pub parsed: Option<Parsed>,
    /// What was agreed on when it went; both OPENs are told with nothing agreed.
    pub negotiated: Arc<Negotiated>,
}

/// A message's meaning.
#[derive(Clone, Debug)]
pub enum Parsed {
    /// RFC 4271 section 4.2.
    Open(Arc<Open>),
    /// RFC 4271 section 4.3.
    Update(Arc<Update>),
    /// RFC 4271 section 4.5.
    Notification(Notify),
    /// RFC 4271 section 4.4.
    Keepalive,
    /// RFC 2918 section 3.
    Refresh(RouteRefresh),
    /// draft-ietf-idr-operational-message section 3.
    Operational(Operational),
}

/// Why the session is being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopReason {
    /// The daemon ends.
    Shutdown,
    /// The neighbor is no longer configured.
    Removed,
    /// It is started anew, by order.
    Restarted,
}

/// Why a session ended. `Display` is the reason string of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// We sent a NOTIFICATION: code, subcode.
    NotificationSent(u8, u8),
    /// The peer sent a NOTIFICATION: code, subcode.
    NotificationReceived(u8, u8),
    /// TCP was lost, or closed by the peer.
    Closed,
    /// Torn down in silence, so that a peer with Graceful Restart keeps our routes.
    GracefulRestart,
    /// Stopped by the operator.
    Stopped(StopReason),
    /// A helper cannot be written to.
    ProcessProblem,
    /// The session's actor failed; told by its Supervisor.
    Internal,
}

impl Cause {
    /// Whether nothing may outlive the session: a hard reset (RFC 8538 section 3), or a stop for good.
    #[must_use]
    pub const fn is_hard(self) -> bool {
        match self {
            Self::NotificationSent(code, subcode) | Self::NotificationReceived(code, subcode) => {
                code == CEASE && subcode == HARD_RESET
            }
            Self::Stopped(StopReason::Shutdown | StopReason::Removed) => true,
            _ => false,
        }
    }

    /// Whether a NOTIFICATION ended the session.
    #[must_use]
    pub const fn is_notified(self) -> bool {
        matches!(self, Self::NotificationSent(..) | Self::NotificationReceived(..))
    }

    /// Whether one side refused what the other said, rather than that it heard nothing or wanted to end.
    pub(crate) const fn is_refusal(self) -> bool {
        match self {
            Self::NotificationSent(code, _) | Self::NotificationReceived(code, _) => {
                !matches!(code, HOLD_TIMER_EXPIRED | CEASE)
            }
            _ => false,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotificationSent(code, subcode) => return write!(f, "notification sent ({code},{subcode})"),
            Self::NotificationReceived(code, subcode) => return write!(f, "notification received ({code},{subcode})"),
            Self::Closed => "closing connection",
            Self::GracefulRestart => "graceful restarted negotiated, closing without sending any notification",
            Self::Stopped(StopReason::Shutdown) => "stop, message [shutting down]",
            Self::Stopped(StopReason::Removed) => "stop, message [removed]",
            Self::Stopped(StopReason::Restarted) => "stop, message [restarting]",
            Self::ProcessProblem => "process problem",
            Self::Internal => "",
        })
    }
}

/// What is wanted of the messages going one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Their meaning.
    pub parsed: bool,
    /// Their bytes.
    pub packets: bool,
    /// Meaning and bytes in one event.
    pub consolidate: bool,
    /// Which messages, by code less one.
    pub kinds: [bool; 6],
}

impl Flow {
    /// Is anything wanted of such a message?
    #[must_use]
    pub fn wants(&self, kind: Kind) -> bool {
        (self.parsed || self.packets || self.consolidate) && self.has(kind)
    }

    /// Is the kind named, whatever is wanted of it?
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        let index = usize::from((kind as u8).saturating_sub(1));
        self.kinds.get(index).copied().unwrap_or(false)
    }

    /// Must such a message be decoded to be told?
    #[must_use]
    pub fn wants_parsed(&self, kind: Kind) -> bool {
        (self.parsed || self.consolidate) && self.has(kind)
    }

    /// Everything either wants.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.parsed |= other.parsed;
        self.packets |= other.packets;
        self.consolidate |= other.consolidate;
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            *mine |= theirs;
        }
        self
    }
}

/// What one helper, or all helpers of a neighbor together, want to be told. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest {
    /// Connected, up, down.
    pub neighbor_changes: bool,
    /// The outcome of the negotiation.
    pub negotiated: bool,
    /// Changes of state.
    pub fsm: bool,
    /// Signals the daemon got.
    pub signal: bool,
    /// Messages of the peer.
    pub receive: Flow,
    /// Our messages.
    pub send: Flow,
}

impl Interest {
    /// Everything either wants.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            neighbor_changes: self.neighbor_changes || other.neighbor_changes,
            negotiated: self.negotiated || other.negotiated,
            fsm: self.fsm || other.fsm,
            signal: self.signal || other.signal,
            receive: self.receive.union(other.receive),
            send: self.send.union(other.send),
        }
    }

    /// Everything there is.
    #[must_use]
    pub const fn everything() -> Self {
        let flow = Flow { parsed: true, packets: true, consolidate: false, kinds: [true; 6] };
        Self { neighbor_changes: true, negotiated: true, fsm: true, signal: true, receive: flow, send: flow }
    }

    /// What is wanted of the messages going that way.
    #[must_use]
    pub const fn flow(&self, direction: Direction) -> &Flow {
        match direction {
            Direction::Send => &self.send,
            Direction::Receive => &self.receive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_without_a_manner_is_not_wanted() {
        let flow = Flow { kinds: [true; 6], ..Flow::default() };
        assert!(!flow.wants(Kind::Update));
        assert!(Flow { packets: true, ..flow }.wants(Kind::Update));
        assert!(!Flow { packets: true, ..flow }.wants_parsed(Kind::Update));
        assert!(Flow { consolidate: true, ..flow }.wants_parsed(Kind::Update));
        assert!(!Flow { parsed: true, ..Flow::default() }.wants(Kind::Update));
    }

    #[test]
    fn reasons_read_as_exabgp_writes_them() {
        assert_eq!(Cause::NotificationSent(6, 4).to_string(), "notification sent (6,4)");
        assert_eq!(Cause::Stopped(StopReason::Shutdown).to_string(), "stop, message [shutting down]");
        assert_eq!(Cause::Internal.to_string(), "");
    }

    #[test]
    fn a_union_is_what_either_wants() {
        let fsm = Interest { fsm: true, ..Interest::default() };
        assert_eq!(fsm.union(Interest::everything()), Interest::everything());
        assert_eq!(fsm.union(Interest::default()), fsm);
    }
}
