//! The structs of the native form, for documentation and schemas, out of the tables that read them.

use wire::Quirks;

use super::{
    ROOT, fleet,
    neighbor::SECTIONS,
    restart::{CHILDREN, OF_PROCESS, POLICY},
    series,
};
use crate::{
    check::Census,
    draft::{Draft, Settings},
    env::Env,
    exabgp::{
        announce, api, capability, family, neighbor, next_hop, operational, paths, process, static_routes, tcp_ao,
    },
    health::{HEALTH_OPTIONS, HealthOption, KEYS},
    key::{Key, Read},
    neighbor::Neighbor,
    restart::{Policy, Restart},
    value::Auto,
};

/// A struct of the native form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struct {
    /// What other structs call it.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its fields.
    pub fields: Vec<Entry>,
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What its value has to be.
    pub expects: String,
    /// What it is for, one line.
    pub doc: String,
    /// What holds when it is not given, where that can be said in a word.
    pub default: Option<String>,
    /// Whether it has to be given.
    pub required: bool,
    /// How its value is built.
    pub shape: Shape,
}

/// How the value of a field is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// One word: a string, a number, a name.
    Word,
    /// A list of words, or one string with blanks between them.
    Words,
    /// A list of strings, each starting with one of these words.
    Statements(Vec<&'static str>),
    /// A struct.
    Struct(&'static str),
    /// A list of structs.
    List(&'static str),
    /// Structs by name.
    Map(&'static str),
}

impl Entry {
    fn new(name: &str, expects: &str, doc: &str, shape: Shape) -> Self {
        let (name, expects, doc) = (name.to_owned(), expects.to_owned(), doc.to_owned());
        Self { name, expects, doc, default: None, required: false, shape }
    }

    fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn default(mut self, default: &str) -> Self {
        self.default = Some(default.to_owned());
        self
    }
}

/// The structs, the outermost first.
pub fn structs() -> Vec<Struct> {
    let neighbor = neighbor_fields();
    let mut fleet =
        vec![Entry::new(fleet::COUNT, fleet::COUNT_EXPECTS, "How many members there are.", Shape::Word).required()];
    fleet.extend(neighbor.iter().cloned().map(member));
    vec![
        Struct { name: "Config", doc: "The whole file.", fields: root() },
        Struct { name: "Process", doc: "A helper program.", fields: process_fields() },
        Struct {
            name: "HealthCheck",
            doc: "A service that the daemon checks; to its neighbors it is a process of that name.",
            fields: health_fields(),
        },
        Struct { name: "Neighbor", doc: "A neighbor, or a template for some.", fields: neighbor },
        Struct { name: "Fleet", doc: "Many neighbors out of one description.", fields: fleet },
        Struct { name: "Capability", doc: "What the OPEN offers, beyond the families.", fields: capability_fields() },
        Struct { name: "TcpAo", doc: "The key of the TCP Authentication Option (RFC 5925).", fields: tcp_ao_fields() },
        Struct { name: "Api", doc: "Helpers bound to a neighbor, and what they are told.", fields: api_fields() },
        Struct { name: "Messages", doc: "Which messages are told, and in which form.", fields: rows(api::FLAGS) },
        Struct { name: "Restart", doc: "How children are restarted.", fields: restart_fields() },
        Struct { name: "Policy", doc: "The numbers for one kind of child.", fields: rows(POLICY) },
        Struct { name: "Signals", doc: "What signals do.", fields: signals() },
    ]
}

/// The top level. What there is to say of each field is said here, in the order of the table that reads them.
fn root() -> Vec<Entry> {
    let about = |name: &&'static str| match *name {
        "include" => {
            let doc =
                "Files in RON that come before this one, each once; their paths start at the directory of this file.";
            Entry::new(name, "a file, or a list of them", doc, Shape::Words)
        }
        "processes" => Entry::new(name, "a list of processes", "Helper programs.", Shape::List("Process")),
        "templates" => {
            let doc = "What neighbors and fleets of this file, and of those that include it, can inherit.";
            Entry::new(name, "neighbors by name", doc, Shape::Map("Neighbor"))
        }
        "health_checks" => {
            let doc = "Services that the daemon checks, and announces accordingly.";
            Entry::new(name, "a list of health checks", doc, Shape::List("HealthCheck"))
        }
        "neighbors" => Entry::new(name, "a list of neighbors", "Whom to speak with.", Shape::List("Neighbor")),
        "fleets" => Entry::new(name, "a list of fleets", "Many neighbors at once.", Shape::List("Fleet")),
        "restart" => Entry::new(name, "a struct", "How children are restarted.", Shape::Struct("Restart")),
        "faults" => {
            Entry::new(name, "true or false", "Whether helpers may inject faults.", Shape::Word).default("false")
        }
        "quirks" => {
            let doc = "Where the bytes of ExaBGP are wanted in place of the RFC's.";
            let names: Vec<&str> = Quirks::ALL.names().collect();
            let expects = format!("exabgp for all, or some of {}", names.join(", "));
            Entry::new(name, &expects, doc, Shape::Words).default("none")
        }
        _ => Entry::new(name, "a struct", "What signals do.", Shape::Struct("Signals")),
    };
    ROOT.iter().map(about).collect()
}

fn process_fields() -> Vec<Entry> {
    let name = Entry::new("name", "a name", "Its name, unique in all files.", Shape::Word).required();
    let finish = |entry: Entry| match entry.name.as_str() {
        "run" => entry.required(),
        "encoder" => entry.default("json"),
        "rate_limit" => entry.default("disable"),
        _ => entry.default("true"),
    };
    let usual = |entry: Entry| if entry.name == "routes" { entry.default("Keep") } else { entry };
    let doc = "How it is started again; else as restart says.";
    let restart = Entry::new("restart", "a struct", doc, Shape::Struct("Policy"));
    let own = rows(OF_PROCESS).into_iter().map(usual).chain([restart]);
    std::iter::once(name).chain(rows(process::KEYS).into_iter().map(finish)).chain(own).collect()
}

fn health_fields() -> Vec<Entry> {
    let name =
        Entry::new("name", "a name", "Its name, unique in all files, processes included.", Shape::Word).required();
    let usual = |(entry, row): (Entry, &HealthOption)| Entry { default: row.default(), ..entry };
    std::iter::once(name).chain(rows(KEYS).into_iter().zip(HEALTH_OPTIONS).map(usual)).collect()
}

fn neighbor_fields() -> Vec<Entry> {
    let usual = usual();
    let mut fields = rows(neighbor::KEYS);
    for field in &mut fields {
        let default = NEIGHBOR.iter().find(|(name, _)| *name == field.name);
        field.default = default.zip(usual.as_ref()).map(|((_, tell), usual)| tell(usual));
        if MANDATORY.contains(&field.name.as_str()) {
            field.doc.push_str(HAS_TO_BE);
        }
    }
    let section = |name: &&'static str| match *name {
        "capability" => Entry::new(name, "a struct", "What the OPEN offers.", Shape::Struct("Capability")),
        "tcp_ao" => {
            let doc = "Sign segments, in place of MD5; needs Linux 6.7 and CONFIG_TCP_AO.";
            Entry::new(name, "a struct", doc, Shape::Struct("TcpAo"))
        }
        "families" => {
            statements(name, "families, as in \"ipv4 unicast\"", "The families of the session.", words(family::KEYS))
                .default("all")
        }
        "add_path" => {
            let doc = "The families ADD-PATH is restricted to.";
            statements(name, "families, as in \"ipv4 unicast limit 4\"", doc, words(paths::KEYS)).default("all")
        }
        "nexthop" => {
            let doc = "Families whose next hops may be of the other version of IP.";
            statements(name, "families, as in \"ipv4 unicast ipv6\"", doc, words(next_hop::KEYS)).default("none")
        }
        "routes" => {
            let starts = words(static_routes::KEYS).into_iter().chain(["flow"]).chain(words(announce::KEYS)).collect();
            statements(name, "routes, as in \"route 10.0.0.0/24 next-hop self\"", "Routes to announce.", starts)
        }
        "operational" => {
            let expects = "messages, as in \"asm afi ipv4 safi unicast advisory hello\"";
            statements(name, expects, "OPERATIONAL messages to send.", words(operational::KEYS))
        }
        _ => Entry::new(
            name,
            "a list of apis",
            "Which helpers may command it, and what they are told.",
            Shape::List("Api"),
        ),
    };
    fields.extend(SECTIONS.iter().map(section));
    fields
}

/// The same field of a fleet, which may differ from member to member.
fn member(mut entry: Entry) -> Entry {
    if let Some(each) = series::find(&entry.name) {
        each.expects.clone_into(&mut entry.expects);
    } else if matches!(entry.name.as_str(), "routes" | "description" | "host_name") {
        entry.expects.push_str("; with places such as {n}");
    }
    entry
}

fn capability_fields() -> Vec<Entry> {
    let usual = usual();
    let mut fields = rows(capability::KEYS);
    for field in &mut fields {
        let default = CAPABILITY.iter().find(|(name, _)| *name == field.name);
        field.default = default.zip(usual.as_ref()).map(|((_, tell), usual)| tell(usual));
    }
    fields
}

fn tcp_ao_fields() -> Vec<Entry> {
    let finish = |mut entry: Entry| {
        if entry.name == "base64" {
            return entry.default("false");
        }
        entry.doc.push_str(HAS_TO_BE);
        entry
    };
    rows(tcp_ao::KEYS).into_iter().map(finish).collect()
}

fn api_fields() -> Vec<Entry> {
    let name = Entry::new("name", "a name", "Its name, unique in all files; without one it gets one.", Shape::Word);
    let messages = [("receive", "Messages from the neighbor."), ("send", "Messages to the neighbor.")];
    let messages = messages.map(|(name, doc)| Entry::new(name, "a struct", doc, Shape::Struct("Messages")));
    std::iter::once(name).chain(rows(api::KEYS)).chain(messages).collect()
}

fn restart_fields() -> Vec<Entry> {
    let usual = Restart::default();
    let about = |name: &&'static str| {
        let (doc, policy) = match *name {
            "peer" => ("The session of a neighbor.", usual.peer),
            "rib" => ("The routes of a neighbor.", usual.rib),
            "process" => ("A helper program.", usual.process),
            "listener" => ("A listening socket.", usual.listener),
            "rate_limiter" => ("The one who grants rates.", usual.rate_limiter),
            "service" => ("Signals.", usual.service),
            _ => {
                let doc = "What happens when a helper cannot be kept running.";
                return Entry::new(name, "Quarantine or StopDaemon", doc, Shape::Word).default("Quarantine");
            }
        };
        Entry::new(name, "a struct", doc, Shape::Struct("Policy")).default(&told(policy))
    };
    CHILDREN.iter().map(about).collect()
}

