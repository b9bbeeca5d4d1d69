//! A kind of NLRI behind a pointer.

use std::fmt;

use bytes::BytesMut;

use super::{Family, KeyBuf, Nlri};
use crate::{Intent, Malformed, Quirks, Reader, WordError, Words, json::Style, route::Action};

/// Large kinds are boxed in the table, so that a list of prefixes stays small.
impl<T: Nlri> Nlri for Box<T> {
    const ACTIONS: &'static [Action] = T::ACTIONS;

    fn decode(family: Family, octets: &mut Reader<'_>, add_path: bool) -> Result<Self, Malformed> {
        T::decode(family, octets, add_path).map(Self::new)
    }

    fn decode_for(family: Family, octets: &mut Reader<'_>, add_path: bool, quirks: Quirks) -> Result<Self, Malformed> {
        T::decode_for(family, octets, add_path, quirks).map(Self::new)
    }

    fn encode(&self, out: &mut BytesMut, add_path: bool) {
        T::encode(self, out, add_path);
    }

    fn encode_for(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
        T::encode_for(self, out, add_path, quirks);
    }

    fn encode_withdrawn(&self, out: &mut BytesMut, add_path: bool, quirks: Quirks) {
        T::encode_withdrawn(self, out, add_path, quirks);
    }

    fn parse(family: Family, words: &mut Words<'_>) -> Result<Self, WordError> {
        T::parse(family, words).map(Self::new)
    }

    fn json(&self, out: &mut String, style: &Style) {
        T::json(self, out, style);
    }

    fn key(&self, out: &mut KeyBuf) {
        T::key(self, out);
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        T::word(self, keyword, words)
    }

    fn complete(&self, intent: Intent) -> Result<(), String> {
        T::complete(self, intent)
    }

    fn split(&self, length: u8) -> Option<Vec<Self>> {
        Some(T::split(self, length)?.into_iter().map(Self::new).collect())
    }

    fn before_next_hop(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::before_next_hop(self, f)
    }

    fn behind_next_hop(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::behind_next_hop(self, f)
    }
}
