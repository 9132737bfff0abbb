#![no_main]

targets::fuzz!("token_text");
