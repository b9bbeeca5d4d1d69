//! Telling the helpers, and only what they want to hear; sending, which is told as well.

use std::sync::Arc;

use wire::{Frame, Kind, Message, Negotiated};

use crate::event::Effect;
use crate::report::{MessageReport, Parsed, Report};
use crate::session::Session;
use crate::state::{Direction, Side, State};

impl Session {
    /// Tells of a change of state.
    pub(crate) fn show(&mut self, state: State) {
        if self.shown == state {
            return;
        }
        self.shown = state;
        if self.settings.interest.fsm {
            self.effect(Effect::Tell(Report::Fsm(state)));
        }
    }

    /// Shows the state of the connection that is furthest.
    pub(crate) fn show_lead(&mut self) {
        if let Some(state) = self.lead().map(|link| link.state) {
            self.show(state);
        }
    }

    /// Tells that the session is connected, up or down.
    pub(crate) fn tell_change(&mut self, change: Report) {
        if self.settings.interest.neighbor_changes {
            self.effect(Effect::Tell(change));
        }
    }

    /// Sends a message of ours.
    pub(crate) fn send(&mut self, side: Side, frame: Frame, parsed: Parsed) {
        self.counters.message(Direction::Send, frame.kind());
        self.effect(Effect::Send(side, frame.bytes().clone()));
        let with = self.link(side).and_then(|link| link.negotiated.as_ref()).unwrap_or(&self.unnegotiated).clone();
        self.tell_message(Direction::Send, &frame, Some(&parsed), with);
    }

    /// Tells of a message, if any part of it that is there is wanted.
    pub(crate) fn tell_message(
        &mut self,
        direction: Direction,
        frame: &Frame,
        parsed: Option<&Parsed>,
        negotiated: Arc<Negotiated>,
    ) {
        let Some(kind) = Kind::from_code(frame.kind()) else { return };
        let flow = self.settings.interest.flow(direction);
        if !flow.wants(kind) {
            return;
        }
        let frame = flow.packets.then(|| frame.clone());
        let parsed = parsed.filter(|_| flow.wants_parsed(kind)).cloned();
        if frame.is_some() || parsed.is_some() {
            let report = MessageReport { direction, kind, frame, parsed, negotiated };
            self.effect(Effect::Tell(Report::Message(report)));
        }
    }

    /// Tells of a message the owner packed. It is read again, with the peer's eyes, only if somebody wants its meaning.
    pub(crate) fn tell_packed(&mut self, frame: &Frame) {
        let Some(kind) = Kind::from_code(frame.kind()) else { return };
        let send = self.settings.interest.send;
        if !send.wants(kind) {
            return;
        }
        let Some(side) = self.side() else { return };
        let Some(link) = self.link_mut(side) else { return };
        let Some(negotiated) = link.negotiated.clone() else { return };
        let eyes = if send.wants_parsed(kind) { link.mirrored() } else { None };
        let parsed = eyes.and_then(|with| Message::decode(frame, &with).ok()).map(Parsed::from);
        self.tell_message(Direction::Send, frame, parsed.as_ref(), negotiated);
    }
}

impl From<Message> for Parsed {
    fn from(message: Message) -> Self {
        match message {
            Message::Open(open) => Self::Open(Arc::new(open)),
            Message::Update(update) => Self::Update(Arc::new(update)),
            Message::Notification(notify) => Self::Notification(notify),
            Message::Keepalive => Self::Keepalive,
            Message::Refresh(refresh) => Self::Refresh(refresh),
            Message::Operational(body) => Self::Operational(body),
        }
    }
}
