#![no_main]

targets::fuzz!("lease");
