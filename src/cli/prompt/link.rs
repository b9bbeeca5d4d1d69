//! The connection of the prompt to the daemon, which may end and come back as another one.

use std::{rc::Rc, time::Duration};

use config::Env;
use serde_json::Value;

use crate::{
    args::Transport,
    control::{Client, End, Interrupt},
    run,
};

/// How often to try to reach a daemon that went away.
const TRIES: u32 = 3;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_secs(2);

/// A connection that is made again when it is lost.
#[derive(Debug)]
pub(super) struct Link<'a> {
    transport: Transport,
    env: &'a Env,
    client: Option<Client>,
    /// Ends waiting.
    interrupt: Option<Rc<Interrupt>>,
    /// Names the run of the daemon.
    uuid: Option<String>,
}

/// What became of a command.
#[derive(Debug)]
pub(super) struct Answer {
    /// What was said.
    pub(super) lines: Vec<String>,
    /// How it ended.
    pub(super) end: End,
}

/// How a connection was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// It was there.
    Before,
    /// With the daemon that was known.
    Again,
    /// With a daemon that was not known.
    Another,
}

impl<'a> Link<'a> {
    /// Connects to the daemon.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn new(transport: Transport, env: &'a Env) -> anyhow::Result<Self> {
        let mut link = Self { transport, env, client: None, interrupt: None, uuid: None };
        link.meet()?;
        Ok(link)
    }

    /// Gives up waiting for the daemon once there is an interrupt.
    pub(super) fn heed(&mut self, interrupt: Rc<Interrupt>) {
        if let Some(client) = &mut self.client {
            client.heed(interrupt.clone());
        }
        self.interrupt = Some(interrupt);
    }

    /// Sees to it that there is a connection; says `waiting` each time before it tries again.
    ///
    /// # Errors
    /// When the daemon stays away, or there was an interrupt.
    pub(super) fn ready(&mut self, mut waiting: impl FnMut()) -> anyhow::Result<Met> {
        if self.client.as_ref().is_some_and(|client| !client.is_gone()) {
            return Ok(Met::Before);
        }
        self.client = None;
        for _ in 1..TRIES {
            if let Ok(met) = self.meet() {
                return Ok(met);
            }
            waiting();
            self.pause()?;
        }
        self.meet()
    }

    fn pause(&self) -> anyhow::Result<()> {
        match &self.interrupt {
            Some(interrupt) if interrupt.comes_within(PAUSE) => anyhow::bail!("given up"),
            Some(_) => {}
            None => std::thread::sleep(PAUSE),
        }
        Ok(())
    }

    fn meet(&mut self) -> anyhow::Result<Met> {
        let mut client = run::connect(&self.transport, self.env)?;
        self.interrupt.iter().for_each(|interrupt| client.heed(interrupt.clone()));
        self.client = Some(client);
        let uuid = self.ask("ping")?.lines.first().and_then(|pong| named(pong));
        let same = uuid == self.uuid;
        self.uuid = uuid;
        Ok(if same { Met::Again } else { Met::Another })
    }

    /// Says a command and hears the answer. After silence there is no knowing what is answered next: the connection ends.
    ///
    /// # Errors
    /// When there is no connection, the daemon goes away meanwhile, or there is an interrupt.
    pub(super) fn ask(&mut self, line: &str) -> anyhow::Result<Answer> {
        let Some(mut client) = self.client.take() else { anyhow::bail!("there is no connection to a daemon") };
        let mut lines = Vec::new();
        let end = client.ask(line, |data| {
            lines.push(data.to_owned());
            Ok(())
        })?;
        if matches!(end, End::Done | End::Error) {
            self.client = Some(client);
        }
        Ok(Answer { lines, end })
    }

    /// Takes leave.
    pub(super) fn bye(&mut self) {
        if let Some(client) = &mut self.client {
            let _ = client.say("bye");
        }
    }
}

/// The name that a pong has.
fn named(pong: &str) -> Option<String> {
    Some(serde_json::from_str::<Value>(pong).ok()?.get("pong")?.as_str()?.to_owned())
}
