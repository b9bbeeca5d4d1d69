//! The addresses of interfaces, by ip(8): those that are there, those that are added, those that are taken away.

use std::{collections::BTreeSet, io, process::Output};

use config::{HealthCheck, LOOPBACK, MOST_ADDRESSES, Network};
use slog::{Logger, debug, warn};
use tokio::process::Command;

/// What ip(8) says when an address is there already.
const IS_THERE: i32 = 2;

/// Finds what is to be announced, and gives the interfaces what they lack of it.
///
/// # Errors
/// When there is nothing to announce, or ip(8) fails.
pub async fn prepare(check: &HealthCheck, log: &Logger) -> io::Result<Vec<Network>> {
    let addresses = match check.addresses.is_empty() {
        true => existing(check, log).await?,
        false => check.addresses.clone(),
    };
    if addresses.is_empty() {
        return Err(io::Error::other("No IP found"));
    }
    let size = addresses.iter().fold(0, |sum: u128, network| sum.saturating_add(network.size()));
    if size > MOST_ADDRESSES && (check.ip_setup || check.deaggregate) {
        return Err(io::Error::other(format!("too many addresses: {size}")));
    }
    if check.ip_setup {
        add(check, &addresses, log).await?;
    }
    Ok(check.announced(&addresses))
}

/// Adds the addresses that are not there yet.
///
/// # Errors
/// When ip(8) fails.
pub(super) async fn add(check: &HealthCheck, addresses: &[Network], log: &Logger) -> io::Result<()> {
    let there: BTreeSet<Network> = existing(check, log).await?.into_iter().collect();
    for address in hosts(addresses).difference(&there) {
        debug!(log, "setup IP address"; "address" => %address, "interface" => check.interface(*address));
        let output = change(check, "add", *address).await?;
        if !output.status.success() && output.status.code() != Some(IS_THERE) {
            let said = String::from_utf8_lossy(output.stderr.trim_ascii()).into_owned();
            return Err(io::Error::other(format!("{address} cannot be added: {said} ({})", output.status)));
        }
    }
    Ok(())
}

/// Takes away the addresses that are there.
pub(super) async fn remove(check: &HealthCheck, addresses: &[Network], log: &Logger) {
    let there: BTreeSet<Network> = match existing(check, log).await {
        Ok(there) => there.into_iter().collect(),
        Err(error) => return warn!(log, "addresses cannot be looked for"; "reason" => %error),
    };
    for address in hosts(addresses).intersection(&there) {
        let failed = match change(check, "delete", *address).await {
            Ok(output) if output.status.success() => continue,
            Ok(output) => output.status.to_string(),
            Err(error) => error.to_string(),
        };
        warn!(log, "unable to remove IP address - is healthcheck running as root?"; "address" => %address,
            "interface" => check.interface(*address), "reason" => failed);
    }
}

fn hosts(addresses: &[Network]) -> BTreeSet<Network> {
    addresses.iter().flat_map(|network| network.hosts()).collect()
}

async fn change(check: &HealthCheck, what: &str, address: Network) -> io::Result<Output> {
    let interface = check.interface(address);
    let (address, mut words) = (address.to_string(), Vec::new());
    words.extend(check.sudo.then_some("sudo"));
    words.extend(["ip", "address", what, &address, "dev", interface]);
    let label = check.label.as_ref().map(|label| format!("{interface}:{label}"));
    words.extend(label.iter().flat_map(|label| ["label", label]));
    run(&words).await
}

async fn run(words: &[&str]) -> io::Result<Output> {
    let Some((program, arguments)) = words.split_first() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let said = |error: io::Error| io::Error::new(error.kind(), format!("{program} cannot be run: {error}"));
    Command::new(program).args(arguments).kill_on_drop(true).output().await.map_err(said)
}

/// The addresses of the loopback interface and of those that addresses are given, but for those of the host itself. With a
/// label only those that have it.
async fn existing(check: &HealthCheck, log: &Logger) -> io::Result<Vec<Network>> {
    let mut interfaces = BTreeSet::from([LOOPBACK]);
    interfaces.extend(check.interfaces.iter().map(|(_, name)| name.as_str()));
    let (mut found, wanted) = (Vec::new(), check.label.as_deref().map(|label| (label, check.label_exact)));
    for interface in interfaces {
        let output = run(&["ip", "-o", "address", "show", "dev", interface]).await?;
        let text = String::from_utf8_lossy(&output.stdout);
        found.extend(text.lines().filter_map(|line| listed(line, interface, wanted)));
    }
    debug!(log, "system addresses detected"; "addresses" => ?found);
    Ok(found)
}

/// The address of a line of `ip -o address`, unless it is none for us.
fn listed(line: &str, interface: &str, label: Option<(&str, bool)>) -> Option<Network> {
    let mut words = line.split_whitespace();
    let address = words.by_ref().skip_while(|word| !matches!(*word, "inet" | "inet6")).nth(1)?;
    let network: Network = address.parse().ok()?;
    if network.address().is_loopback() {
        return None;
    }
    let Some((wanted, exact)) = label else { return Some(network) };
    let prefix = format!("{interface}:");
    let label = words.find_map(|word| word.strip_prefix(&prefix))?;
    let label = label.trim_end_matches('\\');
    let ours = if exact { label == wanted } else { label.starts_with(wanted) };
    ours.then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_ip() {
        let plain = "1: lo    inet 192.0.2.7/32 scope global lo\\       valid_lft forever preferred_lft forever";
        let labelled =
            "1: lo    inet 192.0.2.1/32 scope global lo:web1\\       valid_lft forever preferred_lft forever";
        let v6 = "1: lo    inet6 2001:db8::1/128 scope global \\       valid_lft forever preferred_lft forever";
        let told = |line, label| listed(line, "lo", label).map(|network| network.to_string());
        assert_eq!(told(plain, None).as_deref(), Some("192.0.2.7/32"));
        assert_eq!(told(v6, None).as_deref(), Some("2001:db8::1/128"));
        assert_eq!(told(labelled, Some(("web", false))).as_deref(), Some("192.0.2.1/32"));
        assert_eq!(told(labelled, Some(("web", true))), None);
        assert_eq!(told(labelled, Some(("web1", true))).as_deref(), Some("192.0.2.1/32"));
        assert_eq!((told(plain, Some(("web", false))), told(v6, Some(("web", false)))), (None, None));
        assert_eq!(told("1: lo    inet 127.0.0.1/8 scope host lo\\ valid_lft forever", None), None);
        assert_eq!(told("2: eth0    inet 192.0.2.7/24 scope global eth0", None), None);
        assert_eq!(told("", None), None);
    }
}
