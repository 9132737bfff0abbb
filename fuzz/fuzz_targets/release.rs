#![no_main]

targets::fuzz!("release");
