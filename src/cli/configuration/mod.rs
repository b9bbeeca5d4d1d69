//! `exactix configuration`: what ExaBGP has under that word. Checking is `validate`.

mod export;

use std::{
    fs,
    io::{self, Write as _},
};

use anyhow::{Context as _, anyhow};
use config::Env;
use serde::Serialize as _;
use serde_json::{Value, ser::PrettyFormatter};

use crate::{
    args::{Configuration, ConfigurationAction, Example, Export, usage},
    validate,
};

/// A neighbor and what it needs.
const NEIGHBOR: &str = include_str!("../../../config/exabgp/neighbor.conf");
/// Every section.
const FULL: &str = include_str!("../../../config/exabgp/example.conf");

/// Does what was asked for; 1 when nothing was.
pub(crate) fn run(options: &Configuration, env: &Env) -> anyhow::Result<i32> {
    match &options.action {
        Some(ConfigurationAction::Validate(options)) => validate::run(options, env),
        Some(ConfigurationAction::Export(options)) => export(options, env),
        Some(ConfigurationAction::Example(options)) => example(options),
        None => {
            write!(io::stderr(), "{}", usage("configuration"))?;
            Ok(1)
        }
    }
}

fn example(options: &Example) -> anyhow::Result<i32> {
    let text = if options.which == "neighbor" { NEIGHBOR } else { FULL };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(0)
}

/// Writes a configuration as it was understood.
fn export(options: &Export, env: &Env) -> anyhow::Result<i32> {
    let file = &options.configuration;
    let config = config::load(file, env).map_err(|error| match error.to_string().strip_prefix("error: ") {
        Some(why) => anyhow!("error: {why}"),
        None => anyhow!("error: {} is not a valid config file: {error}", file.display()),
    })?;
    let text = indented(&export::json(&config), options.indent)?;
    match &options.output {
        Some(output) => fs::write(output, text).with_context(|| format!("cannot write {}", output.display()))?,
        None => io::stdout().lock().write_all(&text)?,
    }
    Ok(0)
}

/// The text of a value, each level so many blanks in.
fn indented(value: &Value, blanks: u8) -> anyhow::Result<Vec<u8>> {
    let (margin, mut text) = (vec![b' '; blanks.into()], Vec::new());
    let formatter = PrettyFormatter::with_indent(&margin);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter))?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use config::Origin;

    use super::*;

    #[test]
    fn examples_are_configurations() {
        for text in [NEIGHBOR, FULL] {
            let config = config::load_str(text, &Origin::named("example.conf"), &Env::default()).unwrap();
            assert_eq!(config.warnings, []);
            assert!(!config.neighbors.is_empty());
        }
    }

    #[test]
    fn the_full_example_has_every_section() {
        for section in ["process", "template", "neighbor", "capability", "family", "add-path", "nexthop", "api"] {
            assert!(FULL.contains(&format!("{section} ")), "{section}");
        }
        for section in ["static {", "announce {", "flow {", "l2vpn {", "operational {"] {
            assert!(FULL.contains(section), "{section}");
        }
    }

    #[test]
    fn indents() {
        let value = serde_json::json!({ "a": [1] });
        assert_eq!(indented(&value, 1).unwrap(), b"{\n \"a\": [\n  1\n ]\n}\n");
        assert_eq!(indented(&value, 0).unwrap(), b"{\n\"a\": [\n1\n]\n}\n");
    }
}
