//! RON as a tree of slices of the file, so that every value knows where it stands.
//!
//! serde loses the place of what it reads. A `&RawValue` borrows from the text, and how far it is from the start of
//! the text is its place; each level of the file is read into such slices, and the leaves by the rows of keywords.

use std::{collections::HashSet, fmt};

use ::ron::{Options, error::SpannedError, extensions::Extensions, value::RawValue};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, MapAccess, Visitor, value::BorrowedStrDeserializer},
};
use wire::Words;

use crate::{
    error::Error,
    faults::Faults,
    key::{self, Complaint, Key, Read},
    place::{Excerpt, Place, locate},
    source::Source,
    suggest,
};

/// A value, as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'t> {
    pub(super) text: &'t str,
}

/// A key and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'t> {
    pub(super) key: &'t str,
    pub(super) value: Node<'t>,
}

/// A file in RON.
pub(super) struct Tree<'t> {
    pub(super) source: &'t Source<'t>,
    /// What is refused, if reading goes on behind it.
    pub(super) faults: &'t Faults,
    options: Options,
    /// Where each line ends.
    breaks: Vec<usize>,
}

impl<'t> Tree<'t> {
    pub(super) fn new(source: &'t Source<'t>, faults: &'t Faults) -> Self {
        let extensions = Extensions::IMPLICIT_SOME | Extensions::UNWRAP_NEWTYPES;
        let breaks = source.text.match_indices('\n').map(|(offset, _)| offset).collect();
        Self { source, faults, options: Options::default().with_default_extension(extensions), breaks }
    }

    /// Keeps an error, so that reading goes on.
    ///
    /// # Errors
    /// The same one, where reading ends with it.
    pub(super) fn note(&self, read: Result<(), Error>) -> Result<(), Error> {
        self.faults.note(read)
    }

