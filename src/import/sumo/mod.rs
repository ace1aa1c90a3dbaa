//! SUMO's files: networks, demand, configurations.
