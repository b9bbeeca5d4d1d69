//! The settings of the environment: variables above the env file above the defaults.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use config::Env;

/// The env file. Without a name it is the one of `EXABGP_ENVFILE`, or `etc/exabgp/exabgp.env` under the installation.
pub(crate) fn file(named: Option<PathBuf>) -> Option<PathBuf> {
    named.or_else(|| std::env::var_os("EXABGP_ENVFILE").map(PathBuf::from)).or_else(installed)
}

/// Reads the settings. An env file that is not there says nothing.
pub(crate) fn read(file: Option<&Path>) -> anyhow::Result<Env> {
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Env::from_process(variables, file.filter(|file| file.is_file())).map_err(|error| anyhow!("{error}"))
}

/// The configuration of a name: one that starts with `etc/exabgp` is under the installation, if it is there.
pub(crate) fn configuration(named: &mut PathBuf) {
    let inside = named.starts_with(ETC).then(root).flatten().map(|root| root.join(&*named));
    if let Some(inside) = inside.filter(|file| file.is_file()) {
        *named = inside;
    }
}

fn installed() -> Option<PathBuf> {
    Some(root()?.join(ETC).join("exabgp.env"))
}

/// Where we are installed.
pub(crate) fn root() -> Option<PathBuf> {
    if let Some(root) = std::env::var_os("EXABGP_ROOT") {
        return Some(PathBuf::from(root));
    }
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    let inside = matches!(folder.file_name().and_then(|name| name.to_str()), Some("bin" | "sbin"));
    Some((if inside { folder.parent()? } else { folder }).to_owned())
}

/// Where configurations are, under an installation.
const ETC: &str = "etc/exabgp";
