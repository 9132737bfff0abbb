//! One walk through a file, a piece at a time: memory does not grow with the file but by the names
//! that must not come twice.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, IsTerminal},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use domain::Refusal;
use formats::book::{Read, Record, RejectFile, Rejected, RowError, Rows};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use server::Error;

use super::{
    Desk,
    here::Here,
    kind::{Became, Kind},
    there,
};
use crate::fail::Failure;

/// Rows worked on at once.
const PIECE: usize = 1000;
/// Rows asked about side by side; the store's readers are few.
const ASKED: usize = 32;

/// What a walk is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Find what is wrong; write nothing.
    Check,
    /// Write everything.
    Write,
    /// Write what is good, and set the rest aside.
    WriteGood,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) fresh: u64,
    pub(super) known: u64,
    pub(super) suspense: u64,
    pub(super) reversed: u64,
    /// Of standings: a later one is known.
    pub(super) older: u64,
    pub(super) rejected: u64,
    /// Of a bank's file: entries that are not money yet.
    pub(super) pending: u64,
    /// Of a bank's file: entries that are not ours to count.
    pub(super) passed: u64,
    pub(super) errors: Vec<RowError>,
    pub(super) reject_file: Option<PathBuf>,
}

/// Rows read and not yet worked on.
struct Piece<K: Kind> {
    good: Vec<Read<K::Row>>,
    bad: Vec<Rejected>,
}

/// Walks through the file.
pub(super) async fn pass<K: Kind>(
    desk: &Desk,
    path: &Path,
    doing: Doing,
    json: bool,
) -> Result<Tally, Failure> {
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    let size = file.metadata().map_or(0, |meta| meta.len());
    let mut tally = Tally::default();
    let mut rows = match K::open(file) {
        Ok(rows) => rows,
        Err(errors) => {
            tally.errors = errors;
            return Ok(tally);
        }
    };
    let header = rows.header().clone();
    let mut aside = Aside { path, header, file: None };
    let bar = bar(size, doing, json);
    while let Some(piece) = next_piece::<K>(&mut rows) {
        let bad = if doing == Doing::Check {
            look::<K>(desk, piece, &mut tally).await?
        } else {
            write::<K>(desk, piece, &mut tally).await?
        };
        for rejected in bad {
            if doing == Doing::WriteGood {
                aside.push(&rejected).map_err(|error| Failure::file(&reject_name(path), &error))?;
            }
            tally.rejected += 1;
            tally.errors.extend(rejected.errors);
        }
        bar.set_position(rows.bytes_read());
    }
    bar.finish_and_clear();
    tally.reject_file = aside.finish().map_err(|error| Failure::file(path, &error))?;
    Ok(tally)
}

fn next_piece<K: Kind>(rows: &mut Rows<File, K::Row>) -> Option<Piece<K>> {
    let mut piece = Piece { good: Vec::new(), bad: Vec::new() };
    for row in rows.by_ref().take(PIECE) {
        match row {
            Ok(read) => piece.good.push(read),
            Err(rejected) => piece.bad.push(rejected),
        }
    }
    (!piece.good.is_empty() || !piece.bad.is_empty()).then_some(piece)
}

/// Asks what writing each row would come to.
async fn look<K: Kind>(
    desk: &Desk,
    piece: Piece<K>,
    tally: &mut Tally,
) -> Result<Vec<Rejected>, Failure> {
    let Piece { good, bad } = piece;
    tally.rows += u64::try_from(good.len() + bad.len()).unwrap_or(0);
    let Desk::Here(desk) = desk else {
        let good_rows = good.iter().map(|_| Ok(Became::New)).collect();
        return Ok(count(good, good_rows, bad, tally));
    };
    let asked = stream::iter(&good).map(async |read| {
        let would = match K::make(desk, &read.row).await {
            Ok(new) => K::would(desk, &new).await,
            Err(error) => Err(error),
        };
        sort_out::<K>(read.line, would)
    });
    let answers: Vec<there::Answer> = asked.buffered(ASKED).try_collect().await?;
    Ok(count(good, answers, bad, tally))
}

