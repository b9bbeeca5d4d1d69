//! The log: ExaBGP's levels, categories and destinations, or JSON; asynchronous, never in anybody's way.

mod destination;
mod filter;
mod lines;
mod rotating;
mod syslog;

use std::time::Duration;

use config::LogEnv;
use slog::{Discard, Drain as _, Logger, o, warn};
use slog_async::{Async, AsyncGuard, OverflowStrategy};

pub(crate) use destination::Destination;
use filter::Filter;
use lines::{Layout, Lines};
pub(crate) use syslog::{Syslog, facility};

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
    let destination = Destination::of(&settings.destination);
    let (sink, layout) = destination.open(settings)?;
    let lines = Lines::new(sink, if json { Layout::Json } else { layout });
    let queue = Async::new(lines.fuse()).chan_size(WAITING).overflow_strategy(OverflowStrategy::DropAndReport);
    let (queue, guard) = queue.build_with_guard();
    let log = Logger::root(Filter::new(settings, queue.fuse()).fuse(), o!());
    if destination == Destination::Unknown {
        warn!(log, "this log.destination is not known: the log goes to standard error"; "source" => "daemon",
            "destination" => &settings.destination);
    }
    Ok((log, Some(guard)))
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
