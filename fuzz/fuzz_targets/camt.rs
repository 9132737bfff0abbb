#![no_main]

targets::fuzz!("camt");
