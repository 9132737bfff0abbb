//! A lender's book as CSV: devices, contracts, payments, standings. UTF-8 with a header row;
//! streamed, every fault of every row told with line and column.
//!
//! A column `error` may stand in any file and is passed over: a corrected reject file imports as
//! it is.

mod cells;
mod contracts;
mod devices;
mod lines;
mod payg;
mod payments;
mod plans;
mod reject;
mod standing;

use std::{fmt, io, marker::PhantomData};

use csv::ByteRecord;

pub use contracts::ContractRow;
pub use devices::DeviceRow;
pub use payments::PaymentRow;
pub use plans::GivenRow;
pub use reject::RejectFile;
pub use standing::StandingRow;

use cells::{Cells, Column};
use domain::{Moment, Zone};
use lines::Lines;

/// Most bytes of one record.
const RECORD_MAX: usize = 64 * 1024;
/// The column that says why a row was rejected.
const ERROR_COLUMN: &str = "error";

/// A file of devices: `imei,imei2,serial,make,model`.
pub fn devices<R: io::Read>(input: R) -> Result<Rows<R, DeviceRow>, Vec<RowError>> {
    Rows::open(input)
}

/// A file of contracts: `reference,imei,currency,cash_price,down_payment,count,unit,every,`
/// `instalment,first_due,time_zone,language,programme,borrower_name,borrower_phone`, and the
/// optional columns `consent_form,consent_version,consent_at,consent_language,consent_hash`,
/// `terms,standing`, those of a phone sold by days (`payg_…`) and of part payments
/// (`partial_unlock_…`).
pub fn contracts<R: io::Read>(input: R) -> Result<Rows<R, ContractRow>, Vec<RowError>> {
    Rows::open(input)
}

/// A file of payments: `provider,provider_id,reference,amount,paid_at`.
pub fn payments<R: io::Read>(input: R) -> Result<Rows<R, PaymentRow>, Vec<RowError>> {
    Rows::open(input)
}

/// A file of standings: `reference,as_of,past_due,oldest_unpaid`, and the optional columns
/// `settled,next_due,next_amount,remaining,currency`.
pub fn standings<R: io::Read>(input: R) -> Result<Rows<R, StandingRow>, Vec<RowError>> {
    Rows::open(input)
}

/// One row from named fields, as a form or an interface has them, checked like a row of a file. A
/// column that is not given is empty; the faults' line is 1.
pub fn one<T: Row>(fields: &[(&str, &str)]) -> Result<T, Vec<RowError>> {
    assembled(fields, T::COLUMNS, |cells| T::read(cells, &mut T::Seen::default()))
}

/// One contract from named fields whose instalments are given one by one. The columns `count`,
/// `unit`, `every`, `instalment`, `first_due` and `terms` must then be empty.
pub fn contract_of_rows(
    fields: &[(&str, &str)],
    rows: &[GivenRow<'_>],
) -> Result<ContractRow, Vec<RowError>> {
    let columns = <ContractRow as sealed::Row>::COLUMNS;
    assembled(fields, columns, |cells| contracts::read(cells, &mut Default::default(), Some(rows)))
}

/// One fault of a file. It holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line, counted from 1.
    pub line: u64,
    /// Name of the column; empty = the row as a whole.
    pub column: String,
    /// The value found; personal data is hidden.
    pub value: String,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub detail: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        if !self.value.is_empty() {
            write!(f, " {:?}", self.value)?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// A row that was read.
#[derive(Clone, Debug)]
pub struct Read<T> {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// What it says.
    pub row: T,
    /// The fields as they stand in the file.
    pub record: Record,
}

/// A row with faults, all of them.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub errors: Vec<RowError>,
    /// The fields as they stand in the file.
    pub record: Record,
}

/// The fields of a row as they stand in the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(pub(crate) ByteRecord);

/// Personal data: only the size shows.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} fields)", self.0.len())
    }
}

/// A moment, or a day whose moment hangs on a contract's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A moment.
    At(Moment),
    /// A local day.
    On(domain::Day),
}

impl When {
    /// The moment itself, or the first of the local day.
    pub fn moment(self, zone: &Zone) -> Moment {
        match self {
            When::At(moment) => moment,
            When::On(day) => zone.midnight(day),
        }
    }
}

/// A kind of row.
pub trait Row: sealed::Row {}

impl<T: sealed::Row> Row for T {}

mod sealed {
    use super::{Cells, Column};

    /// What the reader needs to know of a row.
    pub trait Row: Sized {
        /// What is remembered of the rows before, to find doubles.
        type Seen: Default;
        /// The columns by index.
        const COLUMNS: &'static [Column];
        /// Reads one record; faults go into the cells.
        fn read(cells: &mut Cells<'_>, seen: &mut Self::Seen) -> Option<Self>;
    }
}

/// The rows of a file, in order.
pub struct Rows<R, T: Row> {
    reader: csv::Reader<Lines<R>>,
    header: Record,
    /// For each column of the row its field in the file.
    places: Vec<Option<usize>>,
    seen: T::Seen,
    record: ByteRecord,
    over: bool,
    row: PhantomData<T>,
}

impl<R, T: Row> fmt::Debug for Rows<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("header", &self.header).finish_non_exhaustive()
    }
}

