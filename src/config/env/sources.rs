//! Where an option comes from: a variable with dots, one with underscores, the env file.

use std::{collections::HashMap, path::PathBuf};

use super::{Lookup, Variable, ours};

/// The variables and the env file, as text.
#[derive(Debug, Default)]
pub(super) struct Sources {
    variables: HashMap<String, String>,
    /// By `section.option`, lower case.
    file: HashMap<String, String>,
}

impl Sources {
    pub(super) fn new(variables: impl Iterator<Item = (String, String)>, file: &str) -> Self {
        Self { variables: variables.collect(), file: ini(file) }
    }

    /// An option from wherever it is set.
    pub(super) fn option(&self, row: &Variable) -> Option<&str> {
        let variable = if row.is_ours() { self.own(row) } else { self.variable(row.section(), row.option()) };
        variable.or_else(|| self.file.get(row.name).map(String::as_str))
    }

    /// One of ours set as a variable.
    fn own(&self, row: &Variable) -> Option<&str> {
        let plain = row.variable();
        let names = [row.dotted(), plain.to_ascii_uppercase()];
        let [dots, capitals] = names.each_ref().map(|name| self.named(name));
        dots.or_else(|| self.named(&plain)).or(capitals)
    }

    /// The names of all variables, and of the options of ours that the file sets.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let prefix = |name: &&String| name.split_once('.').is_some_and(|(section, _)| section == ours::SECTION);
        self.variables.keys().chain(self.file.keys().filter(prefix)).map(String::as_str)
    }

    /// An option set as a variable; the spelling with dots wins.
    pub(super) fn variable(&self, section: &str, option: &str) -> Option<&str> {
        let dots = self.named(&format!("exabgp.{section}.{option}"));
        dots.or_else(|| self.named(&format!("exabgp_{section}_{option}")))
    }

    /// A variable by its whole name.
    pub(super) fn named(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub(super) fn lookup(&self) -> Lookup {
        let path = self.named("PATH").unwrap_or_default();
        Lookup {
            path: path.split(':').filter(|part| !part.is_empty()).map(PathBuf::from).collect(),
            working_directory: PathBuf::from(self.named("PWD").unwrap_or_default()),
            etc: self.named("EXABGP_ETC").map(PathBuf::from),
        }
    }
}

/// The options of an INI text, of the sections that are called `exabgp.…`, and of ours.
fn ini(text: &str) -> HashMap<String, String> {
    let mut section = None;
    let mut options = HashMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            let name = name.trim();
            section = name.strip_prefix("exabgp.").filter(|name| *name != ours::SECTION);
            section = section.or((name == ours::SECTION).then_some(name));
        } else if let (Some(section), Some((option, value))) = (section, line.split_once(['=', ':'])) {
            let option = option.trim().to_ascii_lowercase();
            options.insert(format!("{section}.{option}"), unquoted(value.trim()).to_owned());
        }
    }
    options
}

fn unquoted(value: &str) -> &str {
    let inside = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}
