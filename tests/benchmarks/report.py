"""How benchmarks report: a table for people, and with --json a JSON list as the last output."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `goal` is a text such as "≤ 50", empty for a figure without one (then `reached` is None)."""

    name: str
    value: float
    unit: str
    goal: str = ""
    reached: bool | None = None


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    """Return a figure that must not be above a limit."""
    return Figure(name, round(value, 3), unit, f"≤ {limit:g}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    """Return a figure that must not be below a limit."""
    return Figure(name, round(value, 3), unit, f"≥ {limit:g}", value >= limit)


def exactly(name: str, value: float, unit: str, wanted: float) -> Figure:
    """Return a figure that must be one number."""
    return Figure(name, value, unit, f"= {wanted:g}", value == wanted)


def beside(name: str, value: float, unit: str) -> Figure:
    """Return a figure without a goal, shown for comparison."""
    return Figure(name, round(value, 3), unit)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent) // 100) - 1)]


def publish(figures: Sequence[Figure]) -> int:
    """Print the figures, as JSON last when --json was given, and return the exit code: 1 when a goal was missed."""
    if "--json" in sys.argv[1:]:
        print(json.dumps([asdict(figure) for figure in figures], ensure_ascii=False))
    else:
        width = max(len(figure.name) for figure in figures)
        print(f"{'what':<{width}}  {'value':>12}  {'unit':<10}  {'goal':<10}  reached")
        for figure in figures:
            mark = {True: "yes", False: "NO", None: ""}[figure.reached]
            print(f"{figure.name:<{width}}  {figure.value:>12,.3f}  {figure.unit:<10}  {figure.goal:<10}  {mark}")
    return int(any(figure.reached is False for figure in figures))
