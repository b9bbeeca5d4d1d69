//! `fleets: [( count: 1000, … )]`: many neighbors out of one description.
//!
//! The fields are those of a neighbor. Each member takes the next value of what is given as a range, and fills in
//! the places of routes and names; behind this, members are neighbors as if each had been written.

use super::{
    Reader,
    neighbor::{self, inside},
    pattern::{Fault, Pattern},
    series::{self, Series},
    tree::{Field, Node, Tree},
};
use crate::{
    check::Refusal,
    draft::{Draft, Settings},
    error::Error,
    exabgp::static_routes,
    value,
};

/// Reads a fleet and adds its members.
pub(super) fn read<'t>(reader: &mut Reader<'t>, node: Node<'t>) -> Result<(), Error> {
    let (tree, before) = (reader.tree, reader.tree.faults.count());
    let fields = tree.fields(node)?;
    let count = fields.iter().find(|field| field.key == COUNT);
    let count = count.ok_or_else(|| tree.refuse(node, COUNT, "every fleet says how many members it has"))?;
    let count = self::count(tree, count)?;
    let (mut own, mut shared) = (Own::default(), Vec::new());
    tree.each(fields.iter().filter(|field| field.key != COUNT), |field| {
        if !own.take(tree, field, count)? {
            shared.push(*field);
        }
        Ok(())
    })?;
    let mut base = neighbor::read_fields(reader, &shared, &[COUNT])?;
    let sound = reader.inherit(node, &fields, &mut base)?;
    let fleet = Fleet { node, fields: &fields, routes: own.compile(tree)?, own: &own };
    if !sound || tree.faults.count() > before {
        return Ok(());
    }
    fleet.launch(reader, base, count)
}

/// What each member has of its own.
#[derive(Default)]
struct Own<'t> {
    series: Vec<(&'static series::Each, Series)>,
    routes: Vec<(Node<'t>, String)>,
    texts: Vec<(Node<'t>, &'t str, String)>,
}

impl<'t> Own<'t> {
    /// Takes a field that differs from member to member; the others are shared.
    fn take(&mut self, tree: &Tree<'t>, field: &Field<'t>, count: u32) -> Result<bool, Error> {
        match field.key {
            "routes" => {
                for node in tree.items(field.value)? {
                    self.routes.push((node, tree.scalar(node, field.key)?));
                }
                return Ok(true);
            }
            "description" | "host_name" => {
                self.texts.push((field.value, field.key, tree.text(field)?));
                return Ok(true);
            }
            _ => {}
        }
        let Some(each) = series::find(field.key) else { return Ok(false) };
        let text = tree.text(field)?;
        if !each.is_range(&text) {
            return Ok(false);
        }
        let series = each.range(&text).ok_or_else(|| tree.unexpected(field, &text, each.expects))?;
        if series.length < count.into() {
            let reason = format!("{text} is enough for {} members, and count is {count}", series.length);
            return Err(tree.refuse(field.value, field.key, reason));
        }
        self.series.push((each, series));
        Ok(true)
    }

    /// The routes: those that are the same for all are read here.
    fn compile(&self, tree: &Tree<'t>) -> Result<Vec<Statement<'t, '_>>, Error> {
        let mut statements = Vec::with_capacity(self.routes.len());
        tree.each(&self.routes, |(node, text)| {
            let pattern = Pattern::parse(text).map_err(|fault| refuse(tree, *node, "routes", fault))?;
            let mut statement = Statement { node: *node, pattern, fixed: None };
            if statement.pattern.is_fixed() {
                let mut draft = Draft::default();
                statement.read(tree, 0, text, &mut draft)?;
                statement.fixed = Some(draft);
            }
            statements.push(statement);
            Ok(())
        })?;
        Ok(statements)
    }
}

/// A statement about routes.
struct Statement<'t, 'p> {
    node: Node<'t>,
    pattern: Pattern<'p>,
    /// Its routes, when they are the same for all.
    fixed: Option<Draft>,
}

impl<'t> Statement<'t, '_> {
    fn add(&self, tree: &Tree<'t>, n: u32, text: &mut String, draft: &mut Draft) -> Result<(), Error> {
        if let Some(fixed) = &self.fixed {
            draft.routes.extend_from_slice(&fixed.routes);
            draft.bare.extend_from_slice(&fixed.bare);
            draft.remarks.extend_from_slice(&fixed.remarks);
            return Ok(());
        }
        let filled = self.pattern.fill(n.into(), &draft.settings, text);
        filled.map_err(|fault| refuse(tree, self.node, "routes", fault))?;
        self.read(tree, n, text, draft)
    }

    /// Reads what the member made of it; a fault is shown where it comes from.
    fn read(&self, tree: &Tree<'t>, n: u32, text: &str, draft: &mut Draft) -> Result<(), Error> {
        neighbor::route(text, draft).map_err(|fault| {
            let hint = static_routes::hint(&fault);
            let column = fault.column.saturating_sub(1);
            let (offset, width) = self.pattern.origin(n.into(), &draft.settings, column, fault.word.len());
            let member = if self.pattern.is_fixed() { String::new() } else { format!(", member {n} has {text}") };
            let message = format!("{}{member}", fault.message);
            refuse(tree, self.node, "routes", Fault { offset, width, message, hint })
        })
    }
}

