//! An interrupt at the terminal that ends what is waited for, and not the program.

use std::{
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

use anyhow::Context as _;
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::{
        signal::{SigSet, Signal},
        signalfd::{SfdFlags, SignalFd},
    },
};

/// Where an interrupt (SIGINT) is seen, once there is one of these: before, it ends the program.
#[derive(Debug)]
pub(crate) struct Interrupt(SignalFd);

impl Interrupt {
    /// Holds interrupts back from the thread it is called on, and from those that are started by it later.
    ///
    /// # Errors
    /// When the system has no room for it.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let interrupt = SigSet::from(Signal::SIGINT);
        interrupt.thread_block().context("interrupts cannot be held back")?;
        let seen = SignalFd::with_flags(&interrupt, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC);
        Ok(Self(seen.context("interrupts cannot be seen")?))
    }

    /// Forgets those that have come.
    pub(crate) fn forget(&self) {
        while let Ok(Some(_)) = self.0.read_signal() {}
    }

    /// Waits this long; says whether an interrupt has come meanwhile.
    pub(crate) fn comes_within(&self, time: Duration) -> bool {
        let timeout = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
        poll(&mut [PollFd::new(self.as_fd(), PollFlags::POLLIN)], timeout).is_ok_and(|count| count > 0)
    }
}

impl AsFd for Interrupt {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::raise;

    use super::*;

    #[test]
    fn an_interrupt_is_seen_until_it_is_forgotten() {
        let interrupt = Interrupt::new().unwrap();
        assert!(!interrupt.comes_within(Duration::ZERO));
        raise(Signal::SIGINT).unwrap();
        assert!(interrupt.comes_within(Duration::from_secs(10)));
        interrupt.forget();
        assert!(!interrupt.comes_within(Duration::ZERO));
    }
}
