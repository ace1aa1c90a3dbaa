#![no_main]
intergreen_fuzz::target!("detectors");
