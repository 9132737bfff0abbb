#![no_main]

targets::fuzz!("lease_content");
