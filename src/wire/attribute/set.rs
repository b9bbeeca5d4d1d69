//! The attributes of a route: shared, hashed once, written in the order of their codes.

use std::{
    fmt,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher},
    net::Ipv4Addr,
    sync::Arc,
};

use bytes::{BufMut, BytesMut};

use super::{AnyAttribute, AsPath, Attribute, code, write};
use crate::{Negotiated, json::Style};

/// The attributes of a route, next hop excepted. Cloning shares them; equality compares content.
#[derive(Clone, Default)]
pub struct Attributes(Option<Arc<Inner>>);

struct Inner {
    hash: u64,
    list: Box<[AnyAttribute]>,
}

/// Collects attributes one by one.
#[derive(Debug, Default)]
pub struct AttributesBuilder(Vec<AnyAttribute>);

impl AttributesBuilder {
    /// Adds an attribute. If one with its code is there, the kind decides what comes of both: see
    /// [`Attribute::join`].
    pub fn add(&mut self, attribute: AnyAttribute) {
        match self.0.iter_mut().find(|earlier| earlier.code() == attribute.code()) {
            Some(earlier) => earlier.join(attribute),
            None => self.0.push(attribute),
        }
    }

    /// Whether an attribute with this code is there.
    pub fn has(&self, code: u8) -> bool {
        self.0.iter().any(|attribute| attribute.code() == code)
    }

    /// Removes the attribute with this code.
    pub fn remove(&mut self, code: u8) -> Option<AnyAttribute> {
        let place = self.0.iter().position(|attribute| attribute.code() == code)?;
        Some(self.0.remove(place))
    }

    /// The finished set.
    pub fn finish(mut self) -> Attributes {
        if self.0.is_empty() {
            return Attributes(None);
        }
        self.0.sort_by_key(AnyAttribute::code);
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(&self.0);
        Attributes(Some(Arc::new(Inner { hash, list: self.0.into_boxed_slice() })))
    }
}

impl Attributes {
    fn list(&self) -> &[AnyAttribute] {
        self.0.as_ref().map_or(&[], |inner| &inner.list)
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The attributes, by code.
    pub fn iter(&self) -> impl Iterator<Item = &AnyAttribute> {
        self.list().iter()
    }

    /// These attributes and others, as if the words of those stood behind the words of these.
    #[must_use]
    pub fn joined(&self, others: &Self) -> Self {
        let mut builder = AttributesBuilder::default();
        self.iter().chain(others.iter()).for_each(|attribute| builder.add(attribute.clone()));
        builder.finish()
    }

    /// The attribute with this code.
    pub fn get(&self, code: u8) -> Option<&AnyAttribute> {
        self.list().iter().find(|attribute| attribute.code() == code)
    }

    /// A hash of the content, computed once.
    pub fn content_hash(&self) -> u64 {
        self.0.as_ref().map_or(0, |inner| inner.hash)
    }

    /// How many routes share these attributes.
    pub fn sharers(&self) -> usize {
        self.0.as_ref().map_or(0, Arc::strong_count)
    }

    /// Writes the members of the events' object, without its braces.
    pub fn json(&self, out: &mut String, style: &Style) {
        let mut first = true;
        for attribute in self.iter() {
            let start = out.len();
            if !first {
                out.push_str(", ");
            }
            if attribute.json(out, style) {
                first = false;
            } else {
                out.truncate(start);
            }
        }
    }

    /// Writes the attribute block of an UPDATE: ascending codes, AS4_PATH behind AS_PATH and AS4_AGGREGATOR
    /// behind AGGREGATOR, with the defaults that a route without them gets on this session.
    pub fn encode(&self, out: &mut BytesMut, next_hop: Option<Ipv4Addr>, with: &Negotiated) {
        let mut defaults = [code::ORIGIN, code::AS_PATH, code::NEXT_HOP, code::LOCAL_PREF]
            .into_iter()
            .filter(|code| self.get(*code).is_none())
            .peekable();
        let mut value = BytesMut::new();
        for attribute in self.iter() {
            while let Some(code) = defaults.next_if(|code| *code < attribute.code()) {
                write_default(out, code, next_hop, with);
            }
            write_attribute(out, &mut value, attribute, with);
        }
        defaults.for_each(|code| write_default(out, code, next_hop, with));
    }
}

fn write_default(out: &mut BytesMut, code: u8, next_hop: Option<Ipv4Addr>, with: &Negotiated) {
    match code {
        code::ORIGIN => out.put_slice(&[0x40, 1, 1, 0]),
        code::AS_PATH if with.is_ibgp() => out.put_slice(&[0x40, 2, 0]),
        code::AS_PATH => {
            write_attribute(out, &mut BytesMut::new(), &AnyAttribute::AsPath(AsPath::sequence([with.local_as])), with);
        }
        code::NEXT_HOP => {
            if let Some(next_hop) = next_hop {
                write(out, 0x40, code, &next_hop.octets());
            }
        }
        code::LOCAL_PREF if with.is_ibgp() => out.put_slice(&[0x40, 5, 4, 0, 0, 0, 100]),
        _ => {}
    }
}

/// `value` is space to write in.
fn write_attribute(out: &mut BytesMut, value: &mut BytesMut, attribute: &AnyAttribute, with: &Negotiated) {
    let known = !matches!(attribute, AnyAttribute::Generic(_));
    if known && attribute.code() == code::LOCAL_PREF && !with.is_ibgp() {
        return;
    }
    value.clear();
    attribute.value(value, with);
    let optional = known && attribute.flags() & super::OPTIONAL != 0;
    if optional && value.is_empty() {
        return;
    }
    write(out, attribute.flags(), attribute.code(), value);
    match attribute {
        AnyAttribute::AsPath(path) if !with.asn4 && path.needs_as4() => {
            value.clear();
            path.without_confederations().write(value, true);
            write(out, super::As4Path::FLAGS, super::As4Path::CODE, value);
        }
        AnyAttribute::Aggregator(aggregator) if !with.asn4 && aggregator.needs_as4() => {
            value.clear();
            super::As4Aggregator(*aggregator).encode(value, with);
            write(out, super::As4Aggregator::FLAGS, super::As4Aggregator::CODE, value);
        }
        _ => {}
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(two)) => Arc::ptr_eq(one, two) || (one.hash == two.hash && one.list == two.list),
            _ => false,
        }
    }
}

impl Eq for Attributes {}

impl Hash for Attributes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.content_hash());
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.iter().map(AnyAttribute::to_string).filter(|text| !text.is_empty());
        f.write_str(&texts.collect::<Vec<_>>().join(" "))
    }
}
