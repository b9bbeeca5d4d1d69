//! Signals become messages.

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, WrapFuture as _,
};
use slog::{Logger, error};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    Supervisor,
    messages::{Signal, Stop},
};

/// Signals that mean something, by name.
const SIGNALS: [(&str, SignalKind); 6] = [
    ("SIGTERM", SignalKind::terminate()),
    ("SIGINT", SignalKind::interrupt()),
    ("SIGHUP", SignalKind::hangup()),
    ("SIGALRM", SignalKind::alarm()),
    ("SIGUSR1", SignalKind::user_defined1()),
    ("SIGUSR2", SignalKind::user_defined2()),
];

/// Waits for signals.
#[derive(Debug)]
pub(crate) struct Signals {
    supervisor: Addr<Supervisor>,
    log: Logger,
}

impl Signals {
    /// Tells `supervisor`.
    pub(crate) const fn new(supervisor: Addr<Supervisor>, log: Logger) -> Self {
        Self { supervisor, log }
    }

    fn watch(&self, name: &'static str, kind: SignalKind, context: &mut Context<Self>) {
        let mut stream = match signal(kind) {
            Ok(stream) => stream,
            Err(error) => return error!(self.log, "signal cannot be watched"; "signal" => name, "reason" => %error),
        };
        let (supervisor, number) = (self.supervisor.clone(), kind.as_raw_value());
        let waiting = async move {
            while stream.recv().await.is_some() {
                supervisor.do_send(Signal { number, name });
            }
        };
        context.spawn(waiting.into_actor(self).map(|(), _, _| ()));
    }
}

impl Actor for Signals {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        SIGNALS.into_iter().for_each(|(name, kind)| self.watch(name, kind, context));
    }
}

impl Handler<Stop> for Signals {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}
