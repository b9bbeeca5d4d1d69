//! "did you mean": the known word nearest to one that is not known.

/// The candidate that `word` was most likely meant to be, if any is near enough.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let near = |candidate: &'c str| {
        let distance = strsim::damerau_levenshtein(&word, candidate);
        let length = candidate.len().min(word.len());
        (distance <= length.div_ceil(3) && distance < length).then_some((distance, candidate))
    };
    candidates.into_iter().filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// The sentence for a nearest word.
pub(crate) fn hint<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean \"{candidate}\"?"))
}

/// Longer words are data, not misspelt keywords, and the distance takes time in the square of the length.
const LONGEST: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_word_is_suggested() {
        let known = ["hold-time", "host-name", "passive", "peer-as"];
        assert_eq!(nearest("hold-tiem", known), Some("hold-time"));
        assert_eq!(nearest("pasive", known), Some("passive"));
        assert_eq!(nearest("PEER_AS", known), Some("peer-as"));
        assert_eq!(nearest("banana", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("q", ["p"]), None);
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }
}
