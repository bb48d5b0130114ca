"""The list of unresolved speakers: a file of actors to be corrected by hand."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from communique.corpus.extraction import Actors
from communique.inference import review

ARTICLE = """The harbour stays shut.

“We will not pay,” said Orla Pinn. “We cannot,” Pinn added.

“It is a shame,” said Tam Brock.

Critics said the harbour would never open. Veltrane Optics Inc. said it would wait.
"""


def listed(statements, tmp_path):
    path, out = tmp_path / "statements.jsonl", tmp_path / "review.yaml"
    path.write_text("".join(json.dumps(row) + "\n" for row in statements), encoding="utf-8")
    return review.write(path, out), out


def row(speaker, actor=None, text="We will not pay"):
    return {"speaker": speaker, "actor": actor, "actor_type": None, "doc": "a.txt", "text": text}


def test_the_commonest_come_first_with_counts_and_an_example(tmp_path):
    rows = [row("Tam Brock"), row("Orla Pinn"), row("Orla  Pinn"), row("a minister", "Germany"), row("he")]
    count, out = listed(rows, tmp_path)
    text = out.read_text(encoding="utf-8")
    assert count == 2
    assert list(yaml.safe_load(text)["other"]) == ["Orla Pinn", "Tam Brock"]
    assert '"Orla Pinn":  # 2 in a.txt: We will not pay' in text
    assert "# 1 statements of speakers without a name" in text


def test_a_name_that_stands_for_itself_is_unresolved(run, tmp_path):
    (tmp_path / "a.csv").write_text(
        "speaker,text\nOrla Pinn Group,We will not pay.\nGermany,We will.\n", encoding="utf-8"
    )
    out = tmp_path / "review.yaml"
    assert run("extract", tmp_path / "a.csv", "-o", tmp_path / "run", "--unresolved", out).code == 0
    text = out.read_text(encoding="utf-8")
    assert "Orla Pinn Group" in text
    assert "Germany" not in text
    mine = tmp_path / "mine.yaml"
    mine.write_text("company:\n  Orla Pinn Group: [Pinn]\n", encoding="utf-8")
    options = ("--actors", mine, "--unresolved", out, "--overwrite")
    assert run("extract", tmp_path / "a.csv", "-o", tmp_path / "run", *options).code == 0
    assert "Orla Pinn Group" not in out.read_text(encoding="utf-8")


def test_words_tell_the_type(tmp_path):
    _, out = listed([row("the Tamar Valley Association")], tmp_path)
    assert yaml.safe_load(out.read_text(encoding="utf-8")) == {
        "version": 1,
        "industry": {"the Tamar Valley Association": None},
    }


def test_the_file_is_one_of_actors(tmp_path):
    _, out = listed([row("Orla Pinn")], tmp_path)
    assert Actors.load(out).resolve("Orla Pinn") == ("Orla Pinn", "other")


def test_nothing_unresolved_is_still_a_file_of_actors(tmp_path):
    count, out = listed([], tmp_path)
    assert count == 0
    assert yaml.safe_load(out.read_text(encoding="utf-8")) == {"version": 1}


@given(name=st.text(min_size=1, max_size=20), text=st.text(max_size=30))
def test_any_speaker_makes_a_file_that_is_read(tmp_path_factory, name, text):
    folder = tmp_path_factory.mktemp("review")
    _, out = listed([row(f"Orla {name}", text=text)], folder)
    assert isinstance(yaml.safe_load(out.read_text(encoding="utf-8")), dict)


def test_the_command_writes_it_and_refuses_to_write_over(run, tmp_path):
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    out = tmp_path / "review.yaml"
    done = run("extract", tmp_path / "a.txt", "-o", tmp_path / "run", "--unresolved", out)
    assert done.code == 0, done.err
    assert {"Orla Pinn", "Tam Brock"} <= set(yaml.safe_load(out.read_text(encoding="utf-8"))["other"])
    again = run("extract", tmp_path / "a.txt", "-o", tmp_path / "run2", "--unresolved", out)
    assert again.code == 2
    assert "review.yaml" in again.complaint


@pytest.mark.parametrize("name", ["no/such/folder.yaml"])
def test_a_folder_that_is_missing_is_named(run, tmp_path, name):
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    done = run("extract", tmp_path / "a.txt", "-o", tmp_path / "run", "--unresolved", tmp_path / name)
    assert done.code in (1, 2)
    assert "no/such" in done.complaint
