//! docs/CONFIG.md is written from the tables that read configurations. `REGENERATE=1` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test may fail this way")]

use std::{fmt::Write as _, path::Path};

use config::{Entry, Env, Form, Keyword, OPTIONS, Origin, Shape, Struct, keywords, load_str, structs};

#[test]
fn the_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONFIG.md");
    let page = page();
    if std::env::var_os("REGENERATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(written.lines().chain(std::iter::repeat(""))).find(|(new, old)| new != old);
    assert!(page == written, "docs/CONFIG.md is stale, REGENERATE=1 writes it anew: {differs:?}");
}

#[test]
fn every_keyword_is_on_it() {
    let page = page();
    for Keyword { section, name, .. } in keywords() {
        assert!(page.contains(&format!("`{name}`")), "{section} {name}");
    }
    for field in structs().iter().flat_map(|structure| &structure.fields) {
        assert!(page.contains(&format!("`{}`", field.name)), "{}", field.name);
    }
}

#[test]
fn its_examples_load() {
    let examples: Vec<&str> = [NATIVE, INCLUDES, FLEETS].iter().filter_map(|part| example(part)).collect();
    assert_eq!(examples.len(), 2);
    for text in examples {
        let origin = Origin { form: Some(Form::Ron), ..Origin::named("CONFIG.md") };
        let config = load_str(text, &origin, &Env::default());
        assert!(config.is_ok_and(|config| !config.neighbors.is_empty()), "{text}");
    }
}

fn example(part: &str) -> Option<&str> {
    part.split_once("```ron\n")?.1.split_once("```").map(|(text, _)| text)
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str(NATIVE);
    structs().iter().for_each(|structure| write_struct(&mut page, structure));
    page.push_str(INCLUDES);
    page.push_str(FLEETS);
    page.push_str(EXABGP);
    let all = keywords();
    let sections = all.chunk_by(|one, next| one.section == next.section);
    sections.for_each(|section| write_section(&mut page, section));
    page.push_str(ENVIRONMENT);
    for option in OPTIONS {
        let kind = if option.is_ours() { option.kind.expects() } else { format!("{:?}", option.kind) };
        let default = code(Some(option.default).filter(|default| !default.is_empty()));
        writeln!(page, "| `{}` | {} | {default} | {} |", option.variable(), cell(&kind), cell(option.doc)).unwrap();
    }
    page
}

fn write_struct(page: &mut String, structure: &Struct) {
    writeln!(page, "\n### {}\n\n{}\n", structure.name, structure.doc).unwrap();
    writeln!(page, "| field | expects | default | what it is for |\n|---|---|---|---|").unwrap();
    for field in &structure.fields {
        let default = if field.required { "has to be given".to_owned() } else { code(field.default.as_deref()) };
        writeln!(page, "| `{}` | {} | {default} | {} |", field.name, expected(field), cell(&field.doc)).unwrap();
    }
}

/// What a field expects, with a link where that is a struct.
fn expected(field: &Entry) -> String {
    let link = |name: &str| format!("[{name}](#{})", name.to_lowercase());
    match &field.shape {
        Shape::Word => cell(&field.expects),
        Shape::Words => cell(&field.expects.replace(" in brackets", "")),
        Shape::Statements(_) => format!("list of {}", cell(&field.expects)),
        Shape::Struct(name) => link(name),
        Shape::List(name) => format!("list of {}", link(name)),
        Shape::Map(name) => format!("map from names to {}", link(name)),
    }
}

fn write_section(page: &mut String, section: &[Keyword]) {
    let Some(first) = section.first() else { return };
    writeln!(page, "\n### {}\n", first.section).unwrap();
    writeln!(page, "| keyword | in RON | expects | what it is for |\n|---|---|---|---|").unwrap();
    for Keyword { name, expects, doc, .. } in section {
        let native = native(first.section, name);
        writeln!(page, "| `{name}` | {native} | {} | {} |", cell(expects), cell(doc)).unwrap();
    }
}

/// How the native form says a keyword.
fn native(section: &str, name: &str) -> String {
    match section {
        "family" => format!("`families: [\"{name} …\"]`"),
        "static" | "announce" => format!("`routes: [\"{name} …\"]`"),
        "flow" => "`routes: [\"flow route …\"]`".to_owned(),
        "l2vpn" => "`routes: [\"l2vpn vpls …\"]`".to_owned(),
        "add-path" => format!("`add_path: [\"{name} …\"]`"),
        "nexthop" | "operational" => format!("`{section}: [\"{name} …\"]`"),
        _ => format!("`{}`", name.replace('-', "_")),
    }
}

