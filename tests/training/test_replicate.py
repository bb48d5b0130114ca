"""Doing it again: the same machine gives the same model, and what differs is said."""

from __future__ import annotations

import json
import shutil

from communique.models.folder import ModelFolder
from communique.training import replicate


def test_the_same_again(run, tiny_model, tmp_path):
    found = run("train", "--from", tiny_model, "-o", tmp_path / "again")
    assert found.code == 0, found.err
    assert "nothing differs" in found.out
    model = (tiny_model / "model.safetensors").read_bytes()
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == model


def test_what_differs_is_said(run, tiny_model, coded_csv, tmp_path):
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("".join(coded_csv.read_text().splitlines(keepends=True)[:-1]))
    found = run("train", "--from", tiny_model, "--data", shorter, "--epochs", 1, "-o", tmp_path / "again")
    assert found.code == 0, found.err
    assert "data: was" in found.out
    assert "weights: was" in found.out
    assert "torch" not in found.out


def test_versions_and_hardware_are_compared(tiny_model, tmp_path):
    other = ModelFolder(shutil.copytree(tiny_model, tmp_path / "m"))
    metrics = json.loads(other.metrics.read_text())
    assert metrics["machine"]["hardware"]["device"] in ("cpu", "cuda", "mps")
    metrics["machine"]["packages"]["torch"] = "1.0"
    metrics["machine"]["hardware"]["precision"] = "bf16"
    other.metrics.write_text(json.dumps(metrics))
    found = [str(one) for one in replicate.differences(other, ModelFolder(tiny_model))]
    assert len(found) == 2
    assert found[0].startswith("torch: was 1.0, is ")
    assert found[1] == "precision: was bf16, is fp32"


def test_a_model_without_a_recipe_is_named(run, tiny_copy, tmp_path):
    (tiny_copy / "recipe.toml").unlink()
    found = run("train", "--from", tiny_copy, "-o", tmp_path / "again")
    assert (found.code, "recipe.toml" in found.complaint) == (1, True)


def test_a_recipe_and_a_model_are_one_too_many(run, tiny_model, tmp_path):
    found = run("train", tiny_model / "recipe.toml", "--from", tiny_model, "-o", tmp_path / "again")
    assert (found.code, "not both" in found.complaint) == (2, True)
