//! Times in words.

use std::{fmt, time::Duration};

use wire::{WordError, Words, number};

/// A time that reads back: `30s`, `500ms`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{}s", self.0.as_secs()),
            _ => write!(f, "{}ms", self.0.as_millis()),
        }
    }
}

/// Reads `30s`, `500ms`, `2m`; without a unit seconds. Nothing and more than `most` are refused.
///
/// # Errors
/// Names the word that is no such time.
pub(crate) fn parse(words: &mut Words<'_>, most: Duration) -> Result<Duration, WordError> {
    let word = words.expect("a time")?;
    let time = read(word.text).ok_or_else(|| WordError::expected(word, "a time such as 30s, 500ms or 2m"))?;
    if time.is_zero() || time > most {
        return Err(WordError::expected(word, &format!("a time of at most {}", Time(most))));
    }
    Ok(time)
}

/// The same, if the next word begins like a time.
///
/// # Errors
/// Names the word that is no time.
pub(crate) fn parse_if_any(words: &mut Words<'_>, most: Duration) -> Result<Option<Duration>, WordError> {
    let digit = words.peek().is_some_and(|word| word.text.starts_with(|letter: char| letter.is_ascii_digit()));
    digit.then(|| parse(words, most)).transpose()
}

fn read(text: &str) -> Option<Duration> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    let number = number::u32(digits).map(u64::from)?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" | "" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.saturating_mul(60))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, String> {
        let time = parse(&mut Words::new(text), Duration::from_secs(600));
        time.map(|time| Time(time).to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn times_read_back() {
        for (text, time) in [("30s", "30s"), ("7", "7s"), ("500ms", "500ms"), ("2m", "120s"), ("1000ms", "1s")] {
            assert_eq!(parsed(text), Ok(time.into()));
        }
    }

    #[test]
    fn what_has_no_end_is_refused() {
        assert_eq!(parsed("3h"), Err("\"3h\" is not a time such as 30s, 500ms or 2m".into()));
        assert_eq!(parsed("11m"), Err("\"11m\" is not a time of at most 600s".into()));
        assert!(parsed("0").is_err() && parsed("é").is_err() && parsed("").is_err());
    }
}
