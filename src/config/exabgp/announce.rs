//! `announce { … }`: routes by their family, one a statement.

use wire::{Family, RouteBuilder, Word, WordError, Words};

use crate::{
    draft::Draft,
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Sub, Table},
        static_routes,
    },
    key::{Key, Read},
    suggest,
};

/// The first words of a route with its family, in the native form.
pub(crate) static KEYS: &[Key<Draft>] = &[
    row("ipv4", "One route of an IPv4 family.", |draft, words| statement("ipv4", draft, words)),
    row("ipv6", "One route of an IPv6 family.", |draft, words| statement("ipv6", draft, words)),
    row("l2vpn", "One route of a layer 2 VPN family.", |draft, words| statement("l2vpn", draft, words)),
];

const fn row(
    name: &'static str,
    doc: &'static str,
    read: fn(&mut Draft, &mut Words<'_>) -> Result<(), WordError>,
) -> Key<Draft> {
    Key { name, expects: "the rest of a family, an NLRI and attributes", doc, read: Read::Grammar(read) }
}

static TABLE: Table<Draft> = Table {
    name: "announce",
    keys: &[],
    sections: &[
        Sub { name: "ipv4", read: |reader, _, draft| reader.body(&IPV4, draft).map(drop) },
        Sub { name: "ipv6", read: |reader, _, draft| reader.body(&IPV6, draft).map(drop) },
        Sub { name: "l2vpn", read: |reader, _, draft| reader.body(&L2VPN, draft).map(drop) },
    ],
    grammar: None,
};

static IPV4: Table<Draft> = part("announce/ipv4", |draft, words| whole("ipv4", draft, words));
static IPV6: Table<Draft> = part("announce/ipv6", |draft, words| whole("ipv6", draft, words));
static L2VPN: Table<Draft> = part("announce/l2vpn", |draft, words| whole("l2vpn", draft, words));

const fn part(name: &'static str, grammar: fn(&mut Draft, &[Word<'_>]) -> Result<(), WordError>) -> Table<Draft> {
    Table { name, keys: &[], sections: &[], grammar: Some(grammar) }
}

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, draft).map(drop)
}

fn whole(afi: &str, draft: &mut Draft, words: &[Word<'_>]) -> Result<(), WordError> {
    statement(afi, draft, &mut Words::from_words(words))
}

/// `<safi> <nlri> <attribute>…`
fn statement(afi: &str, draft: &mut Draft, words: &mut Words<'_>) -> Result<(), WordError> {
    let word = words.expect("the second word of a family")?;
    let Some(family) = Family::from_names(afi, word.text) else {
        let known = Family::ALL.iter().filter(|family| family.afi_name() == afi).map(|family| family.safi_name());
        let hint = suggest::hint(word.text, known).map_or(String::new(), |hint| format!(", {hint}"));
        return Err(WordError::new(word, format!("invalid keyword \"{}\"{hint}", word.text)));
    };
    of_family(family, draft, words)
}

/// `<nlri> <attribute>…`; here ExaBGP splits nothing.
pub(super) fn of_family(family: Family, draft: &mut Draft, words: &mut Words<'_>) -> Result<(), WordError> {
    let mut splits = false;
    static_routes::statement(draft, words, |words, intent| {
        let mut builder = RouteBuilder::for_family(family, words)?;
        builder.attributes(words)?;
        splits = builder.keep_whole();
        builder.finish(intent)
    })?;
    if let Some(spec) = draft.routes.last().filter(|_| splits) {
        let remark = format!("split has no effect on {} here, only in static", spec.route.nlri);
        draft.remarks.push(remark);
    }
    Ok(())
}
