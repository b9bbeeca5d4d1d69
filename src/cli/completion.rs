//! `exactix completion`: what a shell needs to complete the command line.

use std::io::{self, Write as _};

use anyhow::anyhow;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::{Arguments, Completion};

/// Prints the script for a shell.
pub(crate) fn run(options: &Completion) -> anyhow::Result<i32> {
    let shell = options.shell.parse().map_err(|_| anyhow!("there is no completion for {}", options.shell))?;
    io::stdout().lock().write_all(&script(shell))?;
    Ok(0)
}

fn script(shell: Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "exactix", &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::SHELLS;

    #[test]
    fn every_script_names_every_verb() {
        for name in SHELLS {
            let script = String::from_utf8(script(name.parse().unwrap())).unwrap();
            for verb in Arguments::command().get_subcommands() {
                assert!(script.contains(verb.get_name()), "{name} {}", verb.get_name());
            }
            assert!(script.contains("configuration"), "{name}");
        }
    }
}