fn signals() -> Vec<Entry> {
    vec![Entry::new("hup", "Stop or Reload", "What SIGHUP does.", Shape::Word).default("Reload")]
}

fn told(policy: Policy) -> String {
    let Policy { first, max, jitter, intensity, window, quarantine } = policy;
    format!("(first: {first:?}, max: {max:?}, jitter: {jitter}, intensity: {intensity}, window: {window:?}, quarantine: {quarantine:?})")
        .replace("0ns", "0s")
}

fn statements(name: &str, expects: &str, doc: &str, starts: Vec<&'static str>) -> Entry {
    Entry::new(name, expects, doc, Shape::Statements(starts))
}

fn words<T>(keys: &'static [Key<T>]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

fn rows<T>(keys: &'static [Key<T>]) -> Vec<Entry> {
    let row = |key: &'static Key<T>| {
        let shape = if matches!(key.read, Read::Value(_)) { Shape::Word } else { Shape::Words };
        Entry::new(&key.name.replace('-', "_"), key.expects, key.doc, shape)
    };
    keys.iter().map(row).collect()
}

/// A neighbor of which only the least is said, which shows what holds when a field is not given.
fn usual() -> Option<Neighbor> {
    let settings = Settings {
        peer_address: Some((std::net::Ipv4Addr::LOCALHOST.into(), None)),
        router_id: Some(std::net::Ipv4Addr::LOCALHOST),
        local_as: Some(Auto::Auto),
        peer_as: Some(Auto::Auto),
        ..Settings::default()
    };
    let admitted = Census::default().admit(Draft { settings, ..Draft::default() }, &Env::default());
    admitted.ok()
}