/// A default: a value as code, anything else as words.
fn code(text: Option<&str>) -> String {
    match text {
        Some(sentence) if sentence.contains(' ') && !sentence.starts_with('(') => cell(sentence),
        Some(value) => format!("`{}`", cell(value)),
        None => String::new(),
    }
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

const HEAD: &str = "\
# Configuration

This page is written from the tables that read configurations (`make golden REGENERATE=1`); the words of routes are in
[ROUTES.md](ROUTES.md). A file is in our own form, RON, or in ExaBGP's; which of them it is, is seen from its first character
or from its name ending in `.ron`. `exactix validate my.ron` says what is wrong with it, `exactix schema` prints what follows
as JSON Schema. The directory `config` has examples.
";

const NATIVE: &str = "
## Our own form

A file is one struct: fields in parentheses, lists in brackets, maps in braces, text in quotes, comments after `//`. A field
that is left out, or `None`, has its default. A value is one word, quoted or not. Names are ExaBGP's with underscores.

```ron
(
    processes: [(name: \"feed\", run: [\"/bin/cat\"])],
    templates: {\"edge\": (local_as: 65000, router_id: \"192.0.2.2\", families: [\"ipv4 unicast\"])},
    neighbors: [
        (peer_address: \"192.0.2.1\", peer_as: 65001, inherit: [\"edge\"], apis: [(processes: [\"feed\"])]),
    ],
)
```

What a neighbor says wins over its templates; lists, other than that of families, are joined, those of templates last. A time
is `\"500ms\"`, `\"30s\"`, `\"5m\"` or `\"1h\"`, without a unit seconds.
";

const INCLUDES: &str = "
## Includes

`include: [\"common.ron\", \"sites/east.ron\"]` takes in other files in RON. A path starts at the directory of the file that
names it. Each file is read once, before the one that includes it, so that its templates can be inherited and its neighbors
come first; it means the same whoever includes it. A file cannot include itself, directly or by way of others. What has a
name - processes, templates, apis, neighbors - is defined once, and `restart`, `faults`, `quirks` and `signals` are given in one
file; an error names both places. Programs are looked up beside the file that names them.
";

const FLEETS: &str = "
## Fleets

A fleet is `count` neighbors out of one description: everything else - reports, selectors, a reload - knows them as plain
neighbors. Its fields are those of a neighbor. Seven of them can be a range, of which each member takes the next:

| field | one for all | a range |
|---|---|---|
| `peer_address`, `local_address` | `\"127.0.0.1\"` | `\"127.1.0.1/16\"`, `\"127.1.0.1..127.1.3.232\"`, `\"127.1.0.1..\"` |
| `router_id` | `\"10.0.0.1\"` | `\"10.0.0.1/8\"`, `\"10.0.0.1..10.0.3.232\"`, `\"10.0.0.1..\"` |
| `local_as`, `peer_as` | `65000` | `\"65001..66000\"`, `\"65001..\"` |
| `connect`, `listen` | `1790` | `\"1790..2789\"`, `\"1790..\"` |

A range starts with what is written before the slash or the dots. A prefix ends with its last address, two dots with what
follows them, which belongs to the range, or with the last there is. A range may be longer than `count`; one that is shorter is
refused, nothing starts again from its beginning. In a neighbor a prefix as `peer_address` is a range from which anybody may
connect; in a fleet it is one address for each member.

In `routes`, `description` and `host_name` a member fills in the places in braces:

| place | member 515 writes |
|---|---|
| `{n}` | `515`; the first member is 0 |
| `{n/256}` `{n%256}` `{n*4}` | `2` `3` `2060` |
| `{n/256%256}` `{n%256+1}` `{n*2-1}` | `2` `4` `1029`; from left to right, and one sum or difference at the end |
| `{peer_address}` `{local_address}` `{router_id}` | its address, ours, our BGP Identifier |
| `{local_as}` `{peer_as}` `{connect}` `{listen}` | its number |

A brace with no letter behind it is that of an AS set. Anything else is refused. Routes of templates are the same for all
members. Two members cannot be the same neighbor: they differ in `peer_address`, `local_address`, `local_as`, `peer_as` or
`router_id`, or, when they have a port of their own, in `peer_address` or `listen`.

```ron
(
    templates: {\"leaf\": (local_as: 65000, hold_time: 30, families: [\"ipv4 unicast\"])},
    fleets: [(
        count: 1000,
        inherit: [\"leaf\"],
        peer_address: \"192.0.2.1\",
        local_address: \"10.99.0.1/16\",
        peer_as: 65001,
        description: \"leaf {n+1}\",
        routes: [\"route 10.{n/256}.{n%256}.0/24 next-hop self large-community {local_as}:1:{n}\"],
    )],
)
```

`split /24` behind a route gives each member many of them: `route 20.{n}.0.0/16 next-hop self split /24` is 256 routes.
";

const EXABGP: &str = "
## ExaBGP's form

Sections and their keywords, and how our own form says the same. A neighbor's address stands behind `neighbor`.
";

const ENVIRONMENT: &str = "
## Environment

Settings of the daemon itself, for both forms. `exabgp_tcp_port` can be written `exabgp.tcp.port` as well, and stand in a file
that `--env-file` names. What begins with `exactix` is not in ExaBGP: it can be written in capitals or `exactix.faults` as well,
stands in the section `[exactix]` of such a file, is refused when its name or value is not known, and yields to what a file in
our own form says.

| variable | type | default | what it is for |
|---|---|---|---|
";
