//! A neighbor that a command defines: the keywords of a file with one word each, and some of its own.

use std::net::IpAddr;

use wire::Family;

use crate::{
    check::Census,
    draft::{Draft, Graceful},
    env::Env,
    exabgp::neighbor::KEYS,
    key::{Complaint, Read},
    neighbor::{Api, Neighbor},
    suggest,
    value::narrow,
};

/// What a command says of a neighbor that no file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Its address.
    pub address: IpAddr,
    /// Keywords and their values, as they were typed.
    pub settings: Vec<(String, String)>,
    /// Helpers that may command it; they are told nothing.
    pub commanders: Vec<String>,
}

impl Created {
    /// The neighbor, checked as one of a file is. Without `family-allowed` its family is ipv4 unicast.
    ///
    /// # Errors
    /// When something is missing, not known or not possible, in a sentence.
    pub fn neighbor(&self, env: &Env) -> Result<Neighbor, String> {
        let mut draft = Draft::default();
        draft.settings.peer_address = Some((self.address, None));
        self.settings.iter().try_for_each(|(key, word)| assign(&mut draft, key, word))?;
        let given = [
            ("local-address", draft.settings.local_address.is_some()),
            ("local-as", draft.settings.local_as.is_some()),
            ("peer-as", draft.settings.peer_as.is_some()),
        ];
        let missing: Vec<_> = given.iter().filter(|(_, given)| !given).map(|(key, _)| *key).collect();
        if !missing.is_empty() {
            return Err(format!("missing required parameters: {}", missing.join(", ")));
        }
        if draft.families.listed.is_empty() && !draft.families.all {
            draft.families.listed.push(Family::Ipv4Unicast);
        }
        let commanders = self.commanders.clone();
        draft.apis.push(Api { name: "created".to_owned(), commanders, ..Api::default() });
        Census::default().admit(draft, env).map_err(|refusal| refusal.message)
    }
}

fn assign(draft: &mut Draft, key: &str, word: &str) -> Result<(), String> {
    match key {
        "family-allowed" | "family" => families(draft, word),
        "graceful-restart" => {
            let seconds = narrow(word).ok_or_else(|| format!("graceful-restart {word} is not a number of seconds"))?;
            draft.capability.graceful_restart = Some(Graceful::Seconds(seconds));
            Ok(())
        }
        "local-ip" => keyword(draft, "local-address", word),
        _ => keyword(draft, key, word),
    }
}

/// A keyword of the section of a neighbor. What needs a file around it, or a port opened for it, is not taken.
fn keyword(draft: &mut Draft, name: &str, word: &str) -> Result<(), String> {
    let known = || KEYS.iter().filter(|key| !matches!(key.name, "peer-address" | "inherit" | "listen"));
    let row = known().find(|key| key.name == name);
    let Some((row, Read::Value(read))) = row.map(|row| (row, &row.read)) else {
        let hint = suggest::hint(name, known().map(|key| key.name));
        return Err(format!("unknown parameter {name}{}", hint.map_or(String::new(), |hint| format!(", {hint}"))));
    };
    read(draft, Some(word)).map_err(|complaint| match complaint {
        Complaint::Unexpected => format!("{name} {word} is not {}", row.expects),
        Complaint::Because(why) | Complaint::At(_, why) => why,
    })
}

/// `in-open` says nothing, other names are joined: `ipv4-unicast/ipv6-unicast`.
fn families(draft: &mut Draft, word: &str) -> Result<(), String> {
    if word == "in-open" {
        return Ok(());
    }
    for name in word.split('/') {
        let family = name.split_once('-').and_then(|(afi, safi)| Family::from_names(afi, safi));
        let family = family.or_else(|| {
            let (afi, safi) = name.strip_prefix("bgp-ls-").map(|safi| ("bgp-ls", safi))?;
            Family::from_names(afi, safi)
        });
        draft.families.listed.push(family.ok_or_else(|| format!("{name} is not a family such as ipv4-unicast"))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(words: &str) -> Result<Neighbor, String> {
        let words: Vec<&str> = words.split_ascii_whitespace().collect();
        let settings = words.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
        let commanders = vec!["feed".to_owned()];
        Created { address: "10.0.0.1".parse().unwrap(), settings, commanders }.neighbor(&Env::default())
    }

    #[test]
    fn what_is_said_and_what_is_not() {
        let plain = created("local-ip 10.0.0.2 local-as 1 peer-as 2").unwrap();
        assert_eq!(
            plain.name(),
            "neighbor 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2 router-id 10.0.0.2 family-allowed in-open"
        );
        assert_eq!((plain.families, plain.capability.graceful_restart), (vec![Family::Ipv4Unicast], None));
        assert_eq!((plain.apis[0].commanders.len(), plain.apis[0].processes.len()), (1, 0));
        let words = "local-address 10.0.0.2 local-as 1 peer-as 2 router-id 1.2.3.4 graceful-restart 60 \
            family-allowed ipv4-unicast/ipv6-unicast/bgp-ls-bgp-ls hold-time 30 group-updates false connect 1790";
        let rich = created(words).unwrap();
        assert_eq!((rich.families.len(), rich.capability.graceful_restart), (3, Some(60)));
        assert_eq!((rich.hold_time, rich.group_updates, rich.connect), (30, false, 1790));
    }

    #[test]
    fn what_is_refused() {
        let base = "local-address 10.0.0.2 local-as 1 peer-as 2";
        for (words, reason) in [
            ("local-as 1", "missing required parameters: local-address, peer-as"),
            ("local-address ::1 local-as 1 peer-as 2 router-id 1.1.1.1", "same family"),
            ("hold-tiem 3", "unknown parameter hold-tiem, did you mean \"hold-time\"?"),
            ("listen 1790", "unknown parameter listen"),
            ("inherit edge", "unknown parameter inherit"),
            ("hold-time 1", "hold-time 1 is not 0, or 3 to 65535 seconds"),
            ("family-allowed ipv4", "ipv4 is not a family"),
            ("graceful-restart x", "not a number of seconds"),
        ] {
            let words = if reason.starts_with("missing") || words.starts_with("local") {
                words.to_owned()
            } else {
                format!("{base} {words}")
            };
            let error = created(&words).unwrap_err();
            assert!(error.contains(reason), "{words}: {error}");
        }
    }
}
