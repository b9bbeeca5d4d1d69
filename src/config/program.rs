//! Finds the program of a process on disk, with ExaBGP's places, order and checks.

use std::{
    fs::Metadata,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::env::Lookup;

/// Where the system has the configuration of ExaBGP.
const SYSTEM: &str = "/etc/exabgp";

/// The path of `program`, which must be one that we may run; the error is a sentence.
pub(crate) fn find(program: &str, directory: &Path, lookup: &Lookup) -> Result<String, String> {
    let path = locate(program, directory, Path::new(SYSTEM), lookup)
        .ok_or_else(|| format!("cannot find the program {program}"))?;
    // The daemon leaves the directory it was started in.
    let path = std::path::absolute(&path).unwrap_or(path);
    let shown = path.display().to_string();
    let metadata = path.metadata().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("cannot find the program {shown}"),
        _ => format!("cannot examine the program {shown}: {error}"),
    })?;
    check(&metadata).map_err(|fault| format!("{shown} {fault}"))?;
    Ok(shown)
}

fn locate(program: &str, directory: &Path, system: &Path, lookup: &Lookup) -> Option<PathBuf> {
    if program.starts_with('/') {
        return Some(PathBuf::from(program));
    }
    if let Some(remainder) = program.strip_prefix("etc/exabgp") {
        let remainder = remainder.trim_start_matches('/');
        return Some(match &lookup.etc {
            Some(etc) => etc.join(remainder),
            None => installed(program, &system.join(remainder), lookup),
        });
    }
    let places = [system, directory].into_iter().chain(lookup.path.iter().map(PathBuf::as_path));
    // The last one there is wins, so that PATH comes before the directory of the configuration.
    places.map(|place| place.join(program)).rfind(|candidate| candidate.exists())
}

/// A program of an installation: below the working directory, else where the system has its configuration.
fn installed(program: &str, in_system: &Path, lookup: &Lookup) -> PathBuf {
    let below = base(&lookup.working_directory).join(program);
    if !below.exists() && in_system.exists() { in_system.to_path_buf() } else { below }
}

/// The working directory, or what it is a part of when it is one of an installation.
fn base(working_directory: &Path) -> &Path {
    match working_directory.parent() {
        Some(parent) if working_directory.ends_with("etc") || working_directory.ends_with("sbin") => parent,
        _ => working_directory,
    }
}

fn check(metadata: &Metadata) -> Result<(), &'static str> {
    let mode = metadata.permissions().mode();
    if metadata.is_dir() {
        return Err("is a directory");
    }
    if mode & 0o6000 != 0 {
        return Err("has its setuid or setgid bit set");
    }
    if !may_run(metadata, mode) {
        return Err("is not executable by this user");
    }
    if metadata.is_file() { Ok(()) } else { Err("is not a regular file") }
}

fn may_run(metadata: &Metadata, mode: u32) -> bool {
    let Ok(us) = std::fs::metadata("/proc/self") else { return mode & 0o111 != 0 };
    match us.uid() {
        0 => mode & 0o111 != 0,
        _ if mode & 0o001 != 0 => true,
        user if user == metadata.uid() && mode & 0o100 != 0 => true,
        _ => mode & 0o010 != 0 && groups(us.gid()).contains(&metadata.gid()),
    }
}

/// The groups we are in: the first one, and those the kernel lists.
fn groups(first: u32) -> Vec<u32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let listed = status.lines().find_map(|line| line.strip_prefix("Groups:")).unwrap_or_default();
    listed.split_whitespace().filter_map(|group| group.parse().ok()).chain([first]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup() -> Lookup {
        Lookup { path: vec!["/usr/bin".into(), "/bin".into()], ..Lookup::default() }
    }

    #[test]
    fn the_last_place_wins() {
        assert_eq!(find("cat", Path::new("/usr/bin"), &lookup()).unwrap(), "/bin/cat");
        assert_eq!(find("/bin/cat", Path::new(""), &lookup()).unwrap(), "/bin/cat");
    }

    #[test]
    fn each_fault_has_its_sentence() {
        let refused = |program: &str| find(program, Path::new("/"), &lookup()).unwrap_err();
        assert!(refused("no-such-program").contains("cannot find"));
        assert!(refused("/bin").contains("is a directory"));
        assert!(refused("/etc/passwd").contains("not executable"));
    }

    #[test]
    fn an_installation_has_a_root() {
        let at = |etc: Option<&str>, pwd: &str| {
            let lookup = Lookup { etc: etc.map(Into::into), working_directory: pwd.into(), path: Vec::new() };
            locate("etc/exabgp/run.sh", Path::new("/x"), Path::new(SYSTEM), &lookup).unwrap().display().to_string()
        };
        assert_eq!(at(Some("/opt/etc/exabgp"), "/root"), "/opt/etc/exabgp/run.sh");
        assert_eq!(at(None, "/opt/etc"), "/opt/etc/exabgp/run.sh");
        assert_eq!(at(None, "/opt"), "/opt/etc/exabgp/run.sh");
    }

    #[test]
    fn the_system_comes_after_the_working_directory() {
        let (system, working) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let lookup = Lookup { working_directory: working.path().into(), ..Lookup::default() };
        let found = || locate("etc/exabgp/run.sh", Path::new("/x"), system.path(), &lookup).unwrap();
        let below = working.path().join("etc/exabgp/run.sh");
        assert_eq!(found(), below);
        std::fs::write(system.path().join("run.sh"), "").unwrap();
        assert_eq!(found(), system.path().join("run.sh"));
        std::fs::create_dir_all(below.parent().unwrap()).unwrap();
        std::fs::write(&below, "").unwrap();
        assert_eq!(found(), below);
    }
}
