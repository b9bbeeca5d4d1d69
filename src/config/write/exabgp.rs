//! ExaBGP's form.

use std::fmt::Write as _;

use wire::{Words, nlri::flow::Section as Of};

use super::{
    Unsayable,
    plan::Plan,
    routes::{self, Section, Statement},
    settings::{self, Setting, Value},
};
use crate::{
    model::{Config, Fate, Form, Process},
    neighbor::{Api, ApiFlags, Neighbor},
};

/// The text of the file.
pub(super) fn text(config: &Config) -> Result<String, Unsayable> {
    let mut plan = Plan::of(config)?;
    let mut out = Sections::default();
    for program in &config.processes {
        process(&mut out, program)?;
    }
    if !plan.templates.is_empty() {
        out.open("template");
        for template in &plan.templates {
            out.open(&format!("neighbor {}", template.name));
            api(&mut out, template, Some(&template.name))?;
            out.close();
        }
        out.close();
        out.text.push('\n');
    }
    for one in &config.neighbors {
        neighbor(&mut out, one, &mut plan)?;
    }
    if out.text.is_empty() {
        return Err(Unsayable("a .conf has to have a process or a neighbor".to_owned()));
    }
    out.text.truncate(out.text.trim_end().len());
    out.text.push('\n');
    Ok(out.text)
}

/// Lines, each as far to the right as it is deep.
#[derive(Default)]
struct Sections {
    text: String,
    depth: usize,
}

impl Sections {
    fn line(&mut self, words: &str, end: &str) {
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        self.text.extend([words, end, "\n"]);
    }

    fn statement(&mut self, words: &str) {
        self.line(words, ";");
    }

    fn open(&mut self, words: &str) {
        self.line(words, " {");
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.line("}", "");
    }

    fn section(&mut self, name: &str, statements: &[String]) {
        if !statements.is_empty() {
            self.open(name);
            statements.iter().for_each(|statement| self.statement(statement));
            self.close();
        }
    }
}

fn process(out: &mut Sections, process: &Process) -> Result<(), Unsayable> {
    if process.health.is_some() {
        return Err(Unsayable(format!(
            "health check {}: a .conf has a process that runs exactix healthcheck",
            process.name
        )));
    }
    if process.routes != Fate::Keep || process.restart.is_some() || process.on_exceed.is_some() {
        return Err(Unsayable(format!("process {}: a .conf cannot say what becomes of it when it ends", process.name)));
    }
    if process.api_version.is_some() {
        return Err(Unsayable(format!("process {}: a .conf cannot say the api_version of one process", process.name)));
    }
    let refused = |text: &str| Unsayable(format!("process {}: a .conf cannot say {text:?}", process.name));
    out.open(&format!("process {}", word(&process.name).ok_or_else(|| refused(&process.name))?));
    let mut run = "run".to_owned();
    for argument in &process.run {
        run.extend([" ", &word(argument).ok_or_else(|| refused(argument))?]);
    }
    out.statement(&run);
    // ExaBGP 5.0 does not do without.
    out.statement(&format!("encoder {}", process.encoder.name()));
    for (key, value) in settings::of_process(process, process.encoder) {
        out.statement(&setting(&(key, value)).ok_or_else(|| refused(key))?);
    }
    out.close();
    out.text.push('\n');
    Ok(())
}

