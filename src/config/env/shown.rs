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
            VariableKind::Word => text.to_owned(),
            VariableKind::Umask => {
                let digits = text.strip_prefix("0o").unwrap_or(text);
                u32::from_str_radix(digits, 8).map_or_else(|_| format!("'{text}'"), |mask| format!("'0o{mask:o}'"))
            }
            VariableKind::User | VariableKind::Addresses | VariableKind::Text => format!("'{text}'"),
        }
    }
}

impl Env {
    /// The options with their values as they are shown; `changed` leaves out those that have their default.
    fn settings(&self, changed: bool) -> impl Iterator<Item = (&'static Variable, String)> {
        let shown = |row: &'static Variable| (row, row.shown(self.value(row.name).unwrap_or(row.default)));
        let settings = OPTIONS.iter().filter(|row| !row.is_hidden()).map(shown);
        settings.filter(move |(row, value)| !changed || *value != row.shown(row.default))
    }

    /// An env file with these settings, sections and options by the alphabet.
    pub fn as_file(&self, changed: bool) -> String {
        let mut settings: Vec<_> = self.settings(changed).collect();
        settings.sort_by_key(|(row, _)| (row.section(), row.option()));
        let (mut out, mut section) = (String::new(), "");
        for (row, value) in settings {
            if row.section() != section {
                section = row.section();
                let _ = writeln!(out, "\n[exabgp.{section}]");
            }
            let _ = writeln!(out, "{} = {value}", row.option());
        }
        out
    }

    /// The same as variables of a process, one a line, in the order in which they are documented.
    pub fn as_variables(&self, changed: bool) -> String {
        self.settings(changed).fold(String::new(), |mut out, (row, value)| {
            let _ = writeln!(out, "exabgp.{}={value}", row.name);
            out
        })
    }
}

/// A line for each option: what it is for, and its default.
pub fn explained() -> String {
    let mut rows: Vec<_> = OPTIONS.iter().filter(|row| !row.is_hidden()).collect();
    rows.sort_by_key(|row| row.name);
    rows.into_iter().fold(String::new(), |mut out, row| {
        let name = format!("exabgp.{}", row.name);
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
        assert_eq!(env(&SOME, "").as_variables(true), expected);
        let expected = "\n[exabgp.log]\nlevel = DEBUG\n\n[exabgp.tcp]\nport = 1790\n";
        assert_eq!(env(&SOME[..2], "").as_file(true), expected);
        assert_eq!(Env::default().as_file(true) + &Env::default().as_variables(true), "");
    }

    #[test]
    fn everything_in_order() {
        let text = Env::default().as_file(false);
        assert!(text.starts_with("\n[exabgp.api]\nack = true\nchunk = 1\ncli = true\n"), "{text}");
        assert!(text.contains("\numask = '0o137'\nuser = 'nobody'\n") && text.contains("\nspeed = 1.0\n"), "{text}");
        assert!(text.contains("\nlevel = INFO\n") && !text.contains("[exabgp.debug]"), "{text}");
        let text = Env::default().as_variables(false);
        assert!(text.starts_with("exabgp.profile.enable=false\nexabgp.profile.file=''\n"), "{text}");
        assert_eq!(text.lines().count(), OPTIONS.iter().filter(|row| !row.is_hidden()).count());
    }

    #[test]
    fn an_env_file_that_is_shown_means_the_same() {
        let changed = env(&SOME, "");
        for text in [changed.as_file(false), changed.as_file(true)] {
            assert_eq!(env(&[], &text).as_file(false), changed.as_file(false));
        }
    }

    #[test]
    fn every_option_is_explained() {
        let text = explained();
        assert!(text.contains("    exabgp.api.ack              "), "{text}");
        assert!(text.contains("user to run as. default ('nobody')"), "{text}");
    }
}
