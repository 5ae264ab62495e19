"""Ranks under a thousand weight sets against loops over pymcdm and scikit-criteria, in one run.

    uv run --group dev python tests/benchmarks/scoring.py [--areas 83402] [--sets 1000] [--peer-sets 20]

SYNTHETIC values of 83,402 areas (as many as Indonesia has desa) under 20 criteria and weights evenly
from all that are possible, both from a fixed seed. Every program runs in a process of its own. Ours
scores and ranks every area under every set, on two threads and on one, and orders the ranks of each
area, which is its full rank acceptability; then the same with a tenth of the values missing, each drawn
anew in every draw, and 10,000 draws over 156 areas. The peers score and rank in a loop, a weight set at a
time; they are timed on fewer sets and scaled up, and do not count acceptabilities. Each runs as its
documentation shows it and in the quickest form found. Then the time to score, rank and class all
areas anew under other weights.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

OURS = ("kawasan", "kawasan, 1 thread")
REPEATS = 15


def make_values(n_areas: int, n_criteria: int = 20) -> np.ndarray:
    return np.random.default_rng(1).random((n_areas, n_criteria))


def make_weights(n_sets: int, n_criteria: int = 20) -> np.ndarray:
    return np.random.default_rng(2).dirichlet(np.ones(n_criteria), n_sets)


def kawasan(values: np.ndarray, weights: np.ndarray, threads: int = 2) -> np.ndarray:
    from geo.mcda.ranks import in_blocks, rank_rows, ready_values, score_sets, sets_at_once
    from geo.uncertainty.smaa import rank_distribution

    ready = ready_values(values)
    ranks = np.empty((len(weights), len(values)), dtype=np.int32)

    def rank(sets: slice) -> None:
        rank_rows(score_sets(ready, weights[sets]), out=ranks[sets])

    for _ in in_blocks(rank, len(weights), block=sets_at_once(len(values)), threads=threads):
        pass
    distribution = rank_distribution(ranks, threads=threads)
    assert (distribution[:, 0] >= 1).all()
    return ranks


def kawasan_alone(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return kawasan(values, weights, threads=1)


def keep(column: np.ndarray, cost: bool) -> np.ndarray:
    """The values are graded already."""
    return column


def pymcdm(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    from pymcdm.helpers import rrankdata
    from pymcdm.methods import WSM

    body, types = WSM(normalization_function=keep), np.ones(values.shape[1])
    return np.array([rrankdata(body(values, w, types)) for w in weights])


def pymcdm_quick(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    from pymcdm.methods import WSM
    from scipy.stats import rankdata

    body, types = WSM(normalization_function=keep), np.ones(values.shape[1])
    scores = (body(values, w, types, validation=False) for w in weights)
    return np.array([rankdata(-score, method="min") for score in scores])


def scikit_criteria(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel

    matrix = skcriteria.mkdm(values, [max] * values.shape[1])
    model = WeightedSumModel()
    return np.array([model.evaluate(matrix.replace(weights=w)).rank_ for w in weights])


def scikit_criteria_quick(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The function behind the model, without decision matrices and results."""
    from skcriteria.agg.simple import wsm

    return np.array([wsm(values, w)[0] for w in weights])


PROGRAMS = {
    OURS[0]: kawasan,
    OURS[1]: kawasan_alone,
    "pymcdm": pymcdm,
    "pymcdm, quickest": pymcdm_quick,
    "scikit-criteria": scikit_criteria,
    "scikit-criteria, quickest": scikit_criteria_quick,
}


def measure_here(program: str, n_areas: int, n_sets: int, result: str) -> None:
    """In a process of its own: run one program and print what it took."""
    values, weights = make_values(n_areas), make_weights(n_sets)
    PROGRAMS[program](values[:100], weights[:2])  # imports
    before, begun = cpu_seconds(), time.perf_counter()
    ranks = PROGRAMS[program](values, weights)
    took = {"wall": time.perf_counter() - begun, "cpu": cpu_seconds() - before}
    took["memory"] = peak_mib()
    np.save(result, ranks[:10].astype(np.int64))
    print(json.dumps(took))


def peak_mib() -> float:
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(program: str, n_areas: int, n_sets: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "ranks.npy"
        words = [sys.executable, __file__, "--one", program, n_areas, n_sets, result]
        said = subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True)
        return json.loads(said.stdout.splitlines()[-1]) | {"ranks": np.load(result)}


