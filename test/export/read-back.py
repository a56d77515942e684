"""Reads what confab exports with the code of the tools that it is for, and compares the numbers.

    python test/export/read-back.py RUN_FOLDER [--vllm DIR] [--llm-d DIR]

RUN_FOLDER has summary.json and every export under its usual name. What cannot be had here is skipped, and said so;
exit code 1 if anything that was read differs. No environment holds all tools, so run it once in each:

    pip install pandas pyarrow duckdb prometheus_client junitparser pydantic pyyaml numpy
    pip install aiperf==0.13.0
    pip install guidellm==0.8.1

--vllm: the folder `vllm` of vLLM 0.33's wheel, unpacked (`pip download --no-deps vllm==0.33.0`): its binary
`vllm-rs` compares results, and `calculate_metrics` of benchmarks/serve.py computes them from the arrays again.
--llm-d: the folder `llmdbenchmark/analysis` of a checkout of llm-d-benchmark.
"""

import argparse
import ast
import importlib.util
import json
import math
import pathlib
import re
import subprocess
import sys
import types

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--vllm", type=pathlib.Path)
parser.add_argument("--llm-d", type=pathlib.Path)
args = parser.parse_args()

folder = args.folder
summary = json.loads((folder / "summary.json").read_text())
counts = summary["counts"]
distributions = summary["distributions"]
differences = []


def same(what, found, expected, tolerance=1e-5):
    """Within a part in 100,000, as some tools print few digits; a test says less only where it must."""
    if found is None or not math.isclose(found, expected, rel_tol=tolerance, abs_tol=1e-6):
        differences.append(what)
        print(f"  DIFFERS {what}: found {found}; expected {expected}")


def measured(name):
    return distributions.get(name)


def check(title, needs=(), file=None):
    """Runs the function now, unless a module or the file is absent."""

    def run(function):
        missing = [name for name in needs if importlib.util.find_spec(name) is None]
        if missing:
            print(f"skipped: {title}: there is no {', '.join(missing)}")
        elif file is not None and not (folder / file).exists():
            print(f"skipped: {title}: there is no {file}")
        else:
            before = len(differences)
            function()
            print(f"{'ok' if len(differences) == before else 'FAILED'}: {title}")

    return run


if args.vllm:

    @check("vLLM: vllm-rs bench serve --compare", file="vllm-bench.json")
    def vllm_compare():
        path = str(folder / "vllm-bench.json")
        command = [str(args.vllm / "vllm-rs"), "bench", "serve", "--compare", path, path]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        shown = {
            name.strip(): float(value)
            for name, value in re.findall(r"^([A-Z].*?)  +(-?[\d.]+)  ", printed, re.M)
        }
        # It prints two decimals.
        for label, metric, statistic in [
            ("Mean TTFT (ms)", "ttftMs", "mean"),
            ("Median TTFT (ms)", "ttftMs", "p50"),
            ("P99 TTFT (ms)", "ttftMs", "p99"),
            ("Mean TPOT (ms)", "tpotMs", "mean"),
            ("P99 ITL (ms)", "iclMs", "p99"),
            ("P99 E2EL (ms)", "latencyMs", "p99"),
        ]:
            if measured(metric):
                same(f"vllm-rs {label}", shown.get(label), round(measured(metric)[statistic], 2), 1e-3)
        same("vllm-rs completed", shown.get("Completed requests"), counts["completed"])
        same("vllm-rs failed", shown.get("Failed requests"), counts["failed"])

    @check("vLLM: calculate_metrics of serve.py over the arrays", ["numpy"], "vllm-bench.json")
    def vllm_calculate():
        import dataclasses
        import warnings

        import numpy

        source = ast.parse((args.vllm / "benchmarks/serve.py").read_text())
        wanted = {"BenchmarkMetrics", "calculate_metrics"}
        source.body = [node for node in source.body if getattr(node, "name", None) in wanted]
        scope = {
            "np": numpy,
            "dataclass": dataclasses.dataclass,
            "warnings": warnings,
            "TERM_PLOTLIB_AVAILABLE": False,
            "MILLISECONDS_TO_SECONDS_CONVERSION": 1000,
        }
        future = ast.parse("from __future__ import annotations").body
        source.body = [*future, *source.body]
        exec(compile(source, "serve.py", "exec"), scope)  # noqa: S102
        result = json.loads((folder / "vllm-bench.json").read_text())
        outputs = [
            types.SimpleNamespace(
                success=error == "",
                error=error,
                prompt_len=prompt,
                output_tokens=tokens,
                ttft=ttft,
                itl=itl or [],
                latency=latency,
                start_time=start,
                input_audio_duration=0.0,
            )
            for error, prompt, tokens, ttft, itl, latency, start in zip(
                *(
                    result[name]
                    for name in (
                        "errors",
                        "input_lens",
                        "output_lens",
                        "ttfts",
                        "itls",
                        "latencies",
                        "start_times",
                    )
                )
            )
        ]
        again, _ = scope["calculate_metrics"](None, outputs, result["duration"], None, [99.0], {})
        for name in ("ttft", "tpot", "itl", "e2el"):
            if f"mean_{name}_ms" in result:
                same(f"mean_{name}_ms", getattr(again, f"mean_{name}_ms"), result[f"mean_{name}_ms"])
                p99 = getattr(again, f"percentiles_{name}_ms")[0][1]
                same(f"p99_{name}_ms", p99, result[f"p99_{name}_ms"])
        same("request_throughput", again.request_throughput, result["request_throughput"])
        same("output_throughput", again.output_throughput, result["output_throughput"])
        same("total_input", again.total_input, result["total_input_tokens"])


