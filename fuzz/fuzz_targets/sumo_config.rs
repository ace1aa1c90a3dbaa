#![no_main]
intergreen_fuzz::target!("sumo_config");
