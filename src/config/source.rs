//! The text of one configuration, and what it is called.

use std::path::{Path, PathBuf};

use crate::model::Form;

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The name errors give it.
    pub name: String,
    /// The directory programs are looked up from.
    pub directory: PathBuf,
    /// The form, when it is known without looking into the text.
    pub form: Option<Form>,
}

impl Origin {
    /// That of a file.
    pub fn file(path: &Path) -> Self {
        let is_ron = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ron"));
        Self {
            name: path.display().to_string(),
            directory: path.parent().unwrap_or(Path::new("")).to_path_buf(),
            form: is_ron.then_some(Form::Ron),
        }
    }

    /// That of a text from elsewhere, such as standard input.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), directory: PathBuf::new(), form: None }
    }
}

/// A text being read.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    pub(crate) directory: &'a Path,
}
