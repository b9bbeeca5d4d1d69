//! The promise of an answer: it is kept when everyone who had to act has let go of it, even by failing.

use std::sync::{Arc, OnceLock};

use actix::Recipient;
use api::Answer;

use crate::messages::Reply;

/// A share of the promise to answer a ticket. The answer is sent when the last share is dropped.
#[derive(Debug, Clone)]
pub struct Receipt(
    #[expect(dead_code, reason = "held for the effect of letting go")] Option<Arc<Promise>>,
    Option<Arc<OnceLock<String>>>,
);

#[derive(Debug)]
struct Promise {
    to: Recipient<Reply>,
    ticket: u64,
    refused: Arc<OnceLock<String>>,
}

impl Receipt {
    /// A promise to answer `ticket`.
    pub fn new(to: Recipient<Reply>, ticket: u64) -> Self {
        let refused = Arc::new(OnceLock::new());
        Self(Some(Arc::new(Promise { to, ticket, refused: refused.clone() })), Some(refused))
    }

    /// A promise to nobody.
    pub const fn none() -> Self {
        Self(None, None)
    }

    /// The answer will be an error; the first reason given is told.
    pub fn refuse(&self, why: impl Into<String>) {
        if let Some(refused) = &self.1 {
            let _ = refused.set(why.into());
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        let answer = match self.refused.get() {
            None => Answer::done(),
            Some(why) => Answer::error(why.clone()),
        };
        self.to.do_send(Reply { ticket: self.ticket, answer });
    }
}
