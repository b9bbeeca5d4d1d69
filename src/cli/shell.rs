//! `exactix shell`: puts the script that completes the command line where a shell looks for it, or takes it away.

use std::{
    ffi::OsString,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};

use crate::{
    args::{SHELLS, Shell, ShellAction, usage},
    completion,
};

/// Does what was asked for; 1 when nothing was.
pub(crate) fn run(options: &Shell) -> anyhow::Result<i32> {
    match &options.action {
        Some(ShellAction::Install(which)) => install(&detected(which.shell.as_deref())?),
        Some(ShellAction::Uninstall(which)) => uninstall(&detected(which.shell.as_deref())?),
        Some(ShellAction::Completion(options)) => completion::run(options),
        None => {
            write!(io::stderr(), "{}", usage("shell"))?;
            Ok(1)
        }
    }
}

/// The shell that was named, or that of the user.
fn detected(named: Option<&str>) -> anyhow::Result<String> {
    let login = std::env::var_os("SHELL").map(PathBuf::from);
    let name = login.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
    let known = named.or_else(|| name.filter(|name| SHELLS.contains(name)));
    known
        .map(str::to_owned)
        .ok_or_else(|| anyhow!("it is not known which shell you use; name one of {}", SHELLS.join(", ")))
}

fn install(shell: &str) -> anyhow::Result<i32> {
    let path = place(shell, &|name| std::env::var_os(name))?;
    let folder = path.parent().unwrap_or(&path);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(&path, completion::script(shell)?).with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} is written; a new shell knows it", path.display())?;
    if shell == "zsh" {
        writeln!(out, "if it does not: fpath=({} $fpath) before compinit in ~/.zshrc", folder.display())?;
    }
    Ok(0)
}

fn uninstall(shell: &str) -> anyhow::Result<i32> {
    let path = place(shell, &|name| std::env::var_os(name))?;
    let mut out = io::stdout().lock();
    match fs::remove_file(&path) {
        Ok(()) => writeln!(out, "{} is removed", path.display())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => writeln!(out, "there is no {}", path.display())?,
        Err(error) => return Err(error).with_context(|| format!("cannot remove {}", path.display())),
    }
    Ok(0)
}

/// Where a shell looks for scripts of the user; `variable` are those of the process.
fn place(shell: &str, variable: &dyn Fn(&str) -> Option<OsString>) -> anyhow::Result<PathBuf> {
    let home = variable("HOME").map(PathBuf::from).ok_or_else(|| anyhow!("HOME does not say where your files are"))?;
    let below = |name: &str, usual: &str| variable(name).map_or_else(|| home.join(usual), PathBuf::from);
    let data = || below("XDG_DATA_HOME", ".local/share");
    Ok(match shell {
        "fish" => below("XDG_CONFIG_HOME", ".config").join("fish/completions/exactix.fish"),
        "zsh" => data().join("zsh/site-functions/_exactix"),
        _ => data().join("bash-completion/completions/exactix"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let home = |name: &str| (name == "HOME").then(|| OsString::from("/home/a"));
        let share = |name: &str| Some(OsString::from(if name == "HOME" { "/home/a" } else { "/x" }));
        for (shell, usual, set) in [
            (
                "bash",
                "/home/a/.local/share/bash-completion/completions/exactix",
                "/x/bash-completion/completions/exactix",
            ),
            ("zsh", "/home/a/.local/share/zsh/site-functions/_exactix", "/x/zsh/site-functions/_exactix"),
            ("fish", "/home/a/.config/fish/completions/exactix.fish", "/x/fish/completions/exactix.fish"),
        ] {
            assert_eq!(place(shell, &home).unwrap(), Path::new(usual));
            assert_eq!(place(shell, &share).unwrap(), Path::new(set));
        }
        assert!(place("bash", &|_| None).is_err());
    }
}
