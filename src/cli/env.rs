//! `exactix env`: the settings of the environment.

use std::io::Write as _;

use config::{Env, Which};

use crate::args::Environment;

/// Prints the settings, and says the exit code.
pub(crate) fn run(options: &Environment, env: &Env) -> anyhow::Result<i32> {
    let which = match (options.diff, options.all) {
        (true, _) => Which::Changed,
        (false, true) => Which::All,
        (false, false) => Which::Usual,
    };
    let text = if options.env { env.as_variables(which) } else { env.as_file(which) };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(0)
}
