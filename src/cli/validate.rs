//! `exactix validate`: reads configurations and says what is wrong with them.

use std::{
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use config::{Config, Env, Neighbor, Place};
use serde_json::json;
use wire::{Negotiated, Packer, Route, Update, frame};

use crate::{args::Validate, offline::other_protocol};

/// Checks each file in turn, and says the exit code. All that is wrong with a file is told, and the files behind it are
/// checked as well.
pub(crate) fn run(options: &Validate, env: &Env) -> anyhow::Result<i32> {
    let mut code = 0;
    for path in &options.configuration {
        let checked = check(options, path, env);
        if options.json {
            writeln!(io::stdout().lock(), "{}", json(path, &checked))?;
        } else {
            tell(options, path, &checked)?;
        }
        if checked.is_err() {
            code = 1;
        }
    }
    Ok(code)
}

/// What is wrong with a file.
struct Fault {
    /// In the words of ExaBGP, with the place and the line.
    whole: String,
    reason: String,
    place: Option<Place>,
    suggestion: Option<String>,
}

fn check(options: &Validate, path: &Path, env: &Env) -> Result<Config, Vec<Fault>> {
    let config = config::examine(path, env).map_err(|faults| faults.iter().map(fault).collect::<Vec<_>>())?;
    match if options.route { first_unfaithful(&config) } else { None } {
        None => Ok(config),
        Some(why) => Err(vec![Fault { whole: why.clone(), reason: why, place: None, suggestion: None }]),
    }
}

fn fault(error: &config::Error) -> Fault {
    Fault {
        whole: error.to_string(),
        reason: error.reason().to_owned(),
        place: error.place().cloned(),
        suggestion: error.suggestion().map(str::to_owned),
    }
}

fn tell(options: &Validate, path: &Path, checked: &Result<Config, Vec<Fault>>) -> io::Result<()> {
    match checked {
        Ok(config) => report(options, path, config),
        Err(faults) => faults.iter().try_for_each(|fault| complain(path, &fault.whole)),
    }
}

/// `{ "file": …, "valid": …, "errors": […], "warnings": […], "neighbors": …, "routes": …, "processes": … }`
fn json(path: &Path, checked: &Result<Config, Vec<Fault>>) -> serde_json::Value {
    let file = path.display().to_string();
    match checked {
        Ok(config) => json!({
            "file": file,
            "valid": true,
            "errors": [],
            "warnings": config.warnings.iter().map(|warning| json!({ "file": warning.file, "line": warning.line, "message": warning.message })).collect::<Vec<_>>(),
            "neighbors": config.neighbors.len(),
            "routes": config.neighbors.iter().map(|neighbor| neighbor.routes.len()).sum::<usize>(),
            "processes": config.processes.len(),
        }),
        Err(faults) => json!({
            "file": file,
            "valid": false,
            "errors": faults.iter().map(|fault| json!({
                "file": fault.place.as_ref().map_or(&file, |place| &place.file),
                "line": fault.place.as_ref().map(|place| place.line),
                "column": fault.place.as_ref().map(|place| place.column),
                "message": fault.reason,
                "suggestion": fault.suggestion,
            })).collect::<Vec<_>>(),
        }),
    }
}

fn complain(path: &Path, error: &str) -> io::Result<()> {
    let mut out = io::stderr().lock();
    match error.strip_prefix("error: ") {
        Some(_) => writeln!(out, "{error}"),
        None => writeln!(out, "error: {} is not a valid config file: {error}", path.display()),
    }
}

fn report(options: &Validate, path: &Path, config: &Config) -> io::Result<()> {
    let mut out = io::stderr().lock();
    for warning in &config.warnings {
        writeln!(out, "warning: {}:{}: {}", warning.file, warning.line, warning.message)?;
    }
    if options.verbose {
        let (neighbors, processes) = (config.neighbors.len(), config.processes.len());
        let routes: usize = config.neighbors.iter().map(|neighbor| neighbor.routes.len()).sum();
        writeln!(out, "{}: {neighbors} neighbors, {routes} routes, {processes} processes", path.display())?;
    }
    if options.neighbor && options.verbose {
        config.neighbors.iter().try_for_each(|neighbor| write_neighbor(&mut out, neighbor))?;
    }
    Ok(())
}

fn write_neighbor(out: &mut impl Write, neighbor: &Neighbor) -> io::Result<()> {
    writeln!(out, "  {neighbor}")?;
    neighbor.bare.iter().try_for_each(|update| writeln!(out, "    attributes {update}"))?;
    neighbor.routes.iter().try_for_each(|spec| writeln!(out, "    {} {}", spec.route.nlri.family(), spec.route))
}

/// The first route that does not read back as it was written.
fn first_unfaithful(config: &Config) -> Option<String> {
    config.neighbors.iter().find_map(|neighbor| {
        let with = session_of(neighbor);
        let changed = neighbor.routes.iter().find(|spec| !reads_back(&spec.route, &with))?;
        Some(format!("{neighbor}: {} does not read back as it was written", changed.route))
    })
}

fn session_of(neighbor: &Neighbor) -> Arc<Negotiated> {
    let mut with = Negotiated::unnegotiated();
    with.local_as = neighbor.local_as.unwrap_or(1);
    with.peer_as = with.local_as;
    with.asn4 = true;
    with.extended_message = true;
    with.local_address = neighbor.local_address;
    with.router_id = neighbor.router_id;
    with.families = wire::Family::ALL.to_vec();
    with.next_hops = other_protocol(&with.families);
    Arc::new(with)
}

fn reads_back(route: &Route, with: &Arc<Negotiated>) -> bool {
    let (mut packer, mut out) = (Packer::new(with.clone()), Default::default());
    if packer.announce(route, &mut out).is_err() {
        return false;
    }
    packer.finish(&mut out);
    let Some(body) = out.get(frame::HEADER..) else { return false };
    let Ok(update) = Update::decode(body, with) else { return false };
    let reach = update.announced.first();
    let nlri = reach.and_then(|reach| reach.nlris.first()).map(|nlri| nlri.key());
    // Without ADD-PATH a path identifier stays behind.
    nlri.is_some_and(|key| key == route.nlri.key()) || route.nlri.to_string().contains("path-information")
}
