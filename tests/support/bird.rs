//! BIRD 2, started with a configuration and commanded by its socket.

use std::{path::PathBuf, process::Command};

use super::{
    conf::LOCAL_AS,
    interop::{self, PEER, PEER_AS, Program},
    lab::Lab,
    net,
};

/// BIRD, and the program that commands it.
#[derive(Debug)]
pub(crate) struct Bird {
    /// The daemon.
    pub(crate) program: Program,
    /// Where it waits for us.
    pub(crate) port: u16,
    /// What commands it.
    pub(crate) client: Client,
}

/// What commands BIRD.
#[derive(Debug)]
pub(crate) struct Client {
    program: PathBuf,
    socket: PathBuf,
}

impl Bird {
    /// Starts it, with us as the neighbor `exactix`. A channel is a family and its further statements; `routes` are the
    /// protocols whose routes it announces.
    pub(crate) fn start(lab: &Lab, [bird, client]: [PathBuf; 2], channels: &[&str], routes: &str) -> Self {
        let (port, socket) = (net::free_port(PEER), lab.path("bird.ctl"));
        let channels: String = channels.iter().map(|channel| format!("  {}\n", self::channel(channel))).collect();
        let conf = format!(
            "log stderr all;\nrouter id {PEER};\nprotocol device {{}}\n\
             protocol bgp exactix {{\n  local {PEER} port {port} as {PEER_AS};\n  neighbor {} as {LOCAL_AS};\n\
             \x20 multihop;\n  passive;\n  error wait time 1, 3;\n{channels}}}\n{routes}",
            net::DAEMON
        );
        let mut command = Command::new(bird);
        command.arg("-f").arg("-c").arg(lab.write("bird.conf", conf)).arg("-s").arg(&socket);
        command.arg("-P").arg(lab.path("bird.pid"));
        let client = Client { program: client, socket };
        Self { program: Program::start(lab, "bird", &mut command), port, client }
    }
}

impl Client {
    /// Runs a command, of words between spaces.
    pub(crate) fn run(&self, command: &str) -> Result<String, String> {
        interop::output(Command::new(&self.program).arg("-s").arg(&self.socket).args(command.split_whitespace()))
    }

    /// All that BIRD has got from us, line by line.
    pub(crate) fn held(&self) -> Result<String, String> {
        self.run("show route protocol exactix all")
    }
}

fn channel(text: &str) -> String {
    let (family, statements) = text.split_once(' ').unwrap_or((text, ""));
    format!("{family} {{ import all; export where source = RTS_STATIC; next hop keep; {statements} }};")
}

/// The value of the attribute that a line tells of.
pub(crate) fn attribute(line: &str) -> Option<(&str, &str)> {
    line.trim().split_once(": ")
}

/// A value that is a next hop: the first address of it.
pub(crate) fn next_hop(value: &str) -> &str {
    value.split(' ').next().unwrap_or_default()
}

/// A value that is a path of sequences.
pub(crate) fn as_path(value: &str) -> Vec<u32> {
    value.split(' ').filter_map(|asn| asn.parse().ok()).collect()
}

/// The statements that set next hop and path; BIRD itself prepends its AS.
pub(crate) fn path(next_hop: &str, as_path: &[u32]) -> String {
    let asns = as_path.iter().skip(1).rev();
    let prepend: String = asns.map(|asn| format!(" bgp_path.prepend({asn});")).collect();
    format!("bgp_next_hop = {next_hop};{prepend}")
}
