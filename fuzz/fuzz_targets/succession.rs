#![no_main]

targets::fuzz!("succession");
