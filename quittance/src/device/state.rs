//! A device's state on disk: who it is, its key, and what its agent last saved. Written in place of
//! the last one, durably, before the agent goes on.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use server::{clock::Entropy, crypto::hex, real::RealEntropy};
use zeroize::Zeroizing;

use crate::fail::Failure;

/// The only format there is.
const FORMAT: u32 = 1;

/// The file.
pub(super) struct StateFile {
    path: PathBuf,
    kept: Kept,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    imeis: Vec<String>,
    /// The device key's seed in hexadecimal; none after it was deleted.
    key: Option<Zeroizing<String>>,
    /// What the agent saved, in hexadecimal.
    agent: Option<String>,
}

impl StateFile {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Option<StateFile>, Failure> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file(path, &error)),
        };
        let wrong = |what: String| {
            let shown = path.display();
            Failure::usage("bad_state", format!("{shown}: not a device's state: {what}"))
        };
        let kept: Kept = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if kept.format != FORMAT {
            return Err(wrong(format!("format {}, known is {FORMAT}", kept.format)));
        }
        Ok(Some(StateFile { path: path.to_owned(), kept }))
    }

    /// The file of this device; a device that was never there gets a key.
    pub(super) fn open(path: &Path, imeis: &[String]) -> Result<StateFile, Failure> {
        if let Some(known) = StateFile::read(path)? {
            if known.kept.imeis.first() != imeis.first() {
                let shown = path.display();
                let detail = format!("--state {shown}: this is the state of another device");
                return Err(Failure::usage("other_device", detail).hint("name its own file"));
            }
            return Ok(known);
        }
        let mut seed = Zeroizing::new([0; 32]);
        RealEntropy.fill(seed.as_mut());
        let key = Some(Zeroizing::new(hex(seed.as_ref())));
        let kept = Kept { format: FORMAT, imeis: imeis.to_vec(), key, agent: None };
        let file = StateFile { path: path.to_owned(), kept };
        file.write()?;
        Ok(file)
    }

    /// The device key's seed, unless it was deleted.
    pub(super) fn seed(&self) -> Result<Option<Zeroizing<[u8; 32]>>, Failure> {
        let Some(key) = &self.kept.key else {
            return Ok(None);
        };
        let bytes = unhex(key).map(Zeroizing::new);
        let seed = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        let seed = seed.ok_or_else(|| self.wrong("the key is not 64 hexadecimal digits"))?;
        Ok(Some(Zeroizing::new(seed)))
    }

    /// What the agent last saved.
    pub(super) fn agent(&self) -> Result<Option<Vec<u8>>, Failure> {
        let bytes = self.kept.agent.as_deref().map(unhex);
        match bytes {
            Some(None) => Err(self.wrong("the agent's part is not hexadecimal")),
            Some(bytes) => Ok(bytes),
            None => Ok(None),
        }
    }

    /// Keeps what the agent saved.
    pub(super) fn save(&mut self, agent: &[u8]) -> Result<(), Failure> {
        self.kept.agent = Some(hex(agent));
        self.write()
    }

    /// Deletes the device key.
    pub(super) fn delete_key(&mut self) -> Result<(), Failure> {
        self.kept.key = None;
        self.write()
    }

    /// An error about what the file holds.
    pub(super) fn wrong(&self, what: &str) -> Failure {
        Failure::usage("bad_state", format!("{}: {what}", self.path.display()))
    }

    /// A file beside, then its name: whoever reads finds the old state or the new one.
    fn write(&self) -> Result<(), Failure> {
        let mut beside = self.path.as_os_str().to_owned();
        beside.push(".tmp");
        let beside = PathBuf::from(beside);
        let text = serde_json::to_string(&self.kept)
            .map_err(|error| Failure::wrong("state", error.to_string()))?;
        let text = Zeroizing::new(text);
        let written = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        written().map_err(|error| Failure::file(&self.path, &error))
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
