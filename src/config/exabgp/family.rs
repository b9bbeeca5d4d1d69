//! `family { … }`: the families of a session, one pair of words a statement.

use wire::Family;

use crate::{
    draft::{Draft, Families},
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Table},
    },
    key::{Complaint, Key, Read},
    suggest,
};

/// The first words of a pair, in both forms.
pub(crate) static KEYS: &[Key<Families>] = &[
    pair("ipv4", "IPv4 families.", |f, w| add("ipv4", f, w)),
    pair("ipv6", "IPv6 families.", |f, w| add("ipv6", f, w)),
    pair("l2vpn", "Layer 2 VPN families.", |f, w| add("l2vpn", f, w)),
    pair("bgp-ls", "BGP-LS families.", |f, w| add("bgp-ls", f, w)),
    pair("all", "Every family there is.", |f, _| {
        // After a pair, ExaBGP passes over it without a word.
        f.all = f.listed.is_empty();
        Ok(())
    }),
];

static TABLE: Table<Families> = Table { name: "family", keys: KEYS, sections: &[], grammar: None };

const fn pair(
    name: &'static str,
    doc: &'static str,
    read: fn(&mut Families, &[&str]) -> Result<(), Complaint>,
) -> Key<Families> {
    Key { name, read: Read::Words(read), expects: "a family", doc }
}

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    let mut families = Families::default();
    reader.body(&TABLE, &mut families)?;
    draft.families.merge(&families);
    Ok(())
}

fn add(afi: &'static str, families: &mut Families, words: &[&str]) -> Result<(), Complaint> {
    let Some(word) = words.first() else { return Err(Complaint::At(0, format!("{afi} is half a family"))) };
    if families.all {
        return Err(Complaint::Because("no family can be added to all of them".into()));
    }
    let family = Family::from_names(afi, word).ok_or_else(|| Complaint::Because(unknown(afi, word)))?;
    if families.listed.contains(&family) {
        return Err(Complaint::Because(format!("{family} is listed twice")));
    }
    families.listed.push(family);
    Ok(())
}

/// What is wrong with the second word of a family.
pub(super) fn unknown(afi: &str, word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let known = Family::ALL.iter().filter(|family| family.afi_name() == afi).map(|family| family.safi_name());
    let hint = suggest::hint(&lower, known).map_or(String::new(), |hint| format!(", {hint}"));
    format!("{afi} {word} is not a family{hint}")
}
