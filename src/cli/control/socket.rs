//! The control socket: where a daemon offers it, and where a client finds it.

use std::{
    fs::DirBuilder,
    io::ErrorKind,
    os::unix::{fs::DirBuilderExt as _, net::UnixStream},
    path::{Path, PathBuf},
};

use anyhow::{anyhow, bail};
use config::Env;

use super::{Client, folders};
use crate::environment;

/// Where a daemon offers its socket: where the environment says, else in the first of ExaBGP's folders that has one of that
/// name, else under the installation. None when the environment forbids it.
/// The name of an instance, one of several daemons that were started together, is a part of that of its socket.
pub(crate) fn offered(env: &Env, instance: Option<&Path>) -> Option<PathBuf> {
    if !env.api.cli {
        return None;
    }
    let name = match instance.and_then(Path::file_stem) {
        Some(instance) => format!("{}-{}.sock", env.api.socketname, instance.to_string_lossy()),
        None => name(env),
    };
    match named(env) {
        Named::Path(path) if instance.is_some() => Some(path.with_file_name(name)),
        Named::Path(path) => Some(path),
        Named::Nowhere => None,
        Named::Search => {
            let left = folders::all().map(|folder| folder.join(&name)).find(|path| path.exists());
            let prepared = || {
                folders::outside()
                    .find(|folder| !SHARED.iter().any(|shared| folder == Path::new(shared)) && folder.is_dir())
            };
            left.or_else(|| Some(prepared().or_else(own_folder)?.join(&name)))
        }
    }
}

/// The folder under the installation, made if there is none.
fn own_folder() -> Option<PathBuf> {
    let folder = environment::root()?.join("run");
    let _ = DirBuilder::new().mode(0o700).create(&folder);
    Some(folder)
}

/// Connects to the daemon.
///
/// # Errors
/// When none is found, or it does not answer.
pub(crate) fn connect(env: &Env, given: Option<PathBuf>) -> anyhow::Result<Client> {
    let path = match (given, named(env)) {
        (Some(path), _) | (None, Named::Path(path)) => path,
        (None, Named::Nowhere) => bail!("exabgp_cli_socket is empty: there is no control socket to talk to"),
        (None, Named::Search) => find(env)?,
    };
    let stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => anyhow!("no daemon answers at {}", path.display()),
        _ => anyhow!("cannot connect to {}: {error}", path.display()),
    })?;
    let say = stream.try_clone()?;
    Ok(Client::new(stream.into(), Box::new(say)))
}

fn find(env: &Env) -> anyhow::Result<PathBuf> {
    let places: Vec<PathBuf> = folders::all().map(|folder| folder.join(name(env))).collect();
    places
        .iter()
        .find(|path| path.exists())
        .cloned()
        .ok_or_else(|| anyhow!("no control socket: is the daemon running? looked for {}", folders::listed(&places)))
}

/// What the environment says of the place.
enum Named {
    Path(PathBuf),
    Nowhere,
    Search,
}

fn named(env: &Env) -> Named {
    if let Some(path) = std::env::var_os("exabgp_api_socketpath").filter(|path| !path.is_empty()) {
        return Named::Path(path.into());
    }
    match std::env::var_os("exabgp_cli_socket") {
        Some(folder) if folder.is_empty() => Named::Nowhere,
        Some(folder) => Named::Path(PathBuf::from(folder).join(name(env))),
        None => Named::Search,
    }
}

fn name(env: &Env) -> String {
    format!("{}.sock", env.api.socketname)
}

/// Folders where a socket is used if there is one, but none is made.
const SHARED: [&str; 2] = ["/run", "/var/run"];
