#!/usr/bin/env python3
"""Reads the golden files of test_forms.c as strictly as what they are written for, and
computes their figures again from the samples in them. Speaks TAP by its exit code."""
import csv
import io
import json
import math
import pathlib
import statistics
import sys
import xml.etree.ElementTree as ET

DATA = pathlib.Path(sys.argv[1])
REPORTS = ("report", "awkward", "empty")


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-15)


def refuse(word):
    raise ValueError(f"{word} is no JSON")


def once(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key twice: {keys}"
    return dict(pairs)


def strict(text):
    return json.loads(text, parse_constant=refuse, object_pairs_hook=once)


def load(report, form):
    return (DATA / f"{report}.{form}").read_bytes().decode("utf-8")


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_hyperfine(report):
    required = ["command", "mean", "stddev", "median", "user", "system", "min", "max", "times"]
    text = load(report, "hyperfine")
    whole = strict(text)
    assert list(whole) == ["results"]
    # Laid out as serde_json's pretty printer does: two blanks, a value per line.
    assert [l.rstrip(",0123456789.e+-") for l in text.splitlines()] == [
        l.rstrip(",0123456789.e+-")
        for l in json.dumps(whole, indent=2, ensure_ascii=False).splitlines()]
    assert text.endswith("}\n")
    for r in whole["results"]:
        rest = ["memory_usage_byte", "exit_codes", "parameters", "whet"]
        assert list(r) == required + [k for k in rest if k in r], list(r)
        times = r["times"]
        assert times and all(number(t) for t in times)
        assert near(r["mean"], statistics.fmean(times))
        assert near(r["median"], statistics.median(times))
        assert r["min"] == min(times) and r["max"] == max(times)
        if len(times) == 1:
            assert r["stddev"] is None
        elif max(times) < 1e100:
            assert near(r["stddev"], statistics.stdev(times))
        assert number(r["user"]) and number(r["system"])
        assert len(r["exit_codes"]) == len(times)
        if "memory_usage_byte" in r:
            assert len(r["memory_usage_byte"]) == len(times)
            assert all(isinstance(m, int) for m in r["memory_usage_byte"])
        if "parameters" in r:
            assert r["parameters"] and list(r["parameters"]) == sorted(r["parameters"])
            assert all(isinstance(v, str) for v in r["parameters"].values())
    names = [r["command"] for r in whole["results"]]
    assert len(names) == len(set(names))
    return {r["command"]: r for r in whole["results"]}


def check_csv(report, arms):
    rows = list(csv.reader(io.StringIO(load(report, "csv"), newline=""), strict=True))
    head, rows = rows[0], rows[1:]
    assert head[:8] == "command,mean,stddev,median,user,system,min,max".split(",")
    assert len(head) == len(set(head)) and all(len(r) == len(head) for r in rows)
    seen = set()
    for row in (dict(zip(head, r)) for r in rows):
        arm = arms.get(row["command"])
        assert arm is not None or row["mean"] == row["median_wall_ns"] == ""
        if arm is None:
            continue
        seen.add(row["command"])
        for key in ("mean", "median", "min", "max"):
            assert float(row[key]) == arm[key]
        assert (row["stddev"] == "") == (arm["stddev"] is None)
        assert near(float(row["median_wall_ns"]), arm["median"] * 1e9)
        for name, value in arm.get("parameters", {}).items():
            assert row["parameter_" + name] == value
    assert seen == set(arms)


def check_github_action(report, arms):
    for form in ("github-action-benchmark", "github-action-benchmark-bigger"):
        entries = strict(load(report, form))
        names = [e["name"] for e in entries]
        assert len(names) == len(set(names))
        for e in entries:
            assert set(e) <= {"name", "unit", "value", "range", "extra"}
            assert number(e["value"])
            assert all(isinstance(e[k], str) for k in e if k != "value")
        if form == "github-action-benchmark":
            values = {e["name"]: e for e in entries}
            for name, arm in arms.items():
                assert values[name]["unit"] == "ns"
                assert near(values[name]["value"], arm["median"] * 1e9)


def check_bmf(report, arms):
    whole = strict(load(report, "bmf"))
    assert list(whole) == list(arms)
    for name, measures in whole.items():
        assert 0 < len(name.encode()) <= 1024
        for slug, m in measures.items():
            assert all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in slug)
            assert list(m) == ["value", "lower_value", "upper_value"]
            assert m["lower_value"] <= m["value"] <= m["upper_value"]
        assert near(measures["latency"]["value"], arms[name]["median"] * 1e9)
        if "parameters" in arms[name] and "size" in arms[name]["parameters"]:
            items = float(arms[name]["parameters"]["size"])
            assert near(measures["throughput"]["value"], items / arms[name]["median"])


