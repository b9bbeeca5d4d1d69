//! How much a second: of a neighbor in messages and in prefixes, of a helper in commands.

use std::time::Duration;

use config::{Neighbor, Process};

use crate::messages::Grant;

/// Prefixes or commands granted at a time: ten times a second, or as many as one turn handles.
const AT_ONCE: u32 = 2048;
/// As many where it is messages that are limited, of which each may carry many prefixes; four times a second.
const IN_MESSAGES: u32 = 64;

/// What may be sent or read a second; 0 for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Limits {
    /// Messages to a neighbor.
    messages: u32,
    /// Prefixes to a neighbor, withdrawn ones included; commands of a helper.
    units: u32,
}

/// What was sent or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spent {
    messages: u32,
    units: u32,
}

impl Spent {
    /// One more message.
    pub(crate) fn message(&mut self) {
        self.messages = self.messages.saturating_add(1);
    }

    /// So many prefixes more.
    pub(crate) fn prefixes(&mut self, count: usize) {
        self.units = self.units.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// One more command.
    pub(crate) fn command(&mut self) {
        self.units = self.units.saturating_add(1);
    }
}

impl Limits {
    /// Those of a neighbor.
    pub(crate) fn of_neighbor(neighbor: &Neighbor) -> Self {
        Self { messages: neighbor.rate_limit, units: neighbor.prefix_rate_limit }
    }

    /// Those of a helper.
    pub(crate) fn of_process(process: &Process) -> Self {
        Self { messages: 0, units: process.rate_limit }
    }

    /// Whether there are any.
    pub(crate) fn any(self) -> bool {
        self != Self::default()
    }

    /// How long what was spent is to last: what there is less room for counts.
    pub(crate) fn price(self, spent: Spent) -> Duration {
        let lasts =
            |spent: u32, rate: u32| if rate == 0 { Duration::ZERO } else { Duration::from_secs(1) * spent / rate };
        lasts(spent.messages, self.messages).max(lasts(spent.units, self.units))
    }

    /// Prefixes or commands until the next grant.
    pub(crate) fn amount(self) -> u32 {
        let messages = if self.messages == 0 { AT_ONCE } else { (self.messages / 4).clamp(1, IN_MESSAGES) };
        let units = if self.units == 0 { AT_ONCE } else { (self.units / 10).clamp(1, AT_ONCE) };
        messages.min(units)
    }

    /// What is granted where nobody keeps account.
    pub(crate) fn alone(self, spent: Spent) -> Grant {
        Grant { amount: self.amount(), after: self.price(spent) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(messages: u32, units: u32) -> Limits {
        Limits { messages, units }
    }

    #[test]
    fn the_tighter_limit_counts() {
        let spent = Spent { messages: 10, units: 500 };
        assert_eq!(limits(10, 0).price(spent), Duration::from_secs(1));
        assert_eq!(limits(10, 100).price(spent), Duration::from_secs(5));
        assert_eq!(limits(1, 100).price(spent), Duration::from_secs(10));
        assert_eq!(Limits::default().price(spent), Duration::ZERO);
        assert_eq!(limits(u32::MAX, 1).price(Spent { messages: 0, units: u32::MAX }).as_secs(), u64::from(u32::MAX));
    }

    #[test]
    fn what_is_granted_at_once_is_a_part_of_a_second() {
        let amounts = [(10, 0), (1000, 0), (0, 10), (0, 5), (0, 1000), (5, 1000)].map(|(m, u)| limits(m, u).amount());
        assert_eq!(amounts, [2, 64, 1, 1, 100, 1]);
    }

    #[test]
    fn where_nobody_keeps_account_what_was_spent_is_waited_for() {
        let spent = Spent { messages: 0, units: 100 };
        assert_eq!(limits(0, 1000).alone(spent), Grant { amount: 100, after: Duration::from_millis(100) });
    }
}
