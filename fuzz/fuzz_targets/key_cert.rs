#![no_main]

targets::fuzz!("key_cert");
