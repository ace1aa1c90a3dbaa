#!/usr/bin/env python3
"""Races SUMO 1.28: CPU time per vehicle and step, one thread, 1 s steps, both interleaved, medians.

    benches/vs_sumo.py [--rounds 5] [--until 3600] [--scenarios g16,g4]

SUMO's figure is user + system CPU of `sumo -c FILE`, less that of a load-only run (one step), over the sum of
`running` in its summary output. Ours is `cpu_s / vehicle_steps` of the JSON: loading is not in it either.
Also: the share of sensors and controllers, fixed and actuated, wall time with 2 threads over 1 on g16, and equal hashes
for 1, 2 and 4 threads.
Needs a release build (INTERGREEN), the test data (INTERGREEN_DATA) and SUMO (PEERS). Wants a quiet machine.
Exit code 1 if a target is missed, 2 if it cannot run.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

DATA = pathlib.Path(os.environ.get("INTERGREEN_DATA", "../shared/data"))
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
BINARY = os.environ.get("INTERGREEN", str(TARGET / "release" / "intergreen"))
PEERS = pathlib.Path(os.environ.get("PEERS", str(pathlib.Path.home() / ".cache" / "intergreen-peers")))
SUMO = PEERS / "bin" / "sumo"

# How many times less CPU than SUMO we promise.
TARGETS = {"g16": 20.0, "g4": 12.0}
# Share of sensors and controllers, and with which of them it is held.
LOOP_SHARE = 0.20
CONTROLLERS = ["fixed_time", "actuated", "nema"]
# Wall time with two threads over one.
TWO_THREADS = 1.05


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def checked(command):
    """Runs a command; returns its output and the CPU seconds it took."""
    before = children_cpu()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(c) for c in command)}: exit {done.returncode}\n{done.stderr.strip()}")
    return done.stdout, children_cpu() - before


def config(name):
    return DATA / "grid" / name / f"{name}.sumocfg"


def sumo(name, until):
    """SUMO's nanoseconds per vehicle and step."""
    with tempfile.TemporaryDirectory() as folder:
        summary = pathlib.Path(folder) / "summary.xml"
        base = [SUMO, "-c", config(name), "--no-step-log", "--no-warnings", "--step-length", "1"]
        _, load = checked(base + ["--end", "1"])
        _, full = checked(base + ["--end", str(until), "--summary-output", summary])
        running = sum(int(n) for n in re.findall(r'<step [^>]*\brunning="(\d+)"', summary.read_text()))
    return (full - load) * 1e9 / running


def ours(name, until, threads):
    """Our run's JSON."""
    command = [BINARY, "run", config(name), "--json", "--quiet", "--emissions", "off", "--threads", threads, "--until", until]
    return json.loads(checked(command)[0])


def loop_share(name, until, controller):
    """Share of the step's CPU that sensors and controllers take."""
    command = [BINARY, "run", config(name), "--json", "--quiet", "--emissions", "off", "--threads", 1, "--until", until, "--profile",
               "--controller", controller]
    share = json.loads(checked(command)[0])["cpu_share"]
    return share["sensors"] + share["controllers"]


def race(name, rounds, until):
    """Both, taking turns; returns the medians of theirs, ours, and of our wall times with one and two threads."""
    theirs, own, walls, hashes = [], [], {1: [], 2: []}, {}
    for i in range(rounds):
        theirs.append(sumo(name, until))
        one = ours(name, until, 1)
        own.append(one["cpu_s"] * 1e9 / one["vehicle_steps"])
        walls[1].append(one["wall_s"])
        hashes[1] = one["state_hash"]
        two = ours(name, until, 2)
        walls[2].append(two["wall_s"])
        hashes[2] = two["state_hash"]
        print(f"  {name} round {i + 1}: SUMO {theirs[-1]:.0f} ns, ours {own[-1]:.1f} ns, "
              f"wall {walls[1][-1]:.2f} s with 1 thread, {walls[2][-1]:.2f} s with 2", flush=True)
    hashes[4] = ours(name, until, 4)["state_hash"]
    ratio = statistics.median(walls[2]) / statistics.median(walls[1])
    return statistics.median(theirs), statistics.median(own), ratio, hashes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--until", type=int, default=3600, help="end of both runs, s")
    parser.add_argument("--scenarios", default="g16,g4")
    args = parser.parse_args()
    names = args.scenarios.split(",")
    if any(n not in TARGETS for n in names) or args.rounds < 1 or args.until < 2:
        parser.error(f"expected scenarios of {', '.join(TARGETS)}, at least 1 round and 2 s")
    for needed in [pathlib.Path(BINARY), SUMO] + [config(n) for n in names]:
        if not needed.exists():
            print(f"{needed} is missing", file=sys.stderr)
            sys.exit(2)
    met = True
    for name in names:
        theirs, own, walls, hashes = race(name, args.rounds, args.until)
        factor, wanted = theirs / own, TARGETS[name]
        verdict = "ok" if factor >= wanted else "MISSED"
        print(f"{name}: SUMO {theirs:.0f} ns, ours {own:.1f} ns per vehicle step: 1/{factor:.1f} "
              f"(target 1/{wanted:g}: {verdict})", flush=True)
        met &= factor >= wanted
        for controller in CONTROLLERS:
            share = statistics.median(loop_share(name, args.until, controller) for _ in range(args.rounds))
            fine = share <= LOOP_SHARE
            met &= fine
            print(f"{name}, {controller}: sensors and controllers take {share:.1%} (target {LOOP_SHARE:.0%}: {'ok' if fine else 'MISSED'})",
                  flush=True)
        same = len(set(hashes.values())) == 1
        print(f"{name}: state hashes with 1, 2 and 4 threads: {'equal' if same else f'DIFFERENT {hashes}'}")
        met &= same
        if name == "g16":
            fine = walls <= TWO_THREADS
            print(f"{name}: wall time with 2 threads / 1: {walls:.3f} (target {TWO_THREADS}: {'ok' if fine else 'MISSED'})")
            met &= fine
    sys.exit(not met)


if __name__ == "__main__":
    main()
