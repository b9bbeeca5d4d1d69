//! A route in words that read back as the same route.
//!
//! They are those of the text form, but for what is told in another way than it is typed: the brackets of AS paths, the
//! order of communities, and names of extended communities that say less than their octets.

use std::fmt;

use super::Route;
use crate::{
    AnyAttribute, Attribute as _,
    attribute::{AsPath, ExtendedCommunities, SegmentKind},
};

impl Route {
    /// The words of the route behind those of its family.
    pub const fn typed(&self) -> TypedRoute<'_> {
        TypedRoute(self)
    }
}

impl AnyAttribute {
    /// The words of the attribute, its keyword first.
    pub const fn typed(&self) -> TypedAttribute<'_> {
        TypedAttribute(self)
    }
}

/// A route in words, see [`Route::typed`].
#[derive(Debug, Clone, Copy)]
pub struct TypedRoute<'a>(&'a Route);

impl fmt::Display for TypedRoute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.nlri.with_next_hop(self.0.next_hop).fmt(f)?;
        self.0.attributes.iter().try_for_each(|attribute| write!(f, " {}", attribute.typed()))
    }
}

/// An attribute in words, see [`AnyAttribute::typed`].
#[derive(Debug, Clone, Copy)]
pub struct TypedAttribute<'a>(&'a AnyAttribute);

impl fmt::Display for TypedAttribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            AnyAttribute::AsPath(path) => as_path("as-path", path, f),
            AnyAttribute::As4Path(path) => as_path("as4-path", &path.0, f),
            AnyAttribute::Communities(communities) => write!(f, "community {}", communities.as_given()),
            AnyAttribute::ExtendedCommunities(ExtendedCommunities(list)) => {
                f.write_str(ExtendedCommunities::WORD)?;
                match &list[..] {
                    [one] => write!(f, " {}", one.typed()),
                    many => write!(f, " [ {} ]", many.iter().map(|one| one.typed()).collect::<Vec<_>>().join(" ")),
                }
            }
            other => other.fmt(f),
        }
    }
}

fn as_path(keyword: &str, path: &AsPath, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(keyword)?;
    if path.0.is_empty() {
        return f.write_str(" [ ]");
    }
    path.0.iter().try_for_each(|segment| {
        let (open, close) = match segment.kind {
            SegmentKind::Sequence => ("[", "]"),
            SegmentKind::Set => ("(", ")"),
            SegmentKind::ConfedSequence => ("[ {", "} ]"),
            SegmentKind::ConfedSet => ("( {", "} )"),
        };
        write!(f, " {open}")?;
        segment.asns.iter().try_for_each(|asn| write!(f, " {asn}"))?;
        write!(f, " {close}")
    })
}

#[cfg(test)]
mod tests {
    use crate::{Intent, Words, route};

    #[test]
    fn what_is_typed_reads_back() {
        for line in [
            "10.0.0.0/24 next-hop self as-path [ 1 2 ] ( 3 4 ) med 5 community [ 3:3 1:1 3:3 ]",
            "10.0.0.0/24 label [ 3 4 ] next-hop 1.1.1.1 rd 1:2 as-path [ ]",
            "2001:db8::/32 path-information 0.0.0.1 next-hop ::1 as-path [ { 1 2 } ] ( { 3 } ) aggregator ( 1:1.1.1.1 )",
            "10.0.0.0/8 next-hop 1.1.1.1 community no-export as4-path [ 70000 ]",
            "10.0.0.0/8 next-hop 1.1.1.1 extended-community 0x8006000146160000",
            "10.0.0.0/8 next-hop 1.1.1.1 extended-community [ rate-limit:9600 0xFFFF000000000000 mark 10 ]",
        ] {
            let read =
                |line: &str| route::parse_route(&mut Words::new(line), Intent::Announce).unwrap().routes.remove(0);
            let route = read(line);
            assert_eq!(route.typed().to_string(), line);
            assert_eq!(read(&route.typed().to_string()), route);
        }
    }
}
