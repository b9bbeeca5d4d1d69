//! Definitions of routes that a newer one replaced before they were sent.
//!
//! They mean nothing to the peer, which ends with the newest. The reference sends them all the same, and the quirk
//! `every-definition` does as well, as long as few of them wait.

use std::collections::VecDeque;

use wire::{AnyNlri, Route};

/// Definitions that wait at most; the oldest is given up.
const MOST: usize = 1024;

/// The definitions still to be sent, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Superseded {
    wanted: bool,
    routes: VecDeque<Route>,
}

impl Superseded {
    /// Forgets all; from now on they are `wanted`, or not.
    pub(crate) fn restart(&mut self, wanted: bool) {
        *self = Self { wanted, routes: VecDeque::new() };
    }

    /// Whether they are to be sent.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Takes one in, if it is to be sent.
    pub(crate) fn add(&mut self, route: Option<Route>) {
        let Some(route) = route.filter(|_| self.wanted) else { return };
        if self.routes.len() == MOST {
            self.routes.pop_front();
        }
        self.routes.push_back(route);
    }

    /// Whether one of this NLRI waits.
    pub(crate) fn holds(&self, nlri: &AnyNlri) -> bool {
        self.routes.iter().any(|route| route.nlri.key() == nlri.key())
    }

    /// Whether none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// The next one to send.
    pub(crate) fn take(&mut self) -> Option<Route> {
        self.routes.pop_front()
    }
}