AIPERF = {
    "time_to_first_token": "ttftMs",
    "request_latency": "latencyMs",
    "inter_token_latency": "tpotMs",
    "input_sequence_length": "inputTokens",
    "output_sequence_length": "outputTokens",
}


@check("AIPerf: jsonl_loader.load_all_metrics", ["aiperf", "numpy"], "profile_export.jsonl")
def aiperf_records():
    import logging

    import numpy
    from aiperf.orchestrator.jsonl_loader import load_all_metrics

    # It says so of every list of gaps, as of those that AIPerf itself writes.
    logging.disable(logging.WARNING)
    values = load_all_metrics(folder)
    for name, metric in AIPERF.items():
        if measured(metric):
            same(f"{name} count", len(values.get(name, [])), measured(metric)["count"])
            same(f"{name} p99", numpy.percentile(values[name], 99), measured(metric)["p99"])


@check("AIPerf: DataLoader.load_run, as aiperf plot loads it", ["aiperf"], "profile_export_aiperf.json")
def aiperf_plot():
    from aiperf.plot.core.data_loader import DataLoader

    run = DataLoader().load_run(folder)
    done = run.requests[run.requests.benchmark_phase.astype(str).str.endswith("profiling")]
    same("mean TTFT", done.time_to_first_token.mean(), measured("ttftMs")["mean"])
    same("aggregate", run.aggregated["time_to_first_token"]["p95"], measured("ttftMs")["p95"])


@check("GuideLLM: GenerativeBenchmarksReport.load_file", ["guidellm"], "guidellm-benchmarks.json")
def guidellm_load():
    from guidellm.benchmark.schemas import GenerativeBenchmarksReport

    report = GenerativeBenchmarksReport.load_file(folder / "guidellm-benchmarks.json")
    (benchmark,) = report.benchmarks
    metrics = benchmark.metrics
    same("duration", benchmark.duration, summary["time"]["measuredMs"] / 1000)
    same("successful", metrics.request_totals.successful, counts["completed"])
    same("errored", metrics.request_totals.errored, counts["failed"])
    for name, metric, factor in [
        ("time_to_first_token_ms", "ttftMs", 1),
        ("inter_token_latency_ms", "itlMs", 1),
        ("request_latency", "latencyMs", 1 / 1000),
        ("prompt_token_count", "inputTokens", 1),
    ]:
        if measured(metric):
            found = getattr(metrics, name).successful
            same(f"{name} mean", found.mean, measured(metric)["mean"] * factor)
            same(f"{name} p95", found.percentiles.p95, measured(metric)["p95"] * factor)
    # What GuideLLM computes from the times of the requests, to the microsecond that their Unix time has.
    ttfts = [one.time_to_first_token_ms for one in benchmark.requests.successful]
    same("computed TTFT", sum(ttfts) / len(ttfts), measured("ttftMs")["mean"], 1e-4)


