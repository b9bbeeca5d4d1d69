//! What is said beside routes: OPERATIONAL messages (draft-ietf-idr-operational-message-00).
//!
//! A static advisory is remembered, the newest of its family, and said first on each session. All others are said once, on
//! the next session when there is none.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use wire::{FamilyCode, Operational};

/// Messages that wait at most; the oldest gives way.
const MOST: usize = 1024;

/// What has to be said to one peer.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    standing: BTreeMap<FamilyCode, Operational>,
    configured: Arc<[Operational]>,
    pending: VecDeque<Operational>,
    /// There is a session; whether OPERATIONAL was negotiated on it.
    session: Option<bool>,
}

impl Notices {
    /// Has this said now, or on the next session. A session on which it cannot be said hears nothing of it.
    pub(crate) fn say(&mut self, message: Operational) {
        let standing = message.standing();
        if let Some(family) = standing {
            self.standing.insert(family, message.clone());
        }
        let wanted = self.session.unwrap_or(standing.is_none());
        if !wanted {
            return;
        }
        if self.pending.len() == MOST {
            self.pending.pop_front();
        }
        self.pending.push_back(message);
    }

    /// Makes these the messages of the configuration: new ones are said, advisories that are gone are forgotten.
    pub(crate) fn configure(&mut self, messages: Arc<[Operational]>) {
        let old = std::mem::replace(&mut self.configured, messages.clone());
        let gone = |message: &&Operational| !messages.contains(message);
        for message in old.iter().filter(gone) {
            let family = message.standing();
            if let Some(family) = family.filter(|family| self.standing.get(family) == Some(message)) {
                self.standing.remove(&family);
            }
        }
        messages.iter().filter(|message| !old.contains(message)).for_each(|message| self.say(message.clone()));
    }

    /// A session is up, OPERATIONAL `negotiated` on it or not.
    pub(crate) fn session_up(&mut self, negotiated: bool) {
        self.session_down();
        self.session = Some(negotiated);
        let once = std::mem::take(&mut self.pending);
        if negotiated {
            self.pending = self.standing.values().cloned().chain(once).collect();
        }
    }

    /// The session is gone.
    pub(crate) fn session_down(&mut self) {
        self.session = None;
        self.pending.retain(|message| message.standing().is_none());
    }

    /// Whether there is nothing to say on the session.
    pub(crate) fn is_idle(&self) -> bool {
        self.session.is_none() || self.pending.is_empty()
    }

    /// The next message to send on the session.
    pub(crate) fn take(&mut self) -> Option<Operational> {
        self.session.and_then(|_| self.pending.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use wire::Words;

    use super::*;

    fn message(text: &str) -> Operational {
        Operational::parse(&mut Words::new(text)).unwrap()
    }

    fn advisory(text: &str) -> Operational {
        message(&format!("asm afi ipv4 safi unicast advisory {text}"))
    }

    fn said(notices: &mut Notices) -> Vec<String> {
        std::iter::from_fn(|| notices.take()).map(|message| message.words().to_string()).collect()
    }

    const QUESTION: &str = "rpcq afi ipv4 safi unicast sequence 5";

    #[test]
    fn the_newest_advisory_is_said_on_each_session_and_the_rest_once() {
        let mut notices = Notices::default();
        notices.say(message(QUESTION));
        notices.say(advisory("old"));
        assert!(notices.is_idle() && notices.take().is_none());
        notices.say(advisory("new"));
        notices.session_up(true);
        let first = r#"asm afi ipv4 safi unicast advisory "new""#;
        assert_eq!(said(&mut notices), [first, QUESTION]);
        notices.say(message(QUESTION));
        assert!(!notices.is_idle());
        assert_eq!(said(&mut notices), [QUESTION]);
        notices.session_down();
        notices.session_up(true);
        assert_eq!(said(&mut notices), [first]);
    }

    #[test]
    fn a_session_without_the_capability_hears_nothing() {
        let mut notices = Notices::default();
        notices.say(message(QUESTION));
        notices.session_up(false);
        notices.say(advisory("text"));
        assert!(notices.is_idle());
        notices.session_up(true);
        assert_eq!(said(&mut notices), [r#"asm afi ipv4 safi unicast advisory "text""#]);
    }

    #[test]
    fn a_reload_says_what_is_new_and_forgets_what_is_gone() {
        let mut notices = Notices::default();
        notices.session_up(true);
        notices.configure([advisory("one"), message(QUESTION)].into());
        assert_eq!(said(&mut notices).len(), 2);
        notices.configure([message(QUESTION)].into());
        assert!(said(&mut notices).is_empty());
        notices.session_up(true);
        assert!(said(&mut notices).is_empty());
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut notices = Notices::default();
        (0..2 * MOST).for_each(|_| notices.say(message(QUESTION)));
        notices.session_up(true);
        assert_eq!(said(&mut notices).len(), MOST);
    }
}
