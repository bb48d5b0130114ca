"""A run as analysis reads it: finished ones only, every line strictly."""

from __future__ import annotations

import pytest

from communique.analysis.run import FIELDS, ScoredUnit, read_run
from communique.corpus import codebook as codebooks
from communique.corpus.errors import CommuniqueError, UsageError
from communique.inference.runner import Options, score


def test_a_run_of_the_runner_is_read(tmp_path, table, fake, book, lines):
    rows = [{"id": f"r{n}", "text": f"Text {n}.", "before": "Before.", "desk": n} for n in range(5)]
    score([str(table(tmp_path / "in.csv", rows))], tmp_path / "run", fake(), Options(unit="sentence"))
    run = read_run(tmp_path / "run")
    units, written = list(run.units()), lines(tmp_path / "run" / "units.jsonl")
    assert [unit.id for unit in units] == ["r0", "r1", "r2", "r3", "r4"]
    assert units[0].before == "Before.", "coders see what the model saw"
    assert [dict(unit.scores) for unit in units] == [row["scores"] for row in written]
    assert run.model == "a" * 64


def test_a_unit_answers_for_every_label(made):
    unit = next(iter(read_run(made.path).units()))
    assert unit.gave(unit.sentiment)
    assert unit.score("opposition") == unit.scores["opposition"]
    assert unit.score("neutral") == unit.sentiment_scores["neutral"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("actor_type", "company"), ("month", "2019-01"), ("year", "2019"), ("words", "10"), ("desk", "south"), ("publisher", None), ("target_kind", None), ("colour", None), ("doc", "d0")],
)  # fmt: skip
def test_what_a_unit_has(made, name, value):
    assert next(iter(read_run(made.path).units())).value(name) == value


@pytest.mark.parametrize(
    ("date", "month", "year"),
    [
        ("2019", None, "2019"),
        ("May 2019", None, None),
        (None, None, None),
        ("2019-31-12", None, "2019"),
        ("2019-00-12", None, "2019"),
        ("2019-12-31T10:00", "2019-12", "2019"),
        ("0001-01-01", None, None),
    ],
)
def test_a_date_may_lack_a_part(made, lines, date, month, year):
    unit = ScoredUnit.of(lines(made.path / "units.jsonl")[0] | {"date": date})
    assert (unit.value("month"), unit.value("year")) == (month, year)


def test_a_target_is_read(made, lines):
    target = {"text": "the levy", "start": 3, "end": 11, "actor": "Kestria", "kind": "government_action"}
    unit = ScoredUnit.of(lines(made.path / "units.jsonl")[0] | {"target": target})
    assert unit.value("target_kind") == "government_action"
    assert "target_kind" in FIELDS


def test_what_is_no_finished_run_is_refused(tmp_path, made):
    def refused(path, *words):
        with pytest.raises(CommuniqueError) as error:
            read_run(path)
        assert all(word in str(error.value) for word in (str(path), *words))

    refused(tmp_path / "nowhere", "communique score")
    refused(tmp_path, "no run")
    (tmp_path / "journal.jsonl").touch()
    refused(tmp_path, "--resume")
    refused(made.path / "units.jsonl", "no run folder")


def test_a_run_without_labels_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("“We oppose it,” said Maren Holt of Ostra.")
    score([str(tmp_path / "a.txt")], tmp_path / "run", None)
    with pytest.raises(CommuniqueError, match="without labels"):
        read_run(tmp_path / "run")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("{", "line 2"),
        ("[]", "no object"),
        ('{"id": "a"}', "doc is missing"),
        ("{}\n", "id is missing"),
        ('{"id": NaN}', "NaN"),
        ('{"id": 1e999}', "1e999"),
    ],
)
def test_a_damaged_line_is_named(tmp_path, make_run, made, lines, line, word):
    path = make_run(tmp_path / "run", lines(made.path / "units.jsonl")[:1])
    with (path / "units.jsonl").open("a") as file:
        file.write(line)
    with pytest.raises(CommuniqueError, match=word) as error:
        list(read_run(path).units())
    assert "units.jsonl" in str(error.value)


def test_a_byte_that_is_no_utf8_is_a_damaged_line(tmp_path, make_run, made, lines):
    path = make_run(tmp_path / "run", lines(made.path / "units.jsonl")[:1])
    with (path / "units.jsonl").open("ab") as file:
        file.write(b'{"id": "\xff"}\n')
    with pytest.raises(CommuniqueError, match="line 2 is damaged"):
        list(read_run(path).units())


@pytest.mark.parametrize(
    ("key", "value"), [("text", 3), ("labels", "opposition"), ("scores", []), ("target", "it"), ("target", {"x": 1})]
)
def test_a_field_of_another_kind_is_named(tmp_path, make_run, made, lines, key, value):
    path = make_run(tmp_path / "run", [lines(made.path / "units.jsonl")[0] | {key: value}])
    with pytest.raises(CommuniqueError, match="line 1"):
        list(read_run(path).units())


@pytest.mark.parametrize("content", ["", "{", "[]", '{"decides": 3}', '{"decides": NaN}'])
def test_a_damaged_manifest_is_named(tmp_path, make_run, content):
    path = make_run(tmp_path / "run", [])
    (path / "manifest.json").write_text(content)
    with pytest.raises(CommuniqueError, match=r"manifest\.json"):
        read_run(path)


def test_lines_end_at_line_feeds_alone(tmp_path, make_run, made, lines):
    row = lines(made.path / "units.jsonl")[0] | {"text": "one\u2028two\x85three"}
    (unit,) = read_run(make_run(tmp_path / "run", [row])).units()
    assert unit.text == "one\u2028two\x85three"


def test_another_codebook_is_refused(made, book, codebook_path):
    run = read_run(made.path)
    assert run.codebook(str(codebook_path)).digest == book.digest
    with pytest.raises(UsageError, match=r"tiny 1\.0.*--codebook"):
        run.codebook()
    assert codebooks.core().digest != book.digest
