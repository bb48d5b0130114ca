"""A small version of benchmarks/coverage.py: intervals cover what they should, and naive ones do not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "coverage.py"
RUNS = 300
"""The share covered of 300 runs lies within 3.8 points of 95 %, three standard errors, by luck alone."""


@pytest.fixture(scope="module")
def coverage():
    import sys

    spec = importlib.util.spec_from_file_location("coverage_program", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("place", [1, 8])
def test_corrected_intervals_cover_and_are_no_wider(coverage, place):
    setting = coverage.ENOUGH[place]
    found = coverage.simulate(setting, RUNS, setting.share)
    assert 0.912 <= found["corrected"].coverage <= 0.988
    assert found["corrected"].refused == 0
    assert found["corrected"].width <= 1.02 * found["alone"].width
    assert found["naive"].coverage < 0.9


def test_with_few_positives_they_cover_too(coverage):
    setting = coverage.FEW[0]
    assert coverage.simulate(setting, RUNS, setting.share)["corrected"].coverage >= 0.912


def test_differences_and_slopes_cover(coverage):
    setting = coverage.GROUPS[0]
    found = coverage.simulate(setting, RUNS, setting.share * (1 - coverage.SECOND), coverage.group_run)
    assert 0.912 <= found["joint"].coverage <= 0.988
    assert 0.912 <= found["slope"].coverage <= 0.988


def test_the_twelve_settings_are_those_that_were_promised(coverage):
    settings = coverage.ENOUGH
    assert len(settings) == 12
    assert all(setting.share * setting.coded >= 30 for setting in settings)
    assert {setting.share for setting in settings} >= {0.05, 0.5}
    assert {setting.sensitivity for setting in settings} >= {0.6, 0.95}
    assert {setting.coded for setting in settings} >= {200, 1000}
    assert {setting.clustered for setting in settings} == {True, False}
    assert {setting.design for setting in settings} == {"random", "uncertain", "label"}
