#![no_main]
intergreen_fuzz::target!("cityflow_roadnet");
