//! What is written in which order: the sections of a file, before either form gives them their looks.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::Unsayable;
use crate::{
    model::Config,
    neighbor::{Api, Neighbor},
};

/// The neighbors of a file, and the apis that several of them have.
pub(super) struct Plan<'a> {
    /// Each is a template of its name: a name is given once in a file.
    pub(super) templates: Vec<&'a Api>,
    /// The neighbors, those of one multi-session section put together again.
    pub(super) neighbors: Vec<Cow<'a, Neighbor>>,
    /// How many apis were named so far, which is what nameless ones are named after.
    named: usize,
}

impl<'a> Plan<'a> {
    pub(super) fn of(config: &'a Config) -> Result<Self, Unsayable> {
        let neighbors = sections(&config.neighbors);
        let mut seen: HashMap<&str, (usize, &Api)> = HashMap::new();
        for neighbor in first_of_sections(&config.neighbors) {
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
        for neighbor in first_of_sections(&config.neighbors) {
            let inherited = neighbor.apis.iter().skip_while(|api| !shared(api));
            templates.extend(inherited.filter(|api| taken.insert(api.name.as_str())));
        }
        Ok(Self { named: templates.len(), templates, neighbors })
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

/// Multi-session: the neighbors that came of one section are one section again.
fn sections(neighbors: &[Neighbor]) -> Vec<Cow<'_, Neighbor>> {
    let mut sections: Vec<Cow<'_, Neighbor>> = Vec::with_capacity(neighbors.len());
    for neighbor in neighbors {
        match sections.last_mut().filter(|section| continues(section, neighbor)) {
            Some(section) => {
                let section = section.to_mut();
                section.families.extend(&neighbor.families);
                section.routes.extend(neighbor.routes.iter().cloned());
                section.bare.extend(neighbor.bare.iter().cloned());
                section.operational.extend(neighbor.operational.iter().cloned());
            }
            None => sections.push(Cow::Borrowed(neighbor)),
        }
    }
    sections
}

/// The first neighbor of each section.
fn first_of_sections(neighbors: &[Neighbor]) -> impl Iterator<Item = &Neighbor> {
    let before = std::iter::once(None).chain(neighbors.iter().map(Some));
    neighbors
        .iter()
        .zip(before)
        .filter(|(neighbor, before)| before.is_none_or(|before| !continues(before, neighbor)))
        .map(|(neighbor, _)| neighbor)
}

/// Whether both came of one section, the second behind the first.
fn continues(section: &Neighbor, next: &Neighbor) -> bool {
    let follows = section.capability.multi_session
        && next.families.len() == 1
        && section.families.last().zip(next.families.first()).is_some_and(|(last, next)| last < next);
    let bare = |neighbor: &Neighbor| Neighbor {
        families: Vec::new(),
        routes: Vec::new(),
        bare: Vec::new(),
        operational: Vec::new(),
        ..neighbor.clone()
    };
    follows && bare(section) == bare(next)
}
