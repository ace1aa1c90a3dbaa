"""Logs for `.ci/atspm`, and the comparison: what the package atspm says of one, and what `intergreen measures` says.

make FOLDER              a made log with its detectors
sample FOLDER            the recorded log that comes with the package
compare FOLDER WHAT [BREAK]   compares measures.json there with what atspm says of events.csv; BREAK: changes one figure
                              of that measure before, so that the comparison must fail
"""
import collections
import csv
import datetime
import json
import pathlib
import sys

import duckdb
from atspm import SignalDataProcessor, sample_data

BIN = 15
EPOCH = datetime.datetime(1970, 1, 1)


def dice(seed):
    """Whole numbers below n, the same on every machine."""
    state = seed

    def number(n):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % n

    return number


def make(folder):
    """Two signals with four phases each for two hours: every kind of termination, arrivals, queues, a log in mid-cycle."""
    folder.mkdir(parents=True)
    start = datetime.datetime(2026, 11, 26, 6, 58)
    rows, detectors = [], []
    for device in (1, 2):
        draw = dice(device)
        now, presence = 0, {}
        for phase in (2, 4, 6, 8):
            detectors += [(device, phase, phase, "Presence", 0), (device, phase, phase + 10, "Advance", 3.5 if phase < 6 else 8)]
            # Vehicles: over the advance loop, then on the zone at the stop line for a while.
            at = draw(200)
            while at < 72_000:
                rows += [(at, device, 82, phase + 10), (at + 2 + draw(4), device, 81, phase + 10)]
                at += 8 + draw(150)
            at, on = draw(100), 0
            while at < 72_000:
                on = at + 10 + draw(300 if phase == 4 else 60)
                rows += [(at, device, 82, phase), (on, device, 81, phase)]
                at = on + 1 + draw(20 if phase == 4 else 200)
        while now < 72_000:
            for phase in (2, 4, 6, 8):
                green = 70 + draw(400)
                end = now + green
                why = (4, 5, 6)[draw(3)]
                rows += [(now, device, 0, phase), (now, device, 1, phase)]
                rows += [(end, device, why, phase), (end, device, 7, phase), (end, device, 8, phase)]
                rows += [(end + 35, device, 9, phase), (end + 35, device, 10, phase)]
                rows += [(end + 50, device, 11, phase), (end + 50, device, 12, phase)]
                now = end + 50
    # The log is cut out of the middle. What zones at the stop line are then is said: atspm leaves out services before a
    # detector's first event.
    rows = [row for row in rows if 300 <= row[0] < 71_000]
    rows = sorted(rows + [(300, device, 81, phase) for device in (1, 2) for phase in (2, 4, 6, 8)])
    with open(folder / "events.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["TimeStamp", "DeviceId", "EventId", "Parameter"])
        for at, device, code, parameter in rows:
            time = start + datetime.timedelta(milliseconds=at * 100)
            out.writerow([time.isoformat(sep=" ", timespec="milliseconds"), device, code, parameter])
    with open(folder / "detectors.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["DeviceId", "Phase", "Parameter", "Function", "Travel_s"])
        out.writerows(detectors)


def sample(folder):
    """The package's own recorded log, as CSV."""
    folder.mkdir(parents=True)
    for name, relation in (("events", sample_data.data), ("detectors", sample_data.config)):
        relation.write_csv(str(folder / f"{name}.csv"), timestamp_format="%Y-%m-%d %H:%M:%S.%g")


def seconds(time):
    return (time - EPOCH).total_seconds()


def theirs(folder):
    """What atspm says: by measure, by (device, phase, begin of the bin)."""
    with open(folder / "detectors.csv", newline="") as file:
        detectors = list(csv.DictReader(file))
    advance = collections.defaultdict(list)
    for d in detectors:
        if d["Function"] == "Advance":
            advance[float(d.get("Travel_s") or 0)].append(d)
    said = {name: {} for name in ("terminations", "splits", "arrivals", "failures")}
    failures = {"red_time": 5, "red_occupancy_threshold": 0.79, "green_occupancy_threshold": 0.79}
    aggregations = [
        {"name": "has_data", "params": {"no_data_min": 15, "min_data_points": 1}},
        {"name": "terminations", "params": {}},
        {"name": "split_failures", "params": failures | {"by_approach": True, "by_cycle": False}},
        {"name": "timeline", "params": {"min_duration": 0, "cushion_time": 60, "max_event_gap_seconds": None}},
    ]
    with processor(folder, detectors, aggregations) as p:
        for time, device, phase, what, total in rows(p, "select TimeStamp, DeviceId, Phase, PerformanceMeasure, Total from terminations"):
            said["terminations"].setdefault((str(device), phase, seconds(time)), {})[what] = total
        split = f"""select time_bucket(interval '{BIN} minutes', StartTime), DeviceId, EventValue, count(*), avg(Duration)
            from timeline where EventClass = 'Split' and IsValid group by all"""
        for time, device, phase, count, mean in rows(p, split):
            said["splits"][str(device), phase, seconds(time)] = (count, mean)
        # Added up: a service counts in another bin here than there.
        for device, phase, failed in rows(p, "select DeviceId, Phase, sum(Split_Failure) from split_failures group by all"):
            said["failures"][str(device), phase] = int(failed)
    # The package knows one time from all detectors to the stop line: each time by itself, and added up.
    left_out = {}
    for travel, group in advance.items():
        arrivals, found_keys = [{"name": "arrival_on_green", "params": {"latency_offset_seconds": -travel}}], set()
        with processor(folder, group, arrivals) as p:
            found = "select TimeStamp, DeviceId, Phase, Total_Actuations, Percent_AOG from arrival_on_green"
            for time, device, phase, total, share in rows(p, found):
                key = (str(device), phase, seconds(time))
                found_keys.add(key)
                before = said["arrivals"].get(key, (0, 0))
                said["arrivals"][key] = (before[0] + total, before[1] + round(total * share))
        # It leaves out a bin of one time in which nobody arrived on green: beside others its arrivals are added.
        for key, total in actuations(folder, group, travel).items():
            if key not in found_keys:
                left_out[key] = left_out.get(key, 0) + total
    for key, total in left_out.items():
        if key in said["arrivals"]:
            said["arrivals"][key] = (said["arrivals"][key][0] + total, said["arrivals"][key][1])
    return said


def actuations(folder, group, travel):
    """How often detectors went on, by device, phase and bin of the arrival at the stop line."""
    phases = {(d["DeviceId"], d["Parameter"]): int(d["Phase"]) for d in group}
    found = {}
    with open(folder / "events.csv", newline="") as file:
        for row in csv.DictReader(file):
            phase = phases.get((row["DeviceId"], row["Parameter"]))
            if row["EventId"] == "82" and phase is not None:
                at = seconds(datetime.datetime.fromisoformat(row["TimeStamp"])) + travel
                key = (row["DeviceId"], phase, at // (60 * BIN) * (60 * BIN))
                found[key] = found.get(key, 0) + 1
    return found


def processor(folder, detectors, aggregations):
    columns = [(int(d["DeviceId"]), int(d["Phase"]), int(d["Parameter"]), d["Function"]) for d in detectors]
    values = ", ".join(f"({d}, {p}, {c}, '{f}')" for d, p, c, f in columns) or "(0, 0, 0, 'none')"
    config = duckdb.sql(f"select * from (values {values}) t(DeviceId, Phase, Parameter, Function)")
    p = SignalDataProcessor(raw_data=str(folder / "events.csv"), detector_config=config, bin_size=BIN, verbose=0,
                            remove_incomplete=False, aggregations=aggregations)
    p.load()
    p.aggregate()
    return p


def rows(p, query):
    return p.conn.sql(query).fetchall()


def ours(folder):
    """What measures.json says, in the same form; arrivals with how many were before the log says what is shown."""
    report = json.loads((folder / "measures.json").read_text())
    with open(folder / "events.csv", newline="") as file:
        devices = {row.get("Signal", row["DeviceId"]): row["DeviceId"] for row in csv.DictReader(file)}
    said = {name: {} for name in ("terminations", "splits", "arrivals", "failures")}
    for signal in report["signals"]:
        device = devices[signal["signal"]]
        for phase in signal["phases"]:
            for bin in phase["bins"]:
                key = (device, phase["phase"], bin["begin_s"])
                ends = bin["terminations"]
                names = {"GapOut": "gap_outs", "MaxOut": "max_outs", "ForceOff": "force_offs"}
                ends = {theirs: ends[name] for theirs, name in names.items() if ends[name]}
                if ends:
                    said["terminations"][key] = ends
                if bin["split"]:
                    said["splits"][key] = (bin["split"]["count"], bin["split"]["mean_s"])
                if bin["arrivals"] and bin["arrivals"]["total"]:
                    a = bin["arrivals"]
                    said["arrivals"][key] = (a["total"], a["on_green"])
            if phase["split_failures"]:
                said["failures"][device, phase["phase"]] = phase["split_failures"]["failures"]
    return said


def damage(said, measure):
    key = sorted(said[measure])[len(said[measure]) // 2]
    value = said[measure][key]
    if measure == "terminations":
        value = value | {"GapOut": value.get("GapOut", 0) + 1}
    elif measure == "splits":
        value = (value[0], value[1] + 0.11)
    elif measure == "arrivals":
        value = (value[0], value[1] + 1 + value[0] // 99)
    else:
        value += 1
    said[measure][key] = value


def agree(measure, a, b):
    """Whether theirs and ours are the same, as far as they must be."""
    if measure == "splits":
        return a is not None and b is not None and a[0] == b[0] and abs(a[1] - b[1]) <= 0.1
    if measure == "arrivals":
        if a is None:
            # atspm leaves out a bin (of one time to the stop line) in which nobody arrived on green.
            return b is not None and b[1] == 0
        return b is not None and abs(a[1] / a[0] - b[1] / b[0]) <= 0.01
    return a == b


def compare(folder, measures, broken):
    a, b = theirs(folder), ours(folder)
    if broken:
        damage(b, broken)
    differences = []
    for measure in measures:
        keys = sorted(a[measure].keys() | b[measure].keys(), key=str)
        if not a[measure] or not b[measure]:
            differences.append(f"{folder.name}: {measure}: nothing to compare: atspm has {len(a[measure])} rows, we have {len(b[measure])}")
        for key in keys:
            x, y = a[measure].get(key), b[measure].get(key)
            if not agree(measure, x, y):
                differences.append(f"{folder.name}: {measure}: (device, phase, bin) {key}: atspm {x}, intergreen {y}")
        print(f"{folder.name}: {measure}: {len(keys)} rows compared")
    print("\n".join(differences[:20]) or f"{folder.name}: the same")
    return not differences


def main():
    command, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if command == "make":
        make(folder)
    elif command == "sample":
        sample(folder)
    elif not compare(folder, sys.argv[3].split(","), sys.argv[4] if len(sys.argv) > 4 else ""):
        sys.exit(1)


main()
