#![no_main]

targets::fuzz!("request");
