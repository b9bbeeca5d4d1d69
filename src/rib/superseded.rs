//! Changes that were made before others of the same routes, and are sent before them.
//!
//! To the peer they mean nothing: it ends with the newest. The reference sends them all the same, and the quirk
//! `every-definition` does as well, as long as few of them wait.

use std::collections::VecDeque;

use crate::Change;

/// Changes that wait at most; with more of them only the newest state of a route is sent.
const MOST: usize = 1024;

/// The changes, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Superseded {
    wanted: bool,
    changes: VecDeque<Change>,
}

impl Superseded {
    /// Forgets all; from now on they are `wanted`, or not.
    pub(crate) fn restart(&mut self, wanted: bool) {
        *self = Self { wanted, changes: VecDeque::new() };
    }

    /// Whether they are to be sent.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// How many more there is room for.
    pub(crate) fn room(&self) -> usize {
        if self.wanted { MOST.saturating_sub(self.changes.len()) } else { 0 }
    }

    /// Takes some in, behind those that wait.
    pub(crate) fn extend(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.changes.extend(changes);
    }

    /// Whether none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The next one to send.
    pub(crate) fn take(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }
}
