//! `l2vpn { … }`: sites of VPLS, in a line or as a block.

use wire::{Family, Intent, RouteBuilder, Word, WordError, Words};

use crate::{
    draft::Draft,
    error::Error,
    exabgp::{
        announce,
        lexer::Statement,
        section::{Reader, Sub, Table},
        static_routes::{add, attribute},
    },
    key::{Key, Read},
};

/// The statements of an l2vpn section.
pub(crate) static KEYS: &[Key<Draft>] = &[Key {
    name: "vpls",
    expects: "endpoint, base, offset, size, rd, next-hop and attributes",
    doc: "One site of VPLS.",
    read: Read::Grammar(|draft, words| announce::of_family(Family::L2vpnVpls, draft, words)),
}];

static TABLE: Table<Draft> =
    Table { name: "l2vpn", keys: KEYS, sections: &[Sub { name: "vpls", read: read_site }], grammar: None };

static SITE: Table<RouteBuilder> = Table { name: "l2vpn/vpls", keys: &[], sections: &[], grammar: Some(site) };

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, draft).map(drop)
}

/// `vpls [<name>] { <keyword> <value>; … }`
fn read_site(reader: &mut Reader<'_>, header: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    let mut builder = RouteBuilder::for_family(Family::L2vpnVpls, &mut Words::new(""))
        .map_err(|fault| reader.refuse_word(header, fault))?;
    let end = reader.body(&SITE, &mut builder)?;
    let spec = builder.finish(Intent::Announce).map_err(|fault| reader.refuse_word(&end, fault))?;
    add(draft, spec, false);
    Ok(())
}

fn site(builder: &mut RouteBuilder, words: &[Word<'_>]) -> Result<(), WordError> {
    attribute(builder, words)
}
