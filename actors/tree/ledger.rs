//! When a child is started again: policy and history in, decision out.
//!
//! The ledger is pure, so that "six failures in a minute end in quarantine" is a test with invented times.

use std::{
    collections::VecDeque,
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    time::{Duration, Instant},
};

use config::Policy;

/// What to do with a child that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Start it after this time.
    Restart(Duration),
    /// It failed too often: leave it alone for this long, then try once.
    Quarantine(Duration),
}

/// The failures and restarts of one child.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    policy: Policy,
    seed: u64,
    restarts: VecDeque<Instant>,
    /// Failures without health in between: they lengthen the wait.
    streak: u32,
    total: u64,
    /// Since when the child runs on trial after a quarantine: the next failure within the window ends it at once.
    trial: Option<Instant>,
}

impl Ledger {
    /// An empty ledger; `seed` makes the jitter of children differ, yet repeatable.
    pub(crate) const fn new(policy: Policy, seed: u64) -> Self {
        Self { policy, seed, restarts: VecDeque::new(), streak: 0, total: 0, trial: None }
    }

    /// Changes the numbers; what has failed before counts on.
    pub(crate) const fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// How often the child failed since the daemon started.
    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    /// How often it was started again within the window.
    pub(crate) fn recent(&self, now: Instant) -> usize {
        self.restarts.iter().filter(|at| now.duration_since(**at) < self.policy.window).count()
    }

    /// It is started again after a failure.
    pub(crate) fn restarted(&mut self, now: Instant) {
        self.restarts.push_back(now);
    }

    /// A quarantine is over: the child is started on trial.
    pub(crate) fn try_again(&mut self, now: Instant) {
        self.restarts.clear();
        self.trial = Some(now);
    }

    /// The child failed at `now`, after it had run well for long enough that its waits begin anew, or not.
    pub(crate) fn failed(&mut self, now: Instant, was_healthy: bool) -> Decision {
        self.total += 1;
        self.streak = if was_healthy { 1 } else { self.streak.saturating_add(1) };
        let window = self.policy.window;
        self.restarts.retain(|at| now.duration_since(*at) < window);
        let on_trial = self.trial.is_some_and(|since| now.duration_since(since) < window);
        if on_trial || self.restarts.len() >= self.policy.intensity as usize {
            return Decision::Quarantine(self.policy.quarantine);
        }
        self.trial = None;
        Decision::Restart(self.backoff())
    }

    /// Doubles with each failure, up to the longest wait, give or take the jitter.
    fn backoff(&self) -> Duration {
        let doublings = self.streak.saturating_sub(1).min(31);
        let wait = self.policy.first.saturating_mul(1 << doublings).min(self.policy.max);
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((self.seed, self.total));
        let spread = i64::from(self.policy.jitter) * 10;
        let permille = 1000 - spread + i64::try_from(hash % 1001).unwrap_or(0) * spread * 2 / 1000;
        wait.saturating_mul(u32::try_from(permille).unwrap_or(1000)) / 1000
    }
}

#[cfg(test)]
mod tests {
    use config::Restart;

    use super::*;

    impl Ledger {
        /// A failure, and at once a start if that is what follows.
        fn fails(&mut self, now: Instant, was_healthy: bool) -> Decision {
            let decision = self.failed(now, was_healthy);
            if matches!(decision, Decision::Restart(_)) {
                self.restarted(now);
            }
            decision
        }
    }

    fn ledger() -> (Ledger, Instant) {
        (Ledger::new(Restart::default().peer, 1), Instant::now())
    }

    #[test]
    fn waits_double_with_jitter() {
        let (mut ledger, start) = ledger();
        for (number, expected) in [100, 200, 400, 800, 1600].into_iter().enumerate() {
            let at = start + Duration::from_secs(number as u64);
            let Decision::Restart(wait) = ledger.fails(at, false) else { panic!("{number}") };
            let millis = u32::try_from(wait.as_millis()).unwrap();
            assert!((expected * 79 / 100..=expected * 121 / 100).contains(&millis), "{millis} for {expected}");
        }
    }

    #[test]
    fn the_sixth_failure_in_a_minute_ends_in_quarantine_and_a_trial_follows() {
        let (mut ledger, start) = ledger();
        for second in 0..5 {
            assert!(matches!(ledger.fails(start + Duration::from_secs(second), false), Decision::Restart(_)));
        }
        let five_minutes = Duration::from_secs(300);
        assert_eq!(ledger.fails(start + Duration::from_secs(5), false), Decision::Quarantine(five_minutes));
        let after = start + Duration::from_secs(305);
        ledger.try_again(after);
        assert_eq!(ledger.fails(after + Duration::from_secs(5), false), Decision::Quarantine(five_minutes), "on trial");
        let again = after + five_minutes;
        ledger.try_again(again);
        let healthy = again + Duration::from_secs(70);
        assert!(matches!(ledger.fails(healthy, true), Decision::Restart(_)), "the trial was passed");
    }

    #[test]
    fn failures_far_apart_are_forgotten() {
        let (mut ledger, start) = ledger();
        for minute in 0..20 {
            assert!(matches!(ledger.fails(start + Duration::from_secs(minute * 61), false), Decision::Restart(_)));
        }
        assert_eq!(ledger.total(), 20);
    }

    #[test]
    fn health_shortens_the_wait_but_does_not_open_the_window() {
        let (mut ledger, start) = ledger();
        for second in 0..4 {
            let _ = ledger.fails(start + Duration::from_secs(second), false);
        }
        let Decision::Restart(wait) = ledger.fails(start + Duration::from_secs(40), true) else { panic!("left alone") };
        assert!(wait <= Duration::from_millis(120), "{wait:?}");
        assert!(matches!(ledger.fails(start + Duration::from_secs(41), false), Decision::Quarantine(_)));
    }
}
