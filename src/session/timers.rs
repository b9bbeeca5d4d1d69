//! Timers as data: which are running, and when the first is due (RFC 4271 section 10).

use std::time::{Duration, Instant};

/// The timers of a session (RFC 4271 section 8.1.3). The first two are the session's, the others are one connection's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// In Connect: how long TCP may take. In Active: when to connect next.
    ConnectRetry,
    /// When to call once more within one attempt.
    Redial,
    /// How long the peer may take to send its OPEN.
    OpenWait,
    /// How long the peer may be silent.
    Hold,
    /// When to send the next KEEPALIVE.
    Keepalive,
    /// How long the peer may take in nothing of what is written (RFC 9687).
    SendHold,
}

impl Timer {
    /// Every timer, in the order in which those due at once are handled.
    pub const ALL: [Self; 6] =
        [Self::ConnectRetry, Self::Redial, Self::OpenWait, Self::Hold, Self::Keepalive, Self::SendHold];
}

/// A deadline for each timer that is running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    deadlines: [Option<Instant>; Timer::ALL.len()],
}

impl Timers {
    /// Starts the timer, or starts it anew.
    pub fn start(&mut self, timer: Timer, now: Instant, after: Duration) {
        self.set(timer, now.checked_add(after));
    }

    /// Stops the timer.
    pub fn stop(&mut self, timer: Timer) {
        self.set(timer, None);
    }

    /// When the timer is due, if it is running.
    #[must_use]
    pub fn deadline(&self, timer: Timer) -> Option<Instant> {
        self.deadlines.get(timer as usize).copied().flatten()
    }

    /// When the first timer is due.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        self.deadlines.iter().flatten().min().copied()
    }

    /// Stops and returns the first timer that is due.
    pub fn take_due(&mut self, now: Instant) -> Option<Timer> {
        let due = Timer::ALL.into_iter().find(|timer| self.deadline(*timer).is_some_and(|at| at <= now))?;
        self.stop(due);
        Some(due)
    }

    fn set(&mut self, timer: Timer, deadline: Option<Instant>) {
        if let Some(slot) = self.deadlines.get_mut(timer as usize) {
            *slot = deadline;
        }
    }
}

/// ExaBGP's list of waiting times before a connection is attempted again: 0, 1, 2, 3, 4, 5, 7, 9, 11, 14 ... 60 seconds.
///
/// Every wait but the first is lengthened by up to a tenth (RFC 4271 section 10 asks for jitter), so that the neighbors of a
/// daemon that restarts do not all connect in the same instant.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    next: u64,
    noise: u64,
}

impl Backoff {
    /// The longest wait in seconds, before jitter.
    pub const LONGEST: u64 = 60;

    /// The start of the list.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { next: 0, noise: seed }
    }

    /// Back to the start of the list.
    pub fn reset(&mut self) {
        self.next = 0;
    }

    /// Back to the start of the list, but for the wait of zero.
    ///
    /// Two speakers that refuse one another and are called by the other at every attempt would otherwise never rest.
    pub fn reset_to_one(&mut self) {
        self.next = 1;
    }

    /// The next wait is not that of zero.
    pub fn rest(&mut self) {
        self.next = self.next.max(1);
    }

    /// The wait before the next attempt.
    pub fn wait(&mut self) -> Duration {
        let seconds = self.next;
        self.next = Self::LONGEST.min(1 + seconds.saturating_mul(6) / 5);
        Duration::from_secs(seconds) + self.jitter(seconds)
    }

    /// A little less than a second; the list does not go on by it.
    pub fn soon(&mut self) -> Duration {
        Duration::from_millis(800) + self.jitter(1)
    }

    fn jitter(&mut self, seconds: u64) -> Duration {
        // A linear congruential step, its high bits taken: enough to tell neighbors apart.
        self.noise = self.noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let thousandths = (self.noise >> 33) % 100;
        Duration::from_millis(seconds.saturating_mul(thousandths))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_due_comes_first() {
        let now = Instant::now();
        let mut timers = Timers::default();
        assert_eq!(timers.next(), None);
        timers.start(Timer::Keepalive, now, Duration::from_secs(3));
        timers.start(Timer::Hold, now, Duration::from_secs(9));
        assert_eq!(timers.next(), Some(now + Duration::from_secs(3)));
        assert_eq!(timers.take_due(now), None);
        assert_eq!(timers.take_due(now + Duration::from_secs(9)), Some(Timer::Hold));
        assert_eq!(timers.take_due(now + Duration::from_secs(9)), Some(Timer::Keepalive));
        assert_eq!(timers.take_due(now + Duration::from_secs(9)), None);
    }

    #[test]
    fn waits_follow_the_list_of_exabgp() {
        let mut backoff = Backoff::new(7);
        let list = [0, 1, 2, 3, 4, 5, 7, 9, 11, 14, 17, 21, 26, 32, 39, 47, 57, 60, 60];
        for seconds in list {
            let wait = backoff.wait();
            assert!(wait >= Duration::from_secs(seconds), "{wait:?} < {seconds}");
            assert!(wait <= Duration::from_secs(seconds).mul_f32(1.1), "{wait:?} > {seconds}");
        }
        backoff.reset();
        assert_eq!(backoff.wait(), Duration::ZERO);
    }

    #[test]
    fn jitter_is_repeatable_and_differs_by_seed() {
        let list = |seed| {
            let mut backoff = Backoff::new(seed);
            (0..20).map(|_| backoff.wait()).collect::<Vec<_>>()
        };
        assert_eq!(list(1), list(1));
        assert_ne!(list(1), list(2));
    }
}