const HAS_TO_BE: &str = " It has to be given, here or in a template.";
const MANDATORY: [&str; 3] = ["peer_address", "local_as", "peer_as"];

type Tell = fn(&Neighbor) -> String;

/// Defaults, as a neighbor of which little is said has them.
static NEIGHBOR: &[(&str, Tell)] = &[
    ("local_address", |n| n.local_address.map_or("auto".into(), |address| address.to_string())),
    ("router_id", |_| "the local address".into()),
    ("hold_time", |n| n.hold_time.to_string()),
    ("send_hold_time", |_| "480, or twice the hold time".into()),
    ("prefix_limit_warning", |n| n.prefix_limit_warning.to_string()),
    ("prefix_limit_idle", |n| n.prefix_limit_idle.to_string()),
    ("range_limit", |n| n.range_limit.to_string()),
    ("rate_limit", |n| if n.rate_limit == 0 { "disable".into() } else { n.rate_limit.to_string() }),
    ("prefix_rate_limit", |_| "disable".into()),
    ("passive", |n| n.passive.to_string()),
    ("listen", |n| if n.listen == 0 { "no port of its own".into() } else { n.listen.to_string() }),
    ("connect", |n| if n.connect == 0 { "that of the environment".into() } else { n.connect.to_string() }),
    ("outgoing_ttl", |n| n.outgoing_ttl.map_or("disable".into(), |ttl| ttl.to_string())),
    ("incoming_ttl", |n| n.incoming_ttl.map_or("disable".into(), |ttl| ttl.to_string())),
    ("md5_base64", |_| "false".into()),
    ("md5_ip", |_| "the local address".into()),
    ("group_updates", |n| n.group_updates.to_string()),
    ("auto_flush", |n| n.auto_flush.to_string()),
    ("adj_rib_out", |n| n.adj_rib_out.to_string()),
    ("adj_rib_in", |n| n.adj_rib_in.to_string()),
    ("manual_eor", |n| n.manual_eor.to_string()),
];

