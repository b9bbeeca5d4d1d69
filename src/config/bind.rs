//! Which processes may command which neighbor: names and expressions against the processes there are.

use std::collections::{HashMap, HashSet};

use regex::Regex;

use crate::{
    model::{Config, Process},
    neighbor::{Api, Neighbor},
    suggest,
};

/// An api that asks for what there is not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unbound {
    /// The index of its neighbor.
    pub(crate) neighbor: usize,
    /// Its name.
    pub(crate) api: String,
    /// What is wrong.
    pub(crate) reason: String,
    /// What may have been meant.
    pub(crate) hint: Option<String>,
}

/// Fills in the commanders of each neighbor; each api that cannot have any is told once.
pub(crate) fn bind(config: &mut Config) -> Vec<Unbound> {
    let mut unbound = Vec::new();
    let known: HashSet<&str> = config.processes.iter().map(|process| process.name.as_str()).collect();
    // Neighbors of one template ask for the same, and an expression takes long to compile.
    let mut answers: HashMap<String, Vec<String>> = HashMap::new();
    for (index, neighbor) in config.neighbors.iter_mut().enumerate() {
        if let Some(api) = of_both_kinds(neighbor) {
            let reason = "uses processes and processes-match, only one of them is possible";
            let reason = format!("neighbor {} {reason}", neighbor.peer_address);
            unbound.push(Unbound { neighbor: index, api, reason, hint: None });
            continue;
        }
        let name = neighbor.peer_address;
        for api in &mut neighbor.apis {
            if let Some(names) = answers.get(&api.name) {
                api.commanders.clone_from(names);
                continue;
            }
            api.commanders = commanders(api, &known, &config.processes).unwrap_or_else(|(reason, hint)| {
                let reason = format!("{reason}, in api {} of neighbor {name}", api.name);
                unbound.push(Unbound { neighbor: index, api: api.name.clone(), reason, hint });
                Vec::new()
            });
            answers.insert(api.name.clone(), api.commanders.clone());
        }
    }
    unbound
}

/// An expression for the start of a process name.
pub(crate) fn expression(text: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{text})")).map_err(|_| format!("\"{text}\" is not a valid regular expression"))
}

/// The api by which a neighbor uses both kinds of lists, if it does.
fn of_both_kinds(neighbor: &Neighbor) -> Option<String> {
    let named = neighbor.apis.iter().any(|api| !api.processes.is_empty());
    let matching = neighbor.apis.iter().find(|api| !api.processes_match.is_empty());
    matching.filter(|_| named).map(|api| api.name.clone())
}

type Refused = (String, Option<String>);

fn commanders(api: &Api, known: &HashSet<&str>, processes: &[Process]) -> Result<Vec<String>, Refused> {
    if let Some(unknown) = api.processes.iter().find(|name| !known.contains(name.as_str())) {
        let names = processes.iter().map(|process| process.name.as_str());
        return Err((format!("process \"{unknown}\" is not defined"), suggest::hint(unknown, names)));
    }
    let mut names = api.processes.clone();
    for text in &api.processes_match {
        let expression = expression(text).map_err(|reason| (reason, None))?;
        names.extend(processes.iter().map(|process| &process.name).filter(|name| expression.is_match(name)).cloned());
    }
    if names.is_empty() && !api.processes_match.is_empty() {
        return Err(("processes-match matches no process".to_owned(), None));
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}
