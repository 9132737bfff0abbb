#![no_main]

targets::fuzz!("payments");
