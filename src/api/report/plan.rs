//! The answer to `reload check`: what reading the configuration again would change.

use config::{Change, Config, Error, diff, steps};
use wire::json;

use crate::{Answer, Form, encode::answer::End};

/// The answer when a file is compared with the configuration that is in force.
pub fn answer(running: &Config, read: &Result<Config, Error>, form: Form) -> Answer {
    match read {
        Ok(new) => changes(running, new, form),
        Err(error) => refused(&error.to_string(), form),
    }
}

/// A line for each thing that changes, and one that counts the rest; or an object.
fn changes(running: &Config, new: &Config, form: Form) -> Answer {
    let changes = diff(running, new);
    let touched = |kind: fn(&Change) -> bool| changes.iter().filter(|change| kind(change)).count();
    let processes = new.processes.len()
        - touched(|change| matches!(change, Change::ProcessAdded { .. } | Change::ProcessChanged { .. }));
    let neighbors = new.neighbors.len()
        - touched(|change| matches!(change, Change::NeighborAdded { .. } | Change::NeighborChanged { .. }));
    let steps = steps(running, new, &changes);
    match form {
        Form::Text => {
            let rest = format!("unchanged: {neighbors} neighbors, {processes} processes");
            Answer::lines(steps.iter().map(ToString::to_string).chain([rest]))
        }
        Form::Json => {
            let mut out = String::from("{\"valid\": true, \"changes\": [");
            json::separated(&mut out, ", ", &steps, |out, step| {
                out.push_str("{\"subject\": ");
                json::string(out, &step.subject);
                out.push_str(", \"actions\": [");
                json::separated(out, ", ", &step.actions, |out, action| json::string(out, action));
                out.push_str("]}");
            });
            json::write(
                &mut out,
                format_args!("], \"unchanged\": {{\"neighbors\": {neighbors}, \"processes\": {processes}}}}}"),
            );
            Answer::lines([out])
        }
    }
}

/// What is wrong with the file, then `error`.
fn refused(why: &str, form: Form) -> Answer {
    let mut answer = match form {
        Form::Text => Answer::lines(why.lines().filter(|line| !line.trim().is_empty())),
        Form::Json => {
            let mut out = String::from("{\"valid\": false, \"error\": ");
            json::string(&mut out, why);
            Answer::lines([out + "}"])
        }
    };
    answer.end = End::Error("the configuration is refused".to_owned());
    answer
}

#[cfg(test)]
mod tests {
    use config::{Env, Origin, load_str};

    use super::*;

    fn read(body: &str) -> Result<Config, Error> {
        let text = format!("neighbor 10.0.0.1 {{ local-address 10.0.0.2; local-as 1; peer-as 2;\n{body}\n}}");
        load_str(&text, &Origin::named("test.conf"), &Env::default())
    }

    const NAME: &str =
        "neighbor 10.0.0.1 local-ip 10.0.0.2 local-as 1 peer-as 2 router-id 10.0.0.2 family-allowed in-open";

    #[test]
    fn changes_in_both_forms() {
        let (old, new) = (read("").unwrap(), read("hold-time 30;"));
        let why = "the session starts anew, because of hold-time";
        let text = answer(&old, &new, Form::Text).data;
        assert_eq!(text, format!("{NAME}: {why}\nunchanged: 0 neighbors, 0 processes\n"));
        let expected = format!(
            "{{\"valid\": true, \"changes\": [{{\"subject\": \"{NAME}\", \"actions\": [\"{why}\"]}}], \
             \"unchanged\": {{\"neighbors\": 0, \"processes\": 0}}}}\n"
        );
        assert_eq!(answer(&old, &new, Form::Json).data, expected);
        assert_eq!(answer(&old, &read(""), Form::Text).data, "unchanged: 1 neighbors, 0 processes\n");
    }

    #[test]
    fn a_refused_file_is_an_error_with_its_place() {
        let (old, new) = (read("").unwrap(), read("hold-time soon;"));
        let told = answer(&old, &new, Form::Text);
        assert!(told.data.contains("test.conf:2:11") && !told.data.contains("\n\n"), "{}", told.data);
        assert!(matches!(told.end, End::Error(_)));
        assert!(answer(&old, &new, Form::Json).data.starts_with("{\"valid\": false, \"error\": \""));
    }
}
