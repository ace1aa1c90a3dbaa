//! How long stages take, and until when somebody is served in the plan's own order: what follows from the plan alone.
//!
//! Terms
//! - **need**: from the end of a stage until a group is open at the latest, if stages go on in the plan's own order and
//!   each has its least green.
//! - **jump**: from a stage to another than the next one. What ended some time ago may then keep others waiting who would
//!   have come later in the order: it is taken to have ended just now.
//!
//! # Why nobody waits too long
//! While a stage is held nothing changes but the time: it has to end so early that the need of everybody who waits fits.
//! What ended before the stage did cannot matter more by that. A jump is allowed if everybody who waits is served in time
//! in the order from there on, and if everybody else would be who begins to wait at that moment or later. So from every
//! state that comes about the plan's own order serves all in time; and going on in it makes that no worse.
//!
//! That holds because a change takes no longer than is known here ([`Plan::stage_change`]). Therefore a stage is left only
//! when everybody who ends then has had the least green, also those who are open in the next stage too and start once more
//! ([`Plan::ends_between`]): the kernel would let the change wait for them. And an arrow that opens before its oncoming
//! traffic is due, as an interstage may have it, ends once more before that opens.
//!
//! A plan of our own without a program was checked for the first such state ([`Plan::worst_sequence`]). Of other plans the
//! stages may need longer than somebody's longest red, whatever is done: then they follow each other in their order with
//! least greens while that group waits, and the kernel may still find a cycle fault.

use alloc::{vec, vec::Vec};

use crate::{
    Millis, Plan,
    group_set::GroupSet,
    plan::{LONG_AGO, Order},
};

/// How much longer than planned a change may take before a stage goes on without groups that did not open.
const PATIENCE: Millis = Millis(1000);

#[derive(Clone, Debug)]
pub(crate) struct Times {
    stages: usize,
    groups: usize,
    /// By stage, the least time for which it is open.
    least: Vec<Millis>,
    /// The longest time from a request to the last start of green.
    pub longest_change: Millis,
    /// No group needs longer from the end of a stage, whatever stage comes next.
    pub longest_need: Millis,
    /// By stage, how long after its request its groups are open at the latest, whatever was shown before.
    pub longest_opening: Vec<Millis>,
    /// By stage, the groups that it has to open whether they are called or not: if they were called after its end, the next
    /// time might be too late.
    pub awaits: Vec<GroupSet>,
    /// From the request of a stage (column) after another (row) to its last start of green: if only what the other shows
    /// ends then; and if all does that the stage does not open.
    changes: Vec<Millis>,
    jumps: Vec<Millis>,
    /// Whether a stage (column) may follow another (row).
    may_follow: Vec<bool>,
    /// How much longer than planned groups may take to open.
    slack: Millis,
    /// By stage (row) and group (column), the need: if all others ended long ago; and if they did when the stage was open.
    needs: Vec<Millis>,
    jump_needs: Vec<Millis>,
    /// By group, how long after the end of another it opens at the latest.
    clears: Vec<Millis>,
}

impl Times {
    pub fn new(plan: &Plan) -> Self {
        let (n, groups) = (plan.stages().len(), plan.groups());
        let changes: Vec<Millis> = (0..n * n).map(|i| plan.stage_change(i / n, i % n)).collect();
        let most = |times: &[Millis]| times.iter().copied().filter(|&t| t != Millis::NEVER).max().unwrap_or(Millis(0));
        let slack = groups.iter().map(|g| g.red_revert.max(g.lead)).max().unwrap_or(Millis(0)) + PATIENCE;
        let least: Vec<Millis> = (0..n).map(|s| plan.stage_least(s)).collect();
        let clears = clears(plan);
        let jump = |i: usize| {
            let (from, to) = (&plan.stages()[i / n].groups, &plan.stages()[i % n].groups);
            let starting = to.iter().filter(|g| from.binary_search(g).is_err());
            starting.map(|&g| clears[usize::from(g)]).fold(changes[i], Millis::max)
        };
        let jumps: Vec<Millis> = (0..n * n).map(jump).collect();
        // Whom the order itself does not serve in time no jump can be too long for.
        let reds = plan.longest_reds_in_order();
        let most_red = |g: usize| if reds[g] > groups[g].max_red { Millis::NEVER } else { groups[g].max_red };
        let (mut needs, mut jump_needs) = (Vec::new(), Vec::new());
        let (mut awaits, mut may_follow) = (Vec::new(), vec![false; n * n]);
        for stage in 0..n {
            needs.extend(needs_after(plan, &changes, stage, LONG_AGO).0);
            let (need, reds) = needs_after(plan, &changes, stage, Millis(0) - least[stage]);
            let opens = GroupSet::listed(groups.len(), &plan.stages()[stage].groups);
            let served = |g: &usize| need[*g] != Millis::NEVER;
            awaits.push(GroupSet::of(groups.len(), |g| opens.has(g) && need[g] > most_red(g)));
            let settles = (0..groups.len()).all(|g| reds[g] <= most_red(g));
            let late = (0..groups.len()).filter(served).filter(|&g| !opens.has(g)).map(|g| need[g] - most_red(g));
            let late = late.max().unwrap_or(Millis(i64::MIN));
            for from in 0..n {
                let in_time = jumps[from * n + stage] + least[stage] + late <= Millis(0);
                may_follow[from * n + stage] = settles && in_time || stage == (from + 1) % n;
            }
            jump_needs.extend(need);
        }
        Self {
            stages: n,
            groups: groups.len(),
            longest_change: most(&changes) + slack,
            longest_need: most(&jumps) + most(&least) + most(&needs).max(most(&jump_needs)),
            longest_opening: (0..n)
                .map(|s| most(&(0..n).map(|f| jumps[f * n + s]).collect::<Vec<_>>()) + slack)
                .collect(),
            least,
            awaits,
            changes,
            jumps,
            may_follow,
            slack,
            needs,
            jump_needs,
            clears,
        }
    }

