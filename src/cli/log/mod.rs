//! The log: ExaBGP's levels, categories and destinations, or JSON; asynchronous, never in anybody's way.

mod destination;
mod exabgp;
mod filter;

use config::LogEnv;
use slog::{Discard, Drain, Logger, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};

use filter::Filter;

/// Records that may wait to be written; further ones are counted and the count is logged.
const WAITING: usize = 8192;

/// Opens the log. What was logged is written when the guard is dropped.
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

fn asynchronous(drain: impl Drain<Err = slog::Never, Ok = ()> + Send + 'static) -> (Async, AsyncGuard) {
    Async::new(drain).chan_size(WAITING).overflow_strategy(OverflowStrategy::DropAndReport).build_with_guard()
}
