//! The end of the daemon: Peers say good-bye, then helpers are told and ended, then all is over.

use std::time::Duration;

use actix::{ActorContext as _, AsyncContext as _, Context};
use session::StopReason;
use slog::{info, warn};

use super::{Phase, Supervisor, tell};
use crate::{
    messages::{Command, Stop, StopProcess},
    pulse::Watch as Watcher,
};

/// How long Peers may take to say good-bye.
const PEERS: Duration = Duration::from_millis(1500);
/// How long helpers may take to end. With what Peers take that is less than the five seconds everybody is promised.
const HELPERS: Duration = Duration::from_millis(2200);
/// How long last messages may take to leave when nothing else is waited for.
const FAREWELL: Duration = Duration::from_millis(50);

impl Supervisor {
    /// Ends the daemon with this exit code. What is under way already goes on.
    pub(super) fn stop(&mut self, code: i32, context: &mut Context<Self>) {
        self.code = self.code.max(code);
        if self.phase > Phase::Running {
            return;
        }
        info!(self.log, "shutting down"; "source" => "reactor");
        self.notifier.tell("STOPPING=1");
        self.phase = Phase::StoppingPeers;
        self.watcher.iter().for_each(Watcher::end_in_time);
        self.ports.values().for_each(|port| tell(port.listener.as_ref(), Stop));
        tell(self.doorkeeper.address.as_ref(), Stop);
        self.seats.values().for_each(|seat| tell(seat.peer.as_ref(), Command::Stop(StopReason::Shutdown)));
        self.deadline(Phase::StoppingPeers, context);
        self.go_on_stopping(context);
    }

    /// A step that does not end by itself ends by its deadline.
    fn deadline(&self, step: Phase, context: &mut Context<Self>) {
        let time = if step == Phase::StoppingPeers { PEERS } else { HELPERS };
        context.run_later(time, move |supervisor, context| {
            if supervisor.phase == step {
                warn!(supervisor.log, "not everybody stopped in time"; "source" => "reactor");
                supervisor.seats.values_mut().for_each(|seat| seat.peer = None);
                if step == Phase::StoppingProcesses {
                    supervisor.helpers.clear();
                }
                supervisor.go_on_stopping(context);
            }
        });
    }

    /// Takes the next step once nobody of this one is left.
    pub(super) fn go_on_stopping(&mut self, context: &mut Context<Self>) {
        if self.phase == Phase::StoppingPeers && self.seats.values().all(|seat| seat.peer.is_none()) {
            self.phase = Phase::StoppingProcesses;
            self.helpers.values().for_each(|helper| tell(helper.address.as_ref(), StopProcess { shutdown: true }));
            self.deadline(Phase::StoppingProcesses, context);
        }
        if self.phase == Phase::StoppingProcesses && self.helpers.values().all(|helper| helper.address.is_none()) {
            self.phase = Phase::Over;
            context.run_later(FAREWELL, |supervisor, context| {
                if let Some(exit) = supervisor.exit.take() {
                    let _ = exit.send(supervisor.code);
                }
                context.stop();
            });
        }
    }
}
