//! The settings of the environment: variables above the env file above the defaults.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use config::Env;

/// Reads the settings. Without a name the env file is the one of `EXABGP_ENVFILE`, or `etc/exabgp/exabgp.env` under the
/// installation.
pub(crate) fn read(named: Option<PathBuf>) -> anyhow::Result<Env> {
    let file = named.or_else(|| std::env::var_os("EXABGP_ENVFILE").map(PathBuf::from)).or_else(installed);
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Env::from_process(variables, file.as_deref().filter(|file| file.is_file())).map_err(|error| anyhow!("{error}"))
}

fn installed() -> Option<PathBuf> {
    Some(root()?.join(Path::new("etc/exabgp/exabgp.env")))
}

/// Where the program is installed.
pub(crate) fn root() -> Option<PathBuf> {
    if let Some(root) = std::env::var_os("EXABGP_ROOT") {
        return Some(PathBuf::from(root));
    }
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    let inside = matches!(folder.file_name().and_then(|name| name.to_str()), Some("bin" | "sbin"));
    Some((if inside { folder.parent()? } else { folder }).to_owned())
}
