//! What a route is about while its words are being read.

use smallvec::SmallVec;

use crate::{
    AnyNlri, Family, Word, WordError, Words,
    nlri::{inet::Inet, label::Labels, labelled::Labelled, path_id, rd::RouteDistinguisher, vpn::Vpn},
};

/// An NLRI whose family was named, or prefixes whose family follows from what is said of them.
#[derive(Debug)]
pub(super) enum Subject {
    /// Of a family.
    Named(AnyNlri),
    /// Of a family to be seen.
    Plain(Plain),
}

/// Prefixes, and what all of them have.
#[derive(Debug, Default)]
pub(super) struct Plain {
    prefixes: SmallVec<[Inet; 1]>,
    path: Option<u32>,
    labels: Labels,
    rd: Option<RouteDistinguisher>,
}

impl Subject {
    /// Reads what follows a keyword of the NLRI; `None` for any other.
    pub(super) fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        match self {
            Self::Named(nlri) => nlri.word(keyword, words),
            Self::Plain(plain) => plain.word(keyword, words),
        }
    }

    /// Whether nothing has been said.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Named(_) => false,
            Self::Plain(Plain { prefixes, path, labels, rd }) => {
                prefixes.is_empty() && path.is_none() && labels.is_empty() && rd.is_none()
            }
        }
    }

    /// The NLRIs; the error says what is missing.
    pub(super) fn nlris(self) -> Result<SmallVec<[AnyNlri; 1]>, String> {
        match self {
            Self::Named(nlri) => Ok([nlri.settled()?].into()),
            Self::Plain(plain) => Ok(plain.prefixes.iter().map(|prefix| plain.nlri(*prefix)).collect()),
        }
    }
}

impl Plain {
    /// Adds a prefix of the address family of those before it.
    pub(super) fn add(&mut self, word: Word<'_>) -> Result<(), WordError> {
        let prefix = Inet::from_word(word)?;
        if let Some(first) = self.prefixes.first().filter(|first| first.family() != prefix.family()) {
            let (this, others) = (prefix.family(), first.family());
            let text = format!("\"{}\" is of {this}, the prefixes before it are of {others}", word.text);
            return Err(WordError::new(word, text));
        }
        self.prefixes.push(prefix);
        Ok(())
    }

    fn word(&mut self, keyword: &str, words: &mut Words<'_>) -> Option<Result<(), WordError>> {
        let Self { path, labels, rd, .. } = self;
        let own = path_id::word(path, keyword, words).or_else(|| labels.word(keyword, words));
        own.or_else(|| RouteDistinguisher::word(rd, keyword, words))
    }

    /// With a route distinguisher it is one of a VPN, else with labels a labelled one.
    fn nlri(&self, prefix: Inet) -> AnyNlri {
        let prefix = Inet { path: self.path, ..prefix };
        let family = prefix.family();
        let labels = || self.labels.clone();
        match (self.rd, family.afi()) {
            (Some(_), 1) => AnyNlri::Ipv4MplsVpn(Box::new(Vpn { prefix, labels: labels(), rd: self.rd })),
            (Some(_), _) => AnyNlri::Ipv6MplsVpn(Box::new(Vpn { prefix, labels: labels(), rd: self.rd })),
            (None, 1) if !self.labels.is_empty() => {
                AnyNlri::Ipv4NlriMpls(Box::new(Labelled { prefix, labels: labels() }))
            }
            (None, _) if !self.labels.is_empty() => {
                AnyNlri::Ipv6NlriMpls(Box::new(Labelled { prefix, labels: labels() }))
            }
            _ => match family {
                Family::Ipv4Multicast => AnyNlri::Ipv4Multicast(prefix),
                Family::Ipv6Multicast => AnyNlri::Ipv6Multicast(prefix),
                Family::Ipv6Unicast => AnyNlri::Ipv6Unicast(prefix),
                _ => AnyNlri::Ipv4Unicast(prefix),
            },
        }
    }
}
