//! `demo`: a lender's fleet in time-lapse, live on a terminal.

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    process::ExitCode,
    time::Duration,
};

use ::sim::demo::{Demo, Frame, OPENING_DAYS, Options, Report};
use clap::Args;

use crate::{fail::Failure, out};

/// Days of a demonstration that nobody watches.
const UNWATCHED_DAYS: u32 = 60;

/// Watch a lender's fleet: warned, restricted, paid, opened, released
///
/// Opens on a book 200 days old, then runs phones and payers against a server over HTTP. On a
/// terminal it goes on until Ctrl-C; else it ends by itself. Exits 1 if a promise was not kept.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance demo
  quittance demo --phones 500 --day 500ms
  quittance demo --phones 500 --days 400 --day 0ms --seed 7 --json
  quittance demo --pack test-fast --days 60 --day 0ms")]
pub(crate) struct DemoArgs {
    /// Phones, each with its contract
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    phones: u32,
    /// Wall time of a day, for example 2s, 500ms or 0ms
    #[arg(long, default_value = "2s", value_parser = wall_time)]
    day: Duration,
    /// What everything follows from, but the interleaving
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Days to run; until Ctrl-C on a terminal, else 60
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    days: Option<u32>,
    /// Policy pack: in-rbi-draft-2026 or test-fast
    #[arg(long, default_value = "in-rbi-draft-2026")]
    pack: String,
    /// Where its server listens; the next free port if it is taken
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7400")]
    listen: SocketAddr,
}

/// Runs it.
pub(crate) async fn run(args: DemoArgs, json: bool) -> Result<ExitCode, Failure> {
    let watched = std::io::stdout().is_terminal() && !json;
    let endless = if watched { u32::MAX } else { UNWATCHED_DAYS };
    let options = Options {
        phones: args.phones,
        days: args.days.unwrap_or(endless),
        day: args.day,
        seed: args.seed,
        pack: args.pack,
        listen: args.listen,
    };
    let folder = Folder::make()?;
    let stop = tokio::signal::ctrl_c();
    let mut stop = std::pin::pin!(stop);
    let demo = tokio::select! {
        demo = Demo::open(options, &folder.0, opening) => demo.map_err(failed)?,
        _ = &mut stop => return Ok(ExitCode::SUCCESS),
    };
    progress("");
    out::note(format!("serving phones at http://{}; Ctrl-C ends it", demo.address()));
    let report = days(demo, watched, stop).await?;
    if json {
        out::line(report.json());
    } else {
        out::line(report.to_string());
    }
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn days(
    mut demo: Demo,
    watched: bool,
    mut stop: std::pin::Pin<&mut impl Future<Output = std::io::Result<()>>>,
) -> Result<Report, Failure> {
    while !demo.is_over() {
        tokio::select! {
            done = demo.day() => done.map_err(failed)?,
            _ = &mut stop => break,
        }
        show(&demo.frame(), watched);
    }
    demo.end().await.map_err(failed)
}

fn opening(day: u32) {
    if day.is_multiple_of(10) {
        progress(&format!("making the opening book: day {day} of {OPENING_DAYS}"));
    }
}

fn show(frame: &Frame, watched: bool) {
    if watched {
        // Home, then the picture, then nothing of the one before below it.
        let picture = frame.to_string().replace('\n', "\x1b[K\n");
        out::bytes(format!("\x1b[H\x1b[2J{picture}\x1b[K\n").as_bytes());
    } else if frame.day().is_multiple_of(10) {
        progress(&format!("day {}", frame.day()));
    }
}

/// One line on a terminal that the next one replaces.
fn progress(text: &str) {
    let mut stderr = std::io::stderr().lock();
    if stderr.is_terminal() {
        let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
    }
}

fn failed(error: ::sim::WorldError) -> Failure {
    Failure::wrong("demo_failed", error.to_string())
}

/// A duration like `2s`, `500ms` or `1m`.
fn wall_time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let wrong = || format!("{text:?}: expected a whole number with ms, s or m, for example 500ms");
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let duration = match &text[digits.len()..] {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        _ => return Err(wrong()),
    };
    if duration > Duration::from_secs(3_600) {
        return Err(format!("{text:?}: at most 60m"));
    }
    Ok(duration)
}

/// A folder that goes away with its owner.
struct Folder(std::path::PathBuf);

impl Folder {
    fn make() -> Result<Folder, Failure> {
        let name = format!("quittance-demo-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::wrong("no_folder", format!("{}: {error}", path.display())))?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is only temporary data.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_unit() {
        assert_eq!(wall_time("0ms"), Ok(Duration::ZERO));
        assert_eq!(wall_time("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(wall_time("1m"), Ok(Duration::from_secs(60)));
        for text in ["", "2", "s", "-1s", "1.5s", "2h", "99999999999999999999s", "61m"] {
            assert!(wall_time(text).is_err(), "{text}");
        }
    }
}
