#![no_main]

targets::fuzz!("unchanged");
