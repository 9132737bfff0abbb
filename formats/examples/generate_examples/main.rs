//! Makes the example book: devices, contracts and payments of lenders in ten countries.
//!
//!     cargo run --release -p quittance-formats --example generate_examples -- --check examples
//!
//! The same bytes on every machine: one fixed seed, integers only. Handsets carry type allocation
//! codes reserved for tests, people and phone numbers are made up.

mod contracts;
mod draw;
mod payments;
mod places;

use std::process::ExitCode;

use contracts::Sale;

const SEED: u64 = 20_261_121;
const CONTRACTS: u64 = 5_000;
const PAYMENTS: usize = 60_000;
const USAGE: &str = "usage: generate_examples --check DIR | --write DIR | --print FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--check", directory] => check(directory),
        ["--write", directory] => write(directory),
        ["--print", name] => print(name),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The files by name.
fn files() -> Vec<(&'static str, String)> {
    let sales: Vec<Sale> = contracts::sales(SEED, CONTRACTS);
    vec![
        ("devices.csv", contracts::devices(&sales)),
        ("contracts.csv", contracts::contracts(&sales)),
        ("payments.csv", payments::payments(&sales, PAYMENTS)),
    ]
}

#[expect(clippy::disallowed_methods, reason = "this program exists to write files")]
fn write(directory: &str) -> ExitCode {
    for (name, text) in files() {
        let path = format!("{directory}/{name}");
        if let Err(error) = std::fs::write(&path, &text) {
            eprintln!("{path}: {error}");
            return ExitCode::from(2);
        }
        println!("{path}: {} rows, {} bytes", text.lines().count() - 1, text.len());
    }
    ExitCode::SUCCESS
}

#[expect(clippy::disallowed_methods, reason = "this program exists to compare files")]
fn check(directory: &str) -> ExitCode {
    let differs = |(name, text): (&'static str, String)| {
        let path = format!("{directory}/{name}");
        let there = std::fs::read(&path).ok();
        (there.as_deref() != Some(text.as_bytes())).then_some(path)
    };
    let stale: Vec<String> = files().into_iter().filter_map(differs).collect();
    if stale.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("out of date: {}: run this program with --write {directory}", stale.join(", "));
    ExitCode::from(1)
}

fn print(wanted: &str) -> ExitCode {
    match files().into_iter().find(|(name, _)| *name == wanted) {
        Some((_, text)) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("{wanted}: expected devices.csv, contracts.csv or payments.csv");
            ExitCode::from(2)
        }
    }
}