/// Writes each row.
async fn write<K: Kind>(
    desk: &Desk,
    piece: Piece<K>,
    tally: &mut Tally,
) -> Result<Vec<Rejected>, Failure> {
    let Piece { good, bad } = piece;
    tally.rows += u64::try_from(good.len() + bad.len()).unwrap_or(0);
    let answers = match desk {
        Desk::Here(desk) => write_here::<K>(desk, &good).await?,
        Desk::There(remote) => {
            let rows = good.iter().map(|read| (read.line, K::body(&read.row)));
            placed::<K>(there::send(remote, K::PATH, rows.collect()).await?)
        }
    };
    Ok(count(good, answers, bad, tally))
}

async fn write_here<K: Kind>(
    desk: &Here,
    good: &[Read<K::Row>],
) -> Result<Vec<there::Answer>, Failure> {
    let mut answers = Vec::with_capacity(good.len());
    let (mut many, mut slots) = (Vec::new(), Vec::new());
    for read in good {
        match K::make(desk, &read.row).await {
            Ok(new) => {
                slots.push(answers.len());
                many.push(new);
                answers.push(Ok(Became::New));
            }
            Err(error) => answers.push(sort_out::<K>(read.line, Err(error))?),
        }
    }
    let written = K::write(desk, many).await?;
    for (answer, slot) in written.into_iter().zip(slots) {
        answers[slot] = sort_out::<K>(good[slot].line, answer)?;
    }
    Ok(answers)
}

/// Counts what became of the rows; the rejected ones in the order of the file.
fn count<T>(
    good: Vec<Read<T>>,
    answers: Vec<there::Answer>,
    mut bad: Vec<Rejected>,
    tally: &mut Tally,
) -> Vec<Rejected> {
    for (read, answer) in good.into_iter().zip(answers) {
        match answer {
            Ok(Became::New) => tally.fresh += 1,
            Ok(Became::Known) => tally.known += 1,
            Ok(Became::Suspense) => tally.suspense += 1,
            Ok(Became::Older) => tally.older += 1,
            Err(errors) => {
                let Read { line, record, .. } = read;
                bad.push(Rejected { line, errors, record });
            }
        }
    }
    bad.sort_by_key(|rejected| rejected.line);
    bad
}

/// A refusal is the row's fault, everything else ends the import.
fn sort_out<K: Kind>(line: u64, answer: Result<Became, Error>) -> Result<there::Answer, Failure> {
    match answer {
        Ok(became) => Ok(Ok(became)),
        Err(Error::Refused(refusal)) => {
            let column = K::column(&refusal);
            let begin = format!("{column}: ");
            let detail = refusal.detail.strip_prefix(&begin).unwrap_or(&refusal.detail).to_owned();
            let (column, value) = (column.to_owned(), String::new());
            Ok(Err(vec![RowError { line, column, value, code: refusal.code, detail }]))
        }
        Err(error) => Err(Failure::from(error).hint("run the same import again: it goes on")),
    }
}

/// A server names what it refuses by a code; the column follows from it.
fn placed<K: Kind>(mut answers: Vec<there::Answer>) -> Vec<there::Answer> {
    let errors = answers.iter_mut().filter_map(|answer| answer.as_mut().err()).flatten();
    for error in errors.filter(|error| error.column.is_empty()) {
        let refusal = Refusal::new(error.code, error.detail.clone());
        error.column = K::column(&refusal).to_owned();
    }
    answers
}

/// The reject file, made with its first row.
struct Aside<'a> {
    path: &'a Path,
    header: Record,
    file: Option<RejectFile<BufWriter<File>>>,
}

impl Aside<'_> {
    fn push(&mut self, rejected: &Rejected) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                // It holds borrowers' data: only its owner may read it.
                let mut options = OpenOptions::new();
                options.write(true).create(true).truncate(true).mode(0o600);
                let output = BufWriter::new(options.open(reject_name(self.path))?);
                none.insert(RejectFile::new(output, &self.header)?)
            }
        };
        file.push(&rejected.record, &rejected.errors)
    }

    fn finish(self) -> std::io::Result<Option<PathBuf>> {
        let name = reject_name(self.path);
        let Some(file) = self.file else {
            return Ok(None);
        };
        let output = file.finish()?.into_inner().map_err(|error| error.into_error())?;
        output.sync_all()?;
        Ok(Some(name))
    }
}

/// Where the rejected rows of a file go.
fn reject_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".rejects.csv");
    PathBuf::from(name)
}

fn bar(size: u64, doing: Doing, json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let verb = if doing == Doing::Check { "checking" } else { "importing" };
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta:>4}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(size).with_style(style).with_message(verb)
}
