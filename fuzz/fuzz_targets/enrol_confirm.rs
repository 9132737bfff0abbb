#![no_main]

targets::fuzz!("enrol_confirm");
