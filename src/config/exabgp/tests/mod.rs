//! What files in ExaBGP's form are accepted, what is refused, and in which words.

mod accepted;
mod refused;
mod vectors;

use crate::{Config, Env, Error, Origin, load_str};

/// Reads a `.conf`.
fn conf(text: &str) -> Result<Config, Error> {
    let origin = Origin { form: Some(crate::Form::Exabgp), ..Origin::named("test.conf") };
    load_str(text, &origin, &Env::default())
}

/// Reads the body of a neighbor that lacks nothing.
fn neighbor(body: &str) -> Result<crate::Neighbor, Error> {
    let text = format!("neighbor 10.0.0.1 {{\nlocal-as 1; peer-as 2; local-address 10.0.0.2;\n{body}\n}}\n");
    conf(&text).map(|mut config| config.neighbors.remove(0))
}
