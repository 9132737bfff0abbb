#![no_main]

targets::fuzz!("reply");
