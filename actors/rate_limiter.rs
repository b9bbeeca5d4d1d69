//! The RateLimiter: token buckets, one for each neighbor and each helper that has a limit.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use actix::{Actor, ActorContext as _, AsyncContext as _, Context, Handler};
use fault::{Site, Verdict};
use session::State;

use crate::{
    faults::{AGAIN, Faults},
    messages::{Acquire, Grant, Inject, Limited, Rates, Stop},
    now,
    rate::{Limits, Spent},
};

/// What may be spent a second, saved up for at most one second.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    limits: Limits,
    /// When the bucket, drained by what was spent, is empty of debt.
    paid_until: Instant,
}

impl Bucket {
    /// Takes what was spent, and says how long to wait for more.
    fn grant(&mut self, spent: Spent, now: Instant) -> Grant {
        let burst = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
        self.paid_until = self.paid_until.max(burst) + self.limits.price(spent);
        Grant { amount: self.limits.amount(), after: self.paid_until.saturating_duration_since(now) }
    }
}

/// Grants rates.
#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    buckets: HashMap<Limited, Bucket>,
    faults: Faults,
}

impl Actor for RateLimiter {
    type Context = Context<Self>;
}

impl Handler<Rates> for RateLimiter {
    type Result = ();

    fn handle(&mut self, rates: Rates, _: &mut Context<Self>) {
        let (now, before) = (now(), std::mem::take(&mut self.buckets));
        // Who had a limit keeps debts and savings, so that a reload is no way to more.
        let paid_until = |who| before.get(&who).map_or(now, |bucket| bucket.paid_until);
        let bucket = |(who, limits)| (who, Bucket { limits, paid_until: paid_until(who) });
        self.buckets = rates.0.into_iter().map(bucket).collect();
    }
}

impl Handler<Acquire> for RateLimiter {
    type Result = ();

    fn handle(&mut self, acquire: Acquire, context: &mut Context<Self>) {
        if self.strike(&Site::Grant, context) == Verdict::Drop {
            context.run_later(AGAIN, |limiter, context| limiter.handle(acquire, context));
            return;
        }
        let now = now();
        let unlimited = || Limits::default().alone(acquire.spent);
        let grant = self.buckets.get_mut(&acquire.who).map(|bucket| bucket.grant(acquire.spent, now));
        acquire.reply.do_send(grant.unwrap_or_else(unlimited));
    }
}

impl RateLimiter {
    fn strike(&mut self, site: &Site<'_>, context: &mut Context<Self>) -> Verdict {
        let verdict = self.faults.strike(State::Idle, site);
        if verdict == Verdict::Stop {
            context.stop();
        }
        verdict
    }
}

impl Handler<Inject> for RateLimiter {
    type Result = ();

    fn handle(&mut self, inject: Inject, context: &mut Context<Self>) {
        self.faults.take(inject);
        self.strike(&Site::Message("Inject"), context);
    }
}

impl Handler<Stop> for RateLimiter {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_saved_up_then_the_rate_is_kept() {
        let start = Instant::now() + Duration::from_secs(10);
        let process = config::Process { rate_limit: 100, ..Default::default() };
        let limits = Limits::of_process(&process);
        let mut bucket = Bucket { limits, paid_until: start - Duration::from_secs(5) };
        let mut spend = |count| {
            let mut spent = Spent::default();
            spent.prefixes(count);
            bucket.grant(spent, start).after
        };
        assert_eq!(spend(100), Duration::ZERO);
        assert_eq!(spend(50), Duration::from_millis(500));
        assert_eq!(spend(50), Duration::from_millis(1000));
    }
}
