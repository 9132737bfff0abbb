//! One process at a time: a lock file beside the data, held as long as it is open.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use crate::Fault;

/// Says that this process alone works on some data. Ends when dropped, or with the process.
#[derive(Debug)]
pub struct DataLock {
    _held: File,
}

impl DataLock {
    /// Takes the lock kept in this file, which is made if need be and stays. The fault names the
    /// process that has it.
    pub fn take(path: &Path) -> Result<DataLock, Fault> {
        let shown = path.display();
        let wrong = |what: std::io::Error| Fault::new(format!("lock file {shown}: {what}"));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        private(&mut options);
        let mut file = options.open(path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(path, &mut file)),
            Err(TryLockError::Error(what)) => return Err(wrong(what)),
        }
        file.set_len(0).map_err(wrong)?;
        file.rewind().map_err(wrong)?;
        writeln!(file, "{}", std::process::id()).map_err(wrong)?;
        Ok(DataLock { _held: file })
    }
}

/// Only the owner may read what these options create.
pub(super) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

fn held(path: &Path, file: &mut File) -> Fault {
    let mut text = String::new();
    let holder = match file.take(32).read_to_string(&mut text) {
        Ok(_) if text.trim().parse::<u32>().is_ok() => format!("process {}", text.trim()),
        _ => "another process".to_owned(),
    };
    let shown = path.display();
    Fault::new(format!("{holder} holds {shown}: stop it first, or send the work to it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_hears_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.lock");
        let lock = DataLock::take(&path).unwrap();
        let fault = DataLock::take(&path).unwrap_err();
        let holder = format!("process {} holds", std::process::id());
        assert!(fault.what.starts_with(&holder), "{}", fault.what);
        drop(lock);
        DataLock::take(&path).unwrap();
    }
}