impl<R: io::Read, T: Row> Rows<R, T> {
    fn open(input: R) -> Result<Self, Vec<RowError>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Lines::new(input));
        let mut header = ByteRecord::new();
        match reader.read_byte_record(&mut header) {
            Ok(true) => {}
            Ok(false) => return Err(vec![whole(1, "empty_file", "expected a header row")]),
            Err(error) => return Err(vec![whole(1, "unreadable", &error.to_string())]),
        }
        let places = places(&header, T::COLUMNS)?;
        let (seen, record) = (T::Seen::default(), ByteRecord::new());
        let header = Record(header);
        Ok(Rows { reader, header, places, seen, record, over: false, row: PhantomData })
    }

    /// The header row as it stands in the file.
    pub fn header(&self) -> &Record {
        &self.header
    }

    /// Bytes of the file taken in so far.
    pub fn bytes_read(&self) -> u64 {
        self.reader.get_ref().bytes_read()
    }

    /// The line on which the record just read begins. The reader's own count begins before the
    /// blank lines it skips.
    fn line(&self, before: u64) -> u64 {
        let inside = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count();
        let after = self.reader.position().line();
        after.saturating_sub(1 + u64::try_from(inside).unwrap_or(0)).max(before)
    }
}

impl<R: io::Read, T: Row> Iterator for Rows<R, T> {
    type Item = Result<Read<T>, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let before = self.reader.position().line();
        let rejected = |line, error: RowError| Rejected {
            line,
            errors: vec![error],
            record: Record(ByteRecord::new()),
        };
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                self.over = true;
                let error = whole(before, "unreadable", &error.to_string());
                return Some(Err(rejected(before, error)));
            }
        }
        let line = self.line(before);
        let record = Record(self.record.clone());
        let expected = self.header.0.len();
        let fault = match self.record.len() {
            _ if self.record.as_slice().len() > RECORD_MAX => {
                let detail = "the row is longer than 64 KiB: is a quotation mark left open?";
                Some(whole(line, "row_too_long", detail))
            }
            fields if fields != expected => {
                let detail = format!("expected {expected} fields as in the header, found {fields}");
                Some(whole(line, "field_count", &detail))
            }
            _ => None,
        };
        if let Some(error) = fault {
            return Some(Err(Rejected { line, errors: vec![error], record }));
        }
        let mut cells = Cells::new(&self.record, line, T::COLUMNS, &self.places);
        let row = T::read(&mut cells, &mut self.seen);
        let errors = cells.into_errors();
        Some(match row {
            Some(row) if errors.is_empty() => Ok(Read { line, row, record }),
            _ => Err(Rejected { line, errors, record }),
        })
    }
}

fn assembled<T>(
    fields: &[(&str, &str)],
    columns: &'static [Column],
    read: impl FnOnce(&mut Cells<'_>) -> Option<T>,
) -> Result<T, Vec<RowError>> {
    let place = |column: &Column| fields.iter().position(|(name, _)| *name == column.name);
    let places: Vec<Option<usize>> = columns.iter().map(place).collect();
    let record: ByteRecord = fields.iter().map(|(_, value)| value.as_bytes()).collect();
    let mut cells = Cells::new(&record, 1, columns, &places);
    let row = read(&mut cells);
    let errors = cells.into_errors();
    match row {
        Some(row) if errors.is_empty() => Ok(row),
        _ => Err(errors),
    }
}

fn whole(line: u64, code: &'static str, detail: &str) -> RowError {
    let (column, value) = (String::new(), String::new());
    RowError { line, column, value, code, detail: detail.to_owned() }
}

/// Where each column stands, or every fault of the header.
fn places(header: &ByteRecord, columns: &[Column]) -> Result<Vec<Option<usize>>, Vec<RowError>> {
    let mut places: Vec<Option<usize>> = vec![None; columns.len()];
    let mut errors = Vec::new();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let mut fault = |name: &str, code, detail: String| {
        let column: String = name.chars().take(64).collect();
        errors.push(RowError { line: 1, column, value: String::new(), code, detail });
    };
    for (index, field) in header.iter().enumerate() {
        let text = String::from_utf8_lossy(field);
        let name = text.trim();
        let place = names.iter().position(|known| *known == name);
        match place {
            Some(place) if places[place].is_some() => {
                fault(name, "duplicate_column", "the column stands in the header twice".into());
            }
            Some(place) => places[place] = Some(index),
            None if name == ERROR_COLUMN => {}
            None if header.len() == 1 && name.contains([';', '\t', '|']) => {
                fault("", "unknown_column", "expected commas between the fields".into());
            }
            None => {
                let detail = format!("unknown column; known are {}", names.join(", "));
                fault(name, "unknown_column", detail);
            }
        }
    }
    for (column, place) in columns.iter().zip(&places) {
        if place.is_none() && !column.optional {
            fault(column.name, "missing_column", "the column is missing from the header".into());
        }
    }
    if errors.is_empty() { Ok(places) } else { Err(errors) }
}
