//! A helper that may say only so much a second: its next lines are read once they are granted.

use actix::{AsyncContext as _, Context, Handler};
use config::Process;

use super::ApiProcess;
use crate::{
    messages::{Acquire, Grant, GrantLost, Limited},
    rate::{Limits, Spent},
};

/// What a helper may say yet.
#[derive(Debug, Default)]
pub(super) struct Rate {
    limits: Limits,
    left: u32,
    spent: Spent,
    grant: Asked,
}

/// Where the next grant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Asked {
    /// Not asked for.
    #[default]
    No,
    /// On its way.
    Yes,
    /// Here, and its time will come.
    Granted,
}

impl Rate {
    /// That of a helper that has just started.
    pub(super) fn of(process: &Process) -> Self {
        let limits = Limits::of_process(process);
        Self { limits, left: limits.amount(), ..Self::default() }
    }

    /// Whether more has to be granted first.
    pub(super) fn is_used_up(&self) -> bool {
        self.limits.any() && self.left == 0
    }

    /// A command was read.
    pub(super) fn spend(&mut self) {
        if self.limits.any() {
            self.left = self.left.saturating_sub(1);
            self.spent.command();
        }
    }
}

impl ApiProcess {
    /// Asks for more once all is used up.
    pub(super) fn acquire(&mut self, context: &Context<Self>) {
        if self.rate.is_used_up() && self.rate.grant == Asked::No {
            self.rate.grant = Asked::Yes;
            self.ask_to_go_on(context);
        }
    }

    fn ask_to_go_on(&self, context: &Context<Self>) {
        let (who, spent) = (Limited::Helper(self.id), self.rate.spent);
        self.supervisor.do_send(Acquire { who, spent, reply: context.address().recipient() });
    }
}

impl Handler<Grant> for ApiProcess {
    type Result = ();

    fn handle(&mut self, grant: Grant, context: &mut Context<Self>) {
        if self.rate.grant != Asked::Yes {
            return;
        }
        (self.rate.grant, self.rate.spent) = (Asked::Granted, Spent::default());
        context.run_later(grant.after, move |helper, context| {
            (helper.rate.grant, helper.rate.left) = (Asked::No, grant.amount.max(1));
            helper.resume(context);
        });
    }
}

impl Handler<GrantLost> for ApiProcess {
    type Result = ();

    fn handle(&mut self, _: GrantLost, context: &mut Context<Self>) {
        if self.rate.grant == Asked::Yes {
            self.ask_to_go_on(context);
        }
    }
}
