//! Where a fault may strike, and what it may do there.

use std::time::{Duration, Instant};

use bytes::Bytes;
use session::{State, Timer};
use wire::{AnyNlri, Frame};

/// When an actor asks, and what state its session is in.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The time.
    pub now: Instant,
    /// The session's state; actors without one say Idle.
    pub state: State,
}

/// A place in an actor where something may go wrong.
#[derive(Clone, Copy, Debug)]
pub enum Site<'a> {
    /// A message was read from the peer.
    FrameIn(&'a Frame),
    /// A message is about to be written to the peer.
    FrameOut(&'a Frame),
    /// More is about to be read.
    Read,
    /// A timer of the session is due; which, if the actor knows.
    Timer(Option<Timer>),
    /// A connection to the peer is about to be made.
    Connect,
    /// A connection was accepted.
    Accept,
    /// A message of another actor is about to be handled; its name.
    Message(&'a str),
    /// A line of a helper is about to be handled.
    Line(&'a str),
    /// The rate limiter is about to grant.
    Grant,
    /// Gathered output is about to be written.
    Flush,
    /// A route is about to be packed.
    Route(&'a AnyNlri),
}

impl Site<'_> {
    /// The name used in reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::FrameIn(_) => "frame in",
            Self::FrameOut(_) => "frame out",
            Self::Read => "read",
            Self::Timer(_) => "timer",
            Self::Connect => "connect",
            Self::Accept => "accept",
            Self::Message(_) => "message",
            Self::Line(_) => "line",
            Self::Grant => "grant",
            Self::Flush => "flush",
            Self::Route(_) => "route",
        }
    }
}

/// What an actor does at a site instead of its duty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Its duty.
    #[default]
    Pass,
    /// Forget what is at hand: a message, a connection. What cannot be forgotten (reading, writing, a timer that is due, a
    /// grant) waits a moment, and the fault is asked again.
    Drop,
    /// Go on with these bytes instead.
    Replace(Bytes),
    /// Go on after this time.
    Delay(Duration),
    /// Close the connection with a TCP reset.
    Reset,
    /// Close the sending half of the connection.
    HalfClose,
    /// Block the thread for this time.
    Stall(Duration),
    /// Panic with this text.
    Panic(String),
    /// Stop, as if done.
    Stop,
    /// Kill the helper's process.
    Kill,
}

impl Verdict {
    /// Does what is at hand not go on as it is?
    #[must_use]
    pub const fn changes(&self) -> bool {
        matches!(self, Self::Drop | Self::Replace(_) | Self::Delay(_))
    }

    /// Is all well?
    #[must_use]
    pub const fn is_pass(&self) -> bool {
        matches!(self, Self::Pass)
    }
}
