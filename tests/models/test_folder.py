"""The model folder: one description, and a digest over all that decides an answer."""

from __future__ import annotations

import json
import shutil

import pytest

from communique.corpus.errors import CommuniqueError
from communique.models.folder import CORE, ModelFolder, find


def test_core_is_the_shipped_model():
    assert find("core") == ModelFolder(CORE)


def test_a_path_is_itself(tmp_path):
    assert find(tmp_path).path == tmp_path
    with pytest.raises(CommuniqueError, match="nowhere"):
        find(tmp_path / "nowhere")


def test_a_trained_folder_is_complete(tiny_model, book):
    folder = ModelFolder(tiny_model)
    for path in (
        folder.config,
        folder.weights,
        folder.codebook,
        folder.calibration,
        folder.recipe,
        folder.metrics,
        folder.card,
    ):
        assert path.is_file(), path
    assert folder.read_codebook() == book
    assert not list(tiny_model.glob("*.bin"))


def test_the_digest_is_of_the_content(tiny_model, tiny_copy):
    assert ModelFolder(tiny_model).digest() == ModelFolder(tiny_copy).digest()
    assert len(ModelFolder(tiny_model).digest()) == 64


@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "codebook.yaml",
        "calibration.json",
        "model.safetensors",
        "tokenizer.json",
    ],
)
def test_a_change_of_what_decides_changes_the_digest(tiny_model, tiny_copy, name):
    content = (tiny_copy / name).read_bytes()
    (tiny_copy / name).write_bytes(content + b" ")
    assert ModelFolder(tiny_model).digest() != ModelFolder(tiny_copy).digest()


def test_the_digest_of_an_adapter_holds_its_weights(tiny_adapter, tmp_path):
    copy = shutil.copytree(tiny_adapter, tmp_path / "copy")
    (copy / "adapter_model.safetensors").write_bytes((copy / "adapter_model.safetensors").read_bytes() + b" ")
    assert ModelFolder(copy).digest() != ModelFolder(tiny_adapter).digest()


@pytest.mark.parametrize("name", ["README.md", "metrics.json", "recipe.toml"])
def test_a_change_of_what_describes_does_not(tiny_model, tiny_copy, name):
    (tiny_copy / name).write_text("other")
    assert ModelFolder(tiny_model).digest() == ModelFolder(tiny_copy).digest()


@pytest.mark.parametrize(("content", "word"), [("{", "damaged"), ("[]", "id2label"), ("{}", "id2label")])
def test_a_config_that_is_none_is_named(tiny_copy, content, word):
    (tiny_copy / "config.json").write_text(content)
    with pytest.raises(CommuniqueError, match=word):
        ModelFolder(tiny_copy).read_config()


def test_a_gap_in_the_labels_is_refused(tiny_copy):
    config = json.loads((tiny_copy / "config.json").read_text())
    config["id2label"]["9"] = config["id2label"].pop("4")
    (tiny_copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(CommuniqueError, match="id2label"):
        ModelFolder(tiny_copy).read_codebook()
