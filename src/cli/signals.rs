//! Signals that come before there is anybody to hear them.

use nix::sys::signal::{SigSet, Signal};

/// The signals that wait until the daemon runs; without that they would end it. An interrupt ends it at any time.
pub(crate) fn held() -> SigSet {
    [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGALRM, Signal::SIGUSR1, Signal::SIGUSR2].into_iter().collect()
}

/// Has them wait, and all others come, whatever the parent of this process had asked for.
pub(crate) fn hold() {
    // It cannot fail with a mask that is sound; and if it did, signals would come as they always do.
    let _ = held().thread_set_mask();
}
