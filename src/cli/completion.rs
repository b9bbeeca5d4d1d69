//! `exactix completion`: what a shell needs to complete the command line.

use std::io::{self, Write as _};

use anyhow::anyhow;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::{Arguments, Completion};

/// Prints the script for a shell.
pub(crate) fn run(options: &Completion) -> anyhow::Result<i32> {
    io::stdout().lock().write_all(&script(&options.shell)?)?;
    Ok(0)
}

/// The script for the shell of this name.
///
/// # Errors
/// When there is none.
pub(crate) fn script(shell: &str) -> anyhow::Result<Vec<u8>> {
    let shell: Shell = shell.parse().map_err(|_| anyhow!("there is no completion for {shell}"))?;
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "exactix", &mut out);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::SHELLS;

    #[test]
    fn every_script_names_every_verb() {
        for name in SHELLS {
            let script = String::from_utf8(script(name).unwrap()).unwrap();
            for verb in Arguments::command().get_subcommands() {
                assert!(script.contains(verb.get_name()), "{name} {}", verb.get_name());
            }
            assert!(script.contains("configuration"), "{name}");
        }
    }
}
