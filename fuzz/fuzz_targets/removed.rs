#![no_main]

targets::fuzz!("removed");
