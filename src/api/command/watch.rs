//! `watch`: events for whoever has connected to the control socket. ExaBGP tells those only to the helpers of a neighbor.

use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage};
use crate::{ApiError, Form, Subscription, Verb, Wanted};

pub(super) const WATCH: Entry = Entry {
    spelling: Spelling { v4: "watch", v6: "peer [<selector>] watch" },
    usage: Usage::new(Group::Show, "Tell this client of events from now on; off ends it.", "watch state update")
        .syntax("[off|all] [state] [fsm] [negotiated] [open] [update] [notification] [keepalive] [refresh] [operational] [receive|send] [json]")
        .options(&[
            "off", "all", "state", "fsm", "negotiated", "open", "update", "notification", "keepalive", "refresh",
            "operational", "receive", "send",
        ])
        .unlisted()
        .json(),
    parse: watch,
};

/// Messages by their codes, less one.
const MESSAGES: [&str; 6] = ["open", "update", "notification", "keepalive", "refresh", "operational"];

/// What is told to whoever does not say: that a peer lives is told by what it does.
const USUAL: [bool; 6] = [true, true, true, false, true, true];

/// What was asked for so far.
#[derive(Debug, Default)]
struct Asked {
    off: bool,
    told: Subscription,
    messages: [bool; 6],
    receive: bool,
    send: bool,
}

fn watch(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let mut asked = Asked::default();
    while let Some(word) = words.next() {
        if !asked.take(word.text) {
            return Err(ApiError::expected(
                word,
                "off, all, state, fsm, negotiated, receive, send or a type of message",
            ));
        }
    }
    let (form, subscription) = (request.form(), asked.subscription());
    if form == Form::Text && (subscription.fsm || subscription.negotiated) && !asked.told_all() {
        return Err(ApiError::new("fsm and negotiated are told in JSON only"));
    }
    Ok(Verb::Watch { selector: request.to, subscription, form })
}

impl Asked {
    /// Whether the word is one of ours.
    fn take(&mut self, word: &str) -> bool {
        match word {
            "off" => self.off = true,
            "state" => self.told.neighbor_changes = true,
            "fsm" => self.told.fsm = true,
            "negotiated" => self.told.negotiated = true,
            "receive" => self.receive = true,
            "send" => self.send = true,
            "all" => {
                self.messages = [true; 6];
                (self.told.neighbor_changes, self.told.fsm, self.told.negotiated) = (true, true, true);
            }
            kind => {
                let known = MESSAGES.iter().position(|known| *known == kind);
                let Some(message) = known.and_then(|place| self.messages.get_mut(place)) else { return false };
                *message = true;
            }
        }
        true
    }

    /// Whether everything was asked for, whatever of it can be told.
    fn told_all(&self) -> bool {
        self.messages == [true; 6]
    }

    fn subscription(&self) -> Subscription {
        let mut told = self.told;
        if self.off {
            return Subscription::default();
        }
        let unsaid = told == Subscription::default() && self.messages == [false; 6];
        told.neighbor_changes |= unsaid;
        let parsed = if unsaid { USUAL } else { self.messages };
        let both = self.receive == self.send;
        let flow = |wanted| if wanted || both { Wanted { parsed, ..Wanted::default() } } else { Wanted::default() };
        Subscription { receive: flow(self.receive), send: flow(self.send), ..told }
    }
}

#[cfg(test)]
mod tests {
    use wire::json::Dialect;

    use super::*;
    use crate::Context;

    fn watched(line: &str) -> Subscription {
        let context = Context { service: "", dialect: Dialect::V5, version: "" };
        match crate::parse(line, &context).unwrap() {
            Verb::Watch { subscription, .. } => subscription,
            verb => panic!("{verb:?}"),
        }
    }

    #[test]
    fn what_is_told() {
        let usual = watched("watch");
        assert!(usual.neighbor_changes && !usual.fsm);
        assert_eq!((usual.receive.parsed, usual.send.parsed), (USUAL, USUAL));
        let updates = watched("neighbor 10.0.0.1 watch update receive");
        assert_eq!(updates.receive.parsed, [false, true, false, false, false, false]);
        assert_eq!(updates.send, Wanted::default());
        assert!(!updates.neighbor_changes);
        assert!(watched("watch fsm json").fsm);
        assert!(watched("watch all").receive.parsed.iter().all(|told| *told));
        assert_eq!(watched("watch off"), Subscription::default());
    }

    #[test]
    fn what_cannot_be_told() {
        let context = Context { service: "", dialect: Dialect::V5, version: "" };
        for line in ["watch fsm", "watch negotiated text", "watch everything"] {
            assert!(crate::parse(line, &context).is_err(), "{line}");
        }
    }
}
