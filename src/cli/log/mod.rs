//! The log: ExaBGP's levels, categories and destinations, or JSON; asynchronous, never in anybody's way.

mod destination;
mod exabgp;
mod filter;

use std::time::Duration;

use config::LogEnv;
use slog::{Discard, Drain, Logger, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};

use filter::Filter;

/// Records that may wait to be written; further ones are counted and the count is logged.
const WAITING: usize = 8192;
/// How long the last of them may take at the end.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Opens the log. What was logged is written when the guard is [closed](close).
///
/// # Errors
/// When the destination cannot be opened.
pub(crate) fn open(settings: &LogEnv, json: bool) -> anyhow::Result<(Logger, Option<AsyncGuard>)> {
    if !settings.enable {
        return Ok((Logger::root(Discard, o!()), None));
    }
    let destination = destination::open(&settings.destination)?;
    let short = settings.short && !destination.is_file;
    let (asynchronous, guard) = if json {
        let drain = slog_json::Json::default(std::io::LineWriter::new(destination.writer));
        asynchronous(std::sync::Mutex::new(drain).fuse())
    } else {
        asynchronous(exabgp::Lines::new(destination.writer, short).fuse())
    };
    let filter = Filter::new(settings, asynchronous.fuse());
    Ok((Logger::root(filter.fuse(), o!()), Some(guard)))
}

/// Writes what is left, unless nobody takes it: the end of the daemon does not wait for who does not read.
pub(crate) fn close(guard: Option<AsyncGuard>) {
    let Some(guard) = guard else { return };
    let (done, written) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        drop(guard);
        let _ = done.send(());
    });
    let _ = written.recv_timeout(LAST_LINES);
}

fn asynchronous(drain: impl Drain<Err = slog::Never, Ok = ()> + Send + 'static) -> (Async, AsyncGuard) {
    Async::new(drain).chan_size(WAITING).overflow_strategy(OverflowStrategy::DropAndReport).build_with_guard()
}
