//! Signed policy packs as files below a data directory: `packs/*.toml`, beside each its signature
//! `*.toml.sig`, and the publishers that are trusted, `packs/trusted/*.pub`.
//!
//! A signature file is a line for each publisher who signed: his public key and an Ed25519
//! signature over `quittance/pack/1` and the text's bytes, both in hexadecimal. A publisher's file
//! holds his public key, and his name is that of the file.
//!
//! **Invariant:** a text is a pack of this installation only if two trusted publishers signed
//! exactly these bytes, or if it came with the program.
//! **Invariant:** a key is one publisher, however often it signed and under however many names it
//! is trusted.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};

use formats::packs::PACK_MAX;
use protocol::{PublicKey, Signer, Verifier};

use crate::{
    crypto::{ServerSigner, ServerVerifier, hex},
    error::Error,
    keys::files::unhex,
};

/// Separates these signatures from all others.
const LABEL: &[u8] = b"quittance/pack/1";
/// Most files of one installation.
const FILES_MAX: usize = 1_000;
/// Longest key file that is read.
const LINE_MAX: u64 = 1_024;
/// How many publishers sign a text: nobody makes law alone.
pub const SIGNERS: usize = 2;
/// Most signatures of one text.
pub const SIGNATURES_MAX: usize = 16;
/// Longest signature file that is read.
const SIGNATURES_LEN: u64 = 4_096;

/// The line of a signature file: this key's signature over a pack's text.
pub fn sign(seed: &[u8; 32], text: &[u8]) -> Result<String, Error> {
    let signer = ServerSigner::from_seed(seed);
    let signature = signer.sign(&[LABEL, text].concat());
    let signature = signature.map_err(|_| Error::Fault("the key does not sign".to_owned()))?;
    Ok(format!("{} {}", hex(&signer.public_bytes()), hex(&signature)))
}

/// The line of a publisher's file.
pub fn public_line(seed: &[u8; 32]) -> String {
    hex(&public_key(seed))
}

/// The public key of this secret.
fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    ServerSigner::from_seed(seed).public_bytes()
}

/// The key of a publisher's file, or the secret of a key file.
pub fn key_of(line: &str) -> Option<[u8; 32]> {
    unhex(line.trim())?.try_into().ok()
}

/// One publisher's signature over a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// His public key.
    pub key: [u8; 32],
    /// The line of the signature file.
    pub line: String,
}

impl Signature {
    /// Reads a line; `None` = it is no signature over this text.
    fn read(line: &str, text: &[u8]) -> Option<Signature> {
        let line = line.trim();
        let (key, signature) = line.split_once(' ')?;
        let key = key_of(key)?;
        let signature: [u8; 64] = unhex(signature)?.try_into().ok()?;
        let message = [LABEL, text].concat();
        let valid = ServerVerifier.verify(&PublicKey::Ed25519(key), &message, &signature);
        valid.then(|| Signature { key, line: line.to_owned() })
    }
}

/// A signature file with one more signature in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// All signatures over the text, in the order in which they were made.
    pub signatures: Vec<Signature>,
    /// Whether this key had not signed the text before.
    pub new: bool,
    /// Lines that are no signatures over this text, and are left out.
    pub dropped: usize,
}

/// Adds this key's signature to those of a signature file. What another text was signed with does
/// not stay; a key signs once.
pub fn add_signature(file: &str, seed: &[u8; 32], text: &[u8]) -> Result<Added, Error> {
    let lines: Vec<&str> = file.lines().filter(|line| !line.trim().is_empty()).collect();
    let read: Vec<Signature> =
        lines.iter().filter_map(|line| Signature::read(line, text)).collect();
    let dropped = lines.len() - read.len();
    let mut signatures = each_once(read);
    let own = public_key(seed);
    let new = signatures.iter().all(|signed| signed.key != own);
    if new {
        signatures.push(Signature { key: own, line: sign(seed, text)? });
    }
    Ok(Added { signatures, new, dropped })
}

fn each_once(signatures: Vec<Signature>) -> Vec<Signature> {
    let mut once: Vec<Signature> = Vec::new();
    for signature in signatures {
        if once.iter().all(|known| known.key != signature.key) {
            once.push(signature);
        }
    }
    once
}

/// A publisher who is trusted here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// The name of his file.
    pub name: String,
    /// His public key.
    pub key: [u8; 32],
}

/// Why the signatures of a text do not make it a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, and what to do.
    pub detail: String,
}

/// The signatures beside a pack's file, each key once.
pub fn signatures_beside(pack: &Path, text: &[u8]) -> Result<Vec<Signature>, Unsigned> {
    let refused = |code, detail: &str| Unsigned { code, detail: detail.to_owned() };
    let unsigned = || {
        let detail = "no signature beside it: two publishers sign it with `quittance pack sign`";
        refused("pack_unsigned", detail)
    };
    let file = match text_of(&beside(pack), SIGNATURES_LEN) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(unsigned()),
        Err(error) => return Err(refused("pack_signature", &format!("its signatures: {error}"))),
    };
    let lines: Vec<&str> = file.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return Err(unsigned());
    }
    if lines.len() > SIGNATURES_MAX {
        let detail = format!("expected at most {SIGNATURES_MAX} signatures beside it");
        return Err(refused("pack_signature", &detail));
    }
    let read: Option<Vec<Signature>> =
        lines.iter().map(|line| Signature::read(line, text)).collect();
    let detail = "its signatures are not all over this text: sign it again";
    read.map(each_once).ok_or_else(|| refused("pack_signature", detail))
}

