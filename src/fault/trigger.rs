//! When a fault strikes, and when it is over.

use std::{
    fmt,
    time::{Duration, Instant},
};

use session::State;
use wire::{Word, WordError, Words, number};

use crate::{
    duration::{self, Time},
    rng::Rng,
    site::Moment,
};

/// The most times a fault may be asked to strike.
pub const MOST_TIMES: u32 = 1000;
/// The longest time a fault may be asked to last.
pub const LONGEST: Duration = Duration::from_secs(600);
/// How long a fault that is to strike a number of times may take for that: then it is over, whatever is left of it.
pub const PATIENCE: Duration = Duration::from_secs(600);
/// How often [`When::Every`] strikes when nothing is said of its end.
const TIMES_OF_EVERY: u32 = 10;
/// A chance that is certain, in millionths.
const CERTAIN: u32 = 1_000_000;

/// What a fault waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Nothing: the next site of the fault's will do.
    #[default]
    Now,
    /// This many messages; it strikes with the last of them.
    After(u64),
    /// The session to be in this state.
    In(State),
    /// Each time this many messages came.
    Every(u64),
}

/// How a fault ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// After it has struck this often.
    Times(u32),
    /// This long after it was armed, or, if it had to wait for something, after it first struck.
    For(Duration),
}

/// When a fault strikes, and how far it has come.
#[derive(Clone, Debug)]
pub struct Trigger {
    when: When,
    end: End,
    /// In millionths.
    chance: u32,
    seed: Option<u64>,
    rng: Rng,
    messages: u64,
    strikes: u32,
    /// When a fault that lasts ends, once it began.
    until: Option<Instant>,
    /// When it is over even if it has not struck enough.
    expires: Option<Instant>,
}

impl Trigger {
    /// Reads `now`, `after <n> frames`, `in <state>` or `every <n> frames`, then any of `times <n>` or `for <time>`,
    /// `p <chance>` and `seed <n>`; all of it may be left out. Without an end of its own a fault has `usual`.
    ///
    /// # Errors
    /// Names the word that does not belong.
    pub fn parse(words: &mut Words<'_>, usual: End) -> Result<Self, WordError> {
        let when = parse_when(words)?;
        let (mut end, mut chance, mut seed) = (None, None, None);
        while let Some(word) = words.next() {
            match word.text {
                "times" | "for" if end.is_some() => {
                    return Err(WordError::new(word, "a fault ends once: after some times, or after some time"));
                }
                "times" => end = Some(parse_times(words)?),
                "for" => end = Some(End::For(duration::parse(words, LONGEST)?)),
                "p" if chance.is_none() => chance = Some(parse_chance(words)?),
                "seed" if seed.is_none() => seed = Some(parse_seed(words)?),
                _ => return Err(WordError::expected(word, "one of times, for, p, seed")),
            }
        }
        let repeated = matches!((when, usual), (When::Every(_), End::Times(_))).then_some(End::Times(TIMES_OF_EVERY));
        let end = end.or(repeated).unwrap_or(usual);
        let mut trigger = Self {
            when,
            end,
            chance: chance.unwrap_or(CERTAIN),
            seed: None,
            rng: Rng::new(0),
            messages: 0,
            strikes: 0,
            until: None,
            expires: None,
        };
        if let Some(seed) = seed {
            trigger.sow(seed, 0);
        }
        Ok(trigger)
    }

    /// Begins: chances follow this seed unless another one was asked for, and differ from victim to victim. Whatever
    /// happens, the fault is over some time from now.
    pub(crate) fn begin(&mut self, seed: u64, victim: u64, now: Instant) {
        self.sow(self.seed.unwrap_or(seed), victim);
        self.expires = now.checked_add(PATIENCE);
        if let (When::Now, End::For(time)) = (self.when, self.end) {
            self.until = now.checked_add(time);
        }
    }

    fn sow(&mut self, seed: u64, victim: u64) {
        self.seed = Some(seed);
        let mut of_victim = Rng::new(seed.wrapping_add(victim));
        self.rng = Rng::new(of_victim.next());
    }

    /// Does the fault strike at a site of its own? `message` says whether that is one of the messages that are counted,
    /// and `mine` whether the fault may strike there.
    pub(crate) fn pulled(&mut self, at: Moment, message: bool, mine: bool) -> bool {
        self.messages = self.messages.saturating_add(u64::from(message));
        mine && !self.is_over(at.now)
            && self.is_due(at.state, message)
            && (self.chance == CERTAIN || self.rng.below(CERTAIN as usize) < self.chance as usize)
    }

