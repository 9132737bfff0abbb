#![no_main]

targets::fuzz!("sign1");
