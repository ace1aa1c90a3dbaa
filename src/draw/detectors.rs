//! Loops in the road: a strip in the middle of the lane from border to border.

use intergreen_control::plan::DetectorKind;

use super::frame::Frame;
use super::ink::{Ink, number};
use super::vehicles::piece;
use crate::detectors::Detectors;
use crate::network::Network;

/// Draws all loops that the frame shows; `names`: each tells what it is.
pub(super) fn draw(ink: &mut Ink, network: &Network, detectors: &Detectors, frame: &Frame, names: bool) {
    for channel in &detectors.channels {
        let kind = channel.meaning.place.as_ref().map(|p| p.kind);
        // Zones are wider, so that the count loop inside of one is seen.
        let (class, share) = match kind {
            Some(DetectorKind::StopBar) => ("z", 0.7),
            _ => ("q", 0.5),
        };
        for loop_ in &channel.pieces {
            let line = piece(network, loop_.lane, loop_.start, loop_.end);
            let width = network.lane(loop_.lane).width;
            if !frame.shows(&line, f64::from(width)) {
                continue;
            }
            let what = kind.map_or("detector", DetectorKind::name);
            let signal = &network.signals[channel.signal.index()].id;
            let name = format!("{signal}, channel {}: {what}", channel.meaning.channel);
            let stroke = format!("class=\"{class}\" stroke-width=\"{}\"", number(f64::from(width) * share));
            ink.path(&stroke, &line, names.then_some(name.as_str()));
        }
    }
}
