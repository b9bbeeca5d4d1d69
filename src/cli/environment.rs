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

fn installed() -> Option<PathBuf> {
    let root = match std::env::var_os("EXABGP_ROOT") {
        Some(root) => PathBuf::from(root),
        None => {
            let program = std::env::current_exe().ok()?;
            let folder = program.parent()?;
            let inside = matches!(folder.file_name().and_then(|name| name.to_str()), Some("bin" | "sbin"));
            (if inside { folder.parent()? } else { folder }).to_owned()
        }
    };
    Some(root.join(Path::new("etc/exabgp/exabgp.env")))
}
