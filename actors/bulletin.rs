//! Reports on their way to helpers. Whoever sent them learns when the last helper has taken them in, even by failing, so
//! that a peer is read no faster than what it says is told.

use std::ops::Deref;

use actix::{Message, Recipient};
use session::Report;

/// Helpers -> Peer: a bulletin has been taken in by all whom it was for.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Heard;

/// What happened to a neighbor, in order.
#[derive(Debug)]
pub(crate) struct Bulletin {
    reports: Vec<Report>,
    sender: Option<Recipient<Heard>>,
}

impl Bulletin {
    /// One whose sender wants to know when it was heard.
    pub(crate) const fn new(reports: Vec<Report>, sender: Recipient<Heard>) -> Self {
        Self { reports, sender: Some(sender) }
    }

    /// One that nobody asks after.
    pub(crate) const fn of(reports: Vec<Report>) -> Self {
        Self { reports, sender: None }
    }
}

impl Deref for Bulletin {
    type Target = [Report];

    fn deref(&self) -> &[Report] {
        &self.reports
    }
}

impl Drop for Bulletin {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.do_send(Heard);
        }
    }
}