    /// Reads each of these; what is wrong with one does not hide what is wrong with the others.
    pub(super) fn each<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        mut read: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        all.into_iter().try_for_each(|one| self.note(read(one)))
    }

    /// The outermost value.
    pub(super) fn root(&self) -> Result<Node<'t>, Error> {
        let raw: &RawValue = self.parse(Node { text: self.source.text }, "")?;
        Ok(node(raw))
    }

    /// The fields of a struct, without those that are `None`.
    pub(super) fn fields(&self, at: Node<'t>) -> Result<Vec<Field<'t>>, Error> {
        let at = unnamed(at);
        if !at.text.starts_with('(') {
            return Err(self.refuse(at, "", "expected fields in parentheses, as in (key: value)"));
        }
        let Fields(fields) = self.parse(at, "")?;
        let (mut seen, mut kept) = (HashSet::new(), Vec::with_capacity(fields.len()));
        for field in fields {
            if !seen.insert(field.key) {
                self.note(Err(self.refuse(Node { text: field.key }, field.key, "given twice")))?;
            } else if field.value.text != "None" {
                kept.push(field);
            }
        }
        Ok(kept)
    }

    /// The items of a list.
    pub(super) fn items(&self, at: Node<'t>) -> Result<Vec<Node<'t>>, Error> {
        if !at.text.starts_with('[') {
            return Err(self.refuse(at, "", "expected a list in brackets"));
        }
        let items: Vec<&RawValue> = self.parse(at, "")?;
        Ok(items.into_iter().map(node).collect())
    }

    /// The entries of a map from names to values.
    pub(super) fn entries(&self, at: Node<'t>) -> Result<Vec<(String, Node<'t>)>, Error> {
        if !at.text.starts_with('{') {
            return Err(self.refuse(at, "", "expected names and values in braces, as in {\"name\": (…)}"));
        }
        let Entries(entries) = self.parse(at, "")?;
        let named = |(name, value)| Ok((self.scalar(name, "")?, value));
        entries.into_iter().map(named).collect()
    }

    /// The text of a field that is one word: a string, a number, a name.
    pub(super) fn text(&self, field: &Field<'t>) -> Result<String, Error> {
        self.scalar(field.value, field.key)
    }

    /// The words of a field: a list of them, or a string with blanks between them.
    pub(super) fn words(&self, field: &Field<'t>) -> Result<Vec<String>, Error> {
        if field.value.text.starts_with('[') {
            return self.items(field.value)?.into_iter().map(|item| self.scalar(item, field.key)).collect();
        }
        Ok(split(&self.text(field)?))
    }

    /// The text of a value that is one word.
    pub(super) fn scalar(&self, at: Node<'t>, key: &str) -> Result<String, Error> {
        let at = some(at);
        match at.text.as_bytes().first() {
            Some(b'"') => self.parse(at, key),
            Some(b'r') if at.text.contains('"') => self.parse(at, key),
            Some(b'(' | b'[' | b'{') | None => Err(self.refuse(at, key, "expected a single value")),
            _ => Ok(at.text.to_owned()),
        }
    }

    /// Reads a field by its row, if there is one.
    pub(super) fn assign<T>(&self, keys: &[Key<T>], field: &Field<'t>, target: &mut T) -> Result<bool, Error> {
        let Some(key) = key::find(keys, &field.key.replace('_', "-")).filter(|_| !field.key.contains('-')) else {
            return Ok(false);
        };
        let (words, done) = match key.read {
            Read::Value(read) => {
                let word = self.text(field)?;
                let done = read(target, Some(&word));
                (vec![word], done)
            }
            Read::List(read) | Read::OneOrList(read) | Read::Words(read) => {
                let list = matches!(key.read, Read::Words(_)) || field.value.text.starts_with('[');
                let words = if list { self.words(field)? } else { vec![self.text(field)?] };
                let done = read(target, &words.iter().map(String::as_str).collect::<Vec<_>>());
                (words, done)
            }
            Read::Grammar(_) => return Ok(false),
        };
        done.map_err(|complaint| match complaint {
            Complaint::Because(reason) | Complaint::At(_, reason) => self.refuse(field.value, field.key, reason),
            Complaint::Unexpected => self.unexpected(field, &words.join(" "), key.expects),
        })?;
        Ok(true)
    }

    /// Reads a struct that has nothing but keywords: `(parsed: true, update: true)`.
    pub(super) fn section<T>(&self, field: &Field<'t>, keys: &[Key<T>], target: &mut T) -> Result<(), Error> {
        self.each(self.fields(field.value)?, |field| match self.assign(keys, &field, target)? {
            true => Ok(()),
            false => Err(self.unknown(&field, keys.iter().map(|key| key.name))),
        })
    }

    /// An error about the value of a field.
    pub(super) fn unexpected(&self, field: &Field<'t>, word: &str, expects: &str) -> Error {
        self.refuse(field.value, field.key, format!("\"{word}\" is not valid, expected {expects}"))
    }

    /// An error about a key that is not one of `known`.
    pub(super) fn unknown<'k>(&self, field: &Field<'t>, known: impl IntoIterator<Item = &'k str>) -> Error {
        let known: Vec<String> = known.into_iter().map(|key| key.replace('-', "_")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let reason = format!("unknown key, expected one of {}", known.join(", "));
        let hint = suggest::hint(field.key, known);
        self.refuse(Node { text: field.key }, field.key, reason).hint(hint)
    }

    /// An error about a value.
    pub(super) fn refuse(&self, at: Node<'_>, key: &str, reason: impl Into<String>) -> Error {
        self.refuse_at(at, 0, at.text.lines().next().map_or(1, str::len), (key, reason.into()))
    }

    /// An error about `width` bytes of a value, `offset` from its start.
    pub(super) fn refuse_at(&self, at: Node<'_>, offset: usize, width: usize, why: (&str, String)) -> Error {
        let place = locate(self.source.text, self.offset(at) + offset);
        Error::value(why.0, why.1).at(Excerpt::new(self.source.name, self.source.text, place, width))
    }

    /// Where a value starts.
    pub(super) fn place(&self, at: Node<'_>) -> Place {
        let (line, column) = locate(self.source.text, self.offset(at));
        Place { file: self.source.name.to_owned(), line, column }
    }

    /// The line a value starts on.
    pub(super) fn line(&self, at: Node<'_>) -> usize {
        self.breaks.partition_point(|offset| *offset < self.offset(at)) + 1
    }

    /// How far a value is from the start of the file it is a slice of.
    fn offset(&self, at: Node<'_>) -> usize {
        (at.text.as_ptr() as usize).saturating_sub(self.source.text.as_ptr() as usize)
    }

    fn parse<T: Deserialize<'t>>(&self, at: Node<'t>, key: &str) -> Result<T, Error> {
        self.options.from_str(at.text).map_err(|fault| self.syntax(at, key, &fault))
    }

    /// An error of the RON parser, whose position counts from the start of the slice it was given.
    fn syntax(&self, at: Node<'_>, key: &str, fault: &SpannedError) -> Error {
        let start = fault.span.start;
        let above: usize = at.text.split_inclusive('\n').take(start.line.saturating_sub(1)).map(str::len).sum();
        let line = at.text.get(above..).unwrap_or_default();
        let before: usize = line.chars().take(start.col.saturating_sub(1)).map(char::len_utf8).sum();
        self.refuse_at(at, above + before, 1, (key, fault.code.to_string()))
    }
}

/// The words of a string.
fn split(text: &str) -> Vec<String> {
    let mut words = Words::new(text);
    std::iter::from_fn(|| words.next().map(|word| word.text.to_owned())).collect()
}

/// A value without the blanks and comments around it.
fn node(raw: &RawValue) -> Node<'_> {
    Node { text: raw.trim().get_ron() }
}

/// A struct without its name.
fn unnamed(at: Node<'_>) -> Node<'_> {
    let rest = at.text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start();
    if rest.starts_with('(') { Node { text: rest } } else { at }
}

/// What is inside a `Some(…)`.
fn some(at: Node<'_>) -> Node<'_> {
    let inside = at.text.strip_prefix("Some(").and_then(|rest| rest.strip_suffix(')'));
    inside.map_or(at, |text| Node { text: text.trim() })
}

/// Fields of a struct whose names are not known to serde.
struct Fields<'t>(Vec<Field<'t>>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("", &[], FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fields in parentheses")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = map.next_key_seed(Identifier)? {
            let value = node(map.next_value()?);
            fields.push(Field { key, value });
        }
        Ok(Fields(fields))
    }
}

/// A key as a slice of the file.
struct Identifier;

impl<'de> DeserializeSeed<'de> for Identifier {
    type Value = &'de str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for Identifier {
    type Value = &'de str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Deserialize::deserialize(BorrowedStrDeserializer::<E>::new(key))
    }
}

/// Entries of a map.
struct Entries<'t>(Vec<(Node<'t>, Node<'t>)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names and values in braces")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            entries.push((node(name), node(value)));
        }
        Ok(Entries(entries))
    }
}
