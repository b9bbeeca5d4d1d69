//! `exactix status`: how the running daemon does, for people in a line and for probes as an exit code.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use config::Env;
use serde_json::{Value, json};

use crate::{
    args::Status,
    control::{self, End, Way},
};

/// All is well.
const WELL: i32 = 0;
/// The daemon runs, and something in it does not as it should.
const DEGRADED: i32 = 1;
/// No daemon answers.
const UNREACHABLE: i32 = 2;

/// Milliseconds from which a thread that does not answer is worth a word.
const LATE: u64 = 500;

/// Asks the daemon, prints what it says, and says the exit code.
pub(crate) fn run(options: &Status, env: &Env) -> anyhow::Result<i32> {
    let health = match ask(options, env) {
        Ok((daemon, parts)) => Health::of(&daemon, parts.as_ref()),
        Err(error) => Health { reason: Some(format!("{error:#}")), code: UNREACHABLE, ..Health::default() },
    };
    let mut out = io::stdout().lock();
    let said = if options.json { health.object().to_string() } else { health.sentence() };
    writeln!(out, "{said}")?;
    Ok(health.code)
}

/// The answer to `status`, and that to `show supervisor` of a daemon that has one.
fn ask(options: &Status, env: &Env) -> anyhow::Result<(Value, Option<Value>)> {
    let way = Way::chosen(false, options.socket.clone().map(Some))?;
    let mut client = control::connect(env, &way)?;
    client.wait(Some(Duration::from_secs(options.timeout)));
    let mut answer = |line: &str| {
        let mut text = String::new();
        let end = client.ask(line, |data| {
            text.push_str(data);
            Ok(())
        })?;
        match end {
            End::Done => Ok(Some(serde_json::from_str(&text)?)),
            End::Error => Ok(None),
            End::Shutdown => anyhow::bail!("the daemon is ending"),
            End::Silence => anyhow::bail!("the daemon does not answer"),
        }
    };
    let daemon = answer("status json")?.ok_or_else(|| anyhow::anyhow!("the daemon does not tell its status"))?;
    Ok((daemon, answer("show supervisor json")?))
}

/// How the daemon does.
#[derive(Debug, Default)]
struct Health {
    code: i32,
    version: String,
    pid: u64,
    /// Seconds.
    uptime: u64,
    neighbors: usize,
    /// Address and state of each neighbor that should be up and is not.
    down: Vec<(String, String)>,
    /// Parts of the daemon that do not run as they should: which, and how they stand.
    parts: Vec<(String, String)>,
    /// Why nothing is known.
    reason: Option<String>,
}

impl Health {
    fn of(daemon: &Value, parts: Option<&Value>) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let number = |name: &str| daemon.get(name).and_then(Value::as_u64).unwrap_or_default();
        let peers = daemon.get("peers").and_then(Value::as_object);
        let down: Vec<_> = peers
            .into_iter()
            .flatten()
            .filter(|(_, state)| state.as_str() != Some("ESTABLISHED"))
            .map(|(name, state)| (address(name), text(state)))
            .collect();
        let parts: Vec<_> = parts.and_then(Value::as_array).into_iter().flatten().filter_map(ailing).collect();
        Self {
            code: if down.is_empty() && parts.is_empty() { WELL } else { DEGRADED },
            version: daemon.get("version").map(text).unwrap_or_default(),
            pid: number("pid"),
            uptime: number("uptime"),
            neighbors: peers.map_or(0, serde_json::Map::len),
            down,
            parts,
            reason: None,
        }
    }

    const fn word(&self) -> &'static str {
        match self.code {
            WELL => "well",
            DEGRADED => "degraded",
            _ => "unreachable",
        }
    }

    fn sentence(&self) -> String {
        if let Some(reason) = &self.reason {
            return format!("{}: {reason}", self.word());
        }
        let Self { version, pid, uptime, neighbors, down, .. } = self;
        let up = neighbors - down.len();
        let mut out = format!("{}: {up} of {neighbors} neighbors up", self.word());
        for (title, list) in [("down", &self.down), ("ailing", &self.parts)] {
            if !list.is_empty() {
                let list: Vec<_> = list.iter().map(|(who, how)| format!("{who} {how}")).collect();
                out += &format!("; {title}: {}", list.join(", "));
            }
        }
        out + &format!("; {version}, pid {pid}, since {uptime} s")
    }

    fn object(&self) -> Value {
        if let Some(reason) = &self.reason {
            return json!({ "status": self.word(), "code": self.code, "reason": reason });
        }
        let down: Vec<_> =
            self.down.iter().map(|(address, state)| json!({ "address": address, "state": state })).collect();
        let ailing: Vec<_> = self.parts.iter().map(|(part, how)| json!({ "part": part, "state": how })).collect();
        let neighbors = json!({ "configured": self.neighbors, "up": self.neighbors - self.down.len(), "down": down });
        json!({
            "status": self.word(), "code": self.code, "version": self.version, "pid": self.pid, "uptime": self.uptime,
            "neighbors": neighbors, "ailing": ailing,
        })
    }
}

/// The address in the name of a neighbor.
fn address(name: &str) -> String {
    name.split_whitespace().nth(1).unwrap_or(name).to_owned()
}

/// A part of the daemon that is quarantined, or whose thread does not answer.
fn ailing(part: &Value) -> Option<(String, String)> {
    let text = |key: &str| part.get(key).and_then(Value::as_str).unwrap_or_default();
    let late = part.get("late-ms").and_then(Value::as_u64).unwrap_or_default();
    let how = match text("state") {
        "quarantined" => "is quarantined".to_owned(),
        _ if late >= LATE => format!("has not answered for {late} ms"),
        _ => return None,
    };
    Some((format!("{} {}", text("id"), text("name")), how))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(peers: &Value, parts: &Value) -> Health {
        let daemon = json!({ "version": "5", "pid": 7, "uptime": 60, "peers": peers });
        Health::of(&daemon, Some(parts))
    }

    #[test]
    fn all_is_well() {
        let parts = json!([{ "id": "rib.1", "name": "192.0.2.1", "state": "running", "late-ms": 3 }]);
        let health = health(&json!({ "neighbor 192.0.2.1 local-ip 192.0.2.9": "ESTABLISHED" }), &parts);
        assert_eq!(health.code, WELL);
        assert_eq!(health.sentence(), "well: 1 of 1 neighbors up; 5, pid 7, since 60 s");
    }

    #[test]
    fn who_is_down_and_who_is_left_alone_is_named() {
        let parts = json!([
            { "id": "process.1", "name": "bad", "state": "quarantined", "late-ms": 0 },
            { "id": "peer.2", "name": "192.0.2.1", "state": "running", "late-ms": 2000 },
        ]);
        let health = health(&json!({ "neighbor 192.0.2.1 local-ip 192.0.2.9": "ACTIVE" }), &parts);
        assert_eq!(health.code, DEGRADED);
        let said = "degraded: 0 of 1 neighbors up; down: 192.0.2.1 ACTIVE; ailing: process.1 bad is quarantined, \
                    peer.2 192.0.2.1 has not answered for 2000 ms; 5, pid 7, since 60 s";
        assert_eq!(health.sentence(), said);
        let object = health.object();
        assert_eq!(object["neighbors"]["down"][0]["address"], "192.0.2.1");
        assert_eq!((object["ailing"][0]["part"].as_str(), object["code"].as_i64()), (Some("process.1 bad"), Some(1)));
    }
}
