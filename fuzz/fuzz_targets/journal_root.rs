#![no_main]

targets::fuzz!("journal_root");
