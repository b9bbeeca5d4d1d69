//! `exactix version`: ExaBGP's four lines.

use std::io::Write as _;

use config::Env;

/// What the API says the version is, unless `exabgp_version` says otherwise: the ExaBGP whose behaviour is kept, and us.
pub(crate) fn reported(env: &Env) -> String {
    let ours = concat!("5.0.15-exactix-", env!("CARGO_PKG_VERSION"));
    env.version.clone().unwrap_or_else(|| ours.to_owned())
}

/// Prints the version.
pub(crate) fn run(env: &Env) -> anyhow::Result<i32> {
    let system = nix::sys::utsname::uname()?;
    let parts = [system.sysname(), system.nodename(), system.release(), system.version(), system.machine()];
    let uname = parts.map(|part| part.to_string_lossy().into_owned()).join(" ");
    let from = std::env::current_exe()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "ExaBGP : {}", reported(env))?;
    writeln!(out, "Python : none, this is exactix {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "Uname  : {uname}")?;
    writeln!(out, "From   : {}", from.display())?;
    Ok(0)
}
