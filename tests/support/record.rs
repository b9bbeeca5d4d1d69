//! What a speaker has seen.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    time::{Duration, Instant},
};

use wire::{
    AnyAttribute, AnyNlri, Attributes, Family, NextHop, Notify, Operational, RouteRefresh, Update,
    attribute::{AsPath, Communities, LargeCommunities},
};

/// What the daemon told a speaker, over all its sessions; tables are those of the current one.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// A session is established.
    pub(crate) up: bool,
    /// Sessions that came to be established.
    pub(crate) sessions: u32,
    /// Established sessions that ended.
    pub(crate) resets: u32,
    /// UPDATEs of the current session, End-of-RIBs excepted.
    pub(crate) updates: u64,
    /// Routes announced in the current session, each time they were.
    pub(crate) announced: u64,
    /// Routes withdrawn in the current session, each time they were.
    pub(crate) withdrawn: u64,
    /// End-of-RIBs of the current session.
    pub(crate) end_of_ribs: Vec<Family>,
    /// NOTIFICATIONs of all sessions.
    pub(crate) notifications: Vec<Notify>,
    /// OPERATIONAL messages of the current session.
    pub(crate) notices: Vec<Operational>,
    /// ROUTE-REFRESHes of the current session.
    pub(crate) refreshes: Vec<RouteRefresh>,
    /// Next hop and attributes of UPDATEs without routes, in the current session.
    pub(crate) bare: Vec<String>,
    /// Connections that the daemon has reset.
    pub(crate) cut: u32,
    /// What was malformed, in all sessions.
    pub(crate) complaints: Vec<String>,
    /// Code and subcode of the NOTIFICATIONs that this led to.
    pub(crate) complained: Vec<(u8, u8)>,
    /// When the current session came to be established.
    pub(crate) since: Option<Instant>,
    /// When a route was announced or withdrawn last.
    pub(crate) learned: Option<Instant>,
    table: HashMap<AnyNlri, (NextHop, Attributes)>,
    heard: Option<Instant>,
    longest_gap: Duration,
}

/// The route to a prefix, in a form that any implementation's output can be brought to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Path {
    /// Next hop.
    pub(crate) next_hop: String,
    /// AS numbers of the path.
    pub(crate) as_path: Vec<u32>,
    /// Communities and large communities as text, sorted.
    pub(crate) communities: Vec<String>,
}

/// Paths by prefix.
pub(crate) type Table = BTreeMap<String, Path>;

impl Record {
    /// The number of routes held.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Every route held.
    pub(crate) fn table(&self) -> Table {
        self.table
            .iter()
            .map(|(nlri, (next_hop, attributes))| (nlri.to_string(), Path::of(next_hop, attributes)))
            .collect()
    }

    /// The attributes of every route held, as text, by prefix: for tests of attributes that a [`Path`] lacks.
    pub(crate) fn attributes(&self) -> BTreeMap<String, String> {
        self.table.iter().map(|(nlri, (_, attributes))| (nlri.to_string(), attributes.to_string())).collect()
    }

    /// The longest silence of the daemon within an established session, one that still lasts included.
    pub(crate) fn longest_gap(&self) -> Duration {
        let current = self.heard.map_or(Duration::ZERO, |heard| heard.elapsed());
        self.longest_gap.max(current)
    }

    /// Forgets silences of the past.
    pub(crate) fn forget_gaps(&mut self) {
        self.longest_gap = Duration::ZERO;
    }

    pub(super) fn established(&mut self) {
        self.forget_session();
        self.up = true;
        self.sessions += 1;
        self.heard = Some(Instant::now());
        self.since = self.heard;
    }

    pub(super) fn lost(&mut self) {
        self.forget_session();
        self.up = false;
        self.resets += 1;
        self.heard = None;
    }

    pub(super) fn heard(&mut self) {
        if let Some(heard) = &mut self.heard {
            let now = Instant::now();
            self.longest_gap = self.longest_gap.max(now - *heard);
            *heard = now;
        }
    }

    pub(super) fn learn(&mut self, update: Update) {
        self.complaints.extend(update.complaints);
        if let Some(family) = update.end_of_rib {
            self.end_of_ribs.push(family);
            return;
        }
        self.updates += 1;
        self.learned = Some(Instant::now());
        if update.announced.is_empty() && update.withdrawn.is_empty() {
            let next_hop = update.next_hop.map(|address| format!("next-hop {address} ")).unwrap_or_default();
            self.bare.push(format!("{next_hop}{}", update.attributes));
        }
        for nlri in update.withdrawn {
            self.withdrawn += 1;
            self.table.remove(&nlri);
        }
        for reach in update.announced {
            for nlri in reach.nlris {
                self.announced += 1;
                self.table.insert(nlri, (reach.next_hop, update.attributes.clone()));
            }
        }
    }

    fn forget_session(&mut self) {
        self.table.clear();
        self.end_of_ribs.clear();
        self.notices.clear();
        self.refreshes.clear();
        self.bare.clear();
        (self.updates, self.announced, self.withdrawn) = (0, 0, 0);
    }
}

impl Path {
    fn of(next_hop: &NextHop, attributes: &Attributes) -> Self {
        let mut path = Self { next_hop: next_hop.to_string(), ..Self::default() };
        for attribute in attributes.iter() {
            match attribute {
                AnyAttribute::AsPath(AsPath(segments)) => {
                    path.as_path = segments.iter().flat_map(|segment| segment.asns.clone()).collect();
                }
                AnyAttribute::Communities(Communities(values)) => {
                    path.communities.extend(values.iter().map(|value| format!("{}:{}", value >> 16, value & 0xFFFF)));
                }
                AnyAttribute::LargeCommunities(LargeCommunities(values)) => {
                    path.communities.extend(values.iter().map(|[a, b, c]| format!("{a}:{b}:{c}")));
                }
                _ => {}
            }
        }
        path.communities.sort();
        path
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "via {} path {:?} communities {:?}", self.next_hop, self.as_path, self.communities)
    }
}

/// Fails the test unless both tables hold the same routes, and names the first few that differ.
pub(crate) fn compare(what: &str, expected: &Table, found: &Table) -> Result<(), String> {
    let missing = expected.iter().filter_map(|(prefix, path)| match found.get(prefix) {
        None => Some(format!("{prefix} is missing, expected {path}")),
        Some(other) if other != path => Some(format!("{prefix} is {other}, expected {path}")),
        Some(_) => None,
    });
    let surplus = found.iter().filter(|(prefix, _)| !expected.contains_key(*prefix));
    let surplus = surplus.map(|(prefix, path)| format!("{prefix} is too much: {path}"));
    let differences: Vec<String> = missing.chain(surplus).collect();
    if differences.is_empty() {
        return Ok(());
    }
    let shown = differences.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n  ");
    Err(format!("{what}: {} of {} routes differ:\n  {shown}", differences.len(), expected.len()))
}

const SHOWN: usize = 5;
