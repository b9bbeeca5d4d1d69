//! What is written in which order: the sections of a file, before either form gives them their looks.

use std::collections::{HashMap, HashSet};

use super::Unsayable;
use crate::{
    model::Config,
    neighbor::{Api, Neighbor},
};

/// The apis that several neighbors of a file have, and the names of the others.
pub(super) struct Plan<'a> {
    /// Each is a template of its name: a name is given once in a file.
    pub(super) templates: Vec<&'a Api>,
    /// How many apis were named so far, which is what nameless ones are named after.
    named: usize,
}

impl<'a> Plan<'a> {
    pub(super) fn of(config: &'a Config) -> Result<Self, Unsayable> {
        let mut seen: HashMap<&str, (usize, &Api)> = HashMap::new();
        for neighbor in &config.neighbors {
            for api in &neighbor.apis {
                let (count, known) = seen.entry(&api.name).or_insert((0, api));
                *count += 1;
                if *known != api {
                    return Err(Unsayable(format!("{neighbor}: another api is called {} as well", api.name)));
                }
            }
        }
        let shared = |api: &Api| seen.get(api.name.as_str()).is_some_and(|(count, _)| *count > 1);
        let mut templates: Vec<&Api> = Vec::new();
        let mut taken = HashSet::new();
        for neighbor in &config.neighbors {
            let inherited = neighbor.apis.iter().skip_while(|api| !shared(api));
            templates.extend(inherited.filter(|api| taken.insert(api.name.as_str())));
        }
        Ok(Self { named: templates.len(), templates })
    }

    /// How many apis of the neighbor are its own: what it inherits follows them.
    pub(super) fn own(&self, neighbor: &Neighbor) -> usize {
        let template = |api: &Api| self.templates.iter().any(|template| template.name == api.name);
        neighbor.apis.iter().position(template).unwrap_or(neighbor.apis.len())
    }

    /// The name to write of the next api; nothing for one that is named after its place.
    pub(super) fn name<'n>(&mut self, api: &'n Api) -> Option<&'n str> {
        self.named += 1;
        (api.name != format!("auto-named-{}", self.named)).then_some(api.name.as_str())
    }
}