if args.llm_d:
    sys.path.insert(0, str(args.llm_d))

    @check(
        "llm-d-benchmark: import_benchmark_report",
        ["pydantic", "yaml", "benchmark_report"],
        "benchmark_report_v0.2.yaml",
    )
    def llm_d():
        from benchmark_report.core import import_benchmark_report

        report = import_benchmark_report(str(folder / "benchmark_report_v0.2.yaml"))
        aggregate = report.results.request_performance.aggregate
        same("failures", aggregate.requests.failures, counts["failed"])
        for name, metric in [
            ("time_to_first_token", "ttftMs"),
            ("time_per_output_token", "tpotMs"),
            ("inter_token_latency", "iclMs"),
            ("request_latency", "latencyMs"),
        ]:
            if measured(metric):
                found = getattr(aggregate.latency, name)
                same(f"{name} mean", found.mean, measured(metric)["mean"])
                same(f"{name} p95", found.p95, measured(metric)["p95"])
        rate = aggregate.throughput.request_rate.mean
        same("request_rate", rate, summary["rates"]["achievedPerSec"])


PLANNED = {
    "ttft_ms": "ttftMs",
    "tpot_ms": "tpotMs",
    "latency_ms": "latencyMs",
    "lateness_ms": "latenessMs",
    "cached_tokens": "cachedTokens",
}


def planned(frame):
    rows = frame[frame.phase == "measure"]
    same("planned", len(rows), counts["planned"] + counts.get("playedAgain", 0))
    same("completed", (rows.status == "ok").sum(), counts["completed"])
    for column, metric in PLANNED.items():
        if measured(metric):
            values = rows[column].dropna().astype(float)
            same(f"{column} count", len(values), measured(metric)["count"])
            same(f"{column} p95", values.quantile(0.95), measured(metric)["p95"])


@check("pandas: read_csv", ["pandas"], "planned.csv")
def pandas_csv():
    import pandas

    planned(pandas.read_csv(folder / "planned.csv", parse_dates=["intended_at", "sent_at"]))


@check("pandas and pyarrow: read_parquet", ["pandas", "pyarrow"], "planned.parquet")
def pandas_parquet():
    import pandas

    frame = pandas.read_parquet(folder / "planned.parquet")
    planned(frame)
    gaps = frame[(frame.phase == "measure") & (frame.status == "ok")].chunk_gaps_ms.explode()
    if measured("iclMs"):
        same("ICL p99", gaps.dropna().astype(float).quantile(0.99), measured("iclMs")["p99"])


@check("DuckDB: from 'planned.parquet'", ["duckdb"], "planned.parquet")
def duckdb_parquet():
    import duckdb

    query = """
        select count(*), count(ttft_ms), quantile_cont(ttft_ms, 0.95)
        from read_parquet(?) where phase = 'measure'
    """
    rows, completed, p95 = duckdb.execute(query, [str(folder / "planned.parquet")]).fetchone()
    same("planned", rows, counts["planned"] + counts.get("playedAgain", 0))
    same("completed", completed, measured("ttftMs")["count"])
    same("TTFT p95", p95, measured("ttftMs")["p95"])


@check("JUnit: junitparser", ["junitparser"], "junit.xml")
def junit():
    from junitparser import JUnitXml

    (suite,) = JUnitXml.fromfile(str(folder / "junit.xml"))
    broken = sum(not threshold["isKept"] for threshold in summary["thresholds"])
    failed = [case for case in suite if case.result]
    same("tests", suite.tests, len(summary["thresholds"]) + 1)
    same("cases", len(list(suite)), suite.tests)
    same("failures", suite.failures, len([case for case in failed if case.classname]))
    same("thresholds", sum("<=" in case.name for case in failed), broken)


@check("Prometheus: prometheus_client's parser", ["prometheus_client"], "confab.prom")
def prometheus():
    from prometheus_client.parser import text_string_to_metric_families

    families = {
        family.name: family
        for family in text_string_to_metric_families((folder / "confab.prom").read_text())
    }
    ttft = families["confab_ttft_seconds"]
    assert ttft.type == "summary", ttft.type
    quantiles = {s.labels.get("quantile"): s.value for s in ttft.samples}
    same("TTFT p95", quantiles["0.95"], measured("ttftMs")["p95"] / 1000)
    outcomes = {s.labels["outcome"]: s.value for s in families["confab_requests"].samples}
    same("completed", outcomes["completed"], counts["completed"])
    assert all(sample.timestamp is None for family in families.values() for sample in family.samples)


sys.exit(1 if differences else 0)
