//! What a helper's actor does when an injected fault strikes.

use actix::{AsyncContext as _, Context, Handler};
use fault::{Moment, Site, Verdict};
use nix::sys::signal::Signal;
use session::State;
use slog::{info, warn};

use super::ApiProcess;
use crate::{messages::Inject, now};

impl ApiProcess {
    /// Shows the plan of faults a line of the helper; an empty one strikes at once.
    pub(super) fn suffer(&mut self, line: &str, context: &mut Context<Self>) {
        if self.plan.is_empty() {
            return;
        }
        let at = Moment { now: now(), state: State::Idle };
        match self.plan.strike(at, &Site::Line(line)) {
            Verdict::Kill => {
                warn!(self.log, "injected fault strikes"; "verdict" => "kill");
                self.kill(Signal::SIGKILL);
            }
            Verdict::Stall(time) => {
                warn!(self.log, "injected fault strikes"; "verdict" => "stall", "time" => ?time);
                self.kill(Signal::SIGSTOP);
                context.run_later(time, |helper, _| {
                    helper.kill(Signal::SIGCONT);
                    info!(helper.log, "injected fault is over");
                });
            }
            _ => {}
        }
    }
}

impl Handler<Inject> for ApiProcess {
    type Result = ();

    fn handle(&mut self, inject: Inject, context: &mut Context<Self>) {
        match inject.0 {
            Some(armed) if self.running.is_some() => {
                info!(self.log, "fault armed"; "fault" => %armed);
                self.plan.arm(armed);
                self.suffer("", context);
            }
            Some(_) => {}
            None => self.plan.clear(),
        }
    }
}
