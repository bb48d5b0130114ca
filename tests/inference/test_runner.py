"""The runner: every input accounted for, and the same bytes however often a run died."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from communique.corpus.errors import CommuniqueError, UsageError
from communique.corpus.records import Document, InputError
from communique.inference import api, chunks, journal
from communique.inference.chunks import Inputs, Options, cut
from communique.inference.runner import score

SENTENCES = Options(unit="sentence")
FINAL = ("statements.jsonl", "units.jsonl", "errors.jsonl", "summary.json")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_UNITS", 3)


@pytest.fixture
def source(tmp_path):
    """Eleven rows: eight good, one empty, two with an id that stands already."""
    rows = [
        {"id": f"r{n}", "text": f"We oppose rule {n}. It harms us.", "speaker": "Veltrane", "desk": n} for n in range(9)
    ]
    rows[4]["text"] = ""
    rows += [{"id": "r2", "text": "Again.", "speaker": "Ostra"}, {"id": "r2", "text": "And again.", "speaker": "Ostra"}]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FINAL}


def test_inputs_are_results_plus_errors(source, tmp_path, fake, lines):
    out = tmp_path / "run"
    summary = score([str(source)], out, fake(), SENTENCES)
    totals = json.loads((out / "summary.json").read_text())["totals"]
    assert totals == {"inputs": 11, "results": 8, "errors": 3, "statements": 8, "units": 8, "without_statement": 0}
    assert summary.totals["inputs"] == summary.totals["results"] + summary.totals["errors"]
    assert [row["id"] for row in lines(out / "units.jsonl")] == [f"r{n}" for n in range(9) if n != 4]
    assert [row["row"] for row in lines(out / "errors.jsonl")] == [5, 10, 11]
    assert sorted(path.name for path in out.iterdir()) == sorted([*FINAL, "manifest.json"])


def test_repeated_ids_are_errors_that_name_the_id(source, tmp_path, fake, lines):
    score([str(source)], tmp_path / "run", fake(), SENTENCES)
    repeated = lines(tmp_path / "run" / "errors.jsonl")[1:]
    assert [row["id"] for row in repeated] == ["r2", "r2"]
    assert all("'r2'" in row["reason"] and "own id" in row["reason"] for row in repeated)


def test_a_unit_line_has_the_documented_fields(source, tmp_path, fake, lines):
    score([str(source)], tmp_path / "run", fake(), SENTENCES)
    row = lines(tmp_path / "run" / "units.jsonl")[0]
    assert list(row) == [
        "id", "doc", "statement", "text", "start", "end", "before", "speaker", "actor", "actor_type", "kind", "on_behalf_of",
        "title", "date", "publisher", "meta", "labels", "scores", "sentiment", "sentiment_scores", "target", "flags",
    ]  # fmt: skip
    assert row["meta"]["desk"] == 0


def test_statements_sum_up_their_units(source, tmp_path, fake, lines):
    score([str(source)], tmp_path / "run", fake(), Options(unit="statement"))
    units = lines(tmp_path / "run" / "units.jsonl")
    for statement in lines(tmp_path / "run" / "statements.jsonl"):
        own = [unit for unit in units if unit["statement"] == statement["id"]]
        assert len(own) == 2
        assert statement["scores"] == {
            name: max(unit["scores"][name] for unit in own) for name in ("opposition", "support")
        }
        assert set(statement["labels"]) == {label for unit in own for label in unit["labels"]}
        for unit in own:
            assert (
                statement["text"][unit["start"] - statement["start"] : unit["end"] - statement["start"]] == unit["text"]
            )


def test_without_a_predictor_only_statements_are_found(source, tmp_path, lines):
    score([str(source)], tmp_path / "run", None)
    rows = lines(tmp_path / "run" / "statements.jsonl")
    assert len(rows) == 8
    assert not {"labels", "scores", "sentiment"} & set(rows[0])
    assert not (tmp_path / "run" / "units.jsonl").read_bytes()


# --- resuming


def test_resumed_after_a_crash_in_every_chunk_the_files_are_the_same(source, tmp_path, fake, killed):
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    whole = contents(tmp_path / "whole")
    chunk_count = 3
    for at in range(chunk_count):
        out = tmp_path / f"died-{at}"
        with pytest.raises(killed):
            score([str(source)], out, fake(die_at=at), SENTENCES)
        assert not (out / "units.jsonl").exists()
        second = fake()
        score([str(source)], out, second, SENTENCES, resume=True)
        assert contents(out) == whole
        assert len(second.calls) == chunk_count - at, "finished chunks are not scored again"


def die_at_call(monkeypatch, module, name, number, error):
    """Let the call of `name` numbered `number` raise, before it has done anything; return a counter."""
    real, calls = getattr(module, name), []

    def call(*arguments, **options):
        calls.append(name)
        if len(calls) == number:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, call)
    return calls


def died_at_every(step, module, source, tmp_path, fake, killed, first=1):
    """Yield for each call of `step` the folder of a run that died there."""
    number = first
    while True:
        out = tmp_path / f"{step}-{number}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(chunks, "CHUNK_UNITS", 3)
            die_at_call(patch, module, step, number, killed())
            try:
                score([str(source)], out, fake(), SENTENCES)
            except killed:
                yield number, out
            else:
                return
        number += 1


def test_resumed_after_a_crash_at_every_sync(source, tmp_path, fake, killed):
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    whole, tried = contents(tmp_path / "whole"), 0
    for number, out in died_at_every("_sync", journal, source, tmp_path, fake, killed):
        if not (out / "journal.jsonl").exists():  # it died before there was anything to resume
            continue
        score([str(source)], out, fake(), SENTENCES, resume=True)
        assert contents(out) == whole, f"after sync {number}"
        tried += 1
    assert tried >= 10


def test_resumed_after_a_crash_at_every_rename(source, tmp_path, fake, killed):
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    whole, tried = contents(tmp_path / "whole"), 0
    for number, out in died_at_every("replace", journal.os, source, tmp_path, fake, killed, first=2):
        score([str(source)], out, fake(), SENTENCES, resume=True)
        assert contents(out) == whole, f"after rename {number}"
        tried += 1
    assert tried >= 4


def test_a_run_that_died_before_its_first_line_can_be_resumed(source, tmp_path, fake, killed, monkeypatch):
    with pytest.MonkeyPatch.context() as patch:
        die_at_call(patch, journal, "_sync_folder", 1, killed())
        with pytest.raises(killed):
            score([str(source)], tmp_path / "run", fake(), SENTENCES)
    summary = score([str(source)], tmp_path / "run", fake(), SENTENCES, resume=True)
    assert summary.totals["inputs"] == 11


def test_a_run_that_died_right_after_its_manifest_can_be_resumed(source, tmp_path, fake, killed):
    with pytest.MonkeyPatch.context() as patch:
        die_at_call(patch, journal, "part", 1, killed())
        with pytest.raises(killed):
            score([str(source)], tmp_path / "run", fake(), SENTENCES)
    summary = score([str(source)], tmp_path / "run", fake(), SENTENCES, resume=True)
    assert summary.totals["inputs"] == 11


def test_resumed_with_a_real_predictor_the_probabilities_are_the_same(tmp_path, classifier, killed, monkeypatch):
    """On real processors the last bits of a logit change with the shape of its batch; here they do so visibly."""
    from communique.inference.predictor import Predictor

    real = classifier.forward
    monkeypatch.setattr(classifier, "forward", lambda rows: real(rows) + 1e-3 * len(rows) * max(map(len, rows)))
    texts = ["We oppose the ban.", "We welcome the levy.", "The ruling takes effect in May.", "We reject the listing."]
    rows = [
        {"id": f"r{n}", "text": text}
        for n, text in enumerate([*texts, *texts[::2], texts[1], texts[1], texts[3], *texts])
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    score([str(path)], tmp_path / "whole", Predictor(classifier), SENTENCES)

    dying, calls = Predictor(classifier), []

    def die_in_the_third_chunk(tokenised):
        calls.append(tokenised)
        if len(calls) == 3:
            raise killed
        return Predictor.label(dying, tokenised)

    monkeypatch.setattr(dying, "label", die_in_the_third_chunk)
    with pytest.raises(killed):
        score([str(path)], tmp_path / "died", dying, SENTENCES)
    score([str(path)], tmp_path / "died", Predictor(classifier), SENTENCES, resume=True)
    assert contents(tmp_path / "died") == contents(tmp_path / "whole")


@pytest.fixture
def died(source, tmp_path, fake, killed):
    """A run that died in its third chunk."""
    out = tmp_path / "died"
    with pytest.raises(killed):
        score([str(source)], out, fake(die_at=2), SENTENCES)
    return out


def test_a_torn_journal_and_torn_files_are_cut_back(source, died, tmp_path, fake):
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    with (died / "journal.jsonl").open("ab") as file:
        file.write(b'{"inputs": 9, "digest": "beef", "si')
    for name in journal.FILES:
        with (died / f"{name}.part").open("ab") as file:
            file.write(b'{"id": "r7", "te')
    score([str(source)], died, fake(), SENTENCES, resume=True)
    assert contents(died) == contents(tmp_path / "whole")


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_journal_cut_anywhere_is_resumed_from_its_last_whole_line(source, died, tmp_path, fake, cut):
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    content = (died / "journal.jsonl").read_bytes()
    (died / "journal.jsonl").write_bytes(content[:-cut])
    score([str(source)], died, fake(), SENTENCES, resume=True)
    assert contents(died) == contents(tmp_path / "whole")


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != journal.LOCK}


def refused(source, out, predictor, options=SENTENCES):
    before = everything(out)
    with pytest.raises(CommuniqueError) as error:
        score([str(source)], out, predictor, options, resume=True)
    after = everything(out)
    assert after == before, "a refusal changes nothing"
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_changed_text_is_not_resumed(source, died, fake):
    source.write_text(source.read_text().replace("rule 1", "rule one"))
    assert "inputs changed" in refused(source, died, fake())


def test_a_missing_row_is_not_resumed(source, died, fake):
    source.write_text(source.read_text().split("\n")[0] + "\n")
    assert "inputs changed" in refused(source, died, fake())


@pytest.mark.parametrize("field", ["speaker", "before", "title", "desk"])
def test_a_changed_column_is_not_resumed(source, died, fake, field):
    rows = [json.loads(line) for line in source.read_text().splitlines()]
    rows[0][field] = "Somebody else"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert "inputs changed" in refused(source, died, fake())


def test_a_changed_model_is_refused_by_name(source, died, fake):
    assert "model_sha256" in refused(source, died, fake(digest="b" * 64))


def test_a_changed_option_is_refused_by_name(source, died, fake):
    assert "options" in refused(source, died, fake(), Options(unit="statement"))


def test_a_changed_threshold_is_refused_by_name(source, died, fake):
    from communique.models.calibration import LabelCalibration

    other = fake()
    other.classifier.calibration.labels["support"] = LabelCalibration(threshold=0.7)
    assert "thresholds" in refused(source, died, other)


def test_a_damaged_manifest_is_refused_by_name(source, died, fake):
    (died / "manifest.json").write_text("{")
    assert "manifest.json" in refused(source, died, fake())


def test_more_rows_at_the_end_are_scored_on_resume(source, died, fake):
    with source.open("a") as file:
        file.write(json.dumps({"id": "late", "text": "One more."}) + "\n")
    assert score([str(source)], died, fake(), SENTENCES, resume=True).totals["inputs"] == 12


def test_a_chunk_file_shorter_than_the_journal_says_is_refused(source, died, fake):
    (died / "units.jsonl.part").write_bytes(b"")
    with pytest.raises(CommuniqueError, match=r"units\.jsonl"):
        score([str(source)], died, fake(), SENTENCES, resume=True)


# --- what stands there already


def test_a_finished_run_is_refused_and_kept(source, tmp_path, fake):
    out = tmp_path / "run"
    score([str(source)], out, fake(), SENTENCES)
    before = contents(out)
    with pytest.raises(UsageError, match="finished run"):
        score([str(source)], out, fake(), SENTENCES)
    with source.open("a") as file:
        file.write(json.dumps({"id": "late", "text": "One more."}) + "\n")
    with pytest.raises(CommuniqueError, match="fewer inputs"):
        score([str(source)], out, fake(), SENTENCES, resume=True)
    with pytest.raises(CommuniqueError, match="model_sha256"):
        score([str(source)], out, fake(digest="b" * 64), SENTENCES, resume=True)
    assert contents(out) == before


@pytest.mark.parametrize(("name", "formats"), [("labels.csv", []), ("run", ["csv"])])
def test_a_file_that_could_not_be_written_is_written_by_resume(source, tmp_path, fake, monkeypatch, name, formats):
    """All is labelled when the last step fails; it is not labelled again."""
    labels = fake()
    monkeypatch.setattr(api, "_predictor", lambda *_: labels)

    def score_to(folder, **options):
        (tmp_path / folder).mkdir(exist_ok=True)
        return api.score_to([str(source)], tmp_path / folder / name, unit="sentence", formats=formats, **options)

    def fail(*_):
        raise CommuniqueError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(api.sinks, "convert", fail)
        with pytest.raises(CommuniqueError, match="disk full"):
            score_to("a")
    calls = len(labels.calls)
    summary = score_to("a", resume=True)
    assert len(labels.calls) == calls
    assert summary.to_json() == score_to("b").to_json()
    for written in (tmp_path / "b").rglob("*.*"):
        if written.name != "manifest.json":
            assert written.read_bytes() == (tmp_path / "a" / written.relative_to(tmp_path / "b")).read_bytes()
    assert {path.name for path in (tmp_path / "a").iterdir()} == {path.name for path in (tmp_path / "b").iterdir()}


def test_an_unfinished_run_is_refused_without_resume(source, died, fake):
    with pytest.raises(UsageError, match="--resume"):
        score([str(source)], died, fake(), SENTENCES)


def test_overwrite_begins_anew_and_leaves_strangers_alone(source, died, tmp_path, fake):
    score([str(source)], tmp_path / "whole", fake(), SENTENCES)
    (died / "notes.txt").write_text("mine")
    score([str(source)], died, fake(), SENTENCES, overwrite=True)
    assert contents(died) == contents(tmp_path / "whole")
    assert (died / "notes.txt").read_text() == "mine"
    assert not list(died.glob("*.part"))


def test_a_folder_with_other_files_is_refused(source, tmp_path, fake):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.docx").write_text("x")
    with pytest.raises(UsageError, match=r"thesis\.docx"):
        score([str(source)], tmp_path / "run", fake(), SENTENCES)


def test_an_empty_folder_is_taken(source, tmp_path, fake):
    (tmp_path / "run").mkdir()
    assert score([str(source)], tmp_path / "run", fake(), SENTENCES).totals["units"] == 8


def test_a_file_in_the_way_is_refused_with_a_remedy_that_works(source, tmp_path, fake):
    (tmp_path / "run").write_text("x")
    with pytest.raises(UsageError, match="is a file") as error:
        score([str(source)], tmp_path / "run", fake(), SENTENCES)
    if "--overwrite" in str(error.value):
        score([str(source)], tmp_path / "run", fake(), SENTENCES, overwrite=True)


# --- inputs and chunks


def test_inputs_are_counted_and_digested_in_order():
    documents = [Document("a", "x"), InputError("b", "bad"), Document("c", "y")]
    first, second, third = Inputs(documents), Inputs(documents), Inputs(reversed(documents))
    assert [item.id for item in first if isinstance(item, Document)] == ["a", "c"]
    list(second), list(third)
    assert first.count == 3
    assert first.digest == second.digest != third.digest


@pytest.mark.parametrize(("limit", "value"), [("CHUNK_UNITS", 3), ("SHARD_INPUTS", 2), ("SHARD_CHARACTERS", 40)])
def test_chunks_end_by_units_inputs_or_characters(monkeypatch, limit, value):
    monkeypatch.setattr(chunks, "CHUNK_UNITS", 1000)
    monkeypatch.setattr(chunks, limit, value)
    documents = [Document(str(n), "One here. Two here.", speaker="Ostra", row=n) for n in range(7)]
    found = list(cut(Inputs(documents), Options(unit="statement")))
    assert [item.document.id for chunk in found for item in chunk] == [str(n) for n in range(7)]
    assert all(len(chunk) <= 3 for chunk in found)
    assert len(found) > 1


def test_the_manifest_says_what_decided_the_run(source, tmp_path, fake):
    score([str(source)], tmp_path / "run", fake(), SENTENCES)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["decides"]["inputs"] == [str(source)]
    assert manifest["decides"]["model_sha256"] == "a" * 64
    assert manifest["decides"]["options"]["unit"] == "sentence"
    assert len(manifest["inputs_sha256"]) == 64
    assert manifest["finished"] >= manifest["started"]
