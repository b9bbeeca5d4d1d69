//! `operational { … }`: OPERATIONAL messages for the neighbor.

use wire::{Operational, Word, WordError, Words};

use crate::{
    draft::Draft,
    error::Error,
    exabgp::{
        lexer::Statement,
        section::{Reader, Table},
    },
    key::{Key, Read},
};

/// The statements of an operational section.
pub(crate) static KEYS: &[Key<Draft>] = &[
    row("asm", TEXT, "An advisory, said again on each session.", |draft, words| add("asm", draft, words)),
    row("adm", TEXT, "An advisory, said once.", |draft, words| add("adm", draft, words)),
    row("rpcq", QUESTION, "Asks how many prefixes are reachable.", |draft, words| add("rpcq", draft, words)),
    row("rpcp", ANSWER, "Says how many prefixes are reachable.", |draft, words| add("rpcp", draft, words)),
    row("apcq", QUESTION, "Asks for the size of an Adj-RIB-Out.", |draft, words| add("apcq", draft, words)),
    row("apcp", ANSWER, "Says the size of an Adj-RIB-Out.", |draft, words| add("apcp", draft, words)),
    row("lpcq", QUESTION, "Asks for the size of a Loc-RIB.", |draft, words| add("lpcq", draft, words)),
    row("lpcp", ANSWER, "Says the size of a Loc-RIB.", |draft, words| add("lpcp", draft, words)),
];

const TEXT: &str = "afi, safi and an advisory";
const QUESTION: &str = "afi, safi and a sequence number";
const ANSWER: &str = "afi, safi, a sequence number and a counter";

static TABLE: Table<Draft> = Table { name: "operational", keys: KEYS, sections: &[], grammar: None };

type Statements = fn(&mut Draft, &mut Words<'_>) -> Result<(), WordError>;

const fn row(name: &'static str, expects: &'static str, doc: &'static str, read: Statements) -> Key<Draft> {
    Key { name, expects, doc, read: Read::Grammar(read) }
}

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, draft: &mut Draft) -> Result<(), Error> {
    reader.body(&TABLE, draft).map(drop)
}

fn add(name: &str, draft: &mut Draft, words: &mut Words<'_>) -> Result<(), WordError> {
    let message = Operational::parse_named(Word { text: name, column: 1 }, words)?;
    words.end()?;
    draft.operational.push(message);
    Ok(())
}
