"""Small mistakes in the safety kernel and the monitor, each of which some test has to notice.

Each mutant replaces one piece of text, which must occur exactly once, in a copy of the repository, and runs the
controller's tests on it, the quickest first. Prints which tests killed it; exits with 1 if one survives.
The first five are those that reviewers of street controllers ask for (field.md). `--check`: only whether their texts are there.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

KERNEL = "crates/control/src/kernel/"
MONITOR = "crates/control/src/monitor"
# With whom a left turn has to end: the kernel asks the plan.
ORDER = "crates/control/src/plan/order.rs"
# Quickest first: timelines, the search of all states, hostile requests, the monitor's bench.
TESTS = {
    "kernel": [["--test", "timelines", "--test", "kernel_issues"], ["--lib"], ["--test", "hostile"]],
    "monitor": [["--test", "monitor"]],
}

# A mutant that takes so much longer than the tests is caught too.
LIMIT_S = 240

# name, file, text, text instead
MUTANTS = [
    ("stale end time", KERNEL + "light.rs", "(true, false) => self.ended = now,", "(true, false) => {}"),
    (
        "dropped overlap clearance",
        KERNEL + "rules.rs",
        "        let cleared = light.ended + intergreen;\n",
        "        let follows = |o: &crate::plan::Overlap| usize::from(o.group) == from;\n"
        "        let overlap = self.plan.rings().is_some_and(|r| r.overlaps.iter().any(follows));\n"
        "        let cleared = if overlap { light.ended } else { light.ended + intergreen };\n",
    ),
    (
        "preempt in red-yellow",
        KERNEL + "rules.rs",
        "        if self.lights[g].state == State::Starting {\n            let over = now",
        "        if self.lights[g].state == State::Starting && self.preempts.is_active() && !self.aims[g].opens() {\n"
        "            self.go(g, State::Closed);\n            return true;\n        }\n"
        "        if self.lights[g].state == State::Starting {\n            let over = now",
    ),
    (
        "clearance from the last conflicting group only",
        KERNEL + "rules.rs",
        "        if until > self.at {\n            *self",
        "        if until > FAR_PAST {\n            *self",
    ),
    (
        "least green begins anew with a repeated request",
        KERNEL + "mod.rs",
        "        self.target.set(&self.plan, request, &self.lights, at.max(self.now))\n",
        "        let now = at.max(self.now);\n"
        "        self.lights.iter_mut().filter(|l| l.state.is_open()).for_each(|l| l.opened = now);\n"
        "        self.target.set(&self.plan, request, &self.lights, now)\n",
    ),
    (
        "intergreens in the wrong direction",
        KERNEL + "rules.rs",
        "self.limits.intergreens[to * self.lights.len() + from]",
        "self.limits.intergreens[from * self.lights.len() + to]",
    ),
    (
        "forbidden greens together",
        KERNEL + "rules.rs",
        "self.limits.forbidden.word(g, w) & word.committed() | unyielding != 0",
        "unyielding != 0",
    ),
    (
        "red-yellow does not keep others red",
        KERNEL + "light.rs",
        "matches!(self, Self::Starting | Self::Permissive | Self::Protected)",
        "matches!(self, Self::Permissive | Self::Protected)",
    ),
    ("least green cut", KERNEL + "rules.rs", "self.now - self.lights[g].opened >= self.min_green(g)", "true"),
    (
        "walk always cut",
        KERNEL + "rules.rs",
        "if group.on_foot && self.preempts.cuts_walk() {",
        "if group.on_foot {",
    ),
    (
        "pedestrian clearance always cut",
        KERNEL + "rules.rs",
        "if group.on_foot && self.preempts.cuts_clearance() { Millis(0)",
        "if group.on_foot && self.preempts.is_active() { Millis(0)",
    ),
    (
        "yellow a second short",
        KERNEL + "rules.rs",
        "let over = now - light.since >= self.min_yellow(g);",
        "let over = now - light.since >= self.min_yellow(g) - Millis(1000);",
    ),
    (
        "no yellow",
        KERNEL + "rules.rs",
        "let yellow = self.min_yellow(g).0 > 0 || self.aims[g] == Aim::Yellow;",
        "let yellow = self.aims[g] == Aim::Yellow;",
    ),
    (
        "yellow for as long as somebody asks",
        KERNEL + "rules.rs",
        "let kept = self.aims[g] == Aim::Yellow && now < self.last_yellow(g)",
        "let kept = self.aims[g] == Aim::Yellow",
    ),
    (
        "red-yellow a second early",
        KERNEL + "rules.rs",
        "clear.at = clear.at - self.red_yellow(g);",
        "clear.at = clear.at - self.red_yellow(g) - Millis(1000);",
    ),
    ("no red revert", KERNEL + "rules.rs", "red_revert.max(SHORTEST_RED)", "SHORTEST_RED"),
    (
        "yellow trap",
        KERNEL + "rules.rs",
        "if self.lights[usize::from(b)].state.is_open() && !self.together.contains(&b) {",
        "if false && !self.together.contains(&b) {",
    ),
    (
        "oncoming traffic dragged along in its least green",
        KERNEL + "rules.rs",
        "            if !self.may_end(usize::from(member)) {",
        "            if i == 0 && !self.may_end(usize::from(member)) {",
    ),
    (
        "flashing arrow trapped like a circular head",
        ORDER,
        "!flashes && self.matrix()",
        "self.matrix()",
    ),
    (
        "a waived trap is not waived",
        ORDER,
        "filter(move |o| !waived(o))",
        "filter(move |o| !waived(o) || true)",
    ),
    (
        "no lead",
        KERNEL + "rules.rs",
        "groups(w, self.limits.gives_way.word(g, w) & self.limits.leads.word(w))",
        "groups(w, self.limits.gives_way.word(g, w) & self.limits.leads.word(w) & 0)",
    ),
    (
        "who ends in this moment need not clear",
        KERNEL + "overview.rs",
        "word.clearing |= if light.ended == self.now { bit(g) } else { 0 };",
        "let _ = light;",
    ),
    (
        "who ended a while ago need not clear",
        KERNEL + "overview.rs",
        "lights[g].ended >= lately)",
        "lights[g].ended >= lately + Millis(1000))",
    ),
    (
        "a group is not seen to have opened in this moment",
        KERNEL + "overview.rs",
        "word.states[to as usize] |= bit(g);",
        "if to == State::Closed { word.states[to as usize] |= bit(g) };",
    ),
    (
        "both of a yielding pair protected",
        KERNEL + "rules.rs",
        "        if self.overview.any(others, met) {",
        "        if self.overview.any(others, met) && false {",
    ),
    (
        "least green of an arrow counts from its flashing",
        KERNEL + "light.rs",
        "(true, true) if is_arrow && from != to => self.opened = now,\n",
        "",
    ),
    (
        "green arrow becomes flashing at once",
        KERNEL + "rules.rs",
        "        !self.aims[g].opens() || arrow_ends\n",
        "        !self.aims[g].opens() || arrow_ends && false\n",
    ),
    (
        "force-off cuts the least green",
        KERNEL + "rules.rs",
        "        !self.is_held(g) && self.now",
        "        self.force_off.has(g) || !self.is_held(g) && self.now",
    ),
    (
        "hold is ignored",
        KERNEL + "rules.rs",
        "        self.holds(number(g)) && self.lights[g]",
        "        false && self.lights[g]",
    ),
    (
        "flashing left without red",
        KERNEL + "unit.rs",
        "(after_yellow, all_red) = (least(self.start_up.yellow), least(Millis(0)));",
        "(after_yellow, all_red) = (least(self.start_up.yellow), least(Millis(0)) - least(Millis(0)));",
    ),
    ("normal without a self-check", KERNEL + "unit.rs", "Mode::StartFlash if self.checked &&", "Mode::StartFlash if"),
    (
        "a fault is not latched",
        KERNEL + "unit.rs",
        "Mode::Flash if !self.fault && !self.commanded",
        "Mode::Flash if !self.commanded",
    ),
    (
        "a fault does not survive a power failure",
        KERNEL + "mod.rs",
        "Latch::CycleFault { .. } | Latch::Flash => self.unit.fault = true,",
        "Latch::CycleFault { .. } | Latch::Flash => {}",
    ),
    (
        "starvation is nobody's fault",
        KERNEL + "calls.rs",
        "patience != Millis::NEVER && now - self.list[g].since >= patience",
        "patience != Millis::NEVER && now - self.list[g].since >= patience && false",
    ),
    (
        "time runs backwards",
        KERNEL + "mod.rs",
        "    pub fn advance(&mut self, at: Millis, journal: &mut Journal) {\n        self.now = at.max(self.now);",
        "    pub fn advance(&mut self, at: Millis, journal: &mut Journal) {\n        self.now = at;",
    ),
    (
        "a less important preemption takes over",
        KERNEL + "preempt.rs",
        "(Some((n, ..)), Some(w)) if w < n =>",
        "(Some((n, ..)), Some(w)) if w != n =>",
    ),
    (
        "a broken preemption input is never ignored",
        KERNEL + "preempt.rs",
        "input.ignored = true;",
        "input.ignored = false;",
    ),
    (
        "an overlap ends without its trailing green",
        KERNEL + "aim.rs",
        "let trailing = !asked && now < state.left + overlap.trail;",
        "let trailing = !asked && now < state.left;",
    ),
    (
        "somebody starts beside an overlap that ends in the same moment",
        KERNEL + "mod.rs",
        "self.end_greens() | self.end_yellows() || self.levels() | self.start_greens()",
        "self.end_greens() | self.end_yellows() | self.levels() | self.start_greens()",
    ),
    (
        "conflicting lamps are taken over at the start",
        KERNEL + "mod.rs",
        "            if self.in_conflict(g) {",
        "            if self.in_conflict(g) && false {",
    ),
    (
        "monitor: faults in a change are not latched",
        MONITOR + ".rs",
        "        if let (None, Some(trip)) = (self.trip, fault) {",
        "        if let (None, Some(trip), false) = (self.trip, fault, true) {",
    ),
    (
        "monitor: standing faults are not latched",
        MONITOR + ".rs",
        "            self.latch(trip);\n        }\n        let limit",
        "            let _ = trip;\n        }\n        let limit",
    ),
    (
        "monitor: a reset forgets faults that still stand",
        MONITOR + ".rs",
        "                return Err(standing);",
        "                let _ = standing;",
    ),
    (
        "monitor: every conflict is waived",
        MONITOR + "/conflicts.rs",
        "!permissives.conflict_waived(a, b));",
        "false);",
    ),
    (
        "monitor: a conflict counts from the earlier green",
        MONITOR + "/conflicts.rs",
        "self.since[i].max(self.since[j])",
        "self.since[i].min(self.since[j])",
    ),
    (
        "monitor: only the last end counts for clearances",
        MONITOR + "/clearances.rs",
        "(at - since < least).then_some((from, since))",
        "(at - since < least && from as usize + 1 == channels.len()).then_some((from, since))",
    ),
    (
        "monitor: yellow may be short",
        MONITOR + "/channel.rs",
        "(self.after_green && at - self.since < floor)",
        "(self.after_green && at - self.since < floor - Millis(1000))",
    ),
    (
        "monitor: green without yellow",
        MONITOR + "/channel.rs",
        "_ => (floor > Millis(0)).then_some((TripKind::ShortYellow, at)),",
        "_ => None,",
    ),
    (
        "monitor: yellow turns green again",
        MONITOR + "/channel.rs",
        "(Yellow, Green | GreenMinor | RedYellow) => illegal,",
        "(Yellow, RedYellow) => illegal,",
    ),
]


def run(folder: pathlib.Path, which: list[str]) -> tuple[bool, str]:
    """Whether the tests pass, and the first test that does not."""
    command = ["cargo", "test", "--quiet", "--locked", "-p", "intergreen-control", *which]
    pipe = subprocess.PIPE
    # A group of its own: a mutant that hangs has to be ended together with cargo.
    process = subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    try:
        out, err = process.communicate(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return False, "the time limit"
    if process.returncode == 0:
        return True, ""
    if "error: could not compile" in err or "error[" in err:
        sys.exit(f"a mutant does not compile:\n{err[-3000:]}")
    failed = re.search(r"^(\S+) --- FAILED$", out, re.MULTILINE)
    return False, failed.group(1) if failed else " ".join(which)


def main() -> None:
    wanted = sys.argv[1:]
    here = pathlib.Path(__file__).resolve().parent.parent
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", here / "target"))
    os.environ["CARGO_TARGET_DIR"] = str(target / "mutants-by-hand")
    for name, file, text, _ in MUTANTS:
        times = (here / file).read_text().count(text)
        if times != 1:
            sys.exit(f"mutant '{name}': {file} has its text {times} times; expected once")
    if wanted == ["--check"]:
        return
    survived = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "copy"
        # With new times: cargo would take what the last run has built of its last mutant for the original.
        ignore = shutil.ignore_patterns(".git", "target")
        shutil.copytree(here, folder, ignore=ignore, copy_function=shutil.copy)
        for kind, tests in TESTS.items():
            for which in tests:
                passes, failed = run(folder, which)
                if not passes:
                    sys.exit(f"without any mutant {failed} fails already ({kind})")
        for name, file, text, instead in MUTANTS:
            if wanted and not any(w in name for w in wanted):
                continue
            path = folder / file
            original = path.read_text()
            path.write_text(original.replace(text, instead))
            killer = ""
            for which in TESTS["monitor" if file.startswith(MONITOR) else "kernel"]:
                passes, failed = run(folder, which)
                if not passes:
                    killer = failed
                    break
            path.write_text(original)
            print(f"{name:<52} {'killed by ' + killer if killer else 'SURVIVED'}", flush=True)
            if not killer:
                survived.append(name)
    print(f"{len(survived)} mutants survived of {len(MUTANTS)}, or those asked for by name")
    sys.exit(bool(survived))


if __name__ == "__main__":
    main()
