//! The end of the daemon: nobody is let in any more, Peers say good-bye, helpers are told and ended, then all is over.

use std::time::Duration;

use actix::{ActorContext as _, AsyncContext as _, Context};
use slog::{info, warn};

use super::Supervisor;
use crate::{
    pulse::Watch as Watcher,
    tree::{Event, Stage},
};

/// How long each part may take; all of them together less than the five seconds that everybody is promised.
const DOOR: Duration = Duration::from_millis(300);
/// Peers that say good-bye.
const PEERS: Duration = Duration::from_millis(1500);
/// Helpers that are told, asked to end, and made to.
const HELPERS: Duration = Duration::from_millis(2200);
/// How long last messages may take to leave when nothing else is waited for.
const FAREWELL: Duration = Duration::from_millis(50);

impl Supervisor {
    /// Ends the daemon with this exit code. What is under way already goes on.
    pub(super) fn stop(&mut self, code: i32, context: &mut Context<Self>) {
        self.code = self.code.max(code);
        if self.tree.is_ending() {
            return;
        }
        info!(self.log, "shutting down"; "source" => "reactor");
        self.notifier.tell("STOPPING=1");
        self.watcher.iter().for_each(Watcher::end_in_time);
        self.tell_tree(Event::Shutdown, context);
    }

    /// A part of the end that does not come about by itself is over by its deadline.
    pub(super) fn go_on_stopping(&mut self, stage: Stage, context: &mut Context<Self>) {
        let time = match stage {
            Stage::Door => DOOR,
            Stage::Peers => PEERS,
            Stage::Processes => HELPERS,
            Stage::Over => return Self::leave_soon(context),
        };
        context.run_later(time, move |supervisor, context| {
            if supervisor.tree.stage() == Some(stage) {
                warn!(supervisor.log, "not everybody stopped in time"; "source" => "reactor");
                supervisor.tell_tree(Event::Overdue(stage), context);
            }
        });
    }

    fn leave_soon(context: &mut Context<Self>) {
        context.run_later(FAREWELL, |supervisor, context| {
            if let Some(exit) = supervisor.exit.take() {
                let _ = exit.send(supervisor.code);
            }
            context.stop();
        });
    }
}
