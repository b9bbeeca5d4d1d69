//! The changes of a reload, in words for who asks before it is done.

use std::fmt;

use rib::StaticChange;

use super::{Change, NeighborChange};
use crate::model::Config;

/// What a reload does to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which neighbor or process, or which setting of the daemon.
    pub subject: String,
    /// What is done, one phrase each.
    pub actions: Vec<String>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.actions.join("; "))
    }
}

/// What `changes`, which lead from `old` to `new`, do.
pub fn steps(old: &Config, new: &Config, changes: &[Change]) -> Vec<Step> {
    changes.iter().filter_map(|change| step(old, new, change)).collect()
}

fn step(old: &Config, new: &Config, change: &Change) -> Option<Step> {
    let process = |config: &Config, index: usize| Some(format!("process {}", config.processes.get(index)?.name));
    let (subject, actions) = match change {
        Change::ProcessRemoved { old: index } => (process(old, *index)?, vec!["is ended".to_owned()]),
        Change::ProcessAdded { new: index } => (process(new, *index)?, vec!["is started".to_owned()]),
        Change::ProcessChanged { new: index } => {
            (process(new, *index)?, vec!["is started anew, its definition differs".to_owned()])
        }
        Change::NeighborRemoved { old: index } => {
            (old.neighbors.get(*index)?.name(), vec!["is removed, and its session closed".to_owned()])
        }
        Change::NeighborAdded { new: index } => {
            let neighbor = new.neighbors.get(*index)?;
            (neighbor.name(), vec![format!("is added, with {}", counted(neighbor.routes.len(), "route"))])
        }
        Change::NeighborChanged { new: index, how, .. } => (new.neighbors.get(*index)?.name(), actions(how)),
        Change::RestartChanged => ("restart".to_owned(), vec!["other numbers from now on".to_owned()]),
        Change::FaultsChanged => {
            ("faults".to_owned(), vec![if new.faults { "allowed" } else { "no longer allowed" }.to_owned()])
        }
        Change::SignalsChanged => ("signals".to_owned(), vec!["other meanings from now on".to_owned()]),
        Change::QuirksChanged => ("quirks".to_owned(), vec!["take effect on each session's next start".to_owned()]),
    };
    Some(Step { subject, actions })
}

fn actions(how: &NeighborChange) -> Vec<String> {
    let mut actions = Vec::new();
    if how.resets() {
        actions.push(format!("the session starts anew, because of {}", how.session.join(", ")));
    }
    actions.extend(how.routes.as_deref().map(routes));
    if how.bare {
        actions.push("other attributes without routes".to_owned());
    }
    if how.operational {
        actions.push("other OPERATIONAL messages".to_owned());
    }
    if how.apis {
        actions.push("other helpers, or other events for them".to_owned());
    }
    if !how.settings.is_empty() {
        actions.push(format!("{} differs, without effect on the session", how.settings.join(", ")));
    }
    actions
}

/// `2 routes are announced, 1 route is announced anew, 3 routes are withdrawn`
fn routes(change: &StaticChange) -> String {
    let changed = change.fresh().filter(|fresh| fresh.before.is_some()).count();
    let counts = [
        (change.fresh().count() - changed, "announced"),
        (changed, "announced anew, because they differ"),
        (change.gone().count(), "withdrawn"),
    ];
    let said = counts.into_iter().filter(|(count, _)| *count > 0);
    let said: Vec<_> = said.map(|(count, what)| format!("{} {what}", counted(count, "route"))).collect();
    if said.is_empty() { "the routes come in another order".to_owned() } else { said.join(", ") }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