    /// It has struck.
    pub(crate) fn struck(&mut self, now: Instant) {
        self.strikes = self.strikes.saturating_add(1);
        if let End::For(time) = self.end {
            self.until = self.until.or_else(|| now.checked_add(time));
        }
    }

    /// Chance for what the fault itself has to choose.
    pub(crate) const fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// How often it has struck.
    pub(crate) const fn strikes(&self) -> u32 {
        self.strikes
    }

    /// The end that is known already.
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        self.until.or(self.expires)
    }

    /// Will the fault never strike again?
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        let enough = matches!(self.end, End::Times(times) if self.strikes >= times);
        enough || self.ends_at().is_some_and(|end| end <= now)
    }

    fn is_due(&self, state: State, message: bool) -> bool {
        let lasts = matches!(self.end, End::For(_));
        match self.when {
            // Once it began, a fault that lasts needs no further reason.
            When::Now => true,
            When::In(_) if lasts && self.strikes > 0 => true,
            When::After(count) => self.messages >= count,
            When::In(wanted) => state == wanted,
            When::Every(count) => message && self.messages.is_multiple_of(count.max(1)),
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.when {
            When::Now => f.write_str("now")?,
            When::After(count) => write!(f, "after {count} frames")?,
            When::In(state) => write!(f, "in {state}")?,
            When::Every(count) => write!(f, "every {count} frames")?,
        }
        match self.end {
            End::Times(times) => write!(f, " times {times}")?,
            End::For(time) => write!(f, " for {}", Time(time))?,
        }
        if self.chance < CERTAIN {
            write!(f, " p {}", format!("0.{:06}", self.chance).trim_end_matches('0'))?;
        }
        self.seed.map_or(Ok(()), |seed| write!(f, " seed {seed}"))
    }
}

fn parse_when(words: &mut Words<'_>) -> Result<When, WordError> {
    let mut ahead = words.rest();
    let Some(word) = ahead.next() else { return Ok(When::Now) };
    let when = match word.text {
        "now" => When::Now,
        "after" => When::After(parse_count(&mut ahead)?),
        "every" => When::Every(parse_count(&mut ahead)?),
        "in" => When::In(parse_state(&mut ahead)?),
        "times" | "for" | "p" | "seed" => return Ok(When::Now),
        _ => return Err(WordError::expected(word, "one of now, after, in, every, times, for, p, seed")),
    };
    *words = ahead;
    Ok(when)
}

fn parse_count(words: &mut Words<'_>) -> Result<u64, WordError> {
    let word = words.expect("a number of frames")?;
    let count = number::u32(word.text).filter(|count| *count > 0);
    let count = count.ok_or_else(|| WordError::expected(word, "a number of frames"))?;
    // The unit may be left out: there is only one.
    let _ = words.keyword("frames") || words.keyword("frame");
    Ok(count.into())
}

fn parse_state(words: &mut Words<'_>) -> Result<State, WordError> {
    let word = words.expect("a state")?;
    State::from_name(word.text).ok_or_else(|| WordError::expected(word, "a state of a session"))
}

fn parse_times(words: &mut Words<'_>) -> Result<End, WordError> {
    let word = words.expect("a number of times")?;
    let times = number::u32(word.text).filter(|times| (1..=MOST_TIMES).contains(times));
    times.map(End::Times).ok_or_else(|| WordError::expected(word, &format!("a number from 1 to {MOST_TIMES}")))
}

fn parse_seed(words: &mut Words<'_>) -> Result<u64, WordError> {
    let word = words.expect("a seed")?;
    number::u64(word.text).ok_or_else(|| WordError::expected(word, "a seed: a whole number"))
}

/// `0.25` or `1`, in millionths.
fn parse_chance(words: &mut Words<'_>) -> Result<u32, WordError> {
    let word = words.expect("a chance")?;
    chance(word).ok_or_else(|| WordError::expected(word, "a chance such as 0.1, of at most 1 and six digits"))
}

