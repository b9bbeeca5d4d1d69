//! From the words after `fault inject` to an armed fault.

use wire::{Word, WordError, Words};

use crate::kinds::{FAULTS, Kind};
use crate::plan::Armed;
use crate::trigger::Trigger;

/// Reads a whole fault: its name, its own words, its trigger, and nothing after that.
///
/// # Errors
/// Names the word that does not belong, and what was expected in its place.
pub fn parse(words: &mut Words<'_>) -> Result<Armed, WordError> {
    let name = words.expect("the name of a fault")?;
    let kind = find(name)?;
    let fault = kind.parse(words)?;
    let trigger = Trigger::parse(words)?;
    words.end()?;
    Ok(Armed::new(kind.name(), fault, trigger))
}

fn find(name: Word<'_>) -> Result<&'static dyn Kind, WordError> {
    let found = FAULTS.iter().find(|kind| kind.name() == name.text).copied();
    found.ok_or_else(|| {
        let names = FAULTS.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        WordError::new(name, format!("\"{}\" is not a fault; there is {names}", name.text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<String, (usize, String)> {
        let armed = parse(&mut Words::new(line));
        armed.map(|armed| armed.to_string()).map_err(|error| (error.column, error.message))
    }

    #[test]
    fn faults_read_back() {
        assert_eq!(parsed("panic"), Ok("panic now".into()));
        assert_eq!(parsed("panic after 10 frames"), Ok("panic after 10 frames".into()));
        assert_eq!(parsed("panic in OPENCONFIRM"), Ok("panic in OPENCONFIRM".into()));
    }

    #[test]
    fn errors_name_the_word() {
        assert_eq!(parsed(""), Err((1, "the name of a fault is missing".into())));
        let (column, message) = parsed("flood").unwrap_err();
        assert!(column == 1 && message.starts_with("\"flood\" is not a fault; there is corrupt-marker, "), "{message}");
        assert_eq!(parsed("hang 5x").map_err(|error| error.0), Err(6));
        assert_eq!(parsed("hang 5s after 2 frames"), Ok("hang after 2 frames".into()));
        assert_eq!(parsed("panic in TROUBLE").map_err(|error| error.0), Err(10));
        assert!(parsed("panic now please").is_err());
    }
}