/// A fleet whose members are still to be made.
struct Fleet<'t, 'p> {
    node: Node<'t>,
    fields: &'p [Field<'t>],
    routes: Vec<Statement<'t, 'p>>,
    own: &'p Own<'t>,
}

impl<'t> Fleet<'t, '_> {
    fn launch(&self, reader: &mut Reader<'t>, mut base: Draft, count: u32) -> Result<(), Error> {
        let tree = reader.tree;
        let inherited = std::mem::take(&mut base.routes);
        let texts = self.own.texts.iter().map(|(node, key, text)| {
            let pattern = Pattern::parse(text).map_err(|fault| refuse(tree, *node, key, fault))?;
            Ok((*node, *key, pattern))
        });
        let texts: Vec<(Node<'_>, &str, Pattern<'_>)> = texts.collect::<Result<_, Error>>()?;
        let (first, mut text) = (reader.config.neighbors.len(), String::new());
        for n in 0..count {
            let mut draft = base.clone();
            for (each, series) in &self.own.series {
                series.nth(n).into_iter().for_each(|item| (each.give)(&mut draft.settings, item));
            }
            for (node, key, pattern) in &texts {
                let filled = pattern.fill(n.into(), &draft.settings, &mut text);
                filled.map_err(|fault| refuse(tree, *node, key, fault))?;
                *slot(&mut draft.settings, key) = Some(text.clone());
            }
            draft.routes.reserve_exact(self.routes.len() + inherited.len());
            self.routes.iter().try_for_each(|statement| statement.add(tree, n, &mut text, &mut draft))?;
            draft.routes.extend_from_slice(&inherited);
            self.admit(reader, draft, (n, first))?;
        }
        Ok(())
    }

    fn admit(&self, reader: &mut Reader<'t>, draft: Draft, (n, first): (u32, usize)) -> Result<(), Error> {
        let neighbor = reader.census.admit(draft, reader.env).map_err(|mut refusal| {
            refusal.message = explain(&refusal, n, first);
            refusal.twin = refusal.twin.filter(|twin| *twin < first);
            reader.refuse(self.node, self.fields, refusal)
        })?;
        // What is said of one member is true of them all.
        if n == 0 {
            reader.warn(self.node);
        }
        reader.census.remarks.clear();
        reader.keep(self.node, neighbor);
        Ok(())
    }
}

/// Why the member `n` is refused, of a fleet whose first member is the neighbor `first`.
fn explain(refusal: &Refusal, n: u32, first: usize) -> String {
    let message = &refusal.message;
    let Some(twin) = refusal.twin.and_then(|twin| twin.checked_sub(first)) else {
        return if n == 0 { message.clone() } else { format!("{message}, in member {n}") };
    };
    format!(
        "{message}: members {twin} and {n} are the same neighbor, they need a range of peer_address, local_address, \
         local_as, peer_as or router_id, or of listen"
    )
}

fn count<'t>(tree: &Tree<'t>, field: &Field<'t>) -> Result<u32, Error> {
    let word = tree.text(field)?;
    let count = value::narrow(&word).filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| tree.unexpected(field, &word, COUNT_EXPECTS))
}

fn slot<'s>(settings: &'s mut Settings, key: &str) -> &'s mut Option<String> {
    if key == "host_name" { &mut settings.host_name } else { &mut settings.description }
}

/// An error about a part of a text, or about all of it when its bytes do not stand for themselves.
fn refuse(tree: &Tree<'_>, node: Node<'_>, key: &str, fault: Fault) -> Error {
    let (offset, width) = match inside(node) {
        Some(start) => (start + fault.offset, fault.width),
        None => (0, node.text.len()),
    };
    tree.refuse_at(node, offset, width, (key, fault.message)).hint(fault.hint)
}

