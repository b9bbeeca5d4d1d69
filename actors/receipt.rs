//! The promise of an answer: it is kept when everyone who had to act has let go of it, even by failing.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use actix::Recipient;
use api::{Answer, Removal, encode::indexed};

use crate::messages::Reply;

/// A share of the promise to answer a ticket. The answer is sent when the last share is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Receipt(Arc<Promise>);

#[derive(Debug)]
struct Promise {
    to: Recipient<Reply>,
    ticket: u64,
    refused: OnceLock<String>,
}

impl Receipt {
    /// A promise to answer `ticket`.
    pub(crate) fn new(to: Recipient<Reply>, ticket: u64) -> Self {
        Self(Arc::new(Promise { to, ticket, refused: OnceLock::new() }))
    }

    /// The answer will be an error; the first reason given is told.
    pub(crate) fn refuse(&self, why: impl Into<String>) {
        let _ = self.0.refused.set(why.into());
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        let answer = self.refused.get().map_or_else(Answer::done, |why| Answer::error(why.clone()));
        self.to.do_send(Reply { ticket: self.ticket, answer });
    }
}

/// A share of the promise to say which of some routes were there to be removed.
#[derive(Debug, Clone)]
pub(crate) struct Tally(Arc<Count>);

#[derive(Debug)]
struct Count {
    to: Recipient<Reply>,
    ticket: u64,
    removals: Box<[Removal]>,
    found: Box<[AtomicBool]>,
}

impl Tally {
    /// A promise to answer `ticket`, with none found so far.
    pub(crate) fn new(to: Recipient<Reply>, ticket: u64, removals: Box<[Removal]>) -> Self {
        let found = removals.iter().map(|_| AtomicBool::new(false)).collect();
        Self(Arc::new(Count { to, ticket, removals, found }))
    }

    /// The routes.
    pub(crate) fn removals(&self) -> &[Removal] {
        &self.0.removals
    }

    /// The route with this index in the list was there.
    pub(crate) fn found(&self, index: usize) {
        if let Some(found) = self.0.found.get(index) {
            found.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        let found = self.found.iter().map(|found| found.load(Ordering::Relaxed));
        let answer = Answer::lines([indexed::removed(self.removals.iter().zip(found))]);
        self.to.do_send(Reply { ticket: self.ticket, answer });
    }
}

#[cfg(test)]
mod tests {
    use actix::{Actor, Context, Handler, System};
    use tokio::sync::mpsc;

    use super::*;

    struct Asker(mpsc::UnboundedSender<Reply>);

    impl Actor for Asker {
        type Context = Context<Self>;
    }

    impl Handler<Reply> for Asker {
        type Result = ();

        fn handle(&mut self, reply: Reply, _: &mut Context<Self>) {
            self.0.send(reply).unwrap();
        }
    }

    #[test]
    fn the_last_share_answers() {
        System::new().block_on(async {
            let (sender, mut replies) = mpsc::unbounded_channel();
            let asker = Asker(sender).start().recipient();
            let (one, two) = (Receipt::new(asker.clone(), 1), Receipt::new(asker, 2));
            let share = one.clone();
            drop(one);
            two.refuse("first");
            two.refuse("second");
            drop(two);
            let reply = replies.recv().await.unwrap();
            assert_eq!((reply.ticket, reply.answer), (2, Answer::error("first")));
            drop(share);
            assert_eq!(replies.recv().await.unwrap().ticket, 1);
        });
    }
}
