//! When a fault strikes.

use std::fmt;
use std::time::{Duration, Instant};

use session::State;
use wire::{WordError, Words, number};

use crate::rng::Rng;
use crate::site::{Moment, Site};

/// What a fault waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Nothing: the next site will do.
    #[default]
    Now,
    /// This many messages of the peer; it strikes with the last of them.
    After(u64),
    /// The session to be in this state.
    In(State),
    /// Each time this many messages of the peer came.
    Every(u64),
}

/// When a fault strikes, and how often: once, or for some time, which no fault goes beyond. [`When::Every`] strikes for a
/// minute unless another time is given.
#[derive(Clone, Debug, Default)]
pub struct Trigger {
    when: When,
    lasting: Option<Duration>,
    /// Strikes in so many of a hundred cases.
    percent: Option<u64>,
    frames: u64,
    /// Ends a fault that lasts, or, when it lies in the past, one that struck.
    until: Option<Instant>,
}

impl Trigger {
    /// A trigger that has not counted anything yet.
    #[must_use]
    pub fn new(when: When, lasting: Option<Duration>) -> Self {
        let lasting = lasting.or(matches!(when, When::Every(_)).then_some(EVERY));
        Self { when, lasting, percent: None, frames: 0, until: None }
    }

    /// Reads `now`, `after <n> frames`, `in <state>` or `every <n> frames`, then `for <time>`, then `chance <percent>`; all of
    /// it may be left out.
    ///
    /// # Errors
    /// Names the word that does not belong.
    pub fn parse(words: &mut Words<'_>) -> Result<Self, WordError> {
        let when = parse_when(words)?;
        let lasting = if words.keyword("for") { Some(parse_duration(words)?) } else { None };
        let percent = if words.keyword("chance") { Some(parse_percent(words)?) } else { None };
        Ok(Self { percent, ..Self::new(when, lasting) })
    }

    /// Whether the fault is to strike at this site, if that is one of its own.
    pub fn pulled(&mut self, at: Moment, site: &Site<'_>, rng: &mut Rng) -> bool {
        let frame = matches!(site, Site::FrameIn(_));
        self.frames = self.frames.saturating_add(u64::from(frame));
        !self.is_over(at.now)
            && self.is_due(at.state, frame)
            && self.percent.is_none_or(|percent| rng.below(100) < percent)
    }

    /// The fault has struck.
    pub fn struck(&mut self, now: Instant) {
        self.until = self.until.or_else(|| now.checked_add(self.lasting.unwrap_or_default()));
    }

    /// Will the fault never strike again?
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    fn is_due(&self, state: State, frame: bool) -> bool {
        match self.when {
            // Once it began, a fault that lasts needs no further reason.
            When::Now => true,
            When::After(_) | When::In(_) if self.until.is_some() => true,
            When::After(count) => self.frames >= count,
            When::In(wanted) => state == wanted,
            When::Every(count) => frame && self.frames.is_multiple_of(count.max(1)),
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
        self.lasting.map_or(Ok(()), |time| write!(f, " for {time:?}"))?;
        self.percent.map_or(Ok(()), |percent| write!(f, " chance {percent}"))
    }
}

fn parse_when(words: &mut Words<'_>) -> Result<When, WordError> {
    let mut ahead = words.rest();
    let Some(word) = ahead.next().filter(|word| !["for", "chance"].contains(&word.text)) else { return Ok(When::Now) };
    *words = ahead;
    match word.text {
        "now" => Ok(When::Now),
        "after" => parse_count(words).map(When::After),
        "every" => parse_count(words).map(When::Every),
        "in" => parse_state(words).map(When::In),
        _ => Err(WordError::expected(word, "one of now, after, in, every, for, chance")),
    }
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

fn parse_percent(words: &mut Words<'_>) -> Result<u64, WordError> {
    let word = words.expect("a percentage")?;
    let percent = number::u32(word.text).filter(|percent| (1..=100).contains(percent));
    percent.map(u64::from).ok_or_else(|| WordError::expected(word, "a percentage from 1 to 100"))
}

/// `30s`, `500ms`, `2m`; without a unit seconds.
pub(crate) fn parse_duration(words: &mut Words<'_>) -> Result<Duration, WordError> {
    let word = words.expect("a time")?;
    let end = word.text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.text.len());
    let (digits, unit) = word.text.split_at_checked(end).unwrap_or_default();
    let number = number::u32(digits).map(u64::from);
    let time = number.and_then(|number| match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" | "" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.saturating_mul(60))),
        _ => None,
    });
    let time = time.filter(|time| *time <= LONGEST);
    time.ok_or_else(|| WordError::expected(word, "a time such as 30s, 500ms or 2m, an hour at most"))
}

