//! Where an option comes from: a variable with dots, one with underscores, the env file.

use std::{collections::HashMap, path::PathBuf};

use super::Lookup;

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
    pub(super) fn option(&self, section: &str, option: &str) -> Option<&str> {
        let in_file = || self.file.get(&format!("{section}.{option}")).map(String::as_str);
        self.variable(section, option).or_else(in_file)
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

/// The options of an INI text, of the sections that are called `exabgp.…`.
fn ini(text: &str) -> HashMap<String, String> {
    let mut section = None;
    let mut options = HashMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            section = name.trim().strip_prefix("exabgp.");
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
