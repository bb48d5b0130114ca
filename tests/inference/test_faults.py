"""What the system does to a run: a full disk, a damaged one, half a write, a read-only folder, a clock set back."""

from __future__ import annotations

import errno
import json
import os

import pytest

from communique.corpus.errors import CommuniqueError
from communique.inference import chunks, journal, manifest
from communique.inference.chunks import Options
from communique.inference.runner import Progress, score
from communique.inference.summary import Summary

FINAL = ("statements.jsonl", "units.jsonl", "errors.jsonl", "summary.json")
SENTENCES = Options(unit="sentence")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_UNITS", 3)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": f"r{n}", "text": f"We oppose rule {n}."}) + "\n" for n in range(8)))
    return path


@pytest.fixture
def whole(source, tmp_path, fake):
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    return contents(tmp_path / "whole")


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FINAL}


class Disk:
    """A disk that fails at one call of a function of the journal, having done half of it."""

    def __init__(self, monkeypatch, name, at, code):
        self.calls, self.at, self.code = 0, at, code
        self.real = getattr(journal, name)
        monkeypatch.setattr(journal, name, self)

    def __call__(self, file, content=None):
        self.calls += 1
        if self.calls != self.at:
            return self.real(file, content) if content is not None else self.real(file)
        if content is not None:
            self.real(file, content[: len(content) // 2])
        raise OSError(self.code, os.strerror(self.code))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("name", ["_write", "_sync"])
@pytest.mark.parametrize("at", [3, 6, 9, 12])
def test_a_failing_disk_stops_the_run_with_one_line_and_loses_nothing(source, whole, tmp_path, fake, name, at, code):
    out = tmp_path / "run"
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(patch, name, at, code)
        with pytest.raises(CommuniqueError, match=os.strerror(code)) as error:
            score([str(source)], out, fake(), SENTENCES)
    assert disk.calls == at, "nothing is written after the failure"
    assert "--resume" in str(error.value)
    assert "\n" not in str(error.value)
    score([str(source)], out, fake(), SENTENCES, resume=True)
    assert contents(out) == whole


@pytest.mark.parametrize("most", [1, 7])
def test_writes_that_the_system_takes_in_parts_are_finished(source, whole, tmp_path, fake, monkeypatch, most):
    class Short:
        def __init__(self, file):
            self.file = file

        def write(self, content):
            return self.file.write(content[:most])

    real = journal._write
    monkeypatch.setattr(journal, "_write", lambda file, content: real(Short(file), content))
    score([str(source)], tmp_path / "run", fake(), SENTENCES)
    assert contents(tmp_path / "run") == whole


def test_a_disk_that_is_really_full(source, tmp_path, fake):
    """The limit on the size of a file stops the system's own write in its middle."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    try:
        with pytest.raises(CommuniqueError, match="cannot write"):
            score([str(source)], tmp_path / "run", fake(), SENTENCES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    score([str(source)], tmp_path / "run", fake(), SENTENCES, resume=True)
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")


def test_a_read_only_folder_is_named(source, tmp_path, fake, monkeypatch):
    real = journal.Path.open

    def refuse(path, *arguments, **options):
        if path.parent == tmp_path / "run":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(journal.Path, "open", refuse)
    with pytest.raises(CommuniqueError, match=r"run.*Read-only.*-o"):
        score([str(source)], tmp_path / "run", fake(), SENTENCES)


def test_a_clock_that_is_set_back_changes_nothing(source, whole, tmp_path, fake, monkeypatch):
    import datetime as dates

    class Back(dates.datetime):
        calls = 0

        @classmethod
        def now(cls, tz=None):
            cls.calls += 1
            return dates.datetime(2030 - 10 * cls.calls, 1, 1, tzinfo=tz)

    monkeypatch.setattr(manifest, "datetime", Back)
    score([str(source)], tmp_path / "run", fake(), SENTENCES)
    assert Back.calls >= 2
    assert contents(tmp_path / "run") == whole


def test_an_error_of_the_model_is_not_blamed_on_the_folder(source, tmp_path, fake):
    def unreachable(_):
        raise OSError(errno.EIO, "the network drive is gone")

    predictor = fake()
    predictor.label = unreachable
    with pytest.raises(OSError, match="network drive"):
        score([str(source)], tmp_path / "run", predictor, SENTENCES)


# --- progress


def test_the_rate_and_the_time_left_count_from_this_start(monkeypatch):
    from communique.inference import runner

    clock = iter([100.0, 110.0, 110.0])
    monkeypatch.setattr(runner.time, "monotonic", lambda: next(clock))
    progress = Progress(Summary({"totals": {"inputs": 50, "units": 80}}), expected=100, started=100.0)
    progress.summary.totals.update(inputs=10, units=20)
    next(clock)
    assert progress.rate == pytest.approx(2.0)
    assert progress.seconds_left == pytest.approx(40.0)


def test_nobody_can_say_how_long_a_pipe_will_take():
    progress = Progress(Summary({"totals": {"inputs": 5}}))
    progress.summary.totals.update(inputs=5)
    assert progress.seconds_left is None
