//! `exactix migrate`: configurations in another form, or in the syntax of a later version; the API of another version.

mod api;
mod translate;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, anyhow, bail};
use config::{
    Config, Env, Error, Form, Origin,
    migrate::{self, Version},
};

use crate::args::{Migrate, OutputPlace, Rewrite, Rewriting};

/// Writes what was asked for; 1 when it cannot be.
pub(crate) fn run(options: &Migrate, env: &Env) -> anyhow::Result<i32> {
    match (&options.rewriting, &options.file) {
        (Some(Rewriting::Conf(options)), _) => rewrite(options),
        (Some(Rewriting::Api(options)), _) => api::run(options),
        (None, Some(file)) => convert(options, file, env),
        (None, None) => {
            let usage = "usage: exactix migrate [--to ron|conf] [-o FILE | -i] FILE, or exactix migrate conf -f 3.4|4|5 \
                         -t 4|5|main [-o FILE | -i] [-n] [-v] [-w] FILE, or exactix migrate api -f 4|5 -t 5|main [-v] \
                         [TEXT | --exec PROGRAM [ARGUMENT]...]";
            writeln!(io::stderr(), "{usage}")?;
            Ok(1)
        }
    }
}

/// Writes the configuration in the other form, once it is known to read back as it was.
fn convert(options: &Migrate, file: &Path, env: &Env) -> anyhow::Result<i32> {
    let config = load(file, env)?;
    let form = options.to.unwrap_or(if config.form == Form::Ron { Form::Exabgp } else { Form::Ron });
    let is_ron = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron"));
    if options.place.in_place && form == Form::Exabgp && is_ron {
        bail!("{} is read as RON because of its name; use -o with another one", file.display());
    }
    let written = config::write(&config, form).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    let origin = Origin { name: "what was written".to_owned(), form: Some(form), ..Origin::file(file) };
    let back = config::load_str(&written.text, &origin, env).context("what was written cannot be read back")?;
    if let Some(why) = config::difference(&config, &back) {
        bail!("{}: what was written does not read back as it was: {why}", file.display());
    }
    let mut err = io::stderr().lock();
    for warning in &config.warnings {
        writeln!(err, "warning: {}:{}: {}", file.display(), warning.line, warning.message)?;
    }
    written.left_out.iter().try_for_each(|sentence| writeln!(err, "warning: {}: {sentence}", file.display()))?;
    deliver(&written.text, file, &options.place)?;
    Ok(0)
}

/// Reads a configuration; one in an old syntax is brought up to date first.
fn load(file: &Path, env: &Env) -> anyhow::Result<Config> {
    match config::load(file, env) {
        Ok(config) => Ok(config),
        Err(error) => match modernised(file, env) {
            Some((config, changes)) => {
                let mut err = io::stderr().lock();
                changes.iter().try_for_each(|change| writeln!(err, "note: {}: {change}", file.display()))?;
                Ok(config)
            }
            None => Err(refused(file, &error)),
        },
    }
}

/// The configuration by the fewest rules that make it readable, and what they changed.
fn modernised(file: &Path, env: &Env) -> Option<(Config, Vec<String>)> {
    let text = String::from_utf8_lossy(&fs::read(file).ok()?).into_owned();
    [Version::V4, Version::V5, Version::Main].into_iter().find_map(|to| {
        let done = migrate::rewrite(&text, Version::V3, to);
        let config = config::load_str(&done.text, &Origin::file(file), env).ok()?;
        Some((config, done.changes))
    })
}

fn refused(file: &Path, error: &Error) -> anyhow::Error {
    let text = error.to_string();
    match text.strip_prefix("error: ") {
        Some(reason) => anyhow!("{reason}"),
        None => anyhow!("{} is not a valid config file: {text}", file.display()),
    }
}

/// Rewrites text by the rules between two versions.
fn rewrite(options: &Rewrite) -> anyhow::Result<i32> {
    let Rewrite { from, to, file, .. } = options;
    if from >= to {
        bail!("cannot migrate from {} to {}: only to a later version", from.name(), to.name());
    }
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut done = migrate::rewrite(&text, *from, *to);
    if options.wrap_api && *to == Version::Main {
        done.then(migrate::wrap(&done.text, *from));
    } else if options.wrap_api {
        writeln!(io::stderr(), "warning: -w has a meaning for -t main alone")?;
    }
    if options.dry_run {
        let mut out = io::stdout().lock();
        writeln!(out, "Migration: {} -> {}", from.name(), to.name())?;
        if done.changes.is_empty() {
            writeln!(out, "No changes needed.")?;
        }
        done.changes.iter().try_for_each(|change| writeln!(out, "  {change}"))?;
        return Ok(0);
    }
    if options.verbose {
        let mut err = io::stderr().lock();
        done.changes.iter().try_for_each(|change| writeln!(err, "{change}"))?;
    }
    deliver(&done.text, file, &options.place)?;
    Ok(0)
}

/// Writes the text where it is wanted.
fn deliver(text: &str, file: &Path, place: &OutputPlace) -> anyhow::Result<()> {
    let target = match (&place.output, place.in_place) {
        (Some(output), _) => output,
        (None, true) => {
            let backup = backup(file);
            fs::copy(file, &backup).with_context(|| format!("cannot write {}", backup.display()))?;
            file
        }
        (None, false) => return Ok(io::stdout().lock().write_all(text.as_bytes())?),
    };
    fs::write(target, text).with_context(|| format!("cannot write {}", target.display()))
}

/// `<file>.<YYYYMMDD-HHMMSS>.bak`, in UTC; with a number behind the time when there is one already.
fn backup(file: &Path) -> PathBuf {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let named = |more: &str| PathBuf::from(format!("{}.{}{more}.bak", file.display(), stamp(seconds)));
    let first = named("");
    if !first.exists() {
        return first;
    }
    (1_u32..).map(|number| named(&format!("-{number}"))).find(|path| !path.exists()).unwrap_or(first)
}

/// A time as `YYYYMMDD-HHMMSS`.
fn stamp(seconds: u64) -> String {
    let (mut day, rest) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut month) = (1970, 1);
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    for (index, length) in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
        let length = length + u64::from(index == 1 && leap(year));
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}{month:02}{:02}-{:02}{:02}{:02}", day + 1, rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_a_date() {
        assert_eq!(stamp(0), "19700101-000000");
        assert_eq!(stamp(951_782_399), "20000228-235959");
        assert_eq!(stamp(951_868_799), "20000229-235959");
        assert_eq!(stamp(1_735_689_599), "20241231-235959");
    }

    #[test]
    fn a_backup_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.conf");
        let first = backup(&file);
        fs::write(&first, "").unwrap();
        assert_ne!(backup(&file), first);
        assert!(first.display().to_string().ends_with(".bak"));
    }
}
