#![no_main]

targets::fuzz!("sunset_dispute");
