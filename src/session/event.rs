//! What goes into a session and what comes out of it.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use wire::{Family, Frame, Negotiated, Notify, Update};

use crate::report::{Cause, Report, StopReason};
use crate::state::Side;

/// Both ends of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoints {
    /// Our end.
    pub local: SocketAddr,
    /// The peer's.
    pub peer: SocketAddr,
}

/// Something that happened to a session: the events of RFC 4271 section 8.1, the timers' aside.
#[derive(Clone, Debug)]
pub enum Input {
    /// ManualStart.
    Start,
    /// ManualStop.
    Stop(StopReason),
    /// TcpConnectionConfirmed, or TcpCRAcked. An incoming connection takes the place of an earlier incoming one.
    Connected(Side, Endpoints),
    /// TcpConnectionFails while connecting; the text says why.
    ConnectFailed(String),
    /// TcpConnectionFails: the connection is gone.
    Disconnected(Side),
    /// A whole message was read.
    Frame(Side, Frame),
    /// BGPHeaderErr: what was read can not be cut into messages; this is the answer to it.
    Garbled(Side, Notify),
    /// A write of what this connection was sent begins.
    Writing(Side),
    /// That write is done.
    Written(Side),
    /// So many routes of a family are held; told where [`Settings::prefix_limit`](crate::Settings::prefix_limit) is set.
    Held(Family, usize),
    /// Reading from the peer is suspended (true) or goes on: silence of the peer proves nothing meanwhile.
    Paused(bool),
    /// End an Established session with a Cease of this subcode and, if one is given, this text (RFC 9003), then start again;
    /// ignored in other states.
    Teardown(u8, Option<Box<str>>),
    /// Whatever the state, end every connection with a Cease of this subcode, then start again at once.
    Restart(u8),
    /// The daemon was signalled: number and name.
    Signal(i32, &'static str),
}

/// Something the owner of a session must do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Connect to the peer; answer with [`Input::Connected`] or [`Input::ConnectFailed`].
    Connect,
    /// Give up connecting; no answer is awaited.
    AbortConnect,
    /// Close this connection once what was sent is written; no answer is awaited.
    Close(Side),
    /// Write these bytes, one whole message.
    Send(Side, Bytes),
    /// Tell the helpers.
    Tell(Report),
    /// The session is Established: routes may be sent on [`Session::side`](crate::Session::side).
    Up(Arc<Negotiated>),
    /// An Established session is over. Follows every [`Effect::Up`] exactly once.
    Down(Cause),
    /// Routes of the peer, for the Adj-RIB-In.
    Learn(Arc<Update>),
    /// The peer has announced so many routes of a family that it is near its limit; once a session and family.
    NearLimit(Family, usize),
    /// The peer begins (true) or ends sending the routes of a family once more (RFC 7313); for the Adj-RIB-In, in order with
    /// [`Effect::Learn`].
    Refreshing(Family, bool),
    /// The peer wants the routes of a family once more (RFC 2918).
    Resend(Family),
    /// All attempts are used up: the session stays Idle.
    Exhausted,
}
