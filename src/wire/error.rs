//! What a malformed part of a message leads to (RFC 7606).

use crate::Negotiated;

/// The rule an attribute names for the case that its value cannot be read (RFC 7606 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnError {
    /// Forget the attribute, keep the routes.
    Discard,
    /// Treat every route of the message as withdrawn.
    Withdraw,
    /// Withdraw when the attribute comes from an internal peer, discard otherwise.
    WithdrawFromInternal,
}

impl OnError {
    /// Whether the routes of the message have to be withdrawn on this session.
    pub fn withdraws(self, with: &Negotiated) -> bool {
        match self {
            Self::Discard => false,
            Self::Withdraw => true,
            Self::WithdrawFromInternal => with.is_ibgp(),
        }
    }
}

/// Octets that do not form the value they should; the sentence says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String, bool);

impl Malformed {
    /// A complaint made of `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into(), false)
    }

    /// A complaint about an NLRI whose end is known nevertheless: it has been read over, and the session can go on
    /// (RFC 7606 section 5.3).
    pub fn skipped(text: impl Into<String>) -> Self {
        Self(text.into(), true)
    }

    /// Whether what follows can still be read.
    pub const fn is_skipped(&self) -> bool {
        self.1
    }
}