static CAPABILITY: &[(&str, Tell)] = &[
    ("asn4", |n| n.capability.asn4.to_string()),
    ("extended_message", |n| n.capability.extended_message.to_string()),
    ("route_refresh", |n| n.capability.route_refresh.to_string()),
    ("graceful_restart", |n| n.capability.graceful_restart.map_or("disable".into(), |time| time.to_string())),
    ("graceful_notification", |n| n.capability.graceful_notification.to_string()),
    ("long_lived_graceful_restart", |n| {
        n.capability.long_lived_graceful_restart.map_or("disable".into(), |time| time.to_string())
    }),
    ("multi_session", |n| n.capability.multi_session.to_string()),
    ("operational", |n| n.capability.operational.to_string()),
    ("add_path", |n| format!("{:?}", n.capability.add_path).to_lowercase()),
    ("nexthop", |_| "whether nexthop has families".into()),
    ("aigp", |n| n.capability.aigp.to_string()),
    ("software_version", |n| n.capability.software_version.to_string()),
    ("link_local_prefer", |n| n.capability.link_local_prefer.to_string()),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_struct_that_is_named_is_there() {
        let structs = structs();
        for field in structs.iter().flat_map(|structure| &structure.fields) {
            assert!(!field.expects.is_empty() && field.doc.ends_with('.'), "{field:?}");
            if let Shape::Struct(name) | Shape::List(name) | Shape::Map(name) = field.shape {
                assert!(structs.iter().any(|structure| structure.name == name), "{name}");
            }
        }
    }

    #[test]
    fn every_default_belongs_to_a_field() {
        let neighbor = neighbor_fields();
        for (name, _) in NEIGHBOR {
            assert!(neighbor.iter().any(|field| field.name == *name && field.default.is_some()), "{name}");
        }
        assert_eq!(CAPABILITY.len(), capability_fields().iter().filter(|field| field.default.is_some()).count());
    }

    #[test]
    fn nothing_but_what_is_read_is_listed() {
        let names = |name: &str| -> Vec<String> {
            let structs = structs();
            let found = structs.iter().find(|structure| structure.name == name).unwrap();
            found.fields.iter().map(|field| field.name.clone()).collect()
        };
        assert_eq!(names("Config"), ROOT);
        assert_eq!(names("Restart"), CHILDREN);
        assert_eq!(names("Neighbor").len(), neighbor::KEYS.len() + SECTIONS.len());
        assert!(names("Fleet").contains(&"count".to_owned()));
    }
}
