#![no_main]

targets::fuzz!("token");
