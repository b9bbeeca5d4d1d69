//! The RateLimiter: token buckets, one for each neighbor that has a limit.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use actix::{Actor, ActorContext as _, AsyncContext as _, Context, Handler};
use fault::{Site, Verdict};
use session::State;

use crate::{
    faults::{AGAIN, Faults},
    messages::{Acquire, Grant, Inject, Rates, SeatId, Stop},
    now,
};

/// Messages a second, saved up for at most one second.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    rate: u32,
    /// When the bucket, drained by what was granted, is empty of debt.
    paid_until: Instant,
}

impl Bucket {
    /// Grants `wanted` messages and says how long to wait for them.
    fn grant(&mut self, wanted: u32, now: Instant) -> Grant {
        let messages = wanted.clamp(1, self.rate.max(1));
        let price = Duration::from_secs(1) * messages / self.rate.max(1);
        let burst = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
        self.paid_until = self.paid_until.max(burst) + price;
        Grant { messages, after: self.paid_until.saturating_duration_since(now) }
    }
}

/// Grants rates.
#[derive(Debug, Default)]
pub(crate) struct RateLimiter {
    buckets: HashMap<SeatId, Bucket>,
    faults: Faults,
}

impl Actor for RateLimiter {
    type Context = Context<Self>;
}

impl Handler<Rates> for RateLimiter {
    type Result = ();

    fn handle(&mut self, rates: Rates, _: &mut Context<Self>) {
        let now = now();
        self.buckets = rates.0.into_iter().map(|(seat, rate)| (seat, Bucket { rate, paid_until: now })).collect();
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
        let grant = match self.buckets.get_mut(&acquire.seat) {
            Some(bucket) => bucket.grant(acquire.messages, now),
            None => Grant { messages: acquire.messages, after: Duration::ZERO },
        };
        acquire.reply.do_send(grant);
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
        let mut bucket = Bucket { rate: 100, paid_until: start - Duration::from_secs(5) };
        assert_eq!(bucket.grant(100, start).after, Duration::ZERO);
        assert_eq!(bucket.grant(50, start).after, Duration::from_millis(500));
        assert_eq!(bucket.grant(50, start).after, Duration::from_millis(1000));
        assert_eq!(bucket.grant(1000, start).messages, 100);
    }
}
