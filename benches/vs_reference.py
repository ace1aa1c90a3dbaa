#!/usr/bin/env python3
"""Compares drained runs with SUMO's reference figures: medians over seeds, deviations in percent.

    benches/vs_reference.py [--scenarios cologne1,g4] [--seeds 5] [--twins]

Needs a release build (INTERGREEN, default target/release/intergreen) and the test data (INTERGREEN_DATA).
`--twins` also runs the first seed with 2 and 4 threads: all state hashes must be equal.
Exit code 1 if something is missed, 2 if it cannot run.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

DATA = pathlib.Path(os.environ.get("INTERGREEN_DATA", "../shared/data"))
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
BINARY = os.environ.get("INTERGREEN", str(TARGET / "release" / "intergreen"))

# SUMO 1.28, 1 s steps, shipped program, no teleports, run until empty (data README), and how far we may be off, %.
# name: (file, arrived, {measure: (reference, tolerance)}); no reference: only arrival and safety are checked.
SCENARIOS = {
    "cologne1": ("resco/cologne1/cologne1.sumocfg", 2015, {
        "mean_duration_s": (61.65, 10.0),
        "mean_time_loss_s": (38.89, 15.0),
        "mean_route_length_m": (337.8, 1.0),
    }),
    "grid4x4": ("resco/grid4x4/grid4x4.sumocfg", 1473, {
        "mean_duration_s": (204.04, 10.0),
        "mean_time_loss_s": (92.13, None),
        "mean_route_length_m": (1523.0, None),
    }),
    "g4": ("grid/g4/g4.sumocfg", 12720, {}),
    "g16": ("grid/g16/g16.sumocfg", 73245, {}),
}
MEASURES = ["mean_duration_s", "mean_time_loss_s", "mean_route_length_m"]
DEFECTS = ["gridlocks", "collisions", "red_running", "conflicting_greens"]


def run(file, seed, threads):
    """One drained run's JSON."""
    command = [BINARY, "run", str(DATA / file), "--drain", "--json", "--quiet"]
    command += ["--seed", str(seed), "--threads", str(threads)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def number(value):
    """A count, where the JSON gives a list or a number."""
    return len(value) if isinstance(value, list) else value


def check(name, seeds, twins):
    """Runs one scenario, prints its rows, and returns what it missed."""
    file, arrived, references = SCENARIOS[name]
    runs = [run(file, seed, 1) for seed in range(1, seeds + 1)]
    missed = []
    for r, seed in zip(runs, range(1, seeds + 1)):
        vehicles = r["vehicles"]
        if vehicles["arrived"] != arrived or vehicles["running"] or vehicles["waiting"]:
            missed.append(f"{name} seed {seed}: {vehicles}; expected {arrived} arrived")
        missed += [f"{name} seed {seed}: {d} = {r[d]}; expected 0" for d in DEFECTS if number(r[d])]
    for measure in MEASURES:
        values = [r[measure] for r in runs]
        if None in values:
            missed.append(f"{name}: {measure} is null")
            continue
        median = statistics.median(values)
        spread = f"{min(values):.2f}..{max(values):.2f}"
        reference, tolerance = references.get(measure, (None, None))
        row = f"{name:<10}{measure:<22}{median:>10.2f}  {spread:<20}"
        if reference is not None:
            deviation = 100.0 * (median / reference - 1.0)
            row += f"{reference:>10.2f}{deviation:>+9.1f} %"
            if tolerance is not None:
                met = abs(deviation) <= tolerance
                row += f"  ± {tolerance:g} %  {'ok' if met else 'MISSED'}"
                if not met:
                    missed.append(f"{name}: {measure} {median:.2f} is {deviation:+.1f} % off; expected ± {tolerance:g} %")
        print(row, flush=True)
    speed = statistics.median(r["ns_per_vehicle_step"] for r in runs)
    print(f"{name:<10}{'ns per vehicle step':<22}{speed:>10.1f}", flush=True)
    if twins:
        hashes = {1: runs[0]["state_hash"]} | {t: run(file, 1, t)["state_hash"] for t in (2, 4)}
        same = len(set(hashes.values())) == 1
        print(f"{name:<10}{'hash, 1, 2, 4 threads':<22}{hashes[1]}  {'equal' if same else 'DIFFERENT'}", flush=True)
        if not same:
            missed.append(f"{name}: state hashes differ by threads: {hashes}")
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--twins", action="store_true", help="also compare the hashes of 1, 2 and 4 threads")
    args = parser.parse_args()
    names = args.scenarios.split(",")
    unknown = [n for n in names if n not in SCENARIOS]
    if unknown or args.seeds < 1:
        parser.error(f"unknown scenarios {unknown}, or fewer than 1 seed; known: {', '.join(SCENARIOS)}")
    for needed in [BINARY] + [DATA / SCENARIOS[n][0] for n in names]:
        if not pathlib.Path(needed).exists():
            print(f"{needed} is missing", file=sys.stderr)
            sys.exit(2)
    print(f"{'scenario':<10}{'measure':<22}{'median':>10}  {'range':<20}{'SUMO 1.28':>10}{'deviation':>11}")
    missed = [m for name in names for m in check(name, args.seeds, args.twins)]
    print("\n".join(["missed:"] + missed) if missed else "everything met")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