/// Those of the signatures that trusted publishers made: at least [`SIGNERS`].
pub fn attested<'a>(
    signed: &'a [Signature],
    trusted: &'a [Publisher],
) -> Result<Vec<(&'a Publisher, &'a Signature)>, Unsigned> {
    let by = |signed: &Signature| trusted.iter().find(|known| known.key == signed.key);
    let known: Vec<_> = signed.iter().filter_map(|one| Some((by(one)?, one))).collect();
    if known.len() >= SIGNERS {
        return Ok(known);
    }
    let strangers: Vec<String> =
        signed.iter().filter(|one| by(one).is_none()).map(|one| hex(&one.key)).collect();
    let stranger = "whom nobody trusts here: put his .pub file into packs/trusted";
    let Some((one, _)) = known.first() else {
        let detail = format!("signed by {}, {stranger}", strangers.join(" and "));
        return Err(Unsigned { code: "pack_untrusted", detail });
    };
    let mut detail = format!(
        "signed by {} alone: another trusted publisher has to sign the same text too",
        one.name
    );
    if let Some(key) = strangers.first() {
        detail += &format!("; it is signed by {key} as well, {stranger}");
    }
    Err(Unsigned { code: "pack_second_signature", detail })
}

/// A text that trusted publishers signed.
#[derive(Clone, Debug)]
pub struct SignedText {
    /// Its file.
    pub file: PathBuf,
    /// The text.
    pub text: String,
    /// Their lines of its signature file.
    pub signature: String,
    /// Their names here.
    pub publishers: Vec<String>,
}

/// A file that is no pack of this installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPack {
    /// The file.
    pub file: PathBuf,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, where, and what to do.
    pub detail: String,
}

impl RefusedPack {
    /// A refusal that names the file.
    pub fn new(file: &Path, code: &'static str, detail: &str) -> RefusedPack {
        let detail = format!("{}: {detail}", file.display());
        RefusedPack { file: file.to_owned(), code, detail }
    }
}

/// By what a changed directory is known.
type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// The packs of a data directory.
#[derive(Debug)]
pub struct PackDir {
    dir: PathBuf,
    seen: Mutex<Option<Stamp>>,
}

impl PackDir {
    /// The packs below a data directory.
    pub fn below(data: &Path) -> PackDir {
        PackDir { dir: data.join("packs"), seen: Mutex::default() }
    }

    /// Whether anything changed since this was last asked.
    pub fn changed(&self) -> Result<bool, Error> {
        let mut stamp = Vec::new();
        for dir in [self.dir.clone(), self.dir.join("trusted")] {
            for path in files(&dir)? {
                let meta = fs::metadata(&path).map_err(|error| fault(&path, &error))?;
                stamp.push((path, meta.modified().ok(), meta.len()));
            }
        }
        let mut seen = self.seen.lock().unwrap_or_else(|poison| poison.into_inner());
        if seen.as_ref() == Some(&stamp) {
            return Ok(false);
        }
        *seen = Some(stamp);
        Ok(true)
    }

    /// Every text with its trusted signatures, or why it has too few; by rising name.
    pub fn read(&self) -> Result<Vec<Result<SignedText, RefusedPack>>, Error> {
        let trusted = self.trusted()?;
        let paths = files(&self.dir)?;
        let texts = paths.into_iter().filter(|path| ends(path, "toml"));
        Ok(texts.map(|path| signed_text(&path, &trusted)).collect())
    }

    /// Every publisher that is trusted here.
    fn trusted(&self) -> Result<Vec<Publisher>, Error> {
        let mut trusted = Vec::new();
        for path in files(&self.dir.join("trusted"))? {
            let name = path.file_stem().and_then(|stem| stem.to_str());
            let key = line_of(&path).and_then(|line| key_of(&line));
            match name.zip(key).filter(|_| ends(&path, "pub")) {
                Some((name, key)) => trusted.push(Publisher { name: name.to_owned(), key }),
                None => {
                    let shown = path.display();
                    tracing::error!("{shown}: not a publisher's public key; it is passed over");
                }
            }
        }
        Ok(trusted)
    }
}

fn signed_text(path: &Path, trusted: &[Publisher]) -> Result<SignedText, RefusedPack> {
    let limit = u64::try_from(PACK_MAX).unwrap_or(u64::MAX) + 1;
    let text = text_of(path, limit)
        .map_err(|error| RefusedPack::new(path, "bad_pack", &error.to_string()))?;
    let unsigned = |why: Unsigned| RefusedPack::new(path, why.code, &why.detail);
    let signed = signatures_beside(path, text.as_bytes()).map_err(unsigned)?;
    let (mut publishers, mut lines) = (Vec::new(), Vec::new());
    for (publisher, signature) in attested(&signed, trusted).map_err(unsigned)? {
        publishers.push(publisher.name.clone());
        lines.push(&*signature.line);
    }
    Ok(SignedText { file: path.to_owned(), signature: lines.join("\n"), publishers, text })
}

/// The file of a pack's signatures.
pub fn beside(pack: &Path) -> PathBuf {
    let mut beside = pack.as_os_str().to_owned();
    beside.push(".sig");
    PathBuf::from(beside)
}

/// The files of a directory by rising name; none if it is not there.
fn files(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault(dir, &error)),
    };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).take(FILES_MAX).collect();
    paths.sort();
    Ok(paths)
}

fn ends(path: &Path, end: &str) -> bool {
    path.extension().is_some_and(|found| found == end)
}

fn text_of(path: &Path, limit: u64) -> std::io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

fn line_of(path: &Path) -> Option<String> {
    let text = text_of(path, LINE_MAX).ok()?;
    text.lines().next().map(|line| line.trim().to_owned())
}

fn fault(path: &Path, error: &std::io::Error) -> Error {
    Error::Fault(format!("{}: {error}", path.display()))
}