/// The key that makes a neighbor a fleet.
pub(super) const COUNT: &str = "count";
/// What it has to be.
pub(super) const COUNT_EXPECTS: &str = "a number from 1 to 100000";
const MOST: u32 = 100_000;

#[cfg(test)]
mod tests {
    use crate::{Config, Env, Error, Form, Origin, load_str};

    fn fleet(fields: &str) -> Result<Config, Error> {
        let text = format!(
            "(templates: {{\"leaf\": (router_id: \"9.9.9.9\", hold_time: 30, apis: [(name: \"a\", fsm: true)], \
             routes: [\"route 192.0.2.0/24 next-hop self\"])}},\nfleets: [(\n{fields}\n)])"
        );
        load_str(&text, &Origin { form: Some(Form::Ron), ..Origin::named("test.ron") }, &Env::default())
    }

    fn first_line(fields: &str) -> String {
        fleet(fields).unwrap_err().to_string().lines().next().unwrap_or_default().to_owned()
    }

    const ADDRESSES: &str = "peer_address: \"127.1.0.0/16\", local_address: \"127.0.0.1\"";
    const PLAIN: &str = "peer_address: \"127.1.0.0/16\", local_address: \"127.0.0.1\", local_as: 1, peer_as: 2";

    #[test]
    fn members_are_neighbors() {
        let config = fleet(
            "count: 300, inherit: \"leaf\", peer_address: \"127.1.0.1/16\", local_address: \"127.0.0.1\", local_as: 65000, \
             peer_as: \"65001..66000\", router_id: \"10.0.0.0/8\", connect: \"1790..\", description: \"leaf {n+1}\", \
             routes: [\"route 10.{n/256}.{n%256}.0/24 next-hop self community {peer_as}:{n}\", \"route 10.9.0.0/16 next-hop self\"]",
        );
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.neighbors.len(), 300);
        let last = &config.neighbors[299];
        let name = "neighbor 127.1.1.44 local-ip 127.0.0.1 local-as 65000 peer-as 65300 router-id 10.0.1.43 family-allowed in-open";
        assert_eq!((last.name(), last.connect, last.description.as_str()), (name.to_owned(), 2089, "leaf 300"));
        let routes: Vec<_> = last.routes.iter().map(|spec| spec.route.nlri.to_string()).collect();
        assert_eq!(routes, ["10.1.43.0/24", "10.9.0.0/16", "192.0.2.0/24"]);
        assert_eq!((last.hold_time, last.apis.len()), (30, 1));
    }

    #[test]
    fn a_fleet_is_what_would_be_written() {
        let routes = "routes: [\"route 10.0.{n}.0/24 next-hop self\"]";
        let one = fleet(&format!("{PLAIN}, count: 1, inherit: [\"leaf\"], {routes}")).unwrap();
        let text = "neighbor 127.1.0.0 { local-address 127.0.0.1; local-as 1; peer-as 2; router-id 9.9.9.9; hold-time 30; \
                    api a { fsm; } static { route 10.0.0.0/24 next-hop self; route 192.0.2.0/24 next-hop self; } }";
        let plain = load_str(text, &Origin::named("test.conf"), &Env::default()).unwrap();
        assert_eq!(one.neighbors, plain.neighbors);
    }

    #[test]
    fn a_range_that_is_too_short_is_refused() {
        let told = first_line(&format!("count: 3, {ADDRESSES}, local_as: 1,\n   peer_as: \"10..11\""));
        assert_eq!(told, "test.ron:4:13: peer_as: 10..11 is enough for 2 members, and count is 3");
        let told = first_line(&format!("count: 3, {ADDRESSES}, local_as: 1,\n   peer_as: \"11..10\""));
        let expected = "\"11..10\" is not valid, expected an AS number, auto or a range such as \"65001..65100\"";
        assert_eq!(told, format!("test.ron:4:13: peer_as: {expected}"));
        let told = first_line("count: 3, peer_address: \"10.0.0.255/24\"");
        assert_eq!(told, "test.ron:3:25: peer_address: 10.0.0.255/24 is enough for 1 members, and count is 3");
    }

    #[test]
    fn members_have_to_differ() {
        let told = first_line(
            "count: 3, local_as: 1, peer_as: 2, router_id: \"1.1.1.1\", connect: \"1..9\", peer_address: \"10.0.0.1\"",
        );
        let expected =
            "test.ron:3:89: peer_address: duplicate peer definition 10.0.0.1: members 0 and 1 are the same neighbor";
        assert!(told.starts_with(expected), "{told}");
        let same = "local_as: \"1..9\", peer_as: 2, router_id: \"1.1.1.1\", peer_address: \"10.0.0.1\"";
        assert_eq!(fleet(&format!("count: 3, {same}")).unwrap().neighbors.len(), 3);
        let told = first_line(&format!("count: 3, {same}), (count: 2, {same}"));
        assert!(told.ends_with("duplicate peer definition 10.0.0.1, the other one is at test.ron:2:10"), "{told}");
    }

    #[test]
    fn what_is_wrong_with_a_route_is_pointed_at() {
        let told = |route: &str| {
            let error = fleet(&format!("count: 300, {PLAIN}, routes: [\n\"{route}\"]")).unwrap_err().to_string();
            (error.lines().next().unwrap_or_default().to_owned(), error.lines().last().unwrap_or_default().to_owned())
        };
        let (first, last) = told("route 10.0.{n}.0/24 next-hop self");
        assert!(first.starts_with("test.ron:4:8: routes: "), "{first}");
        assert!(first.ends_with(", member 256 has route 10.0.256.0/24 next-hop self"), "{first}");
        assert_eq!(last.trim_start_matches([' ', '|']), "^".repeat(13));
        let (first, last) = told("route 10.0.{n%256}.0/24 next-hop self comunity 1:1");
        assert!(
            first.starts_with("test.ron:4:40: routes: unknown command \"comunity\", member 0 has route"),
            "{first}"
        );
        assert_eq!(last, "did you mean \"community\"?");
        let (first, last) = told("route 10.0.{m}.0/24 next-hop {loacl_address}");
        assert!(first.starts_with("test.ron:4:13: routes: \"{m}\" is not something a member knows"), "{first}");
        assert_eq!(last.trim_start_matches([' ', '|']), "^^^");
        assert_eq!(told("route 10.0.0.0/24 next-hop {loacl_address}").1, "did you mean \"local_address\"?");
        assert_eq!(told("route 10.0.0.0/24 nexthop self").0, "test.ron:4:20: routes: unknown command \"nexthop\"");
    }

    #[test]
    fn what_else_is_wrong_is_pointed_at() {
        assert_eq!(first_line(PLAIN), "test.ron:2:10: count: every fleet says how many members it has");
        let told = first_line("count: 100_001");
        assert_eq!(told, "test.ron:3:8: count: \"100_001\" is not valid, expected a number from 1 to 100000");
        assert!(first_line(&format!("count: 2, {PLAIN}, conut: 3")).contains("conut: unknown key, expected one of "));
        let error = fleet(&format!("count: 2, {PLAIN}, inherit: \"laef\"")).unwrap_err().to_string();
        assert!(error.ends_with("did you mean \"leaf\"?"), "{error}");
        let told = first_line("count: 2, peer_address: \"10.0.0.0/8\", peer_as: 3");
        assert_eq!(told, "test.ron:2:10: incomplete neighbor, missing local-as");
        assert!(
            first_line(&format!("count: 2, {PLAIN}, description: \"{{x}}\"")).contains("description: \"{x}\" is not")
        );
    }

    #[test]
    fn ten_thousand_members_are_no_matter() {
        let route = |of: u32| format!("\"route {of}.{{n/256}}.{{n%256}}.0/24 next-hop self\"");
        let routes = (10..20).map(route).collect::<Vec<_>>().join(", ");
        let apis = "(processes_match: [\"c.*\"])";
        let text = format!(
            "(processes: [(name: \"c\", run: \"/bin/cat\")], fleets: [(count: 10000, {PLAIN}, apis: [{apis}], routes: [{routes}])])"
        );
        let config = load_str(&text, &Origin { form: Some(Form::Ron), ..Origin::named("test.ron") }, &Env::default());
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        let routes: usize = config.neighbors.iter().map(|neighbor| neighbor.routes.len()).sum();
        assert_eq!((config.neighbors.len(), routes), (10_000, 100_000));
        assert!(config.neighbors.iter().all(|neighbor| neighbor.apis.iter().all(|api| api.commanders == ["c"])));
        assert_eq!(crate::diff(&config, &config), []);
    }

    #[test]
    fn a_remark_is_made_once() {
        let config = fleet(&format!("count: 9, {PLAIN}, host_name: \"a..b\"")).unwrap();
        assert_eq!(config.warnings.len(), 1, "{:?}", config.warnings);
        assert_eq!(config.warnings[0].line, 2);
    }
}
