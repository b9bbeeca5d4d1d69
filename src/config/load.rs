//! Reads a configuration: finds the file, sees which form it has, hands it to the reader of that form.

use std::{io::IsTerminal as _, path::Path};

use crate::{
    env::Env,
    error::Error,
    exabgp,
    model::{Config, Form},
    ron,
    source::{Origin, Source},
};

/// Reads the configuration file at `path`.
///
/// # Errors
/// When there is no such file, it cannot be read, or it is refused.
pub fn load(path: &Path, env: &Env) -> Result<Config, Error> {
    let (text, origin) = text_of(path)?;
    load_str(&text, &origin, env)
}

/// The same, telling all that is wrong.
///
/// # Errors
/// Everything that is wrong with the file and those it includes, as far as one fault does not hide another.
pub fn examine(path: &Path, env: &Env) -> Result<Config, Vec<Error>> {
    let (text, origin) = text_of(path).map_err(|error| vec![error])?;
    examine_str(&text, &origin, env)
}

/// The same, of a configuration that is in memory.
///
/// # Errors
/// As [`examine`] has them.
pub fn examine_str(text: &str, origin: &Origin, env: &Env) -> Result<Config, Vec<Error>> {
    load_str(text, origin, env).map_err(|error| match faults(text, origin, env) {
        faults if faults.is_empty() => vec![error],
        faults => faults,
    })
}

/// Whether a name stands for the standard input.
pub fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The text of a file, and what it is called.
fn text_of(path: &Path) -> Result<(String, Origin), Error> {
    if is_standard_input(path) {
        return standard_input();
    }
    let shown = path.display();
    if !path.is_file() {
        return Err(Error::bare(format!("error: {shown} is not an exabgp config file (file not found)")));
    }
    let bytes = std::fs::read(path).map_err(|fault| Error::bare(format!("error: cannot read {shown}: {fault}")))?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), Origin::file(path)))
}

/// What can be read once: a reload finds nothing, and changes nothing.
fn standard_input() -> Result<(String, Origin), Error> {
    if std::io::stdin().is_terminal() {
        return Err(Error::bare("error: the standard input is a terminal, and no configuration"));
    }
    let text = std::io::read_to_string(std::io::stdin());
    let text = text.map_err(|fault| Error::bare(format!("error: cannot read the standard input: {fault}")))?;
    if text.is_empty() {
        return Err(Error::bare("error: there is no configuration on the standard input, or it has been read already"));
    }
    Ok((text, Origin::named("standard input")))
}

fn faults(text: &str, origin: &Origin, env: &Env) -> Vec<Error> {
    let text = without_mark(text);
    let source = Source { name: &origin.name, text, directory: &origin.directory };
    match origin.form.unwrap_or_else(|| form(text)) {
        Form::Ron => ron::faults(&source, env),
        Form::Exabgp => exabgp::faults(&source, env),
    }
}

/// Reads a configuration that is in memory.
///
/// # Errors
/// When it is refused.
pub fn load_str(text: &str, origin: &Origin, env: &Env) -> Result<Config, Error> {
    let text = without_mark(text);
    let source = Source { name: &origin.name, text, directory: &origin.directory };
    match origin.form.unwrap_or_else(|| form(text)) {
        Form::Ron => ron::read(&source, env),
        Form::Exabgp => exabgp::read(&source, env),
    }
}

/// A text without the mark some editors put before it.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// RON starts with a parenthesis, after comments, attributes and the name of the struct. A `.conf` cannot.
pub(crate) fn form(text: &str) -> Form {
    let mut rest = text.trim_start();
    loop {
        let skipped = match rest.as_bytes() {
            [b'/', b'/', ..] => rest.split_once('\n').map(|(_, after)| after),
            [b'/', b'*', ..] => rest.split_once("*/").map(|(_, after)| after),
            [b'#', b'!', b'[', ..] => rest.split_once(']').map(|(_, after)| after),
            _ => break,
        };
        rest = skipped.unwrap_or_default().trim_start();
    }
    let named = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').trim_start();
    if named.starts_with('(') { Form::Ron } else { Form::Exabgp }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_form() {
        assert_eq!(form("// a\n/* b */ #![enable(implicit_some)]\nConfig(\n"), Form::Ron);
        assert_eq!(form("(neighbors: [])"), Form::Ron);
        assert_eq!(form("# (not this)\nneighbor 10.0.0.1 {\n"), Form::Exabgp);
        assert_eq!(form(""), Form::Exabgp);
    }

    #[test]
    fn a_missing_file_is_told_in_the_words_scripts_know() {
        let error = load(Path::new("nope.conf"), &Env::default()).unwrap_err();
        assert_eq!(error.to_string(), "error: nope.conf is not an exabgp config file (file not found)");
    }

    #[test]
    fn shipped_configurations_load() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
        let mut loaded = 0;
        for directory in [root.clone(), root.join("exabgp")] {
            for entry in std::fs::read_dir(&directory).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "ron" || extension == "conf") {
                    let config = load(&path, &Env::default()).unwrap_or_else(|error| panic!("{error}"));
                    assert!(!config.neighbors.is_empty(), "{}", path.display());
                    assert_eq!(config.warnings, [], "{}", path.display());
                    loaded += 1;
                }
            }
        }
        assert!(loaded >= 10, "{loaded}");
    }
}
