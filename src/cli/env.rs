//! `exactix env`: the settings of the environment.

use std::io::Write as _;

use config::Env;

use crate::args::Environment;

/// Prints the settings, and says the exit code.
pub(crate) fn run(options: &Environment, env: &Env) -> anyhow::Result<i32> {
    let text = if options.env { env.as_variables(options.diff) } else { env.as_file(options.diff) };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(0)
}
