//! Where ExaBGP looks for its control pipes and its control socket.

use std::path::{Path, PathBuf};

use nix::unistd::getuid;

use crate::environment;

/// The folders outside of the installation, in the order they are searched in.
pub(super) fn outside() -> impl Iterator<Item = PathBuf> {
    let user = getuid().to_string();
    let of = move |base: &str| [format!("{base}/exabgp"), format!("{base}/{user}"), base.to_owned()].map(PathBuf::from);
    of("/run").into_iter().chain(of("/var/run"))
}

/// All of them: the same below the installation come last.
pub(super) fn all() -> impl Iterator<Item = PathBuf> {
    let inside = environment::root().into_iter().flat_map(|root| outside().map(move |folder| below(&root, &folder)));
    outside().chain(inside)
}

fn below(root: &Path, folder: &Path) -> PathBuf {
    root.join(folder.strip_prefix("/").unwrap_or(folder))
}

/// What was searched, for people.
pub(super) fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installation_comes_last() {
        let all: Vec<PathBuf> = all().collect();
        assert_eq!(all.len(), 12);
        assert_eq!(all[0], Path::new("/run/exabgp"));
        assert_eq!(all[5], Path::new("/var/run"));
        assert!(all[6].ends_with("run/exabgp") && all[6] != all[0], "{all:?}");
        assert_eq!(below(Path::new("/opt"), Path::new("/var/run")), Path::new("/opt/var/run"));
    }
}
