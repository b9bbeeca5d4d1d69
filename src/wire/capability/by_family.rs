//! Members of an object whose keys are families.

use std::collections::HashSet;

use crate::FamilyCode;

/// The entries that are told, with their keys: a key comes once, and the last entry of its name counts. Families without
/// a name share one.
pub(super) fn named<T>(entries: &[T], family: impl Fn(&T) -> FamilyCode) -> Vec<(String, &T)> {
    let mut seen = HashSet::new();
    let keyed = entries.iter().rev().map(|entry| (family(entry).to_string(), entry));
    let mut named: Vec<_> = keyed.filter(|(key, _)| seen.insert(key.clone())).collect();
    named.reverse();
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_once() {
        let entries = [((1, 1), 'a'), ((9, 0), 'b'), ((8, 0), 'c'), ((1, 1), 'd')];
        let told = named(&entries, |((afi, safi), _)| FamilyCode { afi: *afi, safi: *safi });
        let told: Vec<_> = told.iter().map(|(key, (_, value))| (key.as_str(), *value)).collect();
        assert_eq!(told, [("unknown afi/unknown safi 0", 'c'), ("ipv4/unicast", 'd')]);
    }
}
