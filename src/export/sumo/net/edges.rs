//! Edges, their lanes and types, and roundabouts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Result;

use super::super::Notes;
use super::super::names::{End, Names};
use super::super::xml::{Tag, Xml};
use super::shape;
use crate::network::{JunctionId, Lane, LaneRules, Link, LinkId, Network, Permissions, VehicleClass};

/// Speed limits of single classes, m/s.
type Limits = Vec<(VehicleClass, f32)>;

/// Notes what the format cannot hold.
pub fn note(network: &Network, notes: &mut Notes) {
    for (i, link) in network.links.iter().enumerate() {
        let id = || format!("edge '{}'", link.id);
        let limits = limits_of(network, link);
        if network.lanes_of(LinkId::new(i)).any(|lane| network.lane(lane).rules.limits != *limits) {
            notes.count("speed limits of classes that differ from lane to lane: the first lane's for all", id);
        }
        if network.lanes_of(LinkId::new(i)).any(|lane| network.lane(lane).grade != 0.0) {
            notes.count("grades left out: the network is written level", id);
        }
        if !link.internal && (link.from.is_none() || link.to.is_none()) {
            notes.count("roads without a junction at an end get one", id);
        }
    }
}

/// Writes the types and the edges.
pub fn write(network: &Network, names: &Names, xml: &mut Xml<'_>) -> Result<()> {
    let types = types(network);
    for (i, limits) in types.iter().enumerate() {
        xml.open(Tag::new("type").with("id", type_name(i)))?;
        for (class, speed) in *limits {
            xml.leaf(Tag::new("restriction").with("vClass", class.name()).with("speed", speed))?;
        }
        xml.close("type")?;
    }
    for (i, link) in network.links.iter().enumerate() {
        let (id, name) = (LinkId::new(i), &names.links[i]);
        let tag = Tag::new("edge").with("id", name);
        let tag = if link.internal {
            tag.with("function", "internal")
        } else {
            let [from, to] = [End::From, End::To].map(|end| names.end(network, id, end));
            tag.with("from", from).with("to", to).with("priority", link.priority)
        };
        let kind = types.iter().position(|limits| *limits == limits_of(network, link)).map(type_name);
        xml.open(tag.maybe("type", kind))?;
        for lane in network.lanes_of(id) {
            self::lane(network.lane(lane), names.lane(network, lane), xml)?;
        }
        xml.close("edge")?;
    }
    Ok(())
}

/// The speed limits of classes on a link.
fn limits_of<'n>(network: &'n Network, link: &Link) -> &'n Limits {
    &network.lanes[link.lanes.start as usize].rules.limits
}

/// All lists of limits that are not empty, each once.
fn types(network: &Network) -> Vec<&Limits> {
    let mut types: Vec<&Limits> = Vec::new();
    for link in &network.links {
        let limits = limits_of(network, link);
        if !limits.is_empty() && !types.contains(&limits) {
            types.push(limits);
        }
    }
    types
}

/// What a type is called.
fn type_name(index: usize) -> String {
    format!("limits{index}")
}

/// One lane.
fn lane(lane: &Lane, name: String, xml: &mut Xml<'_>) -> Result<()> {
    let tag = Tag::new("lane").with("id", name).with("index", lane.index);
    let tag = open_to(tag, lane.permissions).with("speed", lane.speed_limit).with("length", lane.length);
    let LaneRules { change_left, change_right, stop_offset, .. } = &lane.rules;
    let changes = |p: &Permissions| (*p != Permissions::ALL).then(|| list(allowed(*p)));
    let tag = tag.maybe("changeLeft", changes(change_left)).maybe("changeRight", changes(change_right));
    let tag = tag.with("width", lane.width).with("shape", shape(&lane.shape));
    let Some(stop) = stop_offset else { return xml.leaf(tag) };
    xml.open(tag)?;
    let offset = Tag::new("stopOffset").with("value", stop.distance);
    xml.leaf(if stop.who == Permissions::ALL { offset } else { offset.with("vClasses", list(allowed(stop.who))) })?;
    xml.close("lane")
}

/// Who may use it: nothing for everybody, the shorter list otherwise, but so that reading gives the same set.
fn open_to(tag: Tag, permissions: Permissions) -> Tag {
    let closed: Vec<VehicleClass> =
        VehicleClass::ALL.iter().copied().filter(|&class| !permissions.allows(class)).collect();
    if permissions == Permissions::ALL {
        tag
    } else if allowed(permissions).is_empty() {
        tag.with("disallow", "all")
    } else if permissions == Permissions::except(&closed) {
        tag.with("disallow", list(closed))
    } else {
        tag.with("allow", list(allowed(permissions)))
    }
}

/// The classes of a set. Those who ignore rules are let in everywhere without being named.
fn allowed(permissions: Permissions) -> Vec<VehicleClass> {
    let named = |class: &VehicleClass| *class != VehicleClass::Ignoring && permissions.allows(*class);
    VehicleClass::ALL.iter().copied().filter(named).collect()
}

/// Names of classes, blanks between; SUMO's attributes may not be empty.
fn list(classes: Vec<VehicleClass>) -> String {
    if classes.is_empty() {
        return VehicleClass::Ignoring.name().to_owned();
    }
    classes.into_iter().map(VehicleClass::name).collect::<Vec<_>>().join(" ")
}

/// The roundabouts: links that hang together.
pub fn roundabouts(network: &Network, names: &Names, xml: &mut Xml<'_>) -> Result<()> {
    let ring = |l: &&(usize, &Link)| l.1.roundabout && !l.1.internal;
    let links: Vec<(usize, &Link)> = network.links.iter().enumerate().collect();
    let mut from: BTreeMap<JunctionId, Vec<usize>> = BTreeMap::new();
    for (i, link) in links.iter().filter(ring) {
        if let Some(junction) = link.from {
            from.entry(junction).or_default().push(*i);
        }
    }
    let mut seen = BTreeSet::new();
    for &(start, _) in links.iter().filter(ring) {
        let (mut edges, mut nodes, mut next) = (Vec::new(), BTreeSet::new(), vec![start]);
        while let Some(i) = next.pop() {
            if seen.insert(i) {
                edges.push(names.links[i].as_str());
                let ends = [network.links[i].from, network.links[i].to];
                nodes.extend(ends.into_iter().flatten());
                next.extend(network.links[i].to.and_then(|j| from.get(&j)).into_iter().flatten());
            }
        }
        if !edges.is_empty() {
            let nodes: Vec<&str> = nodes.iter().map(|j| names.junctions[j.index()].as_str()).collect();
            xml.leaf(Tag::new("roundabout").with("nodes", nodes.join(" ")).with("edges", edges.join(" ")))?;
        }
    }
    Ok(())
}
