//! What a helper is told: events are encoded here, wait for their turn and leave, as fast as it takes them.

use std::time::{Duration, UNIX_EPOCH};

use actix::{ActorFutureExt as _, AsyncContext as _, Context, Handler, WrapFuture as _};
use api::encode::{self, Event};
use slog::{info, warn};

use super::ApiProcess;
use crate::{
    messages::{Congested, Deliver, Room},
    now,
    pump::Outbox,
};

/// How long answers wait in the control pipes for somebody to read them.
const UNHEARD_FOR: Duration = Duration::from_secs(60);
/// Why the control pipes are opened anew.
const UNHEARD: &str = "nobody reads the answers";
/// How long neighbors wait for a helper that takes nothing, before its events are dropped.
const DEAF_AFTER: Duration = Duration::from_secs(5);
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(1);

impl Handler<Deliver> for ApiProcess {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, context: &mut Context<Self>) {
        let (time, mut out) = (self.clock(), String::new());
        let counter = self.counters.entry(deliver.seat).or_insert(0);
        let (encoder, mut events) = (self.watching.unwrap_or(self.process.encoder), 0);
        for report in deliver.reports.iter() {
            let (event, before) = (Event { who: &deliver.facts, to: &deliver.subscription, report, time }, out.len());
            encode::event(&mut out, encoder, &self.surroundings.envelope, counter, &event);
            events += u64::from(out.len() > before);
        }
        if self.watching.is_some() {
            return self.show(&out, events, context);
        }
        let lost = self.queue.lost();
        if !self.queue.push_event(&out, self.deaf) {
            self.report_loss(lost);
        }
        self.flush(context);
    }
}

impl ApiProcess {
    /// Events for one who watches: what it has no room for is counted, and told once there is.
    fn show(&mut self, text: &str, events: u64, context: &mut Context<Self>) {
        if self.missed > 0 || self.queue.has_plenty() {
            self.missed += events;
        } else {
            self.queue.push_event(text, false);
        }
        self.flush(context);
    }

    /// Says what was missed, once what came before has gone.
    fn tell_missed(&mut self) {
        let Some(encoder) = self.watching.filter(|_| self.missed > 0 && self.queue.octets() == 0) else { return };
        let (mut out, time, missed) = (String::new(), self.clock(), std::mem::take(&mut self.missed));
        encode::lost(&mut out, encoder, &self.surroundings.envelope, time, missed);
        self.queue.push_event(&out, false);
    }

    /// Each time that twice as many are lost: `before` were. Several are lost at once.
    fn report_loss(&self, before: u64) {
        let lost = self.queue.lost();
        if lost.checked_ilog2() != before.checked_ilog2() {
            warn!(self.log, "events were dropped: the helper does not read its input"; "dropped" => lost);
        }
    }

    /// Writes on, unless a write is in flight.
    pub(super) fn flush(&mut self, context: &mut Context<Self>) {
        if self.outbox.is_none() {
            // What nobody reads holds nobody up.
            self.queue.clear();
        }
        self.report_congestion();
        self.tell_missed();
        let Some(outbox) = &mut self.outbox else { return self.end_if_answered(context) };
        if outbox.next_mut().is_empty() {
            self.queue.fill(outbox.next_mut());
        }
        if self.is_held(context) {
            return;
        }
        let Some(write) = self.outbox.as_mut().and_then(Outbox::write) else { return self.end_if_answered(context) };
        self.writing = Some(now());
        context.spawn(write.into_actor(self).map(|(half, result), helper, context| match result {
            Ok(()) => {
                helper.writing = None;
                helper.deaf = false;
                if let Some(outbox) = &mut helper.outbox {
                    outbox.written(half);
                }
                helper.flush(context);
                helper.resume(context);
            }
            Err(error) => {
                // It closed its input and may live on: there is nobody to tell any more.
                info!(helper.log, "helper closed its input"; "reason" => %error);
                (helper.outbox, helper.writing) = (None, None);
                helper.flush(context);
            }
        }));
    }

    fn report_congestion(&mut self) {
        self.room.send_replace(Room { front: self.tickets.front(), queued: self.queue.octets() });
        let congested =
            if self.congested { self.queue.is_high() || !self.queue.is_low() } else { self.queue.is_high() };
        // Whoever watches holds nobody up.
        let congested = congested && !self.deaf && self.watching.is_none();
        if congested != self.congested {
            self.congested = congested;
            let (process, generation) = (self.id, self.generation);
            self.supervisor.do_send(Congested { process, generation, congested });
        }
    }

    /// A helper that takes nothing for long stops holding up neighbors: its events are dropped and counted.
    pub(super) fn watch_deafness(&mut self, context: &mut Context<Self>) {
        context.run_later(LOOK, move |helper, context| {
            let unheard = helper.writing.map_or(Duration::ZERO, |since| now() - since);
            if helper.congested && unheard >= DEAF_AFTER {
                helper.deaf = true;
                warn!(helper.log, "helper does not read its input: its events are dropped until it does");
                helper.report_congestion();
            }
            if helper.pipes && unheard >= UNHEARD_FOR {
                return helper.end(UNHEARD, context);
            }
            helper.watch_deafness(context);
        });
    }

    /// Seconds since the epoch.
    pub(super) fn clock(&self) -> f64 {
        self.world.clock().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64())
    }
}
