//! What a session counted, and the answer to "how is it?".

use std::sync::Arc;
use std::time::Duration;

use wire::{Negotiated, Open, Update};

use crate::state::{Direction, State};

/// Messages and prefixes of the current session, or of the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages sent, by message code.
    pub sent: [u64; 7],
    /// Messages received, by message code.
    pub received: [u64; 7],
    /// Prefixes announced by the peer in UPDATEs that were decoded.
    pub prefixes_received: u64,
    /// Prefixes withdrawn by the peer in UPDATEs that were decoded.
    pub prefixes_withdrawn: u64,
}

impl Counters {
    /// Counts a message of that code; codes nobody defined count as 0.
    pub fn message(&mut self, direction: Direction, code: u8) {
        let table = match direction {
            Direction::Send => &mut self.sent,
            Direction::Receive => &mut self.received,
        };
        let index = if usize::from(code) < table.len() { usize::from(code) } else { 0 };
        if let Some(count) = table.get_mut(index) {
            *count = count.saturating_add(1);
        }
    }

    /// Counts the prefixes of a received UPDATE.
    pub fn prefixes(&mut self, update: &Update) {
        let announced: usize = update.announced.iter().map(|reach| reach.nlris.len()).sum();
        self.prefixes_received = self.prefixes_received.saturating_add(announced as u64);
        self.prefixes_withdrawn = self.prefixes_withdrawn.saturating_add(update.withdrawn.len() as u64);
    }
}

/// How a session is doing, for the `show neighbor` commands.
#[derive(Clone, Debug)]
pub struct Status {
    /// The state last told to the helpers (see [`Report::Fsm`](crate::Report::Fsm)).
    pub state: State,
    /// For how long it has been Established, or down.
    pub since: Duration,
    /// What was counted.
    pub counters: Counters,
    /// What was agreed on, from OpenConfirm on.
    pub negotiated: Option<Arc<Negotiated>>,
    /// The OPEN we sent.
    pub local_open: Option<Arc<Open>>,
    /// The OPEN of the peer.
    pub remote_open: Option<Arc<Open>>,
    /// Attempts at a connection so far.
    pub attempts: u32,
    /// Why it is down: how the last call, or the last connection, ended.
    pub trouble: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_codes_count_as_zero() {
        let mut counters = Counters::default();
        counters.message(Direction::Receive, 255);
        counters.message(Direction::Receive, 2);
        counters.message(Direction::Send, 4);
        assert_eq!(counters.received, [1, 0, 1, 0, 0, 0, 0]);
        assert_eq!(counters.sent, [0, 0, 0, 0, 1, 0, 0]);
    }
}
