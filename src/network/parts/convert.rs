//! From parts to a network, and back.

use std::collections::BTreeMap;

use intergreen_control::{Lamp, Millis, Program, ProgramStep};

use super::{
    ClassLimit, JunctionPart, LanePart, LinkPart, MovementPart, NetworkParts, PhasePart, RequestPart, RingsPart,
    SignalPart, StepPart, StopOffsetPart,
};
use crate::network::build::invalid;
use crate::network::{
    Junction, JunctionId, JunctionSpec, Lane, LaneId, LaneRules, LaneSpec, Link, LinkSpec, Movement, MovementId,
    MovementKind, MovementSpec, NemaPhase, NemaSpec, Network, NetworkBuilder, NetworkError, Permissions, RequestSpec,
    Signal, SignalHead, SignalId, SignalSpec, StopOffset, VehicleClass,
};

impl NetworkParts {
    /// Makes the network.
    ///
    /// # Errors
    /// Names the element that is wrong and what was expected of it.
    pub fn build(&self) -> Result<Network, NetworkError> {
        self.builder()?.build()
    }

    /// Puts all parts into a builder.
    fn builder(&self) -> Result<NetworkBuilder, NetworkError> {
        let mut builder = NetworkBuilder::default();
        builder.left_hand = self.left_hand;
        let mut junctions = BTreeMap::new();
        for j in &self.junctions {
            let spec = JunctionSpec { id: j.id.clone(), kind: j.kind, position: j.at, shape: j.shape.clone() };
            let id = builder.junction(spec)?;
            builder.requests(id, j.requests.iter().map(RequestPart::spec).collect());
            junctions.insert(j.id.as_str(), id);
        }
        let mut lanes = BTreeMap::new();
        for link in &self.links {
            let find = |name: &Option<String>, what: &str| match name {
                None => Ok(None),
                Some(name) => junction(&junctions, name, || format!("link '{}': {what}", link.id)).map(Some),
            };
            let names: Vec<String> = link.lanes.iter().enumerate().map(|(i, l)| l.name(&link.id, i)).collect();
            let spec = LinkSpec {
                id: link.id.clone(),
                from: find(&link.from, "from")?,
                to: find(&link.to, "to")?,
                internal: link.internal,
                roundabout: link.roundabout,
                priority: link.priority,
                lanes: link.lanes.iter().zip(&names).map(|(l, name)| l.spec(name.clone())).collect(),
            };
            let id = builder.link(spec)?;
            lanes.extend(names.into_iter().zip(builder.lanes_of(id).map(LaneId)));
        }
        let mut signals = BTreeMap::new();
        for signal in &self.signals {
            signals.insert(signal.id.as_str(), builder.signal(signal.spec()?)?);
        }
        for m in &self.movements {
            builder.movement(m.spec(&lanes, &junctions, &signals)?);
        }
        Ok(builder)
    }

    /// The parts of a network: what [`NetworkParts::build`] makes of them is the same network.
    pub fn of(network: &Network) -> Self {
        let lane_name = |l: LaneId| network.lane(l).id.clone();
        let junction_name = |j: JunctionId| network.junctions[j.index()].id.clone();
        let link = |link: &Link| LinkPart {
            id: link.id.clone(),
            from: link.from.map(junction_name),
            to: link.to.map(junction_name),
            internal: link.internal,
            roundabout: link.roundabout,
            priority: link.priority,
            lanes: link.lanes.clone().map(|l| LanePart::of(network.lane(LaneId(l)), &link.id)).collect(),
        };
        let movement = |m: &Movement| MovementPart {
            from: lane_name(m.from),
            to: lane_name(m.to),
            via: (m.next != m.to).then(|| lane_name(m.next)),
            direction: m.direction,
            right_of_way: m.right_of_way,
            signal: m.head.map(|h| network.signals[h.signal.index()].id.clone()),
            group: m.head.map_or(0, |h| h.group),
            junction: junction_name(m.junction),
            request: m.request.filter(|_| m.kind == MovementKind::Entry),
            keep_clear: m.keep_clear,
            visibility: m.visibility,
        };
        let mut tables = tables(network);
        Self {
            left_hand: network.left_hand,
            junctions: network
                .junctions
                .iter()
                .map(|j| JunctionPart::of(j, tables.next().unwrap_or_default()))
                .collect(),
            links: network.links.iter().map(link).collect(),
            signals: network.signals.iter().map(SignalPart::of).collect(),
            movements: network.movements.iter().map(movement).collect(),
        }
    }
}

/// The right-of-way tables of all junctions. Rules that follow from the junction's kind alone have no rows.
fn tables(network: &Network) -> std::vec::IntoIter<Vec<RequestPart>> {
    let mut tables: Vec<Vec<RequestPart>> = vec![Vec::new(); network.junctions.len()];
    for m in network.movements.iter().filter(|m| m.kind == MovementKind::Entry) {
        let Some(row) = m.request.map(usize::from) else { continue };
        let table = &mut tables[m.junction.index()];
        if table.len() <= row {
            table.resize(row + 1, RequestPart::default());
        }
        let rows = |of: &[MovementId]| of.iter().filter_map(|&o| network.movement(o).request).collect();
        table[row] = RequestPart { yields_to: rows(&m.yields_to), foes: rows(&m.foes), waits_inside: m.waits_inside };
    }
    tables.into_iter()
}

