//! `nexthop { … }`: families whose next hops may be of the other version of IP (RFC 8950).

use wire::Family;

use crate::{
    draft::{Draft, NextHops},
    error::Error,
    exabgp::{
        family::unknown,
        lexer::Statement,
        section::{Reader, Table},
    },
    key::{Complaint, Key, words},
};

/// The first words of a statement, in both forms.
pub(crate) static KEYS: &[Key<NextHops>] = &[
    words("ipv4", EXPECTS, "An IPv4 family and ipv6.", |hops, words| add(("ipv4", "ipv6", 2), hops, words)),
    words("ipv6", EXPECTS, "An IPv6 family and ipv4.", |hops, words| add(("ipv6", "ipv4", 1), hops, words)),
];

const EXPECTS: &str = "a family and the version of its next hops";

static TABLE: Table<NextHops> = Table { name: "nexthop", keys: KEYS, sections: &[], grammar: None };

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, &mut draft.next_hops).map(drop)
}

/// `<safi> <other version>`
fn add((afi, other, code): (&str, &str, u16), hops: &mut NextHops, words: &[&str]) -> Result<(), Complaint> {
    let [safi, version, ..] = words else {
        return Err(Complaint::At(
            words.len(),
            format!("expected a family and {other}, as in \"{afi} unicast {other}\""),
        ));
    };
    let family = Family::from_names(afi, safi).ok_or_else(|| Complaint::Because(unknown(afi, safi)))?;
    if !matches!(family.safi(), 1 | 2 | 4 | 128) {
        return Err(Complaint::Because(format!("{family} cannot have other next hops")));
    }
    if *version != other {
        return Err(Complaint::At(
            1,
            format!("\"{version}\" is not {other}, which the next hops of {afi} can be besides"),
        ));
    }
    if !hops.contains(&(family, code)) {
        hops.push((family, code));
    }
    Ok(())
}
