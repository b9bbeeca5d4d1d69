//! The control socket: where a daemon offers it, where a client finds it, and the conversation of a client.

use std::{
    fs::DirBuilder,
    io::{BufRead as _, BufReader, ErrorKind, Write as _},
    os::unix::{fs::DirBuilderExt as _, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use config::Env;
use nix::unistd::getuid;

use crate::environment;

/// How long the daemon may take for each line of its answer.
const PATIENCE: Duration = Duration::from_secs(30);

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
            let left = folders().map(|folder| folder.join(&name)).find(|path| path.exists());
            let prepared =
                || folders().find(|folder| !SHARED.iter().any(|shared| folder == Path::new(shared)) && folder.is_dir());
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
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(Client { stream: BufReader::new(stream) })
}

fn find(env: &Env) -> anyhow::Result<PathBuf> {
    let own = environment::root().map(|root| root.join("run"));
    let places: Vec<PathBuf> = folders().chain(own).map(|folder| folder.join(name(env))).collect();
    places.iter().find(|path| path.exists()).cloned().ok_or_else(|| {
        let searched: Vec<String> = places.iter().map(|path| path.display().to_string()).collect();
        anyhow!("no control socket: is the daemon running? looked for {}", searched.join(", "))
    })
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

/// The folders ExaBGP looks in.
fn folders() -> impl Iterator<Item = PathBuf> {
    let user = getuid().to_string();
    let of = move |base: &str| [format!("{base}/exabgp"), format!("{base}/{user}"), base.to_owned()].map(PathBuf::from);
    of("/run").into_iter().chain(of("/var/run"))
}

/// A conversation with the daemon.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Says a line and hands each line of the answer to `hear`; whether it was carried out.
    ///
    /// # Errors
    /// When the daemon falls silent or goes away.
    pub(crate) fn ask(&mut self, line: &str, mut hear: impl FnMut(&str)) -> anyhow::Result<bool> {
        writeln!(self.stream.get_mut(), "{line}").context("the daemon does not listen")?;
        let mut answer = String::new();
        loop {
            answer.clear();
            let octets = self.stream.read_line(&mut answer).context("the daemon does not answer")?;
            match answer.trim_end_matches('\n') {
                "done" => return Ok(true),
                "error" => return Ok(false),
                "shutdown" => bail!("the daemon is ending"),
                _ if octets == 0 => bail!("the daemon has gone away"),
                data => hear(data),
            }
        }
    }
}
