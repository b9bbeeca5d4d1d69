//! The options of verbs that say something and end.

use std::path::PathBuf;

use clap::Args;

/// What to check.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Configurations in RON or in ExaBGP's form.
    #[arg(required = true)]
    pub(crate) configuration: Vec<PathBuf>,
    /// Print each neighbor as it was understood.
    #[arg(short, long)]
    pub(crate) neighbor: bool,
    /// Write each route to the wire, read it back, and compare.
    #[arg(short, long)]
    pub(crate) route: bool,
    /// Say what is done.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Write an object a file to the standard output: what is wrong where, and what there is.
    #[arg(long)]
    pub(crate) json: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
}

/// What to decode, and how to say it.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
pub(crate) struct Decode {
    /// A message, or the body of an UPDATE, in hexadecimal; without one, each line of the standard input.
    #[arg(value_name = "HEX")]
    pub(crate) payload: Vec<String>,
    /// These are bare NLRIs of the family.
    #[arg(short, long)]
    pub(crate) nlri: bool,
    /// Accepted for ExaBGP's sake: the header says the type.
    #[arg(short, long, hide = true)]
    pub(crate) update: bool,
    /// Accepted for ExaBGP's sake: the header says the type.
    #[arg(short, long, hide = true)]
    pub(crate) open: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) debug: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
    /// The messages come from the neighbors of this configuration, and each says what it understands.
    #[arg(short, long, value_name = "CONF")]
    pub(crate) configuration: Option<PathBuf>,
    /// The family expected, such as "ipv4 unicast"; all by default.
    #[arg(short, long)]
    pub(crate) family: Option<String>,
    /// Path identifiers precede NLRIs (RFC 7911).
    #[arg(short = 'i', long)]
    pub(crate) path_information: bool,
    /// Say attributes that are not known by their octets.
    #[arg(short, long)]
    pub(crate) generic: bool,
    /// Print the JSON of events; this is the default.
    #[arg(short, long)]
    pub(crate) json: bool,
    /// Print the commands of the API that would send the message.
    #[arg(short = 'm', long)]
    pub(crate) command: bool,
    /// Print a table for people.
    #[arg(long)]
    pub(crate) text: bool,
}

/// What to encode, and for whom.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
pub(crate) struct Encode {
    /// A route in the words of the API.
    #[arg(value_name = "ROUTE")]
    pub(crate) route: Vec<String>,
    /// The family of the route, such as "ipv4 unicast", where its words do not name it.
    #[arg(short, long)]
    pub(crate) family: Option<String>,
    /// Our AS, 65533 by default.
    #[arg(short = 'a', long, value_parser = asn)]
    pub(crate) local_as: Option<u32>,
    /// The neighbor's AS, 65533 by default.
    #[arg(short = 'z', long, value_parser = asn)]
    pub(crate) peer_as: Option<u32>,
    /// Write path identifiers (RFC 7911).
    #[arg(short = 'i', long)]
    pub(crate) path_information: bool,
    /// Print the NLRI only.
    #[arg(short, long)]
    pub(crate) nlri: bool,
    /// Leave out the header of 19 octets.
    #[arg(long)]
    pub(crate) no_header: bool,
    /// Encode for the neighbors of this configuration; without a route, the routes they have.
    #[arg(short, long, value_name = "CONF")]
    pub(crate) configuration: Option<PathBuf>,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) debug: bool,
    /// Accepted for ExaBGP's sake.
    #[arg(short, long, hide = true)]
    pub(crate) pdb: bool,
}

/// Which settings to show, and how.
#[derive(Debug, Args)]
pub(crate) struct Environment {
    /// Only those that differ from the defaults.
    #[arg(short, long)]
    pub(crate) diff: bool,
    /// As variables of a process.
    #[arg(short, long)]
    pub(crate) env: bool,
    /// Also those that ExaBGP has not, in a section of their own; without this they are shown where they are set.
    #[arg(short, long)]
    pub(crate) all: bool,
}

/// Which part of the schema.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// A struct such as neighbor, fleet or restart; the whole file by default.
    pub(crate) section: Option<String>,
    /// Print it on one line.
    #[arg(long)]
    pub(crate) compact: bool,
}

fn asn(text: &str) -> Result<u32, String> {
    wire::number::asn(text).ok_or_else(|| format!("\"{text}\" is not an AS number"))
}
