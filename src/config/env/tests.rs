use std::{io::Write, time::Duration};

use wire::Quirks;

use super::*;

fn env(variables: &[(&str, &str)], file: &str) -> Result<Env, Error> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Env::from_sources(&Sources::new(variables, file))
}

#[test]
fn defaults_are_those_of_the_table() {
    let env = Env::default();
    assert_eq!(env.values.len(), OPTIONS.len());
    assert_eq!((env.tcp.port, env.tcp.port_set, env.tcp.connect()), (179, false, 179));
    assert_eq!((env.daemon.umask, env.bgp.openwait, env.api.version), (0o137, 60, 4));
    assert_eq!((env.log.level.as_str(), env.log.packets, env.api.ack), ("INFO", false, true));
}

#[test]
fn dots_win_over_underscores_over_the_file() {
    let file = "[exabgp.tcp]\nport = '1'\ndelay: 7\n# port = 9\n";
    let read = |variables: &[(&str, &str)]| env(variables, file).unwrap().tcp;
    assert_eq!((read(&[]).port, read(&[]).port_set, read(&[]).delay), (1, false, 7));
    assert_eq!((read(&[("exabgp_tcp_port", "2")]).port, read(&[("exabgp_tcp_port", "2")]).port_set), (2, true));
    assert_eq!(read(&[("exabgp_tcp_port", "2"), ("exabgp.tcp.port", "3")]).port, 3);
}

#[test]
fn a_bad_value_names_its_option() {
    let refused = |name: &str, value: &str| env(&[(name, value)], "").unwrap_err().to_string();
    assert_eq!(refused("exabgp_tcp_port", "http"), "invalid value for tcp.port : http");
    assert_eq!(refused("exabgp_log_level", "LOUD"), "invalid value for log.level : LOUD");
    assert_eq!(refused("exabgp_api_version", "5"), "invalid value for api.version : 5");
    assert!(refused("exactix_quirks", "nonsense").starts_with("exactix_quirks: "));
}

#[test]
fn ours_are_read_from_everywhere() {
    let faults = |variables: &[(&str, &str)], file: &str| env(variables, file).unwrap().exactix.faults;
    for name in ["exactix_faults", "exactix.faults", "EXACTIX_FAULTS"] {
        assert!(faults(&[(name, "true")], "[exactix]\nfaults = false"), "{name}");
    }
    assert!(faults(&[], "[exactix]\nFaults = 'true'") && !faults(&[], "[exabgp.exactix]\nfaults = true"));
    assert!(!faults(&[("exactix.faults", "false"), ("exactix_faults", "true")], ""));
    assert!(!faults(&[("exactix_faults", "false"), ("EXACTIX_FAULTS", "true")], ""));

    let env = env(&[("exactix_signals_hup", "reload"), ("exactix_restart_peer", "intensity 3 max 1m")], "").unwrap();
    assert_eq!((env.exactix.hup, env.exactix.restart.peer.intensity), (Some(crate::Hup::Reload), 3));
    let usual = crate::Restart::default().peer;
    assert_eq!(env.exactix.restart.peer, crate::Policy { intensity: 3, max: Duration::from_secs(60), ..usual });
}

#[test]
fn defaults_of_ours_are_those_of_supervision() {
    assert_eq!(Env::default().exactix, ExactixEnv::default());
    assert_eq!(Env::empty().exactix, ExactixEnv::default());
}

#[test]
fn a_bad_value_of_ours_says_what_is_expected() {
    let refused = |name: &str, value: &str| env(&[(name, value)], "").unwrap_err().to_string();
    assert_eq!(refused("EXACTIX_FAULTS", "maybe"), "exactix_faults: \"maybe\" is given, expected true or false");
    let text = refused("exactix_signals_hup", "hang");
    assert_eq!(text, "exactix_signals_hup: \"hang\" is given, expected one of Form, Stop, Reload");
    for value in ["intensity", "intensity many", "patience 3", "jitter 101"] {
        let text = refused("exactix_restart_rib", value);
        assert!(
            text.starts_with(&format!("exactix_restart_rib: \"{value}\" is given, expected some of first")),
            "{text}"
        );
    }
}

#[test]
fn an_unknown_one_of_ours_is_an_error() {
    let refused = |name: &str| env(&[(name, "1")], "").unwrap_err().to_string();
    assert_eq!(refused("exactix_fualts"), "exactix_fualts is no setting of exactix; did you mean exactix_faults?");
    assert_eq!(refused("EXACTIX.QUIRK"), "EXACTIX.QUIRK is no setting of exactix; did you mean exactix_quirks?");
    assert!(
        refused("EXACTIX_BANANA")
            .starts_with("EXACTIX_BANANA is no setting of exactix; expected one of exactix_quirks, ")
    );
    let in_file = env(&[], "[exactix]\nfualts = 1").unwrap_err().to_string();
    assert_eq!(in_file, "exactix.fualts is no setting of exactix; did you mean exactix_faults?");
    for name in ["EXACTIX", "exactixes_faults", "exabgp_nonsense"] {
        assert!(env(&[(name, "1")], "").is_ok(), "{name}");
    }
}

#[test]
fn booleans_are_never_refused() {
    let ack = |value: &str| env(&[("exabgp_api_ack", value)], "").unwrap().api.ack;
    assert_eq!((ack("Yes"), ack("on"), ack("off"), ack("banana")), (true, true, false, false));
}

#[test]
fn attempts_have_aliases() {
    let attempts = |name: &str, value: &str| env(&[(name, value)], "").unwrap().tcp.attempts;
    assert_eq!(attempts("exabgp_tcp_connections", "4"), 4);
    assert_eq!(attempts("exabgp.tcp.once", "true"), 1);
    assert_eq!(env(&[], "[exabgp.tcp]\nconnections = 4\n").unwrap().tcp.attempts, 0);
}

#[test]
fn clients_at_a_time() {
    let clients = |value: &str| env(&[("exabgp_api_max_clients", value)], "").map(|env| env.api.max_clients);
    assert_eq!((Env::default().api.max_clients, clients("10").unwrap()), (64, 10));
    for value in ["0", "many", "-1"] {
        assert_eq!(clients(value).unwrap_err().to_string(), format!("invalid value for api.max_clients : {value}"));
    }
}

#[test]
fn other_variables_are_read() {
    let env =
        env(&[("exabgp_version", "5.0.0"), ("exactix_quirks", "exabgp"), ("PATH", "/bin::/usr/bin")], "").unwrap();
    assert_eq!((env.version.as_deref(), env.exactix.quirks), (Some("5.0.0"), Quirks::ALL));
    assert_eq!(env.lookup.path, [PathBuf::from("/bin"), PathBuf::from("/usr/bin")]);
}

#[test]
fn a_missing_env_file_is_fine() {
    assert!(Env::from_process(std::iter::empty(), Some(Path::new("/nonexistent/exabgp.env"))).is_ok());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "[exabgp.api]\nACK = false\n[other]\nack = true").unwrap();
    assert!(!Env::from_process(std::iter::empty(), Some(file.path())).unwrap().api.ack);
}

#[test]
fn every_option_has_a_line_of_documentation() {
    let named = |row: &Variable| !row.section().is_empty() && !row.option().is_empty() && !row.doc.is_empty();
    assert!(OPTIONS.iter().all(named));
}
