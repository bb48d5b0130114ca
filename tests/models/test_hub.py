"""The Hub: only on request, and with a plain model; a base from it never brings code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from communique.corpus.errors import CommuniqueError
from communique.models import base, hub


class FakeHub:
    """Keeps what is uploaded, or refuses it."""

    def __init__(self, refuses=False):
        self.refuses, self.created, self.files = refuses, [], {}

    def __call__(self):
        return self

    def create_repo(self, repository, *, private, exist_ok):
        if self.refuses:
            raise PermissionError("401 Client Error\nno token")
        self.created.append((repository, private, exist_ok))

    def upload_folder(self, *, repo_id, folder_path, commit_message):
        self.files = {path.name: path.read_bytes() for path in Path(folder_path).iterdir()}


@pytest.fixture
def fake_hub(monkeypatch):
    import huggingface_hub

    def put(**options):
        found = FakeHub(**options)
        monkeypatch.setattr(huggingface_hub, "HfApi", found)
        return found

    return put


def test_what_is_pushed_is_the_merged_model_with_its_card(fake_hub, run, tiny_adapter):
    found = fake_hub()
    done = run("models", "push", tiny_adapter, "maren/stance", "--private")
    assert done.code == 0
    assert "https://huggingface.co/maren/stance" in done.err
    assert found.created == [("maren/stance", True, True)]
    assert {"config.json", "model.safetensors", "README.md", "codebook.yaml", "calibration.json"} <= set(found.files)
    assert "adapter_model.safetensors" not in found.files


def test_a_refusal_is_one_line(fake_hub, tiny_model):
    fake_hub(refuses=True)
    with pytest.raises(CommuniqueError, match=r"401 Client Error no token.*hf auth login") as error:
        hub.push(tiny_model, "maren/stance")
    assert "\n" not in str(error.value)


# --- bases


def test_a_base_with_code_of_its_own_is_refused(tiny_base, tmp_path):
    folder = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "x.Y"}}))
    assert base.locate(str(folder)) == str(folder)  # transformers knows BERT: nothing of the folder's runs
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "x.Y"}, "model_type": "own"}))
    with pytest.raises(CommuniqueError, match=r"code of its own.*never run"):
        base.locate(str(folder))


def test_pickled_weights_are_refused(tiny_base, tmp_path):
    folder = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(CommuniqueError, match=r"pickled.*save_pretrained"):
        base.locate(str(folder))


def test_a_hub_name_without_network_says_how(run, coded_csv, codebook_path, tmp_path):
    flags = ["--data", coded_csv, "--codebook", codebook_path, "--base", "no-such/base", "-o", tmp_path / "m"]
    found = run("train", *flags)
    assert (found.code, "--download" in found.complaint) == (1, True)
    found = run("train", *flags, "--download")
    assert (found.code, "could not be fetched" in found.complaint) == (1, True)
