//! What a row of results makes of a service. ExaBGP's states, and its way from one to the next.

use std::time::Duration;

use config::HealthCheck;

/// What a check has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody has disabled the service; nothing was checked.
    Disabled,
    /// All is well.
    Success,
    /// It is not.
    Failure,
}

/// What a service is held to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Nothing is known yet.
    Init,
    /// The latest results are good.
    Rising,
    /// It works.
    Up,
    /// The latest results are bad.
    Falling,
    /// It does not work.
    Down,
    /// It is disabled.
    Disabled,
    /// Nobody checks it any more.
    Exit,
}

impl Condition {
    /// Its name, as hooks are told it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Init => "INIT",
            Self::Rising => "RISING",
            Self::Up => "UP",
            Self::Falling => "FALLING",
            Self::Down => "DOWN",
            Self::Disabled => "DISABLED",
            Self::Exit => "EXIT",
        }
    }
}

/// The state of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    rise: u32,
    fall: u32,
    condition: Condition,
    /// Results in a row.
    count: u32,
}

impl Machine {
    /// Of a service that nothing is known of.
    pub const fn new(check: &HealthCheck) -> Self {
        Self { rise: check.rise, fall: check.fall, condition: Condition::Init, count: 0 }
    }

    /// What the service is held to be.
    pub const fn condition(&self) -> Condition {
        self.condition
    }

    /// Takes a result, and says what the service has become if that has changed.
    pub fn step(&mut self, outcome: Outcome) -> Option<Condition> {
        use Condition::{Disabled, Down, Exit, Falling, Init, Rising, Up};
        let next = match (self.condition, outcome) {
            (Exit, _) | (Disabled, Outcome::Disabled) | (Up, Outcome::Success) | (Down, Outcome::Failure) => {
                return None;
            }
            (_, Outcome::Disabled) => Disabled,
            (Disabled, _) => Init,
            (Rising, Outcome::Success) => return self.again(self.rise, Up),
            (Falling, Outcome::Failure) => return self.again(self.fall, Down),
            (_, Outcome::Success) => self.first(self.rise, Rising, Up),
            (_, Outcome::Failure) => self.first(self.fall, Falling, Down),
        };
        self.condition = next;
        Some(next)
    }

    /// The first result of its kind: enough if one is.
    const fn first(&mut self, wanted: u32, towards: Condition, at: Condition) -> Condition {
        self.count = 1;
        if wanted <= 1 { at } else { towards }
    }

    /// One more of them.
    const fn again(&mut self, wanted: u32, at: Condition) -> Option<Condition> {
        self.count = self.count.saturating_add(1);
        if self.count < wanted {
            return None;
        }
        self.condition = at;
        Some(at)
    }

    /// How long to wait for the next check; `None` when there is to be none.
    pub fn pause(&self, check: &HealthCheck) -> Option<Duration> {
        match self.condition {
            Condition::Rising | Condition::Falling => Some(check.fast_interval),
            _ => Some(check.interval).filter(|interval| !interval.is_zero()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rise: u32, fall: u32) -> HealthCheck {
        HealthCheck { rise, fall, ..HealthCheck::default() }
    }

    /// What becomes of a service by results: `+` good, `-` bad, `x` disabled.
    fn course(rise: u32, fall: u32, results: &str) -> String {
        let mut machine = Machine::new(&check(rise, fall));
        let step = |result| {
            let outcome = match result {
                '+' => Outcome::Success,
                '-' => Outcome::Failure,
                _ => Outcome::Disabled,
            };
            machine.step(outcome).map_or("=", Condition::name)
        };
        results.chars().map(step).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn it_takes_some_results_in_a_row() {
        assert_eq!(course(3, 2, "++++--"), "RISING = UP = FALLING DOWN");
        assert_eq!(course(3, 3, "++-++---+"), "RISING = FALLING RISING = FALLING = DOWN RISING");
        assert_eq!(course(2, 2, "--++"), "FALLING DOWN RISING UP");
    }

    #[test]
    fn one_may_be_enough() {
        assert_eq!(course(1, 1, "+-+"), "UP DOWN UP");
        assert_eq!(course(0, 3, "+-+"), "UP FALLING UP");
        assert_eq!(course(3, 0, "-+-"), "DOWN RISING DOWN");
    }

    #[test]
    fn disabled_as_long_as_the_file_is_there() {
        assert_eq!(course(2, 2, "x+x"), "DISABLED INIT DISABLED");
        assert_eq!(course(2, 2, "++xx-++"), "RISING UP DISABLED = INIT RISING UP");
    }

    #[test]
    fn a_change_is_waited_for_less_long() {
        let settings = check(2, 2);
        let mut machine = Machine::new(&settings);
        // An invented clock: the times at which results are asked for.
        let (mut now, mut asked) = (Duration::ZERO, Vec::new());
        for outcome in [Outcome::Success, Outcome::Success, Outcome::Failure, Outcome::Failure, Outcome::Success] {
            asked.push(now.as_secs());
            machine.step(outcome);
            now += machine.pause(&settings).unwrap();
        }
        assert_eq!(asked, [0, 1, 6, 7, 12]);
    }

    #[test]
    fn without_an_interval_it_ends_in_the_first_state_that_lasts() {
        let settings = HealthCheck { interval: Duration::ZERO, ..check(2, 2) };
        let mut machine = Machine::new(&settings);
        machine.step(Outcome::Success);
        assert_eq!(machine.pause(&settings), Some(settings.fast_interval));
        machine.step(Outcome::Success);
        assert_eq!(machine.pause(&settings), None);
    }
}