/// The junction of that name.
fn junction(
    known: &BTreeMap<&str, JunctionId>,
    name: &str,
    element: impl Fn() -> String,
) -> Result<JunctionId, NetworkError> {
    known.get(name).copied().ok_or_else(|| invalid(element(), format!("there is no junction '{name}'")))
}

impl JunctionPart {
    fn of(junction: &Junction, requests: Vec<RequestPart>) -> Self {
        Self {
            id: junction.id.clone(),
            kind: junction.kind,
            at: junction.position,
            shape: junction.shape.clone(),
            requests,
        }
    }
}

impl RequestPart {
    fn spec(&self) -> RequestSpec {
        RequestSpec { yields_to: self.yields_to.clone(), foes: self.foes.clone(), waits_inside: self.waits_inside }
    }
}

/// The classes of a set; `None`: everybody.
fn classes(set: Permissions) -> Option<Vec<VehicleClass>> {
    let listed = || VehicleClass::ALL.iter().copied().filter(|&c| set.contains(c)).collect();
    (set != Permissions::ALL).then(listed)
}

/// The set of listed classes.
fn set(classes: &Option<Vec<VehicleClass>>) -> Permissions {
    classes.as_deref().map_or(Permissions::ALL, Permissions::only)
}

impl LanePart {
    fn name(&self, link: &str, index: usize) -> String {
        self.id.clone().unwrap_or_else(|| format!("{link}_{index}"))
    }

    fn spec(&self, id: String) -> LaneSpec {
        LaneSpec {
            id,
            length: Some(f64::from(self.length)),
            speed_limit: f64::from(self.speed),
            width: f64::from(self.width),
            grade: f64::from(self.grade),
            permissions: set(&self.only),
            rules: LaneRules {
                change_left: set(&self.change_left),
                change_right: set(&self.change_right),
                stop_offset: self
                    .stop_offset
                    .as_ref()
                    .map(|s| StopOffset { distance: s.distance, who: Permissions::only(&s.who) }),
                limits: self.limits.iter().map(|l| (l.class, l.speed)).collect(),
            },
            shape: self.shape.clone(),
        }
    }

    fn of(lane: &Lane, link: &str) -> Self {
        let usual = format!("{link}_{}", lane.index);
        let offset =
            |s: StopOffset| StopOffsetPart { distance: s.distance, who: classes(s.who).unwrap_or_else(everybody) };
        Self {
            id: (lane.id != usual).then(|| lane.id.clone()),
            length: lane.length,
            speed: lane.speed_limit,
            width: lane.width,
            grade: lane.grade,
            only: classes(lane.permissions),
            change_left: classes(lane.rules.change_left),
            change_right: classes(lane.rules.change_right),
            stop_offset: lane.rules.stop_offset.map(offset),
            limits: lane.rules.limits.iter().map(|&(class, speed)| ClassLimit { class, speed }).collect(),
            shape: lane.shape.clone(),
        }
    }
}

/// Every class.
fn everybody() -> Vec<VehicleClass> {
    VehicleClass::ALL.to_vec()
}

impl MovementPart {
    fn spec(
        &self,
        lanes: &BTreeMap<String, LaneId>,
        junctions: &BTreeMap<&str, JunctionId>,
        signals: &BTreeMap<&str, SignalId>,
    ) -> Result<MovementSpec, NetworkError> {
        let element = || format!("movement from lane '{}' to lane '{}'", self.from, self.to);
        let lane = |name: &str| {
            lanes.get(name).copied().ok_or_else(|| invalid(element(), format!("there is no lane '{name}'")))
        };
        let head = match &self.signal {
            None => None,
            Some(name) => {
                let known = signals.get(name.as_str()).copied();
                let signal = known.ok_or_else(|| invalid(element(), format!("there is no signal '{name}'")))?;
                Some(SignalHead { signal, group: self.group })
            }
        };
        Ok(MovementSpec {
            from: lane(&self.from)?,
            to: lane(&self.to)?,
            via: self.via.as_deref().map(lane).transpose()?,
            direction: self.direction,
            right_of_way: self.right_of_way,
            head,
            junction: junction(junctions, &self.junction, element)?,
            request: self.request,
            keep_clear: self.keep_clear,
            visibility: f64::from(self.visibility),
        })
    }
}

/// Lamps as letters.
fn letters(lamps: &[Lamp]) -> String {
    lamps.iter().map(|l| l.letter()).collect()
}

