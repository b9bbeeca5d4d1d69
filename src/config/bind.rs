//! Which processes may command which neighbor: names and expressions against the processes there are.

use std::collections::{HashMap, HashSet};

use regex::Regex;

use crate::model::{Config, Process};
use crate::neighbor::{Api, Neighbor};

/// Fills in the commanders of each neighbor; an error is the neighbor's index and a sentence, one for each api.
pub(crate) fn bind(config: &mut Config) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    let known: HashSet<&str> = config.processes.iter().map(|process| process.name.as_str()).collect();
    // Neighbors of one template ask for the same, and an expression takes long to compile.
    let mut answers: HashMap<String, Vec<String>> = HashMap::new();
    for (index, neighbor) in config.neighbors.iter_mut().enumerate() {
        if let Err(reason) = check_kinds(neighbor) {
            faults.push((index, reason));
            continue;
        }
        let name = neighbor.peer_address;
        for api in &mut neighbor.apis {
            if let Some(names) = answers.get(&api.name) {
                api.commanders.clone_from(names);
                continue;
            }
            api.commanders = commanders(api, &known, &config.processes).unwrap_or_else(|reason| {
                faults.push((index, format!("{reason}, in api {} of neighbor {name}", api.name)));
                Vec::new()
            });
            answers.insert(api.name.clone(), api.commanders.clone());
        }
    }
    faults
}

/// An expression for the start of a process name.
pub(crate) fn expression(text: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{text})")).map_err(|_| format!("\"{text}\" is not a valid regular expression"))
}

fn check_kinds(neighbor: &Neighbor) -> Result<(), String> {
    let named = neighbor.apis.iter().any(|api| !api.processes.is_empty());
    let matched = neighbor.apis.iter().any(|api| !api.processes_match.is_empty());
    if named && matched {
        let name = neighbor.peer_address;
        return Err(format!("neighbor {name} uses processes and processes-match, only one of them is possible"));
    }
    Ok(())
}

fn commanders(api: &Api, known: &HashSet<&str>, processes: &[Process]) -> Result<Vec<String>, String> {
    if let Some(unknown) = api.processes.iter().find(|name| !known.contains(name.as_str())) {
        return Err(format!("process \"{unknown}\" is not defined"));
    }
    let mut names = api.processes.clone();
    for text in &api.processes_match {
        let expression = expression(text)?;
        names.extend(processes.iter().map(|process| &process.name).filter(|name| expression.is_match(name)).cloned());
    }
    if names.is_empty() && !api.processes_match.is_empty() {
        return Err("processes-match matches no process".to_owned());
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}
