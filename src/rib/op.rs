//! What can be done to the routes of a peer.

use std::{sync::Arc, time::Duration};

use wire::{AnyNlri, Attributes, AttributesOnly, Family, NextHop, Operational, Route, WatchdogTag};

use crate::{StaticChange, StaticRoutes};

/// One operation on an Adj-RIB.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Announce a route, in place of an earlier one with the same identity.
    Announce(Route),
    /// The same for so long, unless it is announced again. It ends elsewhere: the table has no clock.
    Leased(Route, Duration),
    /// Withdraw a route, known or not.
    Withdraw(Withdrawal),
    /// Send all routes of a family, or of all families, once more.
    Resend(Option<Family>),
    /// Withdraw and forget everything announced.
    Clear,
    /// Forget everything received.
    ClearIn,
    /// Send an End-of-RIB behind what is pending.
    EndOfRib(Family),
    /// Put a route into a watchdog group.
    Tagged(Route, WatchdogTag),
    /// Announce or withdraw a watchdog group.
    Watchdog {
        /// Name of the group.
        name: String,
        /// Announce it; otherwise withdraw it.
        announce: bool,
    },
    /// Make these the routes of the configuration: only the difference to the former ones is sent.
    ReplaceStatic(StaticRoutes),
    /// The same, when it is known already what leads there. From elsewhere it is worked out anew.
    ChangeStatic(Arc<StaticChange>),
    /// Send attributes without a route.
    Bare(AttributesOnly),
    /// Make these the attributes without routes of the configuration: what is new is sent.
    ReplaceBare(Arc<[AttributesOnly]>),
    /// Send a message that is no route; a static advisory again on each session.
    Say(Operational),
    /// Make these the messages of the configuration: what is new is sent.
    ReplaceNotices(Arc<[Operational]>),
}

impl Op {
    /// Whether it is for neighbors alone that obey the helper which asks for it, and may share a message with others.
    pub const fn needs_authority(&self) -> bool {
        matches!(
            self,
            Self::Announce(_) | Self::Leased(..) | Self::Withdraw(_) | Self::Tagged(..) | Self::Bare(_) | Self::Say(_)
        )
    }
}

/// A route to withdraw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// What can no longer be reached.
    pub nlri: AnyNlri,
    /// The next hop written with it, for families whose withdrawals carry attributes.
    pub next_hop: NextHop,
    /// Attributes written with it, for the same families.
    pub attributes: Attributes,
}
