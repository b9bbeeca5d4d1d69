//! `template { neighbor <name> { … } }`: what neighbors inherit.

use crate::{
    draft::Draft,
    error::Error,
    exabgp::{
        lexer::Statement,
        neighbor,
        section::{Reader, Sub, Table},
    },
    value::is_name,
};

static TABLE: Table<()> =
    Table { name: "template", keys: &[], sections: &[Sub { name: "neighbor", read: read_neighbor }], grammar: None };

pub(crate) fn read(reader: &mut Reader<'_>, _: &Statement<'_>, target: &mut ()) -> Result<(), Error> {
    reader.body(&TABLE, target).map(drop)
}

fn read_neighbor(reader: &mut Reader<'_>, header: &Statement<'_>, _: &mut ()) -> Result<(), Error> {
    let name = header.word(1).unwrap_or_default();
    if !is_name(name) {
        return Err(reader.refuse(header, 1, format!("\"{name}\" is not a valid name for a template")));
    }
    if reader.file.templates.contains_key(name) {
        return Err(reader.refuse(header, 1, format!("a template called {name} already exists")));
    }
    reader.label(name);
    let (mut draft, before) = (Draft::default(), reader.refused());
    let read = reader.body(&neighbor::TABLE, &mut draft);
    if read.is_err() || reader.refused() > before {
        reader.file.spoilt.insert(name.to_owned());
    }
    let end = read?;
    if !draft.inherit.is_empty() {
        reader.warn(end.at.0, format!("the template {name} inherits nothing, only a neighbor can"));
    }
    for remark in std::mem::take(&mut draft.remarks) {
        reader.warn(end.at.0, remark);
    }
    reader.file.templates.insert(name.to_owned(), draft);
    Ok(())
}
