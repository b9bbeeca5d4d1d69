//! `add-path { … }`: the families ADD-PATH is offered for, and how many paths of each are taken.

use wire::Family;

use crate::{
    draft::{Draft, PathFamilies},
    error::Error,
    exabgp::{
        family::unknown,
        lexer::Statement,
        section::{Reader, Table},
    },
    key::{Complaint, Key, words},
    value::narrow,
};

/// The first words of a statement, in both forms.
pub(crate) static KEYS: &[Key<PathFamilies>] = &[
    words("ipv4", EXPECTS, "An IPv4 family.", |paths, words| add("ipv4", paths, words)),
    words("ipv6", EXPECTS, "An IPv6 family.", |paths, words| add("ipv6", paths, words)),
    words("l2vpn", EXPECTS, "A layer 2 VPN family.", |paths, words| add("l2vpn", paths, words)),
    words("bgp-ls", EXPECTS, "A BGP-LS family.", |paths, words| add("bgp-ls", paths, words)),
    words("all", EXPECTS, "Every family of the neighbor.", |paths, _| {
        paths.all = true;
        Ok(())
    }),
];

const EXPECTS: &str = "a family, and limit with a number if there is one";

static TABLE: Table<PathFamilies> = Table { name: "add-path", keys: KEYS, sections: &[], grammar: None };

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, &mut draft.add_paths).map(drop)
}

/// `<safi> [limit <number>]`; of a family named twice, the last word counts.
fn add(afi: &'static str, paths: &mut PathFamilies, words: &[&str]) -> Result<(), Complaint> {
    let (safi, limit) = match words {
        [safi] => (safi, None),
        [safi, "limit", number] => {
            let limit = narrow(number).filter(|limit: &u16| *limit > 0);
            (safi, Some(limit.ok_or_else(|| Complaint::At(2, format!("\"{number}\" is not a limit from 1 to 65535")))?))
        }
        [] => return Err(Complaint::At(0, format!("{afi} is half a family"))),
        [_, "limit", _, ..] => return Err(Complaint::At(3, "nothing can follow the limit".into())),
        _ => return Err(Complaint::At(1, "nothing but limit with a number can follow a family".into())),
    };
    let family = Family::from_names(afi, safi).ok_or_else(|| Complaint::Because(unknown(afi, safi)))?;
    paths.listed.retain(|(listed, _)| *listed != family);
    paths.listed.push((family, limit));
    Ok(())
}
