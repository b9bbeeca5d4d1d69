//! Rewrites the text of ExaBGP's configurations from one version of its syntax to the next.
//!
//! Only words are exchanged: comments, blanks and what stands in quotes stay as they are.

mod rules;
mod scan;

use scan::Edit;

/// A version of ExaBGP's syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.4.
    V3,
    /// 4.x.
    V4,
    /// 5.x.
    V5,
    /// What comes behind 5.
    Main,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 4] = [Self::V3, Self::V4, Self::V5, Self::Main];

    /// The version of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }

    /// The name on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V3 => "3.4",
            Self::V4 => "4",
            Self::V5 => "5",
            Self::Main => "main",
        }
    }
}

/// A text in a later syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The text.
    pub text: String,
    /// What was changed, a sentence each.
    pub changes: Vec<String>,
}

/// Rewrites a configuration by the rules of each step between two versions.
pub fn rewrite(text: &str, from: Version, to: Version) -> Rewritten {
    let mut done = Rewritten { text: text.to_owned(), changes: Vec::new() };
    for (step, rules) in rules::STEPS {
        if from < *step && *step <= to {
            rules.iter().for_each(|rule| done.apply(*rule));
        }
    }
    done
}

/// Has each helper started through the translation of the API, which lets it speak that of version `from`.
pub fn wrap(text: &str, from: Version) -> Rewritten {
    let mut done = Rewritten { text: text.to_owned(), changes: Vec::new() };
    let api = if from < Version::V5 { "4" } else { "5" };
    done.apply(|text| rules::wrapped(text, api));
    done
}

impl Rewritten {
    /// Carries on with what another rewriting made of this text.
    pub fn then(&mut self, next: Self) {
        self.text = next.text;
        self.changes.extend(next.changes);
    }

    fn apply(&mut self, rule: impl Fn(&str) -> Vec<Edit>) {
        let edits = rule(&self.text);
        if edits.is_empty() {
            return;
        }
        let (mut text, mut done, mut line) = (String::with_capacity(self.text.len()), 0, 1);
        for edit in edits {
            let kept = self.text.get(done..edit.range.start).unwrap_or_default();
            line += kept.matches('\n').count();
            text.extend([kept, &edit.by]);
            self.changes.push(format!("line {line}: {}", edit.why));
            line += self.text.get(edit.range.clone()).unwrap_or_default().matches('\n').count();
            done = edit.range.end;
        }
        text.push_str(self.text.get(done..).unwrap_or_default());
        self.text = text;
    }
}

#[cfg(test)]
mod tests;
