//! When neighbors are spoken with: `tcp.delay` has daemons start in step, and helpers may be given a head start, so that what
//! they say at once is a part of the first table. A neighbor that keeps routes over our restart drops those that come after the
//! End-of-RIB (RFC 4724 section 4.2).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix::{AsyncContext as _, Context};
use slog::info;

use super::Supervisor;
use crate::messages::{ChildId, SeatId};

impl Supervisor {
    /// Takes up the neighbors when their time has come. Their routes are kept from now on, for helpers run already; who
    /// calls meanwhile waits in front of sockets that are bound.
    pub(super) fn open_in_time(&mut self, context: &mut Context<Self>) {
        let minute = until_minute(self.env.tcp.delay, SystemTime::now());
        let wait = minute.max(self.head_start());
        self.waiting = !wait.is_zero();
        self.config.neighbors.clone().into_iter().for_each(|neighbor| self.add_seat(neighbor, context));
        self.tell_rates();
        if wait.is_zero() {
            return self.settle_ports(context);
        }
        if !minute.is_zero() {
            info!(self.log, "waiting before neighbors are called"; "source" => "reactor", "seconds" => wait.as_secs());
        }
        context.run_later(wait, |supervisor, context| {
            supervisor.waiting = false;
            if !supervisor.tree.is_ending() {
                supervisor.open(context);
            }
        });
    }

    /// Only where a helper has a say.
    fn head_start(&self) -> Duration {
        let commanded = self.config.neighbors.iter().any(|it| it.apis.iter().any(|api| !api.commanders.is_empty()));
        Duration::from_millis(if commanded { self.env.exactix.head_start.into() } else { 0 })
    }

    fn open(&mut self, context: &mut Context<Self>) {
        let seats: Vec<SeatId> = self.seats.keys().copied().collect();
        seats.into_iter().for_each(|id| self.add(ChildId::Peer(id), context));
        self.settle_ports(context);
    }
}

/// How long it is until the next minute that is a multiple of `minutes`; nothing when it is one, or any will do.
fn until_minute(minutes: u32, now: SystemTime) -> Duration {
    let (now, step) = (now.duration_since(UNIX_EPOCH).unwrap_or_default(), u64::from(minutes) * 60);
    let Some(minute) = (now.as_secs() - now.as_secs() % 60).checked_rem(step) else { return Duration::ZERO };
    if minute == 0 {
        return Duration::ZERO;
    }
    let next = now.as_secs() - now.as_secs() % step + step;
    Duration::from_secs(next) - now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes() {
        let at = |seconds: u64, millis: u64| UNIX_EPOCH + Duration::from_millis(seconds * 1000 + millis);
        assert_eq!(until_minute(0, at(61, 0)), Duration::ZERO);
        assert_eq!(until_minute(1, at(61, 0)), Duration::ZERO);
        assert_eq!(until_minute(5, at(600, 0)), Duration::ZERO);
        assert_eq!(until_minute(5, at(659, 999)), Duration::ZERO, "the minute is not over");
        assert_eq!(until_minute(5, at(660, 0)), Duration::from_secs(240));
        assert_eq!(until_minute(5, at(899, 250)), Duration::from_millis(750));
        assert_eq!(until_minute(u32::MAX, at(60, 0)), Duration::from_secs(u64::from(u32::MAX) * 60 - 60));
    }
}
