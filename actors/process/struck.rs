//! What an ApiProcess does instead of its duty when an injected fault strikes.

use actix::{AsyncContext as _, Context, Handler};
use fault::{Site, Verdict};
use nix::sys::signal::Signal;
use session::State;

use super::ApiProcess;
use crate::{faults::AGAIN, messages::Inject, now, pump::Outbox};

impl ApiProcess {
    /// Shows the faults a place where one may strike. What is to be done to the program is done.
    pub(super) fn strike(&mut self, site: &Site<'_>, context: &mut Context<Self>) -> Verdict {
        if self.faults.is_empty() {
            return Verdict::Pass;
        }
        let verdict = self.faults.strike(State::Idle, site);
        match verdict {
            Verdict::Kill => self.kill(Signal::SIGKILL),
            Verdict::Stop => self.end("injected fault: stop", context),
            _ => {}
        }
        verdict
    }

    /// Whether it has to wait before it writes on. Then that is seen to.
    pub(super) fn is_held(&mut self, context: &mut Context<Self>) -> bool {
        let ready = self.outbox.as_ref().is_some_and(Outbox::is_ready);
        if self.held || !ready || self.strike(&Site::Flush, context) != Verdict::Drop {
            return self.held;
        }
        self.held = true;
        // For the helper it is as if it took nothing.
        self.writing = self.writing.or_else(|| Some(now()));
        context.run_later(AGAIN, |helper, context| {
            helper.held = false;
            helper.flush(context);
            helper.resume(context);
        });
        true
    }
}

impl Handler<Inject> for ApiProcess {
    type Result = ();

    fn handle(&mut self, inject: Inject, context: &mut Context<Self>) {
        self.faults.take(inject);
        self.strike(&Site::Message("Inject"), context);
    }
}
