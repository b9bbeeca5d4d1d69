//! How a client gets at the daemon: the ways there, and the conversation.

mod client;
mod folders;
mod interrupt;
pub(crate) mod pipes;
pub(crate) mod socket;

use std::path::PathBuf;

use anyhow::bail;
use config::Env;

pub(crate) use client::{Client, End, said};
pub(crate) use interrupt::Interrupt;

/// By which way to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// The socket, or the pipes where there is none.
    Any,
    /// The socket, here or where it is found.
    Socket(Option<PathBuf>),
    /// The pipes.
    Pipes,
}

impl Way {
    /// What was asked for: by options, else by the environment.
    ///
    /// # Errors
    /// When the environment names no way.
    pub(crate) fn chosen(pipe: bool, socket: Option<Option<PathBuf>>) -> anyhow::Result<Self> {
        Self::of(pipe, socket, std::env::var("exabgp_cli_transport").ok().as_deref())
    }

    fn of(pipe: bool, socket: Option<Option<PathBuf>>, environment: Option<&str>) -> anyhow::Result<Self> {
        match (pipe, socket, environment) {
            (true, ..) | (_, None, Some("pipe")) => Ok(Self::Pipes),
            (_, Some(place), _) => Ok(Self::Socket(place)),
            (_, None, Some("socket")) => Ok(Self::Socket(None)),
            (_, None, None | Some("")) => Ok(Self::Any),
            (_, None, Some(other)) => bail!("exabgp_cli_transport is pipe or socket, not {other}"),
        }
    }
}

/// Connects to the daemon.
///
/// # Errors
/// When none is found, or it does not answer.
pub(crate) fn connect(env: &Env, way: &Way) -> anyhow::Result<Client> {
    match way {
        Way::Socket(place) => socket::connect(env, place.clone()),
        Way::Pipes => pipes::connect(env),
        Way::Any => socket::connect(env, None).or_else(|error| {
            // What is said of the socket says more, unless there are pipes.
            if pipes::exist(env) { pipes::connect(env) } else { Err(error) }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_before_the_environment() {
        let of = |pipe, socket, environment| Way::of(pipe, socket, environment).unwrap();
        assert_eq!(of(false, None, None), Way::Any);
        assert_eq!(of(false, None, Some("pipe")), Way::Pipes);
        assert_eq!(of(true, None, Some("socket")), Way::Pipes);
        assert_eq!(of(false, Some(None), Some("pipe")), Way::Socket(None));
        assert!(Way::of(false, None, Some("pigeon")).is_err());
    }
}
