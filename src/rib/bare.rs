//! UPDATEs that have attributes and no route. Those of the configuration are sent on each session, before its routes;
//! those of helpers once, now or on the next session. None is remembered as a route is.

use std::{collections::VecDeque, sync::Arc};

use wire::AttributesOnly;

/// UPDATEs of helpers that wait at most; the oldest gives way.
const MOST: usize = 1024;

/// Those for one peer.
#[derive(Debug, Default)]
pub(crate) struct Bare {
    configured: Arc<[AttributesOnly]>,
    /// Of the configuration, to be sent on this session.
    pending: VecDeque<AttributesOnly>,
    /// Of helpers.
    once: VecDeque<AttributesOnly>,
    live: bool,
}

impl Bare {
    /// Has this sent once.
    pub(crate) fn send(&mut self, update: AttributesOnly) {
        if self.once.len() == MOST {
            self.once.pop_front();
        }
        self.once.push_back(update);
    }

    /// Makes these the UPDATEs of the configuration: on a session, what is new is sent.
    pub(crate) fn configure(&mut self, updates: Arc<[AttributesOnly]>) {
        let old = std::mem::replace(&mut self.configured, updates.clone());
        self.pending.retain(|update| updates.contains(update));
        if self.live {
            self.pending.extend(updates.iter().filter(|update| !old.contains(update)).cloned());
        }
    }

    /// A session is up.
    pub(crate) fn session_up(&mut self) {
        self.live = true;
        self.pending = self.configured.iter().cloned().collect();
    }

    /// The session is gone.
    pub(crate) fn session_down(&mut self) {
        self.live = false;
        self.pending.clear();
    }

    /// Whether there is nothing to send on the session.
    pub(crate) fn is_idle(&self) -> bool {
        !self.live || (self.pending.is_empty() && self.once.is_empty())
    }

    /// The next one to send on the session.
    pub(crate) fn take(&mut self) -> Option<AttributesOnly> {
        let next = self.live.then(|| self.pending.pop_front().or_else(|| self.once.pop_front()));
        next.flatten()
    }
}

#[cfg(test)]
mod tests {
    use wire::{Intent, Words, route::parse_attributes};

    use super::*;

    fn update(text: &str) -> AttributesOnly {
        parse_attributes(&mut Words::new(text), Intent::Announce).unwrap().bare.unwrap()
    }

    fn sent(bare: &mut Bare) -> Vec<String> {
        std::iter::from_fn(|| bare.take()).map(|update| update.to_string()).collect()
    }

    #[test]
    fn those_of_the_configuration_are_sent_on_each_session_and_others_once() {
        let mut bare = Bare::default();
        bare.configure([update("med 1")].into());
        bare.send(update("med 2"));
        assert!(bare.is_idle() && bare.take().is_none());
        bare.session_up();
        assert!(!bare.is_idle());
        assert_eq!(sent(&mut bare), ["med 1", "med 2"]);
        bare.send(update("med 3"));
        assert_eq!(sent(&mut bare), ["med 3"]);
        bare.session_down();
        bare.session_up();
        assert_eq!(sent(&mut bare), ["med 1"]);
        assert!(bare.is_idle());
    }

    #[test]
    fn a_reload_sends_what_is_new() {
        let mut bare = Bare::default();
        bare.session_up();
        bare.configure([update("med 1"), update("med 2")].into());
        bare.configure([update("med 2"), update("med 3")].into());
        assert_eq!(sent(&mut bare), ["med 2", "med 3"]);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut bare = Bare::default();
        (0..2 * MOST).for_each(|_| bare.send(update("med 1")));
        bare.session_up();
        assert_eq!(sent(&mut bare).len(), MOST);
    }
}
