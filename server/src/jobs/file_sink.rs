//! Events as JSON Lines at the end of a file, each batch synced before it counts as delivered.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use crate::{
    app::outbox::{Delivery, EventSink},
    error::Error,
};

/// Appends events to a file. At least once: after a crash an event may stand there twice, with the
/// same event id, and a line that a crash cut off stands alone and is no JSON.
#[derive(Clone, Debug)]
pub struct FileSink {
    path: PathBuf,
    end: Arc<Mutex<End>>,
}

#[derive(Debug)]
struct End {
    file: File,
    /// Whether the last line may be cut off.
    torn: bool,
}

impl FileSink {
    /// Opens or makes the file; what it holds stays.
    pub fn open(path: &Path) -> Result<FileSink, Error> {
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).mode(0o600).open(path);
        let opened = file.and_then(|mut file| Ok(End { torn: is_torn(&mut file)?, file }));
        let end = opened.map_err(|error| fault(path, &error))?;
        Ok(FileSink { path: path.to_owned(), end: Arc::new(Mutex::new(end)) })
    }
}

impl EventSink for FileSink {
    fn deliver<'a>(&'a self, events: &'a [String]) -> Delivery<'a> {
        let mut text = events.join("\n");
        text.push('\n');
        let (end, path) = (self.end.clone(), self.path.clone());
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || {
                end.lock().unwrap_or_else(|poison| poison.into_inner()).append(&text)
            });
            let written = written.await.map_err(|error| Error::Fault(error.to_string()))?;
            written.map_err(|error| fault(&path, &error))
        })
    }
}

impl End {
    fn append(&mut self, text: &str) -> std::io::Result<()> {
        if self.torn {
            self.file.write_all(b"\n")?;
        }
        self.torn = true;
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.torn = false;
        Ok(())
    }
}

fn is_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0; 1];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn fault(path: &Path, error: &std::io::Error) -> Error {
    Error::Fault(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_are_lines_and_a_torn_line_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let sink = FileSink::open(&path).unwrap();
        sink.deliver(&["{\"a\":1}".into(), "{\"a\":2}".into()]).await.unwrap();
        drop(sink);
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"a").unwrap();
        let sink = FileSink::open(&path).unwrap();
        sink.deliver(&["{\"a\":3}".into()]).await.unwrap();
        sink.deliver(&["{\"a\":4}".into()]).await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\"a\":1}\n{\"a\":2}\n{\"a\n{\"a\":3}\n{\"a\":4}\n");
    }
}
