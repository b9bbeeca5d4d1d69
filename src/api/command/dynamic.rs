//! `peer create`, `peer delete`: neighbors that no file has.

use config::Created;
use wire::Words;

use super::{Entry, Group, Request, Spelling, Usage, route};
use crate::{ApiError, Selector, Verb};

pub(super) const CREATE: Entry = Entry {
    spelling: Spelling { v4: "create neighbor", v6: "peer create" },
    usage: Usage::new(
        Group::Daemon,
        "Create a neighbor, which stays until it is deleted or the daemon ends. Without api its creator commands it.",
        "create neighbor 192.0.2.1 local-address 192.0.2.2 local-as 65000 peer-as 65001 router-id 192.0.2.2 api feed",
    )
    .syntax(
        "<ip> local-address|local-ip <ip> local-as <asn> peer-as <asn> [router-id <ip>] \
         [family-allowed ipv4-unicast[/<family> …]|in-open] [graceful-restart <seconds>] [api <helper>] … \
         [<keyword of a neighbor> <value>] …",
    )
    .unlisted(),
    parse: create,
};

pub(super) const DELETE: Entry = Entry {
    spelling: Spelling { v4: "delete neighbor", v6: "peer delete" },
    usage: Usage::new(
        Group::Daemon,
        "End the sessions of created neighbors, with Cease 6/3, and forget them.",
        "delete neighbor 192.0.2.1",
    )
    .syntax("<selector>")
    .unlisted(),
    parse: |words, _| {
        let bracket = words.peek().is_some_and(|word| word.text == "[");
        let read = if bracket { Selector::parse_peer } else { Selector::parse_neighbor };
        let selector = read(words)?;
        route::finish(words)?;
        Ok(Verb::Delete(selector))
    },
};

/// A name and a value each; the last of a name counts, but `api` adds a helper.
fn create(words: &mut Words<'_>, request: Request<'_>) -> Result<Verb, ApiError> {
    let word = words.expect("the address of the neighbor")?;
    let address = word.text.parse().map_err(|_| ApiError::expected(word, "the address of the neighbor"))?;
    let mut created = Created { address, settings: Vec::new(), commanders: Vec::new() };
    while let Some(name) = words.next().filter(|word| word.text != ";") {
        let value = words.expect("the value of the parameter")?.text.to_owned();
        match name.text {
            "api" => created.commanders.push(value),
            name => created.settings.push((name.to_owned(), value)),
        }
    }
    if created.commanders.is_empty() {
        created.commanders.push(request.context.service.to_owned());
    }
    route::finish(words)?;
    Ok(Verb::Create(Box::new(created)))
}