fn chance(word: Word<'_>) -> Option<u32> {
    let (whole, part) = word.text.split_once('.').unwrap_or((word.text, "0"));
    let places = u32::try_from(part.len()).ok().filter(|places| (1..=6).contains(places))?;
    let millionths = number::u32(part)?.checked_mul(10_u32.checked_pow(6 - places)?)?;
    let chance = number::u32(whole)?.checked_mul(CERTAIN)?.checked_add(millionths)?;
    (1..=CERTAIN).contains(&chance).then_some(chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONCE: End = End::Times(1);

    fn parsed(text: &str) -> Result<String, String> {
        let trigger = Trigger::parse(&mut Words::new(text), ONCE).map_err(|error| error.to_string())?;
        Ok(trigger.to_string())
    }

    /// On which of ten messages, a second apart, does it strike?
    fn strikes(text: &str, state: State) -> Vec<u64> {
        let mut trigger = Trigger::parse(&mut Words::new(text), ONCE).unwrap();
        let start = Instant::now();
        trigger.begin(7, 0, start);
        let mut pulled = |second| {
            let at = Moment { now: start + Duration::from_secs(second), state };
            let pulled = trigger.pulled(at, true, true);
            if pulled {
                trigger.struck(at.now);
            }
            pulled
        };
        (1..=10).filter(|second| pulled(*second)).collect()
    }

    #[test]
    fn words_read_back() {
        assert_eq!(parsed(""), Ok("now times 1".into()));
        for text in [
            "now times 3",
            "after 10 frames times 1",
            "in OPENCONFIRM times 1",
            "every 5 frames times 10",
            "now for 30s",
            "every 2 frames for 500ms p 0.25 seed 7",
        ] {
            assert_eq!(parsed(text), Ok(text.into()));
        }
        assert_eq!(parsed("for 2m"), Ok("now for 120s".into()));
        assert_eq!(parsed("in OpenSent seed 1 for 7"), Ok("in OPENSENT for 7s seed 1".into()));
        assert_eq!(parsed("every 3"), Ok("every 3 frames times 10".into()));
        assert_eq!(parsed("p 1"), Ok("now times 1".into()));
    }

    #[test]
    fn other_words_are_refused() {
        assert_eq!(parsed("after"), Err("a number of frames is missing".into()));
        assert_eq!(parsed("after 0 frames"), Err("\"0\" is not a number of frames".into()));
        assert_eq!(parsed("in UP"), Err("\"UP\" is not a state of a session".into()));
        for text in ["soon", "now now", "p 0", "p 1.1", "p -1", "p 0.1234567", "seed x", "times 1 for 2s", "p 1 p 1"] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_would_last_for_ever_is_refused() {
        for text in ["for 0s", "for 11m", "times 0", "times 1001", "every 1 for 1000000s"] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn triggers_strike_when_they_say() {
        assert_eq!(strikes("now", State::Idle), [1]);
        assert_eq!(strikes("now times 3", State::Idle), [1, 2, 3]);
        assert_eq!(strikes("after 4 frames", State::Idle), [4]);
        assert_eq!(strikes("every 3", State::Idle), [3, 6, 9]);
        assert_eq!(strikes("every 2 times 2", State::Idle), [2, 4]);
        assert_eq!(strikes("now for 3s", State::Idle), [1, 2]);
        assert_eq!(strikes("after 4 for 2s", State::Idle), [4, 5]);
        assert_eq!(strikes("every 2 for 5s", State::Idle), [2, 4, 6]);
        assert_eq!(strikes("in OPENSENT", State::OpenSent), [1]);
        assert_eq!(strikes("in OPENSENT", State::Established), [0; 0]);
    }

    #[test]
    fn a_seed_repeats_itself_and_victims_differ() {
        let some = strikes("p 0.5 seed 3 times 1000", State::Idle);
        assert_eq!(some, strikes("p 0.5 seed 3 times 1000", State::Idle));
        assert!(!some.is_empty() && some.len() < 10);
        let draws = |victim| {
            let mut trigger = Trigger::parse(&mut Words::new("seed 3"), ONCE).unwrap();
            trigger.begin(0, victim, Instant::now());
            (0..4).map(|_| trigger.rng().next()).collect::<Vec<_>>()
        };
        assert_ne!(draws(0), draws(1));
    }

    #[test]
    fn what_never_strikes_is_over_all_the_same() {
        let mut trigger = Trigger::parse(&mut Words::new("in OPENSENT"), ONCE).unwrap();
        let start = Instant::now();
        trigger.begin(0, 0, start);
        assert!(!trigger.is_over(start));
        assert!(trigger.is_over(start + PATIENCE));
    }
}
