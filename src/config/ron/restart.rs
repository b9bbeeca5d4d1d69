//! The numbers of supervision in the native form, and what else it alone can say of a process.

use super::tree::{Field, Node, Tree};
use crate::{
    error::Error,
    exabgp::process,
    key::{Complaint, Key, set, value},
    model::Fate,
    restart::{OnExceed, Policy, Restart},
    value::{duration, narrow},
};

/// The keys of a policy.
pub(crate) static POLICY: &[Key<Policy>] = &[
    value("first", TIME, "The wait before the first restart.", |p, w| put(&mut p.first, w, duration)),
    value("max", TIME, "The longest wait.", |p, w| put(&mut p.max, w, duration)),
    value("jitter", "a percentage", "How far a wait may be off.", |p, w| {
        put(&mut p.jitter, w, |word| narrow(word).filter(|percent| *percent <= 100))
    }),
    value("intensity", "a number", "How many restarts the window allows.", |p, w| put(&mut p.intensity, w, narrow)),
    value("window", TIME, "The window restarts are counted in.", |p, w| put(&mut p.window, w, duration)),
    value("quarantine", TIME, "How long a child that exceeds it is left alone.", |p, w| {
        put(&mut p.quarantine, w, duration)
    }),
];

/// What a process of the native form can say besides.
pub(crate) static OF_PROCESS: &[Key<process::Draft>] = &[
    value(
        "routes",
        "Keep, WithdrawAfter(\"30s\") or HandOver(\"name\")",
        "What becomes of its routes when it ends.",
        |d, w| set(&mut d.routes, w, fate),
    ),
    value(
        "on-exceed",
        "Quarantine or StopDaemon",
        "What happens when it cannot be kept running; else as restart says.",
        |d, w| set(&mut d.on_exceed, w, exceeding),
    ),
    value(
        "api-version",
        "4 or 6",
        "The generation of the API it is spoken with; else as exabgp_api_version says.",
        |d, w| set(&mut d.api_version, w, generation),
    ),
];

/// `Keep`, or a word with a text in parentheses.
fn fate(word: &str) -> Option<Fate> {
    if word == "Keep" {
        return Some(Fate::Keep);
    }
    let (kind, rest) = word.split_once('(')?;
    let text = rest.trim_end().strip_suffix(')')?.trim().strip_prefix('"')?.strip_suffix('"')?;
    match kind.trim() {
        "WithdrawAfter" => duration(text).map(Fate::WithdrawAfter),
        "HandOver" if !text.contains(['"', '\\']) => Some(Fate::HandOver(text.to_owned())),
        _ => None,
    }
}

fn generation(word: &str) -> Option<u8> {
    narrow(word).filter(|version| matches!(version, 4 | 6))
}

fn exceeding(word: &str) -> Option<OnExceed> {
    match word {
        "Quarantine" => Some(OnExceed::Quarantine),
        "StopDaemon" => Some(OnExceed::StopDaemon),
        _ => None,
    }
}

pub(super) fn read<'t>(tree: &Tree<'t>, node: Node<'t>, restart: &mut Restart) -> Result<(), Error> {
    tree.each(tree.fields(node)?, |field| child(tree, &field, restart))
}

fn child<'t>(tree: &Tree<'t>, field: &Field<'t>, restart: &mut Restart) -> Result<(), Error> {
    let policy = match field.key {
        "peer" => &mut restart.peer,
        "rib" => &mut restart.rib,
        "process" => &mut restart.process,
        "listener" => &mut restart.listener,
        "rate_limiter" => &mut restart.rate_limiter,
        "service" => &mut restart.service,
        "on_exceed" => {
            restart.on_exceed = on_exceed(tree, field)?;
            return Ok(());
        }
        _ => return Err(tree.unknown(field, CHILDREN)),
    };
    tree.section(field, POLICY, policy)
}

fn on_exceed<'t>(tree: &Tree<'t>, field: &Field<'t>) -> Result<OnExceed, Error> {
    let word = tree.text(field)?;
    exceeding(&word).ok_or_else(|| tree.unexpected(field, &word, "Quarantine or StopDaemon"))
}

fn put<V>(slot: &mut V, word: Option<&str>, parse: impl Fn(&str) -> Option<V>) -> Result<(), Complaint> {
    *slot = word.and_then(parse).ok_or(Complaint::Unexpected)?;
    Ok(())
}

pub(super) const CHILDREN: [&str; 7] = ["peer", "rib", "process", "listener", "rate_limiter", "service", "on_exceed"];
const TIME: &str = "a time such as \"500ms\", \"30s\" or \"5m\"";