fn neighbor(out: &mut Sections, neighbor: &Neighbor, plan: &mut Plan<'_>) -> Result<(), Unsayable> {
    let mask = neighbor.peer_mask.map_or(String::new(), |mask| format!("/{mask}"));
    out.open(&format!("neighbor {}{mask}", neighbor.peer_address));
    let own = plan.own(neighbor);
    let (own, inherited) = neighbor.apis.split_at_checked(own).unwrap_or((&neighbor.apis, &[]));
    match inherited {
        [] => {}
        [one] => out.statement(&format!("inherit {}", one.name)),
        many => {
            let names: Vec<&str> = many.iter().map(|api| api.name.as_str()).collect();
            out.statement(&format!("inherit [ {} ]", names.join(" ")));
        }
    }
    let sayable = |text: &str| word(text).is_some();
    for one in settings::of_neighbor(neighbor, sayable)? {
        let refused = || Unsayable(format!("{neighbor}: {} has both kinds of quotes, which a .conf cannot say", one.0));
        out.statement(&setting(&one).ok_or_else(refused)?);
    }
    let tcp_ao = settings::of_tcp_ao(neighbor, sayable)?;
    out.section("tcp-ao", &tcp_ao.iter().filter_map(setting).collect::<Vec<_>>());
    let capability = settings::of_capability(&neighbor.capability);
    out.section("capability", &capability.iter().filter_map(setting).collect::<Vec<_>>());
    if neighbor.families != wire::Family::ALL {
        out.section("family", &neighbor.families.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    out.section("add-path", &settings::add_paths(neighbor));
    out.section("nexthop", &settings::next_hops(neighbor));
    for one in own {
        let name = plan.name(one);
        api(out, one, name).map_err(|Unsayable(why)| Unsayable(format!("{neighbor}: {why}")))?;
    }
    statements(out, neighbor)?;
    out.close();
    out.text.push('\n');
    Ok(())
}

fn api(out: &mut Sections, api: &Api, name: Option<&str>) -> Result<(), Unsayable> {
    out.open(&name.map_or_else(|| "api".to_owned(), |name| format!("api {name}")));
    for (key, names) in [("processes", &api.processes), ("processes-match", &api.processes_match)] {
        if !names.is_empty() {
            let words = names.iter().map(|name| item(name)).collect::<Result<Vec<_>, _>>()?;
            out.statement(&format!("{key} [ {} ]", words.join(" ")));
        }
    }
    settings::of_api(api).into_iter().for_each(|flag| out.statement(flag));
    messages(out, "receive", &api.receive);
    messages(out, "send", &api.send);
    out.close();
    Ok(())
}

fn messages(out: &mut Sections, direction: &str, flags: &ApiFlags) {
    out.section(direction, &flags.words().into_iter().map(str::to_owned).collect::<Vec<_>>());
}

fn statements(out: &mut Sections, neighbor: &Neighbor) -> Result<(), Unsayable> {
    let mut open = None;
    if !neighbor.bare.is_empty() {
        enter(out, Section::Static);
        open = Some(Section::Static);
    }
    for update in &neighbor.bare {
        let refused = |Unsayable(why)| Unsayable(format!("{neighbor}: {why}"));
        out.statement(&words(&routes::bare(update, Form::Exabgp)).map_err(refused)?);
    }
    for spec in neighbor.routes.iter() {
        let statement = Statement::of(neighbor, spec, Form::Exabgp)?;
        if open != Some(statement.section) {
            open.into_iter().for_each(|section| leave(out, section));
            enter(out, statement.section);
            open = Some(statement.section);
        }
        route(out, &statement).map_err(|Unsayable(why)| Unsayable(format!("{neighbor}: {why}")))?;
    }
    open.into_iter().for_each(|section| leave(out, section));
    let notices =
        neighbor.operational.iter().map(|message| routes::notice(neighbor, message).and_then(|text| words(&text)));
    out.section("operational", &notices.collect::<Result<Vec<_>, _>>()?);
    Ok(())
}

fn enter(out: &mut Sections, section: Section) {
    match section {
        Section::Static => out.open("static"),
        Section::Flow => out.open("flow"),
        Section::L2vpn => out.open("l2vpn"),
        Section::Announce(afi) => {
            out.open("announce");
            out.open(afi);
        }
    }
}

fn leave(out: &mut Sections, section: Section) {
    out.close();
    if matches!(section, Section::Announce(_)) {
        out.close();
    }
}

fn route(out: &mut Sections, statement: &Statement) -> Result<(), Unsayable> {
    let keyword = statement.keyword;
    if let Some(parts) = flow_parts(statement) {
        return flow_block(out, &parts);
    }
    if !statement.block {
        out.statement(&format!("{keyword} {}", words(&statement.line())?));
        return Ok(());
    }
    let (prefix, parts) = statement.parts();
    let parts = parts.iter().map(|part| words(part)).collect::<Result<Vec<_>, _>>()?;
    out.open(&format!("{keyword} {prefix}"));
    parts.iter().for_each(|part| out.statement(part));
    out.close();
    Ok(())
}

/// The statements of a flow specification as a block, which ExaBGP wants for one of a VPN or with a next hop; nothing
/// for others, and for those with attributes that a block cannot have.
fn flow_parts(statement: &Statement) -> Option<Vec<(Of, String)>> {
    if statement.section != Section::Flow || !statement.subject.split(' ').any(|word| matches!(word, "rd" | "next-hop"))
    {
        return None;
    }
    let (mut parts, mut words) = (Vec::new(), Words::new(&statement.subject));
    while let Some(word) = words.next() {
        let mut part = word.text.to_owned();
        let list = words.peek().is_some_and(|next| next.text == "[");
        while let Some(next) = words.next() {
            part.extend([" ", next.text]);
            if !list || next.text == "]" {
                break;
            }
        }
        parts.push((Of::of(word.text), part));
    }
    for part in &statement.rest {
        let keyword = part.split(' ').next().unwrap_or_default();
        let of = Of::of(keyword);
        if of == Of::Route && !matches!(keyword, "watchdog" | "withdraw") {
            return None;
        }
        parts.push((of, part.clone()));
    }
    Some(parts)
}

fn flow_block(out: &mut Sections, parts: &[(Of, String)]) -> Result<(), Unsayable> {
    let of = |section: Of| {
        let parts = parts.iter().filter(|(of, _)| *of == section).map(|(_, part)| words(part));
        parts.collect::<Result<Vec<_>, _>>()
    };
    out.open("route");
    of(Of::Route)?.iter().for_each(|part| out.statement(part));
    for section in [Of::Match, Of::Then, Of::Scope] {
        out.section(section.name(), &of(section)?);
    }
    out.close();
    Ok(())
}

fn setting((key, value): &Setting) -> Option<String> {
    match value {
        Value::Bare(word) => Some(format!("{key} {word}")),
        Value::Text(text) if *key == "description" => quoted(text).map(|text| format!("{key} {text}")),
        Value::Text(text) => word(text).map(|text| format!("{key} {text}")),
    }
}

/// The words of the shared grammar as words of a statement, which are cut in another way.
fn words(line: &str) -> Result<String, Unsayable> {
    let mut out = String::with_capacity(line.len() + 8);
    let mut words = Words::new(line);
    while let Some(one) = words.next() {
        let blank = if out.is_empty() { "" } else { " " };
        let refused = || Unsayable(format!("a .conf cannot say {:?}", one.text));
        match one.text {
            "[" | "]" | "," => out.extend([blank, one.text]),
            text => out.extend([blank, &word(text).ok_or_else(refused)?]),
        }
    }
    Ok(out)
}

/// An item of a list.
fn item(text: &str) -> Result<String, Unsayable> {
    let bracket = matches!(text, "[" | "]" | ",");
    word(text).filter(|_| !bracket).ok_or_else(|| Unsayable(format!("a .conf cannot say {text:?} in a list")))
}

/// A word, in quotes if it needs them; `None` when it has both kinds.
fn word(text: &str) -> Option<String> {
    let special = |c: char| c.is_whitespace() || c.is_control() || ",[];{}#\"'\\".contains(c);
    if !text.is_empty() && !text.contains(special) { Some(text.to_owned()) } else { quoted(text) }
}

/// A word in quotes.
fn quoted(text: &str) -> Option<String> {
    let quote = ['"', '\''].into_iter().find(|quote| !text.contains(*quote))?;
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    Some(out)
}
