//! The native form.

use std::{fmt::Write as _, time::Duration};

use wire::Quirks;

use super::{
    Unsayable,
    plan::Plan,
    routes::{self, Section, Statement},
    settings::{self, Setting, Value},
};
use crate::{
    health::{HEALTH_OPTIONS, Takes},
    model::{Config, Encoder, Fate, Form, Hup, Process},
    neighbor::{Api, ApiFlags, Neighbor},
    restart::{OnExceed, Policy, Restart},
};

/// The text of the file.
pub(super) fn text(config: &Config) -> Result<String, Unsayable> {
    let mut plan = Plan::of(config)?;
    let mut out = Tree::default();
    out.open("(");
    let (checks, programs): (Vec<_>, Vec<_>) = config.processes.iter().partition(|process| process.health.is_some());
    if !programs.is_empty() {
        out.open("processes: [");
        programs.iter().for_each(|program| process(&mut out, program));
        out.close("],");
    }
    if !checks.is_empty() {
        out.open("health_checks: [");
        checks.iter().for_each(|check| health_check(&mut out, check));
        out.close("],");
    }
    if !plan.templates.is_empty() {
        out.open("templates: {");
        for api in &plan.templates {
            out.line(&format!("{}: (apis: [{}]),", string(&api.name), self::api(api, Some(&api.name))));
        }
        out.close("},");
    }
    out.open("neighbors: [");
    for one in &config.neighbors {
        neighbor(&mut out, one, &mut plan)?;
    }
    out.close("],");
    daemon(&mut out, config);
    out.close(")");
    Ok(out.text)
}

/// Lines, each as far to the right as it is deep.
#[derive(Default)]
struct Tree {
    text: String,
    depth: usize,
}

impl Tree {
    fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n("    ", self.depth));
        self.text.extend([line, "\n"]);
    }

    fn open(&mut self, line: &str) {
        self.line(line);
        self.depth += 1;
    }

    fn close(&mut self, line: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(line);
    }

    /// A list of strings: one line when they are few and short, else one line each.
    fn list(&mut self, key: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        let length: usize = items.iter().map(String::len).sum();
        if items.len() == 1 || (length < SHORT && key != "routes") {
            return self.line(&format!("{key}: {},", list(items)));
        }
        self.open(&format!("{key}: ["));
        items.iter().for_each(|item| self.line(&format!("{},", string(item))));
        self.close("],");
    }
}

/// The most characters of a list in one line.
const SHORT: usize = 80;

/// What belongs to the daemon as a whole.
fn daemon(out: &mut Tree, config: &Config) {
    restart(out, &config.restart);
    if config.faults {
        out.line("faults: true,");
    }
    if config.quirks != Quirks::NONE {
        let names: Vec<String> = config.quirks.names().map(str::to_owned).collect();
        out.line(&format!("quirks: {},", list(&names)));
    }
    if config.signals != Form::Ron.signals() {
        let hup = match config.signals.hup {
            Hup::Stop => "Stop",
            Hup::Reload => "Reload",
        };
        out.line(&format!("signals: (hup: {hup}),"));
    }
}

fn restart(out: &mut Tree, restart: &Restart) {
    let default = Restart::default();
    if *restart == default {
        return;
    }
    out.open("restart: (");
    for (key, is, was) in [
        ("peer", restart.peer, default.peer),
        ("rib", restart.rib, default.rib),
        ("process", restart.process, default.process),
        ("listener", restart.listener, default.listener),
        ("rate_limiter", restart.rate_limiter, default.rate_limiter),
        ("service", restart.service, default.service),
    ] {
        if is != was {
            out.line(&format!("{key}: ({}),", policy(&is, &was)));
        }
    }
    if restart.on_exceed == OnExceed::StopDaemon {
        out.line("on_exceed: StopDaemon,");
    }
    out.close("),");
}

fn policy(is: &Policy, was: &Policy) -> String {
    let mut fields = Vec::new();
    let mut time = |key: &str, is: Duration, was: Duration| {
        if is != was {
            fields.push(format!("{key}: \"{}\"", duration(is)));
        }
    };
    time("first", is.first, was.first);
    time("max", is.max, was.max);
    time("window", is.window, was.window);
    time("quarantine", is.quarantine, was.quarantine);
    fields.extend((is.jitter != was.jitter).then(|| format!("jitter: {}", is.jitter)));
    fields.extend((is.intensity != was.intensity).then(|| format!("intensity: {}", is.intensity)));
    fields.join(", ")
}

fn duration(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{}s", time.as_secs()) } else { format!("{}ms", time.as_millis()) }
}

fn process(out: &mut Tree, process: &Process) {
    let mut fields = vec![format!("name: {}", string(&process.name)), format!("run: {}", list(&process.run))];
    fields.extend(settings::of_process(process, Encoder::Json).iter().map(|(key, value)| match value {
        Value::Bare(word) if *key == "encoder" => format!("encoder: {}", capital(word)),
        _ => setting(&(key, value.clone())),
    }));
    match &process.routes {
        Fate::Keep => {}
        Fate::WithdrawAfter(time) => fields.push(format!("routes: WithdrawAfter(\"{}\")", duration(*time))),
        Fate::HandOver(heir) => fields.push(format!("routes: HandOver({})", string(heir))),
    }
    fields.extend(process.restart.map(|own| format!("restart: ({})", policy(&own, &Restart::default().process))));
    fields.extend(process.on_exceed.map(|what| format!("on_exceed: {what:?}")));
    fields.extend(process.api_version.map(|version| format!("api_version: {version}")));
    out.line(&format!("({}),", fields.join(", ")));
}