def check_google(report, arms):
    whole = strict(load(report, "google-benchmark"))
    assert list(whole) == ["context", "benchmarks"]
    assert whole["context"]["json_schema_version"] == 1
    for key in ("date", "host_name", "executable", "num_cpus", "mhz_per_cpu", "caches",
                "load_avg", "library_version", "library_build_type"):
        assert key in whole["context"]
    runs, aggregates = {}, {}
    for b in whole["benchmarks"]:
        assert b["time_unit"] == "ns" and isinstance(b["iterations"], int)
        assert number(b["real_time"]) and number(b["cpu_time"])
        if b.get("error_occurred"):
            assert b["error_message"] and b["run_name"] not in arms
        elif b["run_type"] == "iteration":
            assert b["name"] == b["run_name"]
            runs.setdefault(b["name"], []).append(b)
        else:
            assert b["name"] == f"{b['run_name']}_{b['aggregate_name']}"
            aggregates[b["run_name"], b["aggregate_name"]] = b
    assert set(runs) == set(arms)
    for name, arm in arms.items():
        assert len(runs[name]) == len(arm["times"])
        for i, (run, t) in enumerate(zip(runs[name], arm["times"])):
            assert run["repetition_index"] == i and near(run["real_time"], t * 1e9)
            assert run["repetitions"] == len(arm["times"])
        if len(arm["times"]) > 1:
            assert near(aggregates[name, "mean"]["real_time"], arm["mean"] * 1e9)
            assert near(aggregates[name, "stddev"]["real_time"], arm["stddev"] * 1e9)
            assert aggregates[name, "cv"]["aggregate_unit"] == "percentage"


def check_estimate(e):
    assert set(e) == {"confidence_interval", "point_estimate", "standard_error"}
    ci = e["confidence_interval"]
    assert 0 <= ci["confidence_level"] < 1
    assert ci["lower_bound"] <= ci["upper_bound"]
    assert e["standard_error"] >= 0


def check_criterion(report, arms):
    if report == "empty":
        return
    files = dict(line.split("\t", 1) for line in load(report, "criterion").splitlines())
    done = set()
    for path, text in files.items():
        whole = strict(text)
        if path.endswith("/change/estimates.json"):
            check_estimate(whole["mean"])
            check_estimate(whole["median"])
            continue
        if not path.endswith("/new/benchmark.json"):
            continue
        folder = path[: -len("/new/benchmark.json")]
        assert whole["directory_name"] == folder and folder.count("/") == 1
        assert whole["full_id"] == f"{whole['group_id']}/{whole['function_id']}"
        name = whole["full_id"]
        arm = arms[name if name in arms else whole["function_id"]]
        done.add(arm["command"])
        sample = strict(files[folder + "/new/sample.json"])
        assert sample["sampling_mode"] in ("Flat", "Linear")
        assert len(sample["iters"]) == len(sample["times"]) == len(arm["times"])
        for n, total, t in zip(sample["iters"], sample["times"], arm["times"]):
            assert near(total / n, t * 1e9)
        estimates = strict(files[folder + "/new/estimates.json"])
        assert list(estimates) == ["mean", "median", "median_abs_dev", "slope", "std_dev"]
        for key, e in estimates.items():
            if key != "slope":
                check_estimate(e)
        assert near(estimates["mean"]["point_estimate"], arm["mean"] * 1e9)
        fences = strict(files[folder + "/new/tukey.json"])
        assert len(fences) == 4 and fences == sorted(fences)
    assert done == set(arms)


# What the Ant (windyroad) and Jenkins schemas both allow.
JUNIT = {
    "testsuites": ((), ("testsuite",)),
    "testsuite": (("name", "package", "id", "tests", "failures", "errors", "skipped", "time",
                   "timestamp", "hostname"),
                  ("properties", "testcase", "system-out", "system-err")),
    "properties": ((), ("property",)),
    "property": (("name", "value"), ()),
    "testcase": (("classname", "name", "time"), ("skipped", "failure", "error", "system-out")),
    "failure": (("message", "type"), ()),
    "error": (("message", "type"), ()),
    "skipped": (("message",), ()),
    "system-out": ((), ()),
    "system-err": ((), ()),
}


def check_element(e):
    attributes, children = JUNIT[e.tag]
    assert sorted(e.attrib) == sorted(attributes), (e.tag, e.attrib)
    order = [children.index(c.tag) for c in e]
    assert order == sorted(order), f"{e.tag}: wrong order"
    if "time" in e.attrib:
        assert float(e.attrib["time"]) >= 0 and "e" not in e.attrib["time"]
    for child in e:
        check_element(child)


def check_junit(report, arms):
    root = ET.fromstring(load(report, "junit"))
    check_element(root)
    found = set()
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        for tag, attribute in (("failure", "failures"), ("error", "errors"),
                               ("skipped", "skipped")):
            assert int(suite.get(attribute)) == sum(c.find(tag) is not None for c in cases)
        for case in cases:
            assert case.get("classname") == suite.get("name")
            found.add((suite.get("name"), case.get("name")))
            for arm in arms.values():
                if [arm["whet"]["suite"], arm["whet"]["name"]] == [suite.get("name"),
                                                                   case.get("name")]:
                    seconds = arm["median"] if arm["median"] < 1e9 else 0
                    assert abs(float(case.get("time")) - seconds) < 1e-9, case.attrib
                    verdict = arm["whet"].get("verdict")
                    assert (case.find("failure") is not None) == (verdict == "fail")
                    out = case.findtext("system-out") or ""
                    assert out.startswith("WARN: ") == (verdict == "warn")
    if report == "report":
        assert ("gone", "gone") in found and len(found) == 19
    if report == "awkward":
        # Control characters that XML lacks are replaced, line breaks and tabs are kept.
        assert ("whet bench", "two\nlines\ttab \ufffd bell\ufffd") in found


for report in REPORTS:
    known = check_hyperfine(report)
    for check in (check_csv, check_github_action, check_bmf, check_google, check_criterion,
                  check_junit):
        check(report, known)
