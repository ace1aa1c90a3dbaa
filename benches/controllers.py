#!/usr/bin/env python3
"""Detector-driven control on the reference scenarios: what issue 6 promises of it, measured and held.

    python3 benches/controllers.py [--program FILE] [--data DIR] [--seeds N] [--jobs N]

Every strategy drives every scenario with seeds 1 to N until the last vehicle has left, from loops alone, with default
parameters. Printed: means over the seeds of resco_delay_s (time loss + depart delay of all loaded, at the scenario's
end) and its difference from the shipped program. It fails if somebody does not arrive, if a forbidden pair was open
together, or if the better of the two strategies saves less than LEAST says (SUMO's own actuated control: -24, -15 and
-60 %, and +67 % on cologne1).
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

SCENARIOS = {
    "cologne1": "resco/cologne1/cologne1.sumocfg",
    "cologne8": "resco/cologne8/cologne8.sumocfg",
    "ingolstadt7": "resco/ingolstadt7/ingolstadt7.sumocfg",
    "grid4x4": "resco/grid4x4/grid4x4.sumocfg",
    "acosta": "bologna/acosta/acosta.sumocfg",
    "city": None,
}
STRATEGIES = ["fixed_time", "actuated", "nema"]
# The least that the better one saves of the shipped program's delay, %.
LEAST = {"cologne1": 0, "cologne8": 15, "ingolstadt7": 50, "grid4x4": 15}


def run(program, scenario, strategy, seed, *options):
    """The result of a run until the last vehicle has left, or why there is none."""
    command = [program, "run", scenario, "--controller", strategy, "--seed", str(seed), "--drain", *options]
    done = subprocess.run(command + ["--json", "--quiet", "--emissions", "off"], capture_output=True, text=True)
    # A trip of the monitor fails the run.
    return json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr.strip() or f"exit {done.returncode}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    parser.add_argument("--program", default=os.path.join(target, "release", "intergreen"))
    parser.add_argument("--data", default=os.environ.get("INTERGREEN_DATA", "../shared/data"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    seeds = range(1, args.seeds + 1)
    tasks = [(s, c, n) for s in SCENARIOS for c in STRATEGIES for n in seeds]
    with ThreadPoolExecutor(args.jobs) as pool:
        path = lambda scenario: os.path.join(args.data, SCENARIOS[scenario]) if SCENARIOS[scenario] else scenario
        results = dict(zip(tasks, pool.map(lambda t: run(args.program, path(t[0]), *t[1:]), tasks)))
    failures = []
    for scenario in SCENARIOS:
        delays = {}
        for strategy in STRATEGIES:
            runs = [results[scenario, strategy, n] for n in seeds]
            errors = [r["error"] for r in runs if "error" in r]
            if errors:
                failures.append(f"{scenario} under {strategy}: {errors[0]}")
                continue
            total = lambda key: sum(r[key] for r in runs)
            missing = sum(r["vehicles"]["loaded"] - r["vehicles"]["arrived"] for r in runs)
            delays[strategy] = statistics.mean(r["resco_delay_s"] for r in runs)
            change = 100 * (delays[strategy] / delays["fixed_time"] - 1)
            print(
                f"{scenario:12} {strategy:11} resco_delay_s {delays[strategy]:7.2f}  {change:+6.1f} %  missing {missing}  "
                f"gridlocks {total('gridlocks')}  collisions {total('collisions')}  red running {total('red_running')}  "
                f"conflicting greens {total('conflicting_greens')} s  fallbacks {len(runs[0]['fallbacks'])}",
                flush=True,
            )
            if missing or total("conflicting_greens") > 0:
                failures.append(f"{scenario} under {strategy}: {missing} missing, conflicting greens {total('conflicting_greens')} s")
            if total("collisions") or total("red_running") or total("gridlocks"):
                failures.append(f"{scenario} under {strategy}: a defect")
        if scenario in LEAST and len(delays) == len(STRATEGIES):
            saved = 100 * (1 - min(delays["actuated"], delays["nema"]) / delays["fixed_time"])
            if saved < LEAST[scenario]:
                failures.append(f"{scenario}: the better one saves {saved:.1f} %, expected {LEAST[scenario]} %")
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