fn health_check(out: &mut Tree, process: &Process) {
    let Some(check) = &process.health else { return };
    let mut fields = vec![format!("name: {}", string(&process.name))];
    for row in HEALTH_OPTIONS {
        let Some((name, values)) = row.told(check) else { continue };
        let value = match (row.takes, values.first()) {
            (Takes::Many, _) => list(&values),
            (_, Some(value)) if value.parse::<f64>().is_ok() || value == "true" || value == "false" => value.clone(),
            (_, value) => string(value.map_or("", String::as_str)),
        };
        fields.push(format!("{}: {value}", name.replace('-', "_")));
    }
    out.line(&format!("({}),", fields.join(", ")));
}

fn neighbor(out: &mut Tree, neighbor: &Neighbor, plan: &mut Plan<'_>) -> Result<(), Unsayable> {
    out.open("(");
    let mask = neighbor.peer_mask.map_or(String::new(), |mask| format!("/{mask}"));
    out.line(&format!("peer_address: \"{}{mask}\",", neighbor.peer_address));
    let own = plan.own(neighbor);
    let (own, inherited) = neighbor.apis.split_at_checked(own).unwrap_or((&neighbor.apis, &[]));
    let inherited: Vec<String> = inherited.iter().map(|api| api.name.clone()).collect();
    out.list("inherit", &inherited);
    for (key, value) in settings::of_neighbor(neighbor, |_| true)? {
        out.line(&format!("{},", setting(&(key, value))));
    }
    for (key, settings) in [
        ("tcp_ao", settings::of_tcp_ao(neighbor, |_| true)?),
        ("capability", settings::of_capability(&neighbor.capability)),
    ] {
        if !settings.is_empty() {
            let fields: Vec<String> = settings.iter().map(setting).collect();
            out.line(&format!("{key}: ({}),", fields.join(", ")));
        }
    }
    families(out, neighbor);
    if !own.is_empty() {
        out.open("apis: [");
        for api in own {
            let name = plan.name(api);
            out.line(&format!("{},", self::api(api, name)));
        }
        out.close("],");
    }
    statements(out, neighbor)?;
    out.close("),");
    Ok(())
}

fn families(out: &mut Tree, neighbor: &Neighbor) {
    if neighbor.families != wire::Family::ALL {
        out.list("families", &neighbor.families.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    out.list("add_path", &settings::add_paths(neighbor));
    out.list("nexthop", &settings::next_hops(neighbor));
}

fn statements(out: &mut Tree, neighbor: &Neighbor) -> Result<(), Unsayable> {
    if !neighbor.routes.is_empty() || !neighbor.bare.is_empty() {
        out.open("routes: [");
        for update in &neighbor.bare {
            out.line(&format!("{},", string(&routes::bare(update, Form::Ron))));
        }
        for spec in neighbor.routes.iter() {
            let line = route(&Statement::of(neighbor, spec, Form::Ron)?);
            out.line(&format!("{},", string(&line)));
        }
        out.close("],");
    }
    let notices = neighbor.operational.iter().map(|message| routes::notice(neighbor, message));
    out.list("operational", &notices.collect::<Result<Vec<_>, _>>()?);
    Ok(())
}

fn route(statement: &Statement) -> String {
    let keyword = statement.keyword;
    let words = statement.line();
    match statement.section {
        Section::Static if statement.block => {
            let (prefix, parts) = statement.parts();
            let parts: String = parts.iter().map(|part| format!("{part}; ")).collect();
            format!("{keyword} {prefix} {{ {parts}}}")
        }
        Section::Static => format!("{keyword} {words}"),
        Section::Flow => format!("flow {keyword} {words}"),
        Section::L2vpn => format!("l2vpn {keyword} {words}"),
        Section::Announce(afi) => format!("{afi} {keyword} {words}"),
    }
}

fn api(api: &Api, name: Option<&str>) -> String {
    let mut fields: Vec<String> = name.iter().map(|name| format!("name: {}", string(name))).collect();
    if !api.processes.is_empty() {
        fields.push(format!("processes: {}", list(&api.processes)));
    }
    if !api.processes_match.is_empty() {
        fields.push(format!("processes_match: {}", list(&api.processes_match)));
    }
    fields.extend(settings::of_api(api).iter().map(|flag| format!("{}: true", underscored(flag))));
    fields.extend(messages("receive", &api.receive));
    fields.extend(messages("send", &api.send));
    format!("({})", fields.join(", "))
}

fn messages(direction: &str, flags: &ApiFlags) -> Option<String> {
    let set = flags.words();
    let fields: Vec<String> = set.iter().map(|flag| format!("{flag}: true")).collect();
    (!set.is_empty()).then(|| format!("{direction}: ({})", fields.join(", ")))
}

fn setting((key, value): &Setting) -> String {
    let key = underscored(key);
    match value {
        Value::Bare(word) if word == "auto" => format!("{key}: \"auto\""),
        Value::Bare(word) => format!("{key}: {word}"),
        Value::Text(text) => format!("{key}: {}", string(text)),
    }
}

fn underscored(key: &str) -> String {
    key.replace('-', "_")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| string(item)).collect::<Vec<_>>().join(", "))
}

/// A string in quotes: a raw one where that saves escapes.
fn string(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains("\"#") && !text.chars().any(char::is_control) {
        return format!("r#\"{text}\"#");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
