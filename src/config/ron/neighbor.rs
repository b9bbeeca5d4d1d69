//! A neighbor or a template of the native form.

use wire::{Operational, WordError, Words};

use super::{
    Reader,
    tree::{Field, Node, Tree},
};
use crate::{
    draft::Draft,
    error::Error,
    exabgp::{announce, api, capability, family, flow, neighbor, next_hop, paths, static_routes, tcp_ao},
    key::{self, Complaint, Key, Read},
    neighbor::Api,
    suggest,
    value::is_name,
};

/// What a neighbor's fields say, and the fields, for errors found later.
pub(super) fn read<'t>(reader: &mut Reader<'t>, node: Node<'t>) -> Result<(Draft, Vec<Field<'t>>), Error> {
    let fields = reader.tree.fields(node)?;
    let draft = read_fields(reader, &fields, &[])?;
    Ok((draft, fields))
}

/// What these fields say; others that could be given as well are named in an error.
pub(super) fn read_fields<'t>(reader: &mut Reader<'t>, fields: &[Field<'t>], others: &[&str]) -> Result<Draft, Error> {
    let (tree, mut draft) = (reader.tree, Draft::default());
    tree.each(fields, |field| read_field(reader, field, others, &mut draft))?;
    Ok(draft)
}

fn read_field<'t>(reader: &mut Reader<'t>, field: &Field<'t>, others: &[&str], draft: &mut Draft) -> Result<(), Error> {
    let tree = reader.tree;
    match field.key {
        "capability" => tree.section(field, capability::KEYS, &mut draft.capability),
        "tcp_ao" => tree.section(field, tcp_ao::KEYS, &mut draft.tcp_ao),
        "families" => pairs(tree, field, family::KEYS, &mut draft.families),
        "add_path" => pairs(tree, field, paths::KEYS, &mut draft.add_paths),
        "nexthop" => pairs(tree, field, next_hop::KEYS, &mut draft.next_hops),
        "routes" => statements(tree, field, draft, route),
        "operational" => statements(tree, field, draft, notice),
        "apis" => tree.each(tree.items(field.value)?, |node| {
            draft.apis.push(read_api(reader, node)?);
            Ok(())
        }),
        _ if tree.assign(neighbor::KEYS, field, draft)? => Ok(()),
        _ => {
            let known = neighbor::KEYS.iter().map(|key| key.name).chain(SECTIONS);
            Err(tree.unknown(field, others.iter().copied().chain(known)))
        }
    }
}

/// `ipv4 unicast` and what may follow, by the row of the first word.
fn pair<T>(words: &[&str], keys: &'static [Key<T>], target: &mut T) -> Result<(), String> {
    let (first, rest) = words.split_first().ok_or("a family is two words, as in \"ipv4 unicast\"")?;
    let Some(Read::Words(read)) = key::find(keys, first).map(|key| &key.read) else {
        let hint = suggest::hint(first, keys.iter().map(|key| key.name));
        return Err(format!("\"{first}\" is not a family{}", hint.map_or(String::new(), |hint| format!(", {hint}"))));
    };
    read(target, rest).map_err(|complaint| match complaint {
        Complaint::Because(reason) | Complaint::At(_, reason) => reason,
        Complaint::Unexpected => "a family is expected".to_owned(),
    })
}

/// Statements that begin with the first word of a family, by its row.
fn pairs<'t, T>(tree: &Tree<'t>, field: &Field<'t>, keys: &'static [Key<T>], target: &mut T) -> Result<(), Error> {
    tree.each(tree.items(field.value)?, |node| {
        let text = tree.scalar(node, field.key)?;
        let words: Vec<&str> = text.split_whitespace().collect();
        pair(&words, keys, target).map_err(|reason| tree.refuse(node, field.key, reason))
    })
}

/// A list of statements in the grammar of words.
fn statements<'t>(
    tree: &Tree<'t>,
    field: &Field<'t>,
    draft: &mut Draft,
    one: fn(&str, &mut Draft) -> Result<(), WordError>,
) -> Result<(), Error> {
    tree.each(tree.items(field.value)?, |node| {
        let text = tree.scalar(node, field.key)?;
        one(&text, draft).map_err(|fault| {
            let (offset, width) = match inside(node) {
                Some(start) => (start + fault.column.saturating_sub(1), fault.word.len()),
                None => (0, node.text.len()),
            };
            let hint = static_routes::hint(&fault);
            tree.refuse_at(node, offset, width, (field.key, fault.message)).hint(hint)
        })
    })
}

/// `route …`, `attributes …`, `flow route …`, `sr-policy …` or `ipv4 mpls-vpn …`, by the row of that word.
pub(super) fn route(text: &str, draft: &mut Draft) -> Result<(), WordError> {
    let mut words = Words::new(text);
    let keyword = words.expect("route or attributes")?;
    let is_flow = keyword.text == "flow" && words.keyword("route");
    let row = if is_flow {
        key::find(flow::KEYS, "route")
    } else {
        key::find(static_routes::KEYS, keyword.text).or_else(|| key::find(announce::KEYS, keyword.text))
    };
    let Some(Read::Grammar(read)) = row.map(|key| &key.read) else {
        let text = "expected a statement that starts with route, attributes, flow route, sr-policy or a family";
        return Err(WordError::new(keyword, text));
    };
    read(draft, &mut words)
}

/// `asm afi ipv4 safi unicast advisory …`
fn notice(text: &str, draft: &mut Draft) -> Result<(), WordError> {
    let mut words = Words::new(text);
    draft.operational.push(Operational::parse(&mut words)?);
    words.end()
}

/// Where the text of a string starts, when each of its bytes stands for itself.
pub(super) fn inside(node: Node<'_>) -> Option<usize> {
    let raw = node.text.starts_with('r');
    let plain = raw || !node.text.contains('\\');
    node.text.find('"').filter(|_| plain).map(|quote| quote + 1)
}

fn read_api<'t>(reader: &mut Reader<'t>, node: Node<'t>) -> Result<Api, Error> {
    let tree = reader.tree;
    reader.apis += 1;
    let mut api = Api { name: format!("auto-named-{}", reader.apis), ..Api::default() };
    tree.each(tree.fields(node)?, |field| read_api_field(tree, &field, &mut api))?;
    if !is_name(&api.name) {
        return Err(tree.refuse(node, "name", format!("\"{}\" is not a valid name for an api", api.name)));
    }
    reader.define(("an api", "name"), &api.name, node)?;
    Ok(api)
}

fn read_api_field<'t>(tree: &Tree<'t>, field: &Field<'t>, api: &mut Api) -> Result<(), Error> {
    match field.key {
        "name" => api.name = tree.text(field)?,
        "receive" => tree.section(field, api::FLAGS, &mut api.receive)?,
        "send" => tree.section(field, api::FLAGS, &mut api.send)?,
        _ if tree.assign(api::KEYS, field, api)? => {}
        _ => {
            let known = api::KEYS.iter().map(|key| key.name).chain(["name", "receive", "send"]);
            return Err(tree.unknown(field, known));
        }
    }
    Ok(())
}

/// Fields that hold more than one value.
pub(super) const SECTIONS: [&str; 8] =
    ["capability", "tcp_ao", "families", "add_path", "nexthop", "routes", "operational", "apis"];
