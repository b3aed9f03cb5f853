"""The smallest input on which a submission still goes wrong, found by the hidden test's own generator.

Hidden tests draw sizes and options one by one, `rng.integers(low, high)`, and arrays of these sizes. So a test makes
valid inputs of any size from a list of whole numbers. `Choices` is the generator that notes these draws, and can be
told what to draw. The search lowers them: first all at once, then each alone against a floor of lowest ones (to find
the one option that matters), then whatever still fails step by step. A test that states several comparisons, each from
as many draws, tries as many candidates in one run.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.case import describe
from grader.contents import value_count
from grader.model import Observation

Segment = tuple[int, ...]
Run = Callable[["Choices"], Sequence[Observation]]

MOST_RUNS = 12


class Choices(np.random.Generator):
    """Random numbers whose scalar whole numbers can be chosen.

    `drawn` are the scalars that `integers` gave, and `lowest` the least that each could have been. `script` is what
    they shall be, in this order, as far as it goes and as far as the ranges allow.
    """

    def __init__(self, seed: Sequence[int], script: Iterable[int] = ()) -> None:
        super().__init__(np.random.PCG64(seed))
        self.drawn: list[int] = []
        self.lowest: list[int] = []
        self._script = list(script)

    def integers(
        self, low: Any, high: Any = None, size: Any = None, dtype: Any = np.int64, endpoint: Any = False
    ) -> Any:
        """As numpy's; a scalar is noted, or is the next of the script."""
        value = super().integers(low, high, size, dtype, endpoint)
        if size is not None or np.ndim(value):
            return value
        least, most = (0, low) if high is None else (low, high)
        if len(self.drawn) < len(self._script):
            chosen = self._script[len(self.drawn)]
            value = type(value)(min(max(chosen, int(least)), int(most) - (not endpoint)))
        self.drawn.append(int(value))
        self.lowest.append(int(least))
        return value


def smallest(run: Run, seed: Sequence[int], *, most_runs: int = MOST_RUNS) -> Observation | None:
    """The smallest disagreeing observation that `run` makes with numbers drawn from low ranges; None if it makes none.

    `run` executes the test once with the generator it is given. An exception from it counts as no observation;
    after a TimeoutError there are no more runs.
    Smaller is fewer numbers in the inputs, then smaller options.
    """
    search = _Search(run, seed, most_runs)
    best = search.attempt([])
    if best is None:
        return None
    for candidates in itertools.chain([_against_the_floor], itertools.repeat(_steps_down)):
        found = search.better_than(best, candidates(best.segment, best.lowest))
        if found is None and candidates is _steps_down:
            return best.observation
        best = found or best
    raise AssertionError("steps down come to an end")


def smallest_of(observations: Iterable[Observation]) -> Observation | None:
    """The smallest observation that disagrees; None if all agree."""
    return min((o for o in observations if not o.agrees), key=size_of, default=None)


def already_for(observation: Observation) -> str:
    """The sentence that names the input, by shapes and options only."""
    read_only = ", which cannot be written into" if observation.case.read_only else ""
    return f"The smallest input found that goes wrong: {describe(observation.case)}{read_only}."


def size_of(observation: Observation) -> tuple[int, int]:
    """The count of numbers in the inputs, and the sum of the options."""
    inputs = observation.case.inputs
    return value_count(dict(inputs)), sum(abs(n) for v in inputs.values() for n in _whole_numbers(v))


def _whole_numbers(value: Any) -> Iterator[int]:
    if isinstance(value, int):
        yield int(value)
    elif isinstance(value, (tuple, list)) and len(value) <= 4:
        for item in value:
            yield from _whole_numbers(item)


def _against_the_floor(segment: Segment, lowest: Segment) -> list[Segment]:
    """All draws at their lowest; and all but one, or but two neighbours."""
    kept = [(), *((k,) for k in range(len(segment))), *((k, k + 1) for k in range(len(segment) - 1))]
    return [
        tuple(v if k in keep else low for k, (v, low) in enumerate(zip(segment, lowest, strict=True))) for keep in kept
    ]


def _steps_down(segment: Segment, lowest: Segment) -> list[Segment]:
    """Each draw at its lowest, half-way there, and one less; and two neighbours one less."""
    steps = []
    for k, (value, low) in enumerate(zip(segment, lowest, strict=True)):
        less = dict.fromkeys((low, (value + low) // 2, value - 1)) if value > low else ()
        steps += [(*segment[:k], fewer, *segment[k + 1 :]) for fewer in less]
        if k and value > low and segment[k - 1] > lowest[k - 1]:
            steps.append((*segment[: k - 1], segment[k - 1] - 1, value - 1, *segment[k + 1 :]))
    return steps


@dataclass(frozen=True, slots=True)
class _Found:
    """A disagreement, the draws that led to it, and the least that each of them could have been."""

    observation: Observation
    segment: Segment
    lowest: Segment


class _Search:
    """Runs of one test, as many as are allowed. `per_run` candidates fit into one."""

    def __init__(self, run: Run, seed: Sequence[int], most_runs: int) -> None:
        self._run, self._seed, self._left = run, seed, most_runs
        self._per_run = 1
        self._tried: set[Segment] = set()

    def better_than(self, best: _Found, candidates: Iterable[Segment]) -> _Found | None:
        """A smaller disagreement among the candidates; None if there is none, or no run is left."""
        new = [c for c in dict.fromkeys(candidates) if c not in self._tried]
        for k in range(0, len(new), self._per_run):
            batch = new[k : k + self._per_run]
            self._tried.update(batch)
            found = self.attempt(batch)
            if found is not None and size_of(found.observation) < size_of(best.observation):
                return found
        return None

    def attempt(self, segments: Sequence[Segment]) -> _Found | None:
        """Run the test on these draws: the smallest disagreement."""
        if self._left <= 0:
            return None
        self._left -= 1
        rng = Choices(self._seed, [value for segment in segments for value in segment])
        try:
            observations = self._run(rng)
        except TimeoutError:
            self._left = 0
            return None
        except Exception:
            return None
        wrong = [k for k, o in enumerate(observations) if not o.agrees]
        if not wrong:
            return None
        best = min(wrong, key=lambda k: size_of(observations[k]))
        each, rest = divmod(len(rng.drawn), len(observations))
        self._per_run = 1 if rest else len(observations)
        part = slice(None) if rest else slice(best * each, (best + 1) * each)
        return _Found(observations[best], tuple(rng.drawn[part]), tuple(rng.lowest[part]))
