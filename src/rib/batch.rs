//! A slice of pending work, in the order in which it has to be sent.

use wire::{AttributesOnly, Family, Operational, Route};

/// One thing to send.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A route.
    Announce(Route),
    /// A route in an UPDATE of its own, as the answer to a refresh.
    AnnounceAlone(Route),
    /// Attributes without a route.
    Bare(AttributesOnly),
    /// A withdrawal. It has next hop and attributes in families whose withdrawals carry some.
    Withdraw(Route),
    /// All routes of the family have been sent.
    EndOfRib(Family),
    /// The beginning of a refresh (RFC 7313).
    RefreshBegins(Family),
    /// The end of a refresh.
    RefreshEnds(Family),
    /// A message that is no route.
    Say(Operational),
}

impl Change {
    /// Whether it announces or withdraws a route.
    pub(crate) const fn is_of_routes(&self) -> bool {
        matches!(self, Self::Announce(_) | Self::AnnounceAlone(_) | Self::Withdraw(_))
    }
}

/// Changes to send, one after the other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// The changes.
    pub changes: Vec<Change>,
    /// More is waiting.
    pub more: bool,
    /// The next batch goes on with the group of routes that this one ends in, so that they can share an UPDATE.
    pub continues: bool,
}
