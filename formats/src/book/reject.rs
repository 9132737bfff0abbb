//! The file of rejected rows: as they stood, with a column that says why.

use std::io::{self, Write};

use super::{ERROR_COLUMN, Record, RowError};

/// Writes rejected rows in the order they come.
pub struct RejectFile<W: Write> {
    writer: csv::Writer<W>,
    /// Where an `error` column of the file itself stands: it is replaced.
    old: Option<usize>,
}

impl<W: Write> std::fmt::Debug for RejectFile<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RejectFile").finish_non_exhaustive()
    }
}

impl<W: Write> RejectFile<W> {
    /// Begins with the header of the file the rows come from.
    pub fn new(output: W, header: &Record) -> io::Result<RejectFile<W>> {
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(output);
        let old = header.0.iter().position(|name| name.trim_ascii() == ERROR_COLUMN.as_bytes());
        let mut file = RejectFile { writer, old };
        file.line(header, ERROR_COLUMN)?;
        Ok(file)
    }

    /// Adds a row with its faults.
    pub fn push(&mut self, record: &Record, errors: &[RowError]) -> io::Result<()> {
        let mut why = String::new();
        for error in errors {
            let gap = if why.is_empty() { "" } else { "; " };
            let colon = if error.column.is_empty() { "" } else { ": " };
            why += &format!("{gap}{}{colon}{}", error.column, error.detail);
        }
        self.line(record, &why)
    }

    /// Ends the file and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        self.writer.into_inner().map_err(|error| error.into_error())
    }

    fn line(&mut self, record: &Record, last: &str) -> io::Result<()> {
        for (index, field) in record.0.iter().enumerate() {
            if self.old != Some(index) {
                self.writer.write_field(field)?;
            }
        }
        self.writer.write_field(last)?;
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }
}
