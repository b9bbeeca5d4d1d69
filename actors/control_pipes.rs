//! The control pipes: two FIFOs of the administrator, one for commands, one for answers, which serve programs one at a time.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::FutureExt as _;
use tokio::{net::unix::pipe, sync::watch};

use crate::world::Program;

/// How often is looked whether the pipes are still those that have that name.
const LOOK: Duration = Duration::from_secs(5);

/// Where the control pipes are. They are opened, never made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPipes {
    /// What the daemon reads, `<name>.in`.
    pub commands: PathBuf,
    /// What the daemon writes, `<name>.out`.
    pub answers: PathBuf,
}

impl ControlPipes {
    /// Opens both, each in both directions: no end waits for another, and no program that leaves is the end of the stream.
    /// Answers that nobody took are thrown away.
    ///
    /// # Errors
    /// When one is not there, is no FIFO, or the system does not let us.
    pub(crate) fn open(&self) -> io::Result<Program> {
        let (commands, mut answers) = (open(&self.commands)?, open(&self.answers)?);
        let mut left = [0; 4096];
        while matches!(answers.read(&mut left), Ok(octets) if octets > 0) {}
        let (output, input) =
            (pipe::Receiver::from_file_unchecked(commands)?, pipe::Sender::from_file_unchecked(answers)?);
        let (hang_up, mut hung_up) = watch::channel(false);
        let (pipes, opened) = (self.clone(), self.numbers());
        let end = async move {
            loop {
                if tokio::time::timeout(LOOK, hung_up.wait_for(|hung_up| *hung_up)).await.is_ok() {
                    return "hung up".to_owned();
                }
                if pipes.numbers() != opened {
                    return "others have taken their place".to_owned();
                }
            }
        };
        let kill = move |_| {
            hang_up.send_replace(true);
        };
        Ok(Program { pid: 0, output: Box::new(output), input: Box::new(input), end: end.boxed(), kill: Arc::new(kill) })
    }

    /// What tells these pipes from others of the same names.
    fn numbers(&self) -> [Option<(u64, u64)>; 2] {
        [&self.commands, &self.answers].map(|path| std::fs::metadata(path).ok().map(|there| (there.dev(), there.ino())))
    }
}

fn open(path: &Path) -> io::Result<File> {
    let named = |kind, what: &dyn std::fmt::Display| io::Error::new(kind, format!("{}: {what}", path.display()));
    let file = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(path);
    let file = file.map_err(|error| named(error.kind(), &error))?;
    if file.metadata()?.file_type().is_fifo() {
        Ok(file)
    } else {
        Err(named(io::ErrorKind::InvalidInput, &"there is something that is no FIFO"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use nix::{sys::stat::Mode, unistd::mkfifo};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[actix_rt::test]
    async fn answers_that_were_left_are_gone_and_commands_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let [commands, answers] = ["exabgp.in", "exabgp.out"].map(|name| directory.path().join(name));
        let pipes = ControlPipes { commands: commands.clone(), answers: answers.clone() };
        assert_eq!(pipes.open().unwrap_err().kind(), io::ErrorKind::NotFound);
        mkfifo(&commands, Mode::S_IRWXU).unwrap();
        std::fs::write(&answers, "").unwrap();
        assert_eq!(pipes.open().unwrap_err().kind(), io::ErrorKind::InvalidInput);
        std::fs::remove_file(&answers).unwrap();
        mkfifo(&answers, Mode::S_IRWXU).unwrap();

        let [mut client, mut heard] = [&commands, &answers].map(|path| open(path).unwrap());
        heard.write_all(b"stale\n").unwrap();
        client.write_all(b"version\n").unwrap();
        let mut program = pipes.open().unwrap();
        let mut said = [0; 8];
        program.output.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"version\n");
        program.input.write_all(b"done\n").await.unwrap();
        let octets = heard.read(&mut said).unwrap();
        assert_eq!(said.get(..octets), Some(&b"done\n"[..]));
        (program.kill)(nix::sys::signal::Signal::SIGTERM);
        assert_eq!(program.end.await, "hung up");
    }
}
