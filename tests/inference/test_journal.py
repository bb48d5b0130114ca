"""The journal: one writer at a time, whole chunks only, JSON replaced atomically."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from communique.corpus.errors import CommuniqueError, UsageError
from communique.inference import journal
from communique.inference.journal import FILES, JOURNAL, LOCK, Checkpoint, open_run

MANIFEST = {"decides": {"inputs": ["a"]}}


def chunk(text: str) -> dict[str, list[bytes]]:
    return {name: [f"{name} {text}\n".encode()] for name in FILES}


def test_a_finished_run_has_its_files_and_no_journal(tmp_path):
    with open_run(tmp_path / "run", MANIFEST) as run:
        run.append(chunk("one"), 1, "d1", {})
        run.append(chunk("two"), 2, "d2", {})
        run.finish({"totals": {}})
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == sorted(
        [*FILES, "manifest.json", "summary.json"]
    )
    assert (tmp_path / "run" / "units.jsonl").read_text() == "units.jsonl one\nunits.jsonl two\n"


def test_an_unfinished_run_keeps_its_parts_and_its_place(tmp_path):
    with open_run(tmp_path / "run", MANIFEST) as run:
        run.append(chunk("one"), 7, "d1", {"totals": {"inputs": 7}})
    with open_run(tmp_path / "run", MANIFEST, resume=True) as run:
        assert run.checkpoint == Checkpoint(
            7, "d1", {name: len(f"{name} one\n") for name in FILES}, {"totals": {"inputs": 7}}
        )


@pytest.mark.parametrize("manifest", [None, "{", '{"name": "web app"}', '["decides"]', '{"decides": 1}'])
def test_overwrite_removes_nothing_from_a_folder_that_holds_no_run(tmp_path, manifest):
    (tmp_path / "shards").mkdir()
    files = {"shards/data-000.tar": "x", "summary.json": "{}", "units.csv": "a"}
    files |= {} if manifest is None else {"manifest.json": manifest}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=r"other files.*new folder"), open_run(tmp_path, MANIFEST, overwrite=True):
        pass
    assert {name: (tmp_path / name).read_text() for name in files} == files


@pytest.mark.parametrize("manifest", ["{", json.dumps(MANIFEST)])
def test_overwrite_begins_anew_where_a_run_died(tmp_path, manifest):
    with open_run(tmp_path / "run", MANIFEST) as run:
        run.append(chunk("one"), 1, "d1", {})
    (tmp_path / "run" / "manifest.json").write_text(manifest)
    with open_run(tmp_path / "run", MANIFEST, overwrite=True) as run:
        assert run.checkpoint == Checkpoint()


@pytest.mark.parametrize("at", range(1, 13))
def test_overwrite_goes_on_where_a_run_was_removed_by_half(tmp_path, monkeypatch, at):
    with open_run(tmp_path / "run", MANIFEST) as run:
        run.finish({"totals": {}})
    real, gone = journal.Path.unlink, []

    def die(path, **options):
        gone.append(path)
        if len(gone) == at:
            raise KeyboardInterrupt
        real(path, **options)

    monkeypatch.setattr(journal.Path, "unlink", die)
    with pytest.raises(KeyboardInterrupt):
        journal.clear(tmp_path / "run")
    monkeypatch.undo()
    with open_run(tmp_path / "run", MANIFEST, overwrite=True) as run:
        assert run.checkpoint == Checkpoint()


def test_every_line_of_the_journal_is_json_that_moves_forward(tmp_path):
    with open_run(tmp_path / "run", MANIFEST) as run:
        for n in range(4):
            run.append(chunk(str(n)), n + 1, f"d{n}", {})
        found = [json.loads(line) for line in (tmp_path / "run" / JOURNAL).read_text().splitlines()]
    assert [line["inputs"] for line in found] == [1, 2, 3, 4]
    assert found[-1]["sizes"] == {name: 4 * len(f"{name} 0\n") for name in FILES}


def test_the_files_are_durable_before_the_journal_moves(tmp_path, monkeypatch):
    order = []
    real = journal._sync

    def note(file):
        order.append(file.name.rsplit("/", 1)[-1])
        real(file)

    with open_run(tmp_path / "run", MANIFEST) as run:
        monkeypatch.setattr(journal, "_sync", note)
        run.append(chunk("one"), 1, "d", {})
    assert order == [*(f"{name}.part" for name in FILES), JOURNAL]


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    with open_run(tmp_path / "run", MANIFEST) as run:
        run.append(chunk("one"), 1, "d", {})
        with (
            pytest.raises(CommuniqueError, match="another run is writing"),
            open_run(tmp_path / "run", MANIFEST, resume=True),
        ):
            pass
        run.append(chunk("two"), 2, "d", {})
        run.finish({})
    assert (tmp_path / "run" / "units.jsonl").read_text() == "units.jsonl one\nunits.jsonl two\n"


def test_the_lock_is_the_systems_and_dies_with_its_process(tmp_path):
    folder = tmp_path / "run"
    code = (
        "import os, sys; from pathlib import Path; from communique.inference.journal import open_run\n"
        "with open_run(Path(sys.argv[1]), {'decides': {'inputs': ['a']}}) as run:\n"
        "    run.append({'units.jsonl': [b'one\\n']}, 1, 'd', {})\n"
        "    os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(folder)], check=False).returncode == 9
    assert (folder / LOCK).exists()
    with open_run(folder, MANIFEST, resume=True) as run:
        assert run.checkpoint.inputs == 1
        run.finish({})
    assert (folder / "units.jsonl").read_bytes() == b"one\n"


def test_a_lock_that_its_last_holder_unlinked_lets_nobody_in(tmp_path, monkeypatch):
    """A contender opens the lock file, its holder ends and unlinks it, and a third run takes a new one."""
    real, third = journal.fcntl.flock, journal.locked(tmp_path)

    def late(file, how):
        monkeypatch.setattr(journal.fcntl, "flock", real)
        (tmp_path / LOCK).unlink()
        third.__enter__()
        real(file, how)

    monkeypatch.setattr(journal.fcntl, "flock", late)
    with pytest.raises(CommuniqueError, match="another run is writing"), journal.locked(tmp_path):
        pass
    third.__exit__(None, None, None)
    assert not (tmp_path / LOCK).exists()


def test_a_refusal_leaves_no_lock_file(tmp_path):
    with open_run(tmp_path / "run", MANIFEST):
        pass
    with pytest.raises(CommuniqueError), open_run(tmp_path / "run", {"decides": {"inputs": ["b"]}}, resume=True):
        pass
    assert not (tmp_path / "run" / LOCK).exists()


def test_a_changed_key_is_named(tmp_path):
    with open_run(tmp_path / "run", MANIFEST):
        pass
    with (
        pytest.raises(CommuniqueError, match="inputs, seed changed"),
        open_run(tmp_path / "run", {"decides": {"inputs": ["b"], "seed": 1}}, resume=True),
    ):
        pass


@pytest.mark.parametrize("tail", [b"", b"{", b'{"inputs": 9', b"null\n", b'{"strange": 1}\n', b"\xff\xfe\n", b"[1]\n"])
def test_what_is_no_checkpoint_ends_the_journal(tmp_path, tail):
    whole = b'{"inputs": 3, "digest": "d", "sizes": {}, "counts": {}}\n'
    (tmp_path / JOURNAL).write_bytes(whole + tail)
    assert journal._last_checkpoint(tmp_path / JOURNAL) == (Checkpoint(3, "d", {}, {}), len(whole))


def test_json_is_replaced_at_once(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    journal.write_json(path, {"a": "é"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "é"}

    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(journal, "_sync", fail)
    with pytest.raises(OSError, match="disk full"):
        journal.write_json(path, {"a": "other"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": "é"}


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CommuniqueError, match="file/run"), open_run(tmp_path / "file" / "run", MANIFEST):
        pass
