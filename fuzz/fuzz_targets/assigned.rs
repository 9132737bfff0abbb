#![no_main]

targets::fuzz!("assigned");
