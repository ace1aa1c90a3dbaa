#!/usr/bin/env python3
"""Throughput of `batch --jobs 2` against two separate processes with one job each, alternating, on an idle machine.

Usage: benches/jobs.py PROGRAM [ROUNDS]. Prints the ratio of medians; issue 8 asks for 0.95 at least on two idle cores.
Nothing depends on it: times are never a test."""
import pathlib, statistics, subprocess, sys, tempfile, time

PROGRAM, ROUNDS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
EXPERIMENT = '(scenarios: ["isolated", "grid"], controllers: ["fixed_time", "actuated"], seeds: 12, drain: true)'


def batch(folder, *options):
    return subprocess.Popen([PROGRAM, "batch", str(folder / "e.ron"), "--quiet", *options])


def timed(start):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "e.ron").write_text(EXPERIMENT)
        begun = time.monotonic()
        for process in start(folder):
            if process.wait():
                sys.exit("a batch failed")
        return time.monotonic() - begun


def together(folder):
    return [batch(folder, "--jobs", "2", "--out", str(folder / "both"))]


def apart(folder):
    return [batch(folder, "--jobs", "1", "--shard", f"{i}/2", "--out", str(folder / f"{i}")) for i in (1, 2)]


times = {"together": [], "apart": []}
for _ in range(ROUNDS):
    times["apart"].append(timed(apart))
    times["together"].append(timed(together))
both, two = (statistics.median(times[name]) for name in ("together", "apart"))
print(f"48 runs: --jobs 2 {both:.2f} s, two processes {two:.2f} s; throughput {two / both:.3f} of theirs")
