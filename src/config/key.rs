//! A section as a table: one row a keyword, shared by both forms of the configuration.
//!
//! A row knows how to read its value from words. The `.conf` reader takes them from a statement, the RON reader from
//! the value of the field of that name, so a keyword is added to both by one row.

use wire::{WordError, Words};

/// One keyword of a section whose content is a `T`.
pub(crate) struct Key<T> {
    /// The keyword, as a `.conf` spells it.
    pub(crate) name: &'static str,
    /// How its value is read.
    pub(crate) read: Read<T>,
    /// What a value has to be, for error messages.
    pub(crate) expects: &'static str,
    /// What it is for, one line.
    pub(crate) doc: &'static str,
}

/// How many words a value has, and what takes them.
pub(crate) enum Read<T> {
    /// One word, or none at all when the keyword stands alone. Words after the first are ignored, as ExaBGP does.
    Value(fn(&mut T, Option<&str>) -> Result<(), Complaint>),
    /// A list in brackets, commas optional.
    List(fn(&mut T, &[&str]) -> Result<(), Complaint>),
    /// A list in brackets, or one word.
    OneOrList(fn(&mut T, &[&str]) -> Result<(), Complaint>),
    /// All the words of the statement.
    Words(fn(&mut T, &[&str]) -> Result<(), Complaint>),
    /// The grammar of routes, which knows its words by column.
    Grammar(fn(&mut T, &mut Words<'_>) -> Result<(), WordError>),
}

/// Why a value is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Complaint {
    /// It is not what the row says is expected.
    Unexpected,
    /// This sentence, about the value as a whole.
    Because(String),
    /// This sentence, about one of the words given.
    At(usize, String),
}

/// A row for a keyword with one word or none.
pub(crate) const fn value<T>(
    name: &'static str,
    expects: &'static str,
    doc: &'static str,
    read: fn(&mut T, Option<&str>) -> Result<(), Complaint>,
) -> Key<T> {
    Key { name, read: Read::Value(read), expects, doc }
}

/// A row for a keyword whose words are read as a whole.
pub(crate) const fn words<T>(
    name: &'static str,
    expects: &'static str,
    doc: &'static str,
    read: fn(&mut T, &[&str]) -> Result<(), Complaint>,
) -> Key<T> {
    Key { name, read: Read::Words(read), expects, doc }
}

/// The row of `name`.
pub(crate) fn find<'k, T>(keys: &'k [Key<T>], name: &str) -> Option<&'k Key<T>> {
    keys.iter().find(|key| key.name == name)
}

/// Stores a mandatory word.
pub(crate) fn set<V>(
    slot: &mut Option<V>,
    word: Option<&str>,
    parse: impl Fn(&str) -> Option<V>,
) -> Result<(), Complaint> {
    let parsed = word.and_then(parse).ok_or(Complaint::Unexpected)?;
    *slot = Some(parsed);
    Ok(())
}

/// Stores a word, or what standing alone means.
pub(crate) fn set_or<V>(
    slot: &mut Option<V>,
    word: Option<&str>,
    bare: V,
    parse: impl Fn(&str) -> Option<V>,
) -> Result<(), Complaint> {
    *slot = Some(match word {
        Some(word) => parse(word).ok_or(Complaint::Unexpected)?,
        None => bare,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_word_changes_nothing() {
        let mut slot = Some(1);
        assert_eq!(set(&mut slot, Some("x"), |word| word.parse().ok()), Err(Complaint::Unexpected));
        assert_eq!(set(&mut slot, None, |word| word.parse().ok()), Err(Complaint::Unexpected));
        assert_eq!(slot, Some(1));
        assert_eq!(set_or(&mut slot, None, 5, |word| word.parse().ok()), Ok(()));
        assert_eq!(slot, Some(5));
    }
}