/// How long a fault that strikes again and again lasts.
const EVERY: Duration = Duration::from_secs(60);
/// No fault lasts longer.
const LONGEST: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use wire::Frame;

    use super::*;

    fn parsed(text: &str) -> Result<String, String> {
        let mut words = Words::new(text);
        let trigger = Trigger::parse(&mut words).map_err(|error| error.to_string())?;
        words.end().map_err(|error| error.to_string())?;
        Ok(trigger.to_string())
    }

    /// On which of ten frames, a second apart, does it strike?
    fn strikes(text: &str, state: State) -> Vec<u64> {
        let mut trigger = Trigger::parse(&mut Words::new(text)).unwrap();
        let start = Instant::now();
        let frame = Frame::new(wire::keepalive());
        let mut pulled = |second| {
            let at = Moment { now: start + Duration::from_secs(second), state };
            let pulled = trigger.pulled(at, &Site::FrameIn(&frame), &mut Rng::new(second));
            if pulled {
                trigger.struck(at.now);
            }
            pulled
        };
        (1..=10).filter(|second| pulled(*second)).collect()
    }

    #[test]
    fn words_read_back() {
        assert_eq!(parsed(""), Ok("now".into()));
        for text in [
            "now",
            "after 10 frames",
            "in OPENCONFIRM",
            "every 5 frames for 60s",
            "now for 30s",
            "every 2 frames for 500ms chance 7",
        ] {
            assert_eq!(parsed(text), Ok(text.into()));
        }
        assert_eq!(parsed("for 2m"), Ok("now for 120s".into()));
        assert_eq!(parsed("in OpenSent for 7"), Ok("in OPENSENT for 7s".into()));
    }

    #[test]
    fn other_words_are_refused() {
        assert_eq!(parsed("after"), Err("a number of frames is missing".into()));
        assert_eq!(parsed("after 0 frames"), Err("\"0\" is not a number of frames".into()));
        assert_eq!(parsed("in UP"), Err("\"UP\" is not a state of a session".into()));
        assert_eq!(parsed("for 3h"), Err("\"3h\" is not a time such as 30s, 500ms or 2m, an hour at most".into()));
        assert!(parsed("for 61m").is_err() && parsed("chance 0").is_err() && parsed("chance 101").is_err());
        assert!(parsed("soon").is_err());
        assert!(parsed("now now").is_err());
        assert!(parsed("for é").is_err());
    }

    #[test]
    fn triggers_strike_when_they_say() {
        assert_eq!(strikes("now", State::Idle), [1]);
        assert_eq!(strikes("after 4 frames", State::Idle), [4]);
        assert_eq!(strikes("every 3", State::Idle), [3, 6, 9]);
        assert_eq!(strikes("now for 3s", State::Idle), [1, 2, 3]);
        assert_eq!(strikes("after 4 for 2s", State::Idle), [4, 5]);
        assert_eq!(strikes("every 2 for 5s", State::Idle), [2, 4, 6]);
        assert_eq!(strikes("now for 10s chance 100", State::Idle).len(), 10);
        assert!((1..10).contains(&strikes("now for 10s chance 50", State::Idle).len()));
        assert_eq!(strikes("in OPENSENT", State::OpenSent), [1]);
        assert_eq!(strikes("in OPENSENT", State::Established), [0; 0]);
    }
}
