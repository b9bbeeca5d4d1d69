//! What ExaBGP has no option for: settings of our own, which a configuration in RON can say as well and then wins over.

use wire::Quirks;

use super::Env;
use crate::{
    error::Error,
    key::{self, Read},
    model::{Form, Hup, Signals},
    restart::{OnExceed, Policy, Restart},
    ron::POLICY,
    suggest,
};

/// The section they are in.
pub(super) const SECTION: &str = "exactix";

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactixEnv {
    /// Where the reference's bytes are wanted.
    pub quirks: Quirks,
    /// Whether helpers may inject faults.
    pub faults: bool,
    /// What SIGHUP does, unless it is what the form of the configuration says.
    pub hup: Option<Hup>,
    /// How children are restarted.
    pub restart: Restart,
    /// The log is one JSON object a line.
    pub log_json: bool,
    /// Milliseconds between the start of helpers and that of sessions, for what they say at once.
    pub head_start: u16,
}

impl ExactixEnv {
    /// The meaning of signals for a configuration in this form.
    pub fn signals(&self, form: Form) -> Signals {
        self.hup.map_or_else(|| form.signals(), |hup| Signals { hup })
    }
}

impl Default for ExactixEnv {
    fn default() -> Self {
        Self {
            quirks: Quirks::NONE,
            faults: false,
            hup: None,
            restart: Restart::default(),
            log_json: false,
            head_start: 0,
        }
    }
}

/// Stores `true` or `false`; a word that is neither is refused, unlike those of ExaBGP's options.
pub(super) fn switch(slot: &mut bool, text: &str) -> Option<()> {
    *slot = crate::value::boolean(text)?;
    Some(())
}

/// Stores the names of quirks.
pub(super) fn quirks(env: &mut Env, text: &str) -> Option<()> {
    env.exactix.quirks = Quirks::parse(text).ok()?;
    Some(())
}

/// Stores what SIGHUP does.
pub(super) fn hup(env: &mut Env, text: &str) -> Option<()> {
    let known = [("Form", None), ("Stop", Some(Hup::Stop)), ("Reload", Some(Hup::Reload))];
    env.exactix.hup = chosen(&known, text)?;
    Some(())
}

/// Stores what a helper that cannot be kept running means.
pub(super) fn on_exceed(env: &mut Env, text: &str) -> Option<()> {
    let known = [("Quarantine", OnExceed::Quarantine), ("StopDaemon", OnExceed::StopDaemon)];
    env.exactix.restart.on_exceed = chosen(&known, text)?;
    Some(())
}

fn chosen<T: Copy>(known: &[(&str, T)], text: &str) -> Option<T> {
    known.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value)
}

/// Stores the keys of a policy, each with its value: `intensity 3 window 10s`. The others stay.
pub(super) fn policy(slot: &mut Policy, text: &str) -> Option<()> {
    let (mut policy, mut words) = (*slot, text.split_whitespace());
    while let Some(name) = words.next() {
        let Read::Value(read) = key::find(POLICY, name)?.read else { return None };
        read(&mut policy, Some(words.next()?)).ok()?;
    }
    *slot = policy;
    Some(())
}

/// The first name among `given` that is one of ours by its start, and yet no setting.
pub(super) fn unknown<'g>(given: impl Iterator<Item = &'g str>, known: &[String]) -> Option<Error> {
    let is_ours = |name: &&str| {
        let lower = name.to_ascii_lowercase();
        let ours = lower.strip_prefix(SECTION).is_some_and(|rest| rest.starts_with(['_', '.']));
        ours && !known.iter().any(|known| known == &lower.replace('.', "_"))
    };
    let name = given.filter(is_ours).min()?;
    let own = |name: &str| name.get(SECTION.len() + 1..).unwrap_or_default().to_owned();
    let names: Vec<String> = known.iter().map(|known| own(known)).collect();
    let meant = own(&name.to_ascii_lowercase().replace('.', "_"));
    let hint = match suggest::nearest(&meant, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {SECTION}_{near}?"),
        None => format!("expected one of {}", known.join(", ")),
    };
    Some(Error::bare(format!("{name} is no setting of exactix; {hint}")))
}
