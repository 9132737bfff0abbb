#![no_main]

targets::fuzz!("problem");
