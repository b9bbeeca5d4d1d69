//! `exactix watch`: prints the events of the running daemon as they come.

use std::io::{self, Write as _};

use config::Env;

use crate::{
    args::Watch,
    control::{self, End, Way},
    run as said,
};

/// Prints events until the daemon ends, or whoever reads them has enough.
pub(crate) fn run(options: &Watch, env: &Env) -> anyhow::Result<i32> {
    let line = line(options);
    let mut client = control::connect(env, &Way::Socket(options.socket.clone()))?;
    let end = client.ask(&line, |data| writeln!(io::stdout().lock(), "{data}"))?;
    if let Some(about) = said::about(end, &line) {
        writeln!(io::stderr(), "{about}")?;
        return Ok(1);
    }
    client.wait(None);
    let mut out = io::stdout().lock();
    while let Some(event) = client.hear()? {
        if control::said(&event) == Some(End::Shutdown) {
            writeln!(io::stderr(), "the daemon is ending")?;
            break;
        }
        // An empty line ends each event of the API; people do without.
        if !event.is_empty() {
            writeln!(out, "{event}")?;
            out.flush()?;
        }
    }
    Ok(0)
}

/// The command of the API.
fn line(options: &Watch) -> String {
    let neighbors: Vec<String> = options.neighbor.iter().map(|neighbor| format!("neighbor {neighbor}")).collect();
    let mut words = Vec::new();
    if !neighbors.is_empty() {
        words.push(neighbors.join(", "));
    }
    words.push("watch".to_owned());
    words.extend(options.kind.iter().cloned());
    words.push(if options.json { "json" } else { "text" }.to_owned());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_for_the_daemon() {
        let mut options = Watch::default();
        assert_eq!(line(&options), "watch text");
        options.neighbor = vec!["192.0.2.1".to_owned(), "192.0.2.2 peer-as 65000".to_owned()];
        options.kind = vec!["state".to_owned(), "update".to_owned()];
        options.json = true;
        let line_said = "neighbor 192.0.2.1, neighbor 192.0.2.2 peer-as 65000 watch state update json";
        assert_eq!(line(&options), line_said);
        assert!(said::understood(line_said).is_some());
    }
}
