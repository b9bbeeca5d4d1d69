//! `health_checks`: services that the daemon itself looks at, and announces accordingly.

use std::{sync::Arc, time::Duration};

use super::{Reader, tree::Node};
use crate::{
    error::Error,
    health::{HealthCheck, KEYS},
    model::{Fate, Process},
};

/// How long the routes of a health check outlive it.
const ABSENCE: Duration = Duration::from_secs(30);

/// Reads one; to all but its start it is a process.
pub(super) fn read<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Result<(), Error> {
    let (tree, before) = (reader.tree, reader.tree.faults.count());
    let (mut name, mut check) = (None, HealthCheck::default());
    tree.each(tree.fields(node)?, |field| {
        if field.key == "name" {
            name = Some((tree.text(&field)?, field.value));
        } else if !tree.assign(KEYS, &field, &mut check)? {
            return Err(tree.unknown(&field, KEYS.iter().map(|key| key.name).chain(["name"])));
        }
        Ok(())
    })?;
    if tree.faults.count() > before {
        return Ok(());
    }
    let (name, at) = name.ok_or_else(|| tree.refuse(node, "name", "every health check needs one"))?;
    reader.define(("a process", "name"), &name, at)?;
    if let Some(fault) = check.fault() {
        return Err(tree.refuse(node, "addresses", fault));
    }
    // One that announces once has nothing to do after that.
    let respawn = !check.interval.is_zero();
    let health = Some(Arc::new(check));
    // Until then one that has failed is back, and has said what it finds.
    let routes = if respawn { Fate::WithdrawAfter(ABSENCE) } else { Fate::Keep };
    reader.config.processes.push(Process { name, respawn, health, routes, ..Process::default() });
    Ok(())
}
