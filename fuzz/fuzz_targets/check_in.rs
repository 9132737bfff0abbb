#![no_main]

targets::fuzz!("check_in");
