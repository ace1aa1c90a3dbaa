//! Which pairs are open that may not be, since when, and how long in all.
//!
//! Terms
//! - **active**: open, or (if yellow conflicts) yellow. Two active channels of a conflicting pair are a conflict.
//! - **full**: on full green. Two full channels of a yielding pair are a conflict.
//! - **armed**: what may trip: every conflict but the waived ones.
//!
//! Only numbers of pairs are kept as channels change; which pair it is, is looked for when there is one.

use alloc::{vec, vec::Vec};

use super::{
    pairs::{Pairs, Set},
    permissives::{Permissives, Relation},
};
use crate::Millis;

/// The pairs of one relation, and which channels are in the state that the relation forbids to share.
#[derive(Clone, Debug)]
struct Table {
    pairs: Pairs,
    armed: Pairs,
    members: Set,
    since: Vec<Millis>,
}

impl Table {
    fn new(channels: usize) -> Self {
        Self {
            pairs: Pairs::none(channels),
            armed: Pairs::none(channels),
            members: Set::new(channels),
            since: vec![Millis(0); channels],
        }
    }

    /// The earliest armed conflict: since when and between whom.
    fn earliest(&self) -> Option<(Millis, usize, usize)> {
        let mut earliest = None;
        let mut a = 0;
        while let Some(i) = self.members.next(a) {
            a = i + 1;
            let mut b = a;
            while let Some(j) = self.armed.next(i, &self.members, b) {
                b = j + 1;
                let found = (self.since[i].max(self.since[j]), i, j);
                earliest = Some(earliest.map_or(found, |e: (Millis, usize, usize)| e.min(found)));
            }
        }
        earliest
    }
}

/// All conflicts of a signal.
#[derive(Clone, Debug)]
pub(super) struct Conflicts {
    /// Conflicting pairs over active channels, yielding pairs over full ones.
    tables: [Table; 2],
    open: u32,
    armed: u32,
    /// Since when at least one pair is open, if one is.
    since: Millis,
    total: Millis,
}

impl Conflicts {
    pub(super) fn new(permissives: &Permissives) -> Self {
        let mut tables = [Table::new(permissives.len()), Table::new(permissives.len())];
        for (a, b) in permissives.pairs() {
            let table = match permissives.relation(a, b) {
                Relation::Together => continue,
                Relation::Conflicting => &mut tables[0],
                Relation::Yielding => &mut tables[1],
            };
            table.pairs.set(usize::from(a), usize::from(b), true);
            table.armed.set(usize::from(a), usize::from(b), !permissives.conflict_waived(a, b));
        }
        Self { tables, open: 0, armed: 0, since: Millis(0), total: Millis(0) }
    }

    /// A channel is active, and on full green, from `at` on.
    pub(super) fn update(&mut self, channel: usize, active: bool, full: bool, at: Millis) {
        let before = self.open;
        for (table, member) in self.tables.iter_mut().zip([active, full]) {
            if table.members.contains(channel) == member {
                continue;
            }
            // No channel is its own partner: the counts are the same before and after.
            let open = table.pairs.count(channel, &table.members);
            // The armed ones are some of them.
            let armed = if open > 0 { table.armed.count(channel, &table.members) } else { 0 };
            if member {
                table.since[channel] = at;
                self.open += open;
                self.armed += armed;
            } else {
                self.open -= open;
                self.armed -= armed;
            }
            table.members.set(channel, member);
        }
        match (before > 0, self.open > 0) {
            (false, true) => self.since = at,
            (true, false) => self.total += at - self.since,
            _ => {}
        }
    }

    /// The armed conflict that began first: since when and between whom.
    pub(super) fn earliest(&self) -> Option<(Millis, usize, usize)> {
        if self.armed == 0 {
            return None;
        }
        self.tables.iter().filter_map(Table::earliest).min()
    }

    /// Whether at least one pair is open.
    pub(super) const fn is_open(&self) -> bool {
        self.open > 0
    }

    /// How long at least one pair was open up to `now`, waived ones included.
    pub(super) fn time(&self, now: Millis) -> Millis {
        if self.open > 0 { self.total + (now - self.since) } else { self.total }
    }

    /// Since when a channel is active, and since when on full green.
    pub(super) fn of(&self, channel: usize) -> [Option<Millis>; 2] {
        [0, 1].map(|t| self.tables[t].members.contains(channel).then(|| self.tables[t].since[channel]))
    }

    /// What [`restore`](Self::restore) needs besides the channels: the sum, and since when a pair is open.
    pub(super) fn sums(&self) -> (Millis, Option<Millis>) {
        (self.total, (self.open > 0).then_some(self.since))
    }

    /// Becomes a state put together from its parts; a state in which a pair is open needs to say since when.
    pub(super) fn restore(
        &mut self,
        channels: &[[Option<Millis>; 2]],
        total: Millis,
        since: Option<Millis>,
    ) -> Option<()> {
        (self.open, self.armed) = (0, 0);
        for table in &mut self.tables {
            table.members.clear();
        }
        for (channel, of) in channels.iter().enumerate() {
            self.update(channel, of[0].is_some(), of[1].is_some(), Millis(0));
            for (table, since) in self.tables.iter_mut().zip(of) {
                table.since[channel] = since.unwrap_or_default();
            }
        }
        (self.total, self.since) = (total, since.unwrap_or_default());
        (since.is_some() == (self.open > 0)).then_some(())
    }
}
