"""Scores, ranges, chances, bands and the data to collect, computed from what a reader of the API sees.

Nothing of the project is imported: the model is its TOML file, the measures are those of
GET /readiness, and only standard errors and places that no document carries come as tables.
"""

import itertools

import numpy as np

SURE = 0.9


def priorities(pairs, names):
    """The principal eigenvector of Saaty's matrix of pairwise judgements, summing to 1."""
    matrix = np.eye(len(names))
    for first, second, times in pairs:
        i, j = names.index(first), names.index(second)
        matrix[i, j], matrix[j, i] = times, 1 / times
    roots, vectors = np.linalg.eig(matrix)
    vector = np.abs(vectors[:, np.argmax(roots.real)].real)
    return dict(zip(names, vector / vector.sum(), strict=True))


def weights(model):
    """Weights (n_criteria,): the dimension's times the criterion's inside it."""
    judged = model["judgements"]
    tops = priorities(judged["goal"], [d["id"] for d in model["dimension"]])
    found = {}
    for dimension, top in tops.items():
        inside = [c["id"] for c in model["criterion"] if c["dimension"] == dimension]
        found |= {c: top * p for c, p in priorities(judged.get(dimension, []), inside).items()}
    return np.array([found[c["id"]] for c in model["criterion"]])


def value(criterion, measure):
    """The value in [0, 1] of measures of one criterion; NaN stays."""
    asked, measure = criterion["value"], np.asarray(measure, float)
    if asked["function"] == "linear":
        zero, one = asked["zero_at"], asked["one_at"]
        return np.clip((measure - zero) / (one - zero), 0, 1)
    assert asked["function"] == "stepped"
    steps = np.array([*asked["values"], np.nan])
    place = np.searchsorted(asked["upper_bounds"], measure, side="left")
    return steps[np.where(np.isnan(measure), len(steps) - 1, place)]


class Areas:
    """Tables (n_areas, n_criteria) of the areas of a document that no constraint excludes."""

    def __init__(self, model, document):
        self.zones = [zone for zone in document["zones"] if zone["status"] != "excluded"]

        def column(field):
            rows = [[c[field] for c in zone["criteria"]] for zone in self.zones]
            return np.array(rows, dtype=float)

        self.model, self.weights = model, weights(model)
        self.measure = column("measure")
        self.value = self.graded(self.measure)
        ends = [np.where(np.isnan(e), self.measure, e) for e in map(column, _ENDS)]
        graded = np.nan_to_num([self.graded(end) for end in ends])
        self.least, self.greatest = graded.min(axis=0), graded.max(axis=0)
        self.credit = column("credit")
        settled = 1 - (self.greatest - self.least)
        self.covered = np.divide(self.credit, settled, out=np.ones_like(settled), where=settled > 0)
        self.low = self.covered * self.least
        self.high = self.covered * self.greatest + 1 - self.covered
        self.shares = [[c["shares"] for c in zone["criteria"]] for zone in self.zones]

    def graded(self, measures):
        criteria = self.model["criterion"]
        return np.stack([value(c, measures[..., j]) for j, c in enumerate(criteria)], axis=-1)

    def coverage(self):
        return self.credit @ self.weights

    def score(self):
        """Points of what is known; what is unknown takes no part."""
        known = ~np.isnan(self.value)
        return 100 * np.nan_to_num(self.value) @ self.weights / (known @ self.weights)

    def score_range(self):
        """Everything that is not known at worst, and at best."""
        return 100 * self.low @ self.weights, 100 * self.high @ self.weights

    def drawn_scores(self, n, *, errors, bounds, places, seed):
        """Scores (n, n_areas) under drawn weights and values.

        `errors` (n_areas, n_criteria) are standard errors, `bounds` (n_criteria, 2) what a measure can
        be; `places` has by area's row the values (n_places, n_criteria) where the area may lie.
        """
        rng = np.random.default_rng(seed)
        drawn_weights = rng.dirichlet(100 * self.weights, n)
        at = {row: rng.integers(len(table), size=n) for row, table in places.items()}
        return 100 * sum(
            drawn_weights[:, j, np.newaxis] * self._drawn(j, n, errors, bounds, places, at, rng)
            for j in range(len(self.weights))
        )

    def _drawn(self, j, n, errors, bounds, places, at, rng):
        """Values (n, n_areas) of one criterion."""
        noise = self._noise(j, n, rng) * errors[:, j]
        criterion = self.model["criterion"][j]
        drawn = value(criterion, np.clip(self.measure[:, j] + noise, *bounds[j]))
        between = rng.random(drawn.shape)
        is_interval = self.greatest[:, j] - self.least[:, j] > 1e-9
        for row, table in places.items():
            if not np.isnan(table[:, j]).all():
                drawn[:, row], is_interval[row] = table[at[row], j], False
        # Unknown: as one of the areas that are known, and with the weight of one area any value.
        pool = self.value[:, j][(self.covered[:, j] >= 0.5) & (self.greatest == self.least)[:, j]]
        pick = rng.integers(len(pool) + 1, size=drawn.shape)
        unknown = np.where(pick == len(pool), between, np.append(pool, 0)[pick])
        covered = self.covered[:, j]
        mixed = covered * np.where(np.isnan(drawn), unknown, drawn) + (1 - covered) * unknown
        even = self.low[:, j] + (self.high - self.low)[:, j] * between
        return np.where(is_interval, even, mixed)

    def _noise(self, j, n, rng):
        """Standard normals (n, n_areas): areas that share a regency's figure share its error."""
        regencies = sorted({code for row in self.shares for code in row[j]})
        if not regencies:
            return rng.standard_normal((n, len(self.measure)))
        parts = np.array([[row[j].get(code, 0) for code in regencies] for row in self.shares])
        length = np.linalg.norm(parts, axis=1, keepdims=True)
        return (
            rng.standard_normal((n, len(regencies))) @ (parts / np.where(length > 0, length, 1)).T
        )


_ENDS = ("measure_low", "measure_high")


def class_shares(scores, model):
    """The share (n_areas, n_classes) of draws in each class."""
    bounds = [c["from"] for c in model["class"]]
    place = np.searchsorted(bounds, scores + 1e-9, side="right") - 1
    return np.stack([(place == c).mean(axis=0) for c in range(len(bounds))], axis=1)


def better(scores, i, j):
    """The share of draws in which area i has more points than area j."""
    return float((scores[:, i] > scores[:, j] + 1e-9).mean())


def fewest(gains, coverage, floor):
    """All smallest sets of data that bring the coverage to the floor; by trying every set."""
    for size in range(len(gains) + 1):
        sets = itertools.combinations(gains, size)
        found = [set(s) for s in sets if coverage + sum(gains[d] for d in s) >= floor - 1e-9]
        if found:
            return found
    return None
