//! Fans of lane links.
//!
//! CityFlow's generators let each lane of a road lead to all lanes of the next road, so that vehicles change lanes inside
//! the intersection, and let the two who meet there sort it out. Two who drive side by side at full speed cannot. Here
//! lane links of one road that come from different lanes keep apart: those that shift least stay, and lanes are
//! changed on the road beyond.

use std::collections::BTreeSet;

use super::{LaneLink, RoadLink, Turn};
use crate::import::Report;
use crate::network::come_close;

/// A lane link by its places: road link, and lane link in it.
type Place = (usize, usize);

/// Leaves out lane links that meet others from the same road; one stays for each lane of each road link. `here` is the
/// name of the intersection, for the report.
pub(super) fn thin(links: &mut [RoadLink], here: &str, report: &mut Report) {
    let mut all: Vec<(usize, Place)> = Vec::new();
    for (i, link) in links.iter().enumerate() {
        let most = |f: fn(&LaneLink) -> usize| link.lanes.iter().map(f).max().unwrap_or(0);
        let (starts, ends) = (most(|l| l.from), most(|l| l.to));
        all.extend(link.lanes.iter().enumerate().map(|(k, lane)| (shift(link.turn, lane, (starts, ends)), (i, k))));
    }
    all.sort_unstable();
    let mut kept: Vec<Place> = Vec::with_capacity(all.len());
    let mut served: BTreeSet<(usize, usize)> = BTreeSet::new();
    for &(_, place) in &all {
        if kept.iter().all(|&other| !meet(links, place, other)) {
            kept.push(place);
            served.insert(start(links, place));
        }
    }
    for &(_, place) in &all {
        // Two lanes that become one, for example.
        if served.insert(start(links, place)) {
            kept.push(place);
        }
    }
    let kept: BTreeSet<Place> = kept.into_iter().collect();
    for (i, link) in links.iter_mut().enumerate() {
        let mut k = 0;
        link.lanes.retain(|lane| {
            let stays = kept.contains(&(i, k));
            k += 1;
            if !stays {
                let what = "lane links left out: they meet others of their road; lanes are changed beyond instead";
                report.count(what, || format!("road link {i} of {here}, lane {} to {}", lane.from, lane.to));
            }
            stays
        });
    }
}

/// How many lanes a lane link shifts: a right turn counts from the kerb. `outer`: the outermost lanes of both roads that
/// the road link joins.
fn shift(turn: Turn, lane: &LaneLink, outer: (usize, usize)) -> usize {
    match turn {
        Turn::Right => (outer.0 - lane.from).abs_diff(outer.1 - lane.to),
        Turn::Left | Turn::Straight => lane.from.abs_diff(lane.to),
    }
}

/// The road link and the lane of it that a lane link begins on.
fn start(links: &[RoadLink], (i, k): Place) -> (usize, usize) {
    (i, links[i].lanes[k].from)
}

/// Whether two lane links come from different lanes of one road and meet.
fn meet(links: &[RoadLink], (i, k): Place, (j, l): Place) -> bool {
    let (a, b) = (&links[i].lanes[k], &links[j].lanes[l]);
    links[i].from == links[j].from
        && a.from != b.from
        && ((links[i].to, a.to) == (links[j].to, b.to) || come_close(&a.line, &b.line))
}
