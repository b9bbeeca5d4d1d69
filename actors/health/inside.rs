//! A health check within the daemon. To its ApiProcess it is a program as any other, with pipes and an end.

use std::sync::Arc;

use config::HealthCheck;
use futures_util::FutureExt as _;
use slog::Logger;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, duplex, split},
    sync::watch,
};
use wire::json::Dialect;

use super::{Watcher, prepare};
use crate::world::Program;

/// Octets on their way from one to the other; then whoever writes waits.
const PIPE: usize = 16 * 1024;

/// Starts a health check on the thread of the one who asks. Any signal ends it: it withdraws its routes
/// first. `ack` says that its lines are answered.
pub(crate) fn program(check: Arc<HealthCheck>, dialect: Dialect, ack: bool, log: Logger) -> Program {
    let (ours, theirs) = duplex(PIPE);
    let (output, input) = split(ours);
    let (answers, out) = split(theirs);
    let (tell, stop) = watch::channel(false);
    let running = actix_rt::spawn(async move {
        let addresses = match prepare(&check, &log).await {
            Ok(addresses) => addresses,
            Err(error) => return error.to_string(),
        };
        let (check, answers) = ((*check).clone(), ack.then(|| BufReader::new(answers).lines()));
        let watcher = Watcher { check, addresses, dialect, out, answers, stop, log };
        watcher.run().await.map_or_else(|error| error.to_string(), |()| "ended".to_owned())
    });
    let end = async move { running.await.unwrap_or_else(|error| error.to_string()) };
    let kill = move |_| {
        tell.send_replace(true);
    };
    Program { pid: 0, output: Box::new(output), input: Box::new(input), end: end.boxed(), kill: Arc::new(kill) }
}
