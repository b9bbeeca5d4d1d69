//! Values of options as `exabgp env` shows them: what is shown can be read again.

use std::fmt::Write as _;

use super::{Env, OPTIONS, Variable, VariableKind, table};

impl Variable {
    /// A value as it is shown, whichever way it was written.
    pub fn shown(&self, text: &str) -> String {
        let text = text.trim();
        match self.kind {
            VariableKind::Boolean => table::boolean(text).to_string(),
            VariableKind::Integer => text.parse::<i64>().map_or_else(|_| text.to_owned(), |number| number.to_string()),
            VariableKind::Float => text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| format!("{number:?}")),
            VariableKind::Level => text.to_ascii_uppercase(),
            VariableKind::Word | VariableKind::Choice(_) | VariableKind::Switch => text.to_owned(),
            VariableKind::Umask => {
                let digits = text.strip_prefix("0o").unwrap_or(text);
                u32::from_str_radix(digits, 8).map_or_else(|_| format!("'{text}'"), |mask| format!("'0o{mask:o}'"))
            }
            VariableKind::User
            | VariableKind::Addresses
            | VariableKind::Text
            | VariableKind::Quirks
            | VariableKind::Policy => {
                format!("'{text}'")
            }
        }
    }
}

/// Which options are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of ExaBGP, and of ours those that differ from their defaults: the output is ExaBGP's unless one of ours is set.
    Usual,
    /// Those that differ from their defaults.
    Changed,
    /// Every one.
    All,
}

impl Env {
    /// The options with their values as they are shown.
    fn settings(&self, which: Which) -> impl Iterator<Item = (&'static Variable, String)> {
        let shown = |row: &'static Variable| (row, row.shown(self.value(row.name).unwrap_or(row.default)));
        let settings = OPTIONS.iter().filter(|row| !row.is_hidden()).map(shown);
        settings.filter(move |(row, value)| match which {
            Which::All => true,
            Which::Usual => !row.is_ours() || *value != row.shown(row.default),
            Which::Changed => *value != row.shown(row.default),
        })
    }

    /// An env file with these settings, sections and options by the alphabet.
    pub fn as_file(&self, which: Which) -> String {
        let mut settings: Vec<_> = self.settings(which).collect();
        settings.sort_by_key(|(row, _)| (row.is_ours(), row.section(), row.option()));
        let (mut out, mut section) = (String::new(), "");
        for (row, value) in settings {
            if row.section() != section {
                section = row.section();
                let _ = writeln!(out, "\n[{}{section}]", if row.is_ours() { "" } else { "exabgp." });
            }
            let _ = writeln!(out, "{} = {value}", row.option());
        }
        out
    }

    /// The same as variables of a process, one a line, in the order in which they are documented.
    pub fn as_variables(&self, which: Which) -> String {
        self.settings(which).fold(String::new(), |mut out, (row, value)| {
            let _ = writeln!(out, "{}={value}", row.dotted());
            out
        })
    }
}

/// A line for each option: what it is for, and its default.
pub fn explained() -> String {
    let mut rows: Vec<_> = OPTIONS.iter().filter(|row| !row.is_hidden()).collect();
    rows.sort_by_key(|row| (row.is_ours(), row.name));
    rows.into_iter().fold(String::new(), |mut out, row| {
        let name = row.dotted();
        let _ = writeln!(out, "    {name:<27} {}. default ({})", row.doc, row.shown(row.default));
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(variables: &[(&str, &str)], file: &str) -> Env {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Env::from_sources(&super::super::Sources::new(variables, file)).unwrap()
    }

    const SOME: [(&str, &str); 6] = [
        ("exabgp_tcp_port", "1790"),
        ("exabgp.log.level", "debug"),
        ("exabgp_tcp_bind", "127.0.0.1 ::1"),
        ("exabgp_daemon_umask", "0022"),
        ("exabgp_api_encoder", "text"),
        ("exabgp_log_all", "no"),
    ];

    #[test]
    fn what_differs_from_the_defaults() {
        let expected = "exabgp.daemon.umask='0o22'\nexabgp.log.level=DEBUG\nexabgp.tcp.bind='127.0.0.1 ::1'\n\
                        exabgp.tcp.port=1790\nexabgp.api.encoder=text\n";
        assert_eq!(env(&SOME, "").as_variables(Which::Changed), expected);
        let expected = "\n[exabgp.log]\nlevel = DEBUG\n\n[exabgp.tcp]\nport = 1790\n";
        assert_eq!(env(&SOME[..2], "").as_file(Which::Changed), expected);
        assert_eq!(Env::default().as_file(Which::Changed) + &Env::default().as_variables(Which::Changed), "");
    }

    #[test]
    fn everything_in_order() {
        let text = Env::default().as_file(Which::All);
        assert!(text.starts_with("\n[exabgp.api]\nack = true\nchunk = 1\ncli = true\n"), "{text}");
        assert!(text.contains("\numask = '0o137'\nuser = 'nobody'\n") && text.contains("\nspeed = 1.0\n"), "{text}");
        assert!(text.contains("\nlevel = INFO\n") && !text.contains("[exabgp.debug]"), "{text}");
        let text = Env::default().as_variables(Which::All);
        assert!(text.starts_with("exabgp.profile.enable=false\nexabgp.profile.file=''\n"), "{text}");
        assert_eq!(text.lines().count(), OPTIONS.iter().filter(|row| !row.is_hidden()).count());
    }

    #[test]
    fn an_env_file_that_is_shown_means_the_same() {
        let changed = env(&SOME, "");
        for text in [changed.as_file(Which::All), changed.as_file(Which::Changed)] {
            assert_eq!(env(&[], &text).as_file(Which::All), changed.as_file(Which::All));
        }
    }

    #[test]
    fn ours_are_behind_those_of_exabgp_once_they_are_set() {
        let usual = Env::default().as_file(Which::Usual);
        assert!(!usual.contains("exactix") && usual.contains("[exabgp.tcp]"), "{usual}");
        assert_eq!(usual, Env::default().as_file(Which::All).split("\n[exactix]").next().unwrap());
        let env = env(&[("EXACTIX_FAULTS", "yes"), ("exactix_restart_peer", "intensity 3")], "");
        let ours = "\n[exactix]\nfaults = yes\nrestart_peer = 'intensity 3'\n";
        assert_eq!(env.as_file(Which::Usual), format!("{usual}{ours}"));
        assert_eq!(env.as_file(Which::Changed), ours);
        assert_eq!(env.as_variables(Which::Changed), "exactix.faults=yes\nexactix.restart_peer='intensity 3'\n");
    }

    #[test]
    fn every_option_is_explained() {
        let text = explained();
        assert!(text.contains("    exabgp.api.ack              "), "{text}");
        assert!(text.contains("user to run as. default ('nobody')"), "{text}");
    }
}
