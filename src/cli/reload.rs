//! `exactix reload`: has the running daemon read its configuration again, or say what that would change.

use std::{
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use anyhow::bail;
use config::Env;

use crate::{
    args::Reload,
    control::{End, socket},
};

/// How long the daemon may take for each line of its answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks the daemon, prints what it says, and says the exit code.
pub(crate) fn run(options: &Reload, env: &Env) -> anyhow::Result<i32> {
    let line = line(options)?;
    let mut client = socket::connect(env, options.socket.clone())?;
    client.wait(Some(PATIENCE));
    match client.ask(&line, |data| writeln!(io::stdout().lock(), "{data}"))? {
        End::Done => Ok(0),
        End::Error => Ok(1),
        End::Shutdown => bail!("the daemon is ending"),
        End::Silence => bail!("the daemon does not answer"),
    }
}

/// The command of the API.
fn line(options: &Reload) -> anyhow::Result<String> {
    let form = if options.json { "json" } else { "text" };
    match (&options.file, options.check) {
        (None, false) => Ok(format!("reload {form}")),
        (None, true) => Ok(format!("reload check {form}")),
        (Some(file), true) => Ok(format!("reload check {} {form}", quoted(&std::path::absolute(file)?)?)),
        (Some(_), false) => {
            bail!("a daemon reads the file it was started with again; --check compares it with another")
        }
    }
}

fn quoted(file: &Path) -> anyhow::Result<String> {
    match file.to_str() {
        Some(name) if !name.contains(['"', '\n', '\\']) => Ok(format!("\"{name}\"")),
        _ => bail!("{} cannot be said in a command: rename it", file.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(file: Option<&str>, check: bool) -> anyhow::Result<String> {
        line(&Reload { check, file: file.map(Into::into), json: false, socket: None })
    }

    #[test]
    fn the_command_for_the_daemon() {
        assert_eq!(said(None, false).unwrap(), "reload text");
        assert_eq!(said(None, true).unwrap(), "reload check text");
        assert_eq!(said(Some("/a b.conf"), true).unwrap(), "reload check \"/a b.conf\" text");
        assert!(said(Some("/a.conf"), false).is_err());
        assert!(said(Some("/a\"b.conf"), true).is_err());
    }
}
