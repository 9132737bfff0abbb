#![no_main]

targets::fuzz!("mac0");