/// Letters as lamps.
fn lamps(letters: &str, element: impl Fn() -> String) -> Result<Vec<Lamp>, NetworkError> {
    let lamp = |letter: char| {
        let problem = || invalid(element(), format!("no lamp '{letter}'; expected r u y g G s o O"));
        Lamp::from_letter(letter).ok_or_else(problem)
    };
    letters.chars().map(lamp).collect()
}

impl SignalPart {
    fn of(spec: &Signal) -> Self {
        let step = |s: &ProgramStep| StepPart { time: s.duration.seconds(), lamps: letters(&s.lamps) };
        Self {
            id: spec.id.clone(),
            program: spec.program.id().to_owned(),
            offset: spec.program.offset().seconds(),
            steps: spec.program.steps().iter().map(step).collect(),
            own: spec.own,
            rings: spec.rings.as_ref().map(RingsPart::of),
            permissive: spec.permissive.clone(),
        }
    }

    fn spec(&self) -> Result<SignalSpec, NetworkError> {
        let element = || format!("signal '{}'", self.id);
        let step =
            |s: &StepPart| Ok(ProgramStep { duration: Millis::from_seconds(s.time), lamps: lamps(&s.lamps, element)? });
        let steps = self.steps.iter().map(step).collect::<Result<Vec<_>, NetworkError>>()?;
        let program = Program::new(self.program.as_str(), Millis::from_seconds(self.offset), steps)
            .map_err(|e| invalid(element(), format!("its program {e}")))?;
        let rings = self.rings.as_ref().map(|r| r.spec(program.groups(), element)).transpose()?;
        let unknown = |&(a, b): &(u16, u16)| usize::from(a.max(b)) >= program.groups();
        if let Some((a, b)) = self.permissive.as_ref().and_then(|list| list.iter().find(|p| unknown(p))) {
            let problem = format!("permissive ({a}, {b}); expected groups below {}", program.groups());
            return Err(invalid(element(), problem));
        }
        let permissive = self.permissive.clone();
        Ok(SignalSpec { id: self.id.clone(), program, own: self.own, rings, permissive })
    }
}

impl RingsPart {
    fn of(spec: &NemaSpec) -> Self {
        let seconds = |t: Option<Millis>| t.map(Millis::seconds);
        let phase = |p: &NemaPhase| PhasePart {
            number: p.number,
            lamps: letters(&p.lamps),
            min_green: seconds(p.min_green),
            max_green: seconds(p.max_green),
            passage: seconds(p.passage),
            yellow: seconds(p.yellow),
            red: seconds(p.red),
        };
        Self {
            phases: spec.phases.iter().map(phase).collect(),
            rings: spec.rings.clone(),
            coordinated: spec.coordinated.clone(),
            cycle: seconds(spec.cycle),
            min_recall: spec.min_recall.clone(),
            max_recall: spec.max_recall.clone(),
            fixed_force_off: spec.fixed_force_off,
            offset_at_yellow: spec.offset_at_yellow,
            latching: spec.latching.clone(),
            switched: spec.switched.clone(),
        }
    }

    /// The same with every number fitting the others.
    fn spec(&self, groups: usize, element: impl Fn() -> String) -> Result<NemaSpec, NetworkError> {
        let millis = |t: Option<f64>| t.map(Millis::from_seconds);
        let mut phases: Vec<NemaPhase> = Vec::new();
        for p in &self.phases {
            let lamps = lamps(&p.lamps, &element)?;
            if lamps.len() != groups {
                let problem = format!("phase {} has {} letters; expected {groups}", p.number, lamps.len());
                return Err(invalid(element(), problem));
            }
            if phases.iter().any(|known| known.number == p.number) {
                return Err(invalid(element(), format!("phase {} is given twice", p.number)));
            }
            phases.push(NemaPhase {
                number: p.number,
                lamps,
                min_green: millis(p.min_green),
                max_green: millis(p.max_green),
                passage: millis(p.passage),
                yellow: millis(p.yellow),
                red: millis(p.red),
            });
        }
        let named = self.rings.iter().flatten().flatten().chain(&self.coordinated).chain(&self.max_recall);
        let switched = self.switched.iter().flat_map(|(phase, other)| [phase, other]);
        for number in named.chain(self.min_recall.iter().flatten()).chain(&self.latching).chain(switched) {
            if phases.iter().all(|p| p.number != *number) {
                return Err(invalid(element(), format!("its rings name phase {number}, which is not among 'phases'")));
            }
        }
        let sections = self.rings.first().map_or(0, Vec::len);
        if self.rings.iter().any(|r| r.len() != sections) {
            return Err(invalid(element(), "its rings have different numbers of sections between barriers"));
        }
        Ok(NemaSpec {
            phases,
            rings: self.rings.clone(),
            coordinated: self.coordinated.clone(),
            cycle: millis(self.cycle),
            min_recall: self.min_recall.clone(),
            max_recall: self.max_recall.clone(),
            fixed_force_off: self.fixed_force_off,
            offset_at_yellow: self.offset_at_yellow,
            latching: self.latching.clone(),
            switched: self.switched.clone(),
        })
    }
}
