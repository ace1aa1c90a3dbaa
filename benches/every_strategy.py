#!/usr/bin/env python3
"""Every strategy on every scenario until the last vehicle has left: who arrives, and is it safe (issue 9, point 1).

    python3 benches/every_strategy.py [--program FILE] [--data DIR] [--seed N] [--jobs N] [--scenarios A,B] [--strategies A,B]

Scenarios: our own and those of the data folder. Strategies: all that `intergreen controllers` lists, from loops, but for
those that need reports of all vehicles (RESCO's), which get them. Printed: a table of delays (resco_delay_s), and a list of
the runs in which somebody is left or another strategy stands in. It fails if a run fails or opens a forbidden pair together,
and if anybody is left under a strategy of EVERYBODY.
"""
import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from controllers import SCENARIOS, run

OURS = ["isolated", "avenue", "arterial", "roundabouts", "grid", "city"]
DATA = {s: path for s, path in SCENARIOS.items() if path} | {
    "hangzhou": "cityflow/hangzhou/config.json",
    "jinan": "cityflow/jinan/config.json",
    "g4": "grid/g4/g4.sumocfg",
    "g16": "grid/g16/g16.sumocfg",
}
EVERYBODY = ["horizon", "mova", "actuated"]


def strategies(program):
    """Name and sensors of every strategy."""
    listed = json.loads(subprocess.run([program, "controllers", "--json"], capture_output=True, text=True, check=True).stdout)
    return {s["name"]: "perfect" if s["name"].startswith("resco_") else "loops" for s in listed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    parser.add_argument("--program", default=os.path.join(target, "release", "intergreen"))
    parser.add_argument("--data", default=os.environ.get("INTERGREEN_DATA", "../shared/data"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scenarios", help="only these, by comma")
    parser.add_argument("--strategies", help="only these, by comma")
    args = parser.parse_args()
    only = lambda names, chosen: [n for n in names if chosen is None or n in chosen.split(",")]
    paths = {s: s for s in OURS} | {s: os.path.join(args.data, p) for s, p in DATA.items()}
    sensors = strategies(args.program)
    scenarios, names = only(paths, args.scenarios), only(sensors, args.strategies)
    if not scenarios or not names:
        sys.exit(f"nothing to run; scenarios: {', '.join(paths)}; strategies: {', '.join(sensors)}")
    tasks = [(s, n) for s in scenarios for n in names]
    one = lambda s, n: run(args.program, paths[s], n, args.seed, "--sensors", sensors[n], "--threads", "1")
    failures, notes = [], []
    print(f"{'':20}" + "".join(f"{s[:10]:>11}" for s in scenarios))
    with ThreadPoolExecutor(args.jobs) as pool:
        results = dict(zip(tasks, pool.map(lambda t: one(*t), tasks)))
    for name in names:
        cells = []
        for scenario in scenarios:
            found, what = results[scenario, name], f"{scenario} under {name}"
            if "error" in found:
                failures.append(f"{what}: {found['error']}")
                cells.append("error")
                continue
            left = found["vehicles"]["loaded"] - found["vehicles"]["arrived"]
            instead = len(found["fallbacks"])
            cells.append(f"{found['resco_delay_s']:.1f}" + ("*" if left else "") + ("~" if instead else ""))
            if instead:
                notes.append(f"{what}: at {instead} signals another strategy stands in: {found['fallbacks'][0]}")
            if left:
                notes.append(f"{what}: {left} of {found['vehicles']['loaded']} left, {found['gridlocks']} gridlocks")
                if name in EVERYBODY:
                    failures.append(notes[-1])
            if found["conflicting_greens"] > 0:
                failures.append(f"{what}: conflicting greens for {found['conflicting_greens']} s")
        print(f"{name:20}" + "".join(f"{c:>11}" for c in cells), flush=True)
    print(f"\n{len(tasks)} runs, resco_delay_s; * somebody is left, ~ another strategy stands in:")
    for line in notes or ["nobody"]:
        print(f"  {line}")
    for failure in failures:
        print(f"FAILED: {failure}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