    /// From the request of a stage to its last start of green.
    pub fn change(&self, from: usize, to: usize) -> Millis {
        self.changes[from * self.stages + to]
    }

    /// How long the groups of a stage may take to open.
    pub fn opening(&self, from: usize, to: usize) -> Millis {
        self.change(from, to) + self.slack
    }

    /// Whether a stage may come next, as far as those are concerned who do not wait yet.
    pub fn may_follow(&self, from: usize, to: usize) -> bool {
        self.may_follow[from * self.stages + to]
    }

    /// From the end of a stage until a group is open at the latest.
    pub fn need(&self, stage: usize, group: usize) -> Millis {
        self.needs[stage * self.groups + group]
    }

    /// The same if `to` is shown next, which opens the group or does not.
    pub fn need_by(&self, (from, to): (usize, usize), group: usize, opens: bool) -> Millis {
        if opens {
            return self.change(from, to).max(self.clears[group]);
        }
        self.jumps[from * self.stages + to] + self.least[to] + self.jump_needs[to * self.groups + group]
    }
}

/// By group, how long after the last end of another, or its own, it opens at the latest.
fn clears(plan: &Plan) -> Vec<Millis> {
    let (groups, matrix) = (plan.groups(), plan.matrix());
    let clear = |g: u16| {
        let own = &groups[usize::from(g)];
        let others = matrix.partners(g).iter().map(|&other| matrix.intergreen(other, g));
        others.fold(own.yellow + own.red_revert + own.red_yellow, Millis::max)
    };
    let led = |g: u16| {
        let leads = matrix.partners(g).iter().filter(|&&p| matrix.relation(g, p).yields());
        let leads = leads.filter(|&&p| groups[usize::from(p)].lead > Millis(0));
        leads.map(|&p| clear(p) + groups[usize::from(p)].lead).fold(clear(g), Millis::max)
    };
    (0..).take(groups.len()).map(led).collect()
}

/// From the end of a stage, others having ended at some time: by group, until it is open at the latest; and its longest red
/// of those that begin then or later.
fn needs_after(plan: &Plan, changes: &[Millis], stage: usize, ended: Millis) -> (Vec<Millis>, Vec<Millis>) {
    let (n, groups) = (plan.stages().len(), plan.groups());
    let (mut needs, mut reds) = (vec![Millis::NEVER; groups.len()], vec![Millis(0); groups.len()]);
    let mut order = Order::from(plan, stage, ended);
    // Reds are over after two rounds. Where others ended long ago nobody asks for them.
    let rounds = if ended == LONG_AGO { 1 } else { 2 };
    for i in 0..rounds * n {
        let (before, next) = ((stage + i) % n, (stage + i + 1) % n);
        order.step(changes[before * n + next], |opening| {
            let g = usize::from(opening.group);
            needs[g] = needs[g].min(opening.at);
            if let Some(ended) = opening.ended.filter(|&ended| ended >= Millis(0)) {
                reds[g] = reds[g].max(opening.at - ended - groups[g].yellow);
            }
        });
    }
    (needs, reds)
}
