//! Signals become messages.

use std::sync::{Arc, atomic::AtomicBool};

use actix::{
    Actor, ActorContext as _, ActorFutureExt as _, Addr, AsyncContext as _, Context, Handler, WrapFuture as _,
};
use nix::sys::signal::SigSet;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use slog::{Logger, error};
use tokio::signal::unix::{self, SignalKind, signal};

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

/// A signal that is waited for: what comes is kept until it is asked for.
#[derive(Debug)]
pub(crate) struct Watched {
    name: &'static str,
    number: i32,
    stream: unix::Signal,
}

/// Waits for all of them from now on.
pub(crate) fn watch(log: &Logger) -> Vec<Watched> {
    let open = |(name, kind): (&'static str, SignalKind)| match signal(kind) {
        Ok(stream) => Some(Watched { name, number: kind.as_raw_value(), stream }),
        Err(error) => {
            error!(log, "signal cannot be watched"; "signal" => name, "reason" => %error);
            None
        }
    };
    SIGNALS.into_iter().filter_map(open).collect()
}

/// Becomes true with a signal to end, even if nobody has a turn to hear it.
pub(crate) fn terminated(log: &Logger) -> Arc<AtomicBool> {
    let terminated = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        if let Err(error) = flag::register(signal, terminated.clone()) {
            error!(log, "signal cannot be watched"; "signal" => signal, "reason" => %error);
        }
    }
    terminated
}

/// Lets those come that were told to wait until somebody does.
pub(crate) fn let_come(log: &Logger) {
    if let Err(error) = SigSet::all().thread_unblock() {
        error!(log, "signals cannot be let through"; "reason" => %error);
    }
}

/// Waits for signals.
#[derive(Debug)]
pub(crate) struct Signals {
    watched: Vec<Watched>,
    supervisor: Addr<Supervisor>,
}

impl Signals {
    /// Tells `supervisor` of these.
    pub(crate) const fn new(watched: Vec<Watched>, supervisor: Addr<Supervisor>) -> Self {
        Self { watched, supervisor }
    }

    fn wait(&self, watched: Watched, context: &mut Context<Self>) {
        let (supervisor, Watched { name, number, mut stream }) = (self.supervisor.clone(), watched);
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
        std::mem::take(&mut self.watched).into_iter().for_each(|watched| self.wait(watched, context));
    }
}

impl Handler<Stop> for Signals {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}
