//! Who is in conflict with a movement: what a map shows when somebody clicks one.

use crate::network::{LaneId, MovementId, Network, SignalId};

/// How another movement stands to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Foe {
    /// It has the right of way.
    Goes,
    /// It gives way.
    Yields,
    /// Neither: they are told apart by a signal, or by who comes first.
    Meets,
}

impl Foe {
    /// What it means to whoever is on the movement, for a legend.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Goes => "has the right of way over it",
            Self::Yields => "gives way to it",
            Self::Meets => "must not meet it",
        }
    }
}

/// The entry movements whose paths cross or merge with an entry movement, each once.
pub fn of(network: &Network, movement: MovementId) -> Vec<(MovementId, Foe)> {
    let own = network.movement(movement);
    let mut foes: Vec<(MovementId, Foe)> = own
        .foes
        .iter()
        .chain(&own.yields_to)
        .map(|&foe| {
            let kind = if own.yields_to.contains(&foe) {
                Foe::Goes
            } else if network.movement(foe).yields_to.contains(&movement) {
                Foe::Yields
            } else {
                Foe::Meets
            };
            (foe, kind)
        })
        .collect();
    foes.sort_unstable();
    foes.dedup_by_key(|foe| foe.0);
    foes
}

/// The movements that leave a lane into a junction.
pub fn from_lane(network: &Network, lane: LaneId) -> Vec<MovementId> {
    network.movements_of(lane).filter(|&m| network.movement(m).entry == m).collect()
}

/// The movements that obey a group of a signal.
pub fn of_group(network: &Network, signal: SignalId, group: u16) -> Vec<MovementId> {
    let all = network.signals.get(signal.index()).map_or(&[][..], |s| &s.movements);
    all.iter().copied().filter(|&m| network.movement(m).head.is_some_and(|h| h.group == group)).collect()
}

/// The lanes inside the junction on which a movement goes, in their order.
pub fn way(network: &Network, movement: MovementId) -> Vec<LaneId> {
    network.inside(network.movement(movement)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::test_world::arterial;

    #[test]
    fn conflicts_are_mutual_and_left_turns_give_way() {
        let (network, _) = arterial();
        let entries: Vec<MovementId> =
            (0..network.lanes.len()).flat_map(|i| from_lane(&network, LaneId::new(i))).collect();
        let mut kinds = [0; 3];
        for &movement in &entries {
            for (foe, kind) in of(&network, movement) {
                kinds[kind as usize] += 1;
                let back = of(&network, foe).into_iter().find(|(m, _)| *m == movement);
                let expected = match kind {
                    Foe::Goes => Foe::Yields,
                    Foe::Yields => Foe::Goes,
                    Foe::Meets => Foe::Meets,
                };
                // Two may give way to each other: then each sees the other go.
                let mutual = network.movement(foe).yields_to.contains(&movement) && kind == Foe::Goes;
                assert!(mutual || back.is_some_and(|b| b.1 == expected), "{movement:?} {foe:?} {kind:?} {back:?}");
            }
        }
        assert!(kinds.iter().all(|&n| n > 0), "every kind occurs: {kinds:?}");
        let head = entries.iter().find_map(|&m| network.movement(m).head).expect("a movement of a signal");
        assert!(!of_group(&network, head.signal, head.group).is_empty());
        assert!(entries.iter().any(|&m| !way(&network, m).is_empty()));
    }
}