def report_sets(n_areas: int, n_sets: int, peer_sets: int) -> None:
    print(f"{n_areas:,} areas × 20 criteria under {n_sets:,} weight sets, full rank acceptability")
    ours = {name: measure(name, n_areas, n_sets) for name in OURS}
    for name, took in ours.items():
        print(
            f"  {name:26}{took['wall']:8.2f} s wall {took['cpu']:8.2f} s CPU {took['memory']:6.0f} MiB"
        )
    first, alone = (ours[name] for name in OURS)
    for name in PROGRAMS:
        if name in OURS:
            continue
        took = measure(name, n_areas, peer_sets)
        scale = n_sets / peer_sets
        wall, cpu = took["wall"] * scale, took["cpu"] * scale
        same = first["ranks"][: len(took["ranks"])]
        differ = int((took["ranks"] != same).sum())
        print(
            f"  {name:26}{wall:8.2f} s wall {cpu:8.2f} s CPU {took['memory']:6.0f} MiB"
            f"   scaled from {peer_sets}; ratio {wall / first['wall']:.0f} wall on two threads,"
            f" {wall / alone['wall']:.0f} on one; {differ} of {same.size:,} ranks differ"
        )


def report_rescoring(n_areas: int) -> None:
    from geo.mcda.matrix import classify
    from geo.mcda.ranks import rank_rows, ready_values, score_sets

    values, weights = make_values(n_areas), make_weights(REPEATS)
    ready = ready_values(values)

    def anew(weight: np.ndarray, kept: bool) -> None:
        prepared = ready if kept else ready_values(values)
        scores = score_sets(prepared, weight[np.newaxis])
        rank_rows(scores)
        classify(scores[0], [0, 40, 60, 80])

    print(f"\n{n_areas:,} areas × 20 criteria anew under other weights: scores, ranks and classes")
    for label, kept in (("values kept ready", True), ("from the table of values", False)):
        took = []
        for weight in weights:
            begun = time.perf_counter()
            anew(weight, kept)
            took.append(1000 * (time.perf_counter() - begun))
        print(
            f"  {label:26}{np.median(took):8.1f} ms median of {REPEATS}, {max(took):.1f} ms worst"
        )


def simulated(n_areas: int, n_draws: int, *, missing: float, m: int = 20) -> tuple[float, float]:
    """Seconds of wall and processor time of a simulation of areas, a share of whose values is missing."""
    from geo.uncertainty.draws import spread_of, value_draws
    from geo.uncertainty.smaa import simulate
    from tests.geo.zones_to_rank import make_zones

    values, weights = make_values(n_areas, m), make_weights(n_draws, m)
    rng = np.random.default_rng(3)
    values[rng.random(values.shape) < missing] = np.nan
    zones = make_zones(values, np.full(m, 1 / m))
    before, begun = cpu_seconds(), time.perf_counter()
    drawn = value_draws(spread_of(zones), n=n_draws, rng=rng) if missing else None
    simulate(zones, weights, values=drawn)
    return time.perf_counter() - begun, cpu_seconds() - before


def report_draws(n_areas: int, n_sets: int) -> None:
    print("\nSimulations on one thread, without and with a tenth of the values missing and drawn")
    for areas, draws, m in ((156, 10_000, 10), (n_areas, n_sets, 20)):
        (_, plain), (wall, cpu) = (simulated(areas, draws, missing=s, m=m) for s in (0.0, 0.1))
        print(
            f"  {areas:,} areas × {m} criteria × {draws:,} draws: {wall:.2f} s wall {cpu:.2f} s CPU,"
            f" {cpu / plain:.1f} times as long as without ({plain:.2f} s CPU)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=83_402)
    parser.add_argument("--sets", type=int, default=1_000)
    parser.add_argument("--peer-sets", type=int, default=20)
    parser.add_argument("--one", nargs=4)
    asked = parser.parse_args()
    if asked.one:
        program, areas, sets, result = asked.one
        measure_here(program, int(areas), int(sets), result)
        return
    print("SYNTHETIC values and weights from fixed seeds.")
    report_sets(asked.areas, asked.sets, asked.peer_sets)
    report_rescoring(asked.areas)
    report_draws(asked.areas, asked.sets)


if __name__ == "__main__":
    main()
