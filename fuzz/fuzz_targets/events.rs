#![no_main]
intergreen_fuzz::target!("events");
