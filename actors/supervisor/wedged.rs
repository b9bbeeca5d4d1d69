//! Threads that hang: what ran there is given up and started anew elsewhere. A thread cannot be ended; one that was given
//! up is told of until it ends by itself, and gets no more work when it comes back.

use actix::{AsyncContext as _, Context, Handler};
use nix::sys::signal::Signal;
use slog::{crit, error, warn};

use super::Supervisor;
use crate::{
    lifeline::Lifeline,
    messages::{Began, Cause, ChildId, Exited, Held, Wedged},
    notify::Notifier,
    pulse::{Thread, Watch},
};

impl Supervisor {
    /// Has all threads watched, if there are any beside this one.
    pub(super) fn watch_threads(&mut self, context: &Context<Self>) {
        if !self.placement.has_threads() {
            return;
        }
        let wedged = context.address().recipient();
        match Watch::start(self.placement.patience, wedged, self.terminated.clone(), Notifier::new(), self.log.clone())
        {
            Ok(watch) => {
                self.placement.places().cloned().for_each(|place| watch.add(place));
                self.watcher = Some(watch);
            }
            Err(error) => error!(self.log, "threads are not watched"; "source" => "reactor", "reason" => %error),
        }
    }

    /// Who runs on a thread, and which start of it.
    fn on(&self, thread: Thread) -> Vec<(ChildId, u32)> {
        let here = |id| self.placement.peer(id).thread == thread;
        match thread {
            Thread::Main => Vec::new(),
            Thread::Ribs => {
                let ribs = self.seats.values().filter(|seat| seat.rib.is_some());
                ribs.map(|seat| (ChildId::Rib(seat.id), seat.rib_generation)).collect()
            }
            Thread::Processes => {
                let helpers = self.helpers.iter().filter(|(_, helper)| helper.address.is_some());
                helpers.map(|(id, helper)| (ChildId::Process(*id), helper.generation)).collect()
            }
            Thread::Peers(_) => {
                let peers = self.seats.values().filter(|seat| seat.peer.is_some() && here(seat.id));
                peers.map(|seat| (ChildId::Peer(seat.id), seat.peer_generation)).collect()
            }
        }
    }

    /// Ends what a child holds outside of the process: it does not let go of it by itself.
    fn cut_loose(&mut self, child: ChildId) {
        match child {
            ChildId::Peer(id) => {
                let lifelines = self.seats.get(&id).map_or(&[][..], |seat| &seat.lifelines);
                lifelines.iter().for_each(Lifeline::cut);
            }
            ChildId::Process(id) => {
                let Some(helper) = self.helpers.get_mut(&id) else { return };
                if let Some((_, kill)) = helper.program.take() {
                    kill(Signal::SIGKILL);
                }
                if let Some(line) = helper.line.take() {
                    let _ = line.shutdown(std::net::Shutdown::Both);
                }
            }
            _ => {}
        }
    }
}

impl Handler<Wedged> for Supervisor {
    type Result = ();

    fn handle(&mut self, wedged: Wedged, context: &mut Context<Self>) {
        let Wedged { thread, pulse, at_work } = wedged;
        let Some(place) = self.placement.replace(thread, &pulse) else { return };
        self.watcher.iter().for_each(|watch| watch.add(place.clone()));
        let stranded = self.on(thread);
        warn!(self.log, "a new thread takes over"; "source" => "reactor", "thread" => %thread, "moved" => stranded.len(),
            "hanging" => ?self.placement.abandoned().collect::<Vec<_>>());
        if thread == Thread::Ribs {
            crit!(self.log, "what helpers announced is lost"; "source" => "rib", "neighbors" => stranded.len());
        }
        for (child, generation) in stranded {
            self.cut_loose(child);
            let cause = if at_work == Some(child) { Cause::Hung } else { Cause::Stranded };
            self.exited(Exited { child, generation, cause }, context);
        }
    }
}

impl Handler<Held> for Supervisor {
    type Result = ();

    /// A Peer that was given up, and comes back, may still take a call: that is over before it begins.
    fn handle(&mut self, held: Held, _: &mut Context<Self>) {
        match self.seats.get_mut(&held.seat).filter(|seat| seat.peer_generation == held.generation) {
            Some(seat) => {
                seat.lifelines.retain(Lifeline::holds);
                seat.lifelines.push(held.lifeline);
            }
            None => held.lifeline.cut(),
        }
    }
}

impl Handler<Began> for Supervisor {
    type Result = ();

    /// What was started by one who is no longer counted on ends at once.
    fn handle(&mut self, began: Began, _: &mut Context<Self>) {
        let same = |helper: &&mut super::Helper| helper.generation == began.generation && helper.address.is_some();
        match self.helpers.get_mut(&began.process).filter(same) {
            Some(helper) => helper.program = Some((began.pid, began.kill)),
            None => (began.kill)(Signal::SIGKILL),
        }
    }
}
