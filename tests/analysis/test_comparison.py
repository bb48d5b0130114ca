"""Comparisons: shares and intervals against plain formulas, differences, answers, months, events and sentences."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from communique.analysis import comparison, course
from communique.analysis.answers import named
from communique.analysis.comparison import Question, compare
from communique.analysis.comparison_tables import aligned, tables, text, write
from communique.analysis.profiles import uncorrected
from communique.analysis.run import read_run
from communique.analysis.tables import Table
from communique.corpus import codebook as codebooks
from communique.corpus.errors import UsageError
from communique.corpus.extraction import Actors


@pytest.fixture
def opposed(made_run, made_unit):
    """Forty documents in which a company and a ministry each say a sentence; ministries oppose, companies comply."""
    rows = []
    for n in range(40):
        date = "2025-02-10" if n < 20 else "2025-03-20"
        said = ["opposition"] if n % 4 else []
        rows.append(
            made_unit(2 * n, doc=f"d{n}", actor="Ostra", labels=["compliance_claim"], date=date, sentiment="positive")
        )
        rows.append(
            made_unit(
                2 * n + 1, doc=f"d{n}", actor="Kestria Trade Ministry", actor_type="government", labels=said, date=date,
                sentiment="negative" if n % 8 else "positive", text=f"We oppose what Ostra did, time {n}.",
            )
        )  # fmt: skip
    return made_run(rows)


def compared(folder, by="actor_type", **more):
    return compare(read_run(folder), codebooks.core(), Question(by, **more))


def test_an_uncorrected_share_has_the_variance_of_document_totals():
    documents = np.array([0, 0, 0, 1, 1, 2, 3, 3, 4, 4])
    given = np.array([1, 1, 0, 0, 1, 1, 0, 0, 1, 0], dtype=bool)
    found = uncorrected(documents, given)
    share = given.mean()
    totals = [sum(given[documents == d] - share) / len(given) for d in range(5)]
    assert found.share == share
    assert found.error == pytest.approx(math.sqrt(5 / 4 * sum(total**2 for total in totals)), abs=1e-12)


def test_a_label_never_given_has_an_interval_and_one_document_has_none():
    found = uncorrected(np.arange(100), np.zeros(100, dtype=bool))
    low, high = found.spread.interval()
    assert low == 0
    assert 0.03 < high < 0.12
    assert uncorrected(np.zeros(5, dtype=int), np.ones(5, dtype=bool)).spread is None


def test_the_labels_that_set_groups_apart_stand_first(opposed):
    found = compared(opposed).profiles
    assert found.sizes == {"company": 40, "government": 40}
    assert found.shares["government"]["opposition"].estimate.share == 0.75
    first = [(one.label, round(one.difference.share, 6)) for one in found.contrasts[:4]]
    assert {("compliance_claim", 1.0), ("opposition", -0.75)} <= set(first)
    tested = [one for one in found.contrasts if one.difference]
    assert all(one.adjusted >= one.difference.p for one in tested)
    assert [one.adjusted for one in tested] == sorted(one.adjusted for one in tested)
    assert next(one for one in tested if one.label == "threat").adjusted == 1


def test_a_difference_within_documents_is_surer_than_between_them(made_run, made_unit):
    """Both speak in every document and oppose in the same ones: the difference has no error at all but the one added."""
    rows = [
        made_unit(2 * n + k, doc=f"d{n}", actor_type=kind, labels=["opposition"] * (n % 2))
        for n in range(40)
        for k, kind in enumerate(("company", "government"))
    ]
    apart = [row | {"doc": f"d{row['id']}"} for row in rows]
    within, between = compared(made_run(rows)), compared(made_run(apart, "apart"))
    errors = [
        next(one.difference.error for one in found.profiles.contrasts if one.label == "opposition")
        for found in (within, between)
    ]
    assert errors[0] == pytest.approx(0, abs=1e-9)
    assert errors[1] > 0.1


def test_units_without_a_value_are_a_group_that_is_not_compared(made_run, made_unit):
    found = compared(made_run([made_unit(n, actor_type="company" if n % 2 else None) for n in range(10)]))
    assert list(found.profiles.sizes) == ["company", "(none)"]
    assert not found.profiles.contrasts


def test_who_answers_whom_by_target_and_by_name(made_run, made_unit):
    target = {"text": "Brellin", "start": 0, "end": 7, "actor": "Brellin", "kind": "claim"}
    rows = [
        made_unit(0, doc="d", actor="Ostra Ltd."),
        made_unit(
            1, doc="d", actor="Kestria", text="What Ostra says is false.", labels=["denial"], sentiment="negative"
        ),
        made_unit(2, doc="d", actor="Kestria", text="Ostrava is a town, Kestria a state."),
        made_unit(3, doc="e", actor="Kestria", text="Ostra is not in this document."),
        made_unit(4, doc="e", actor="Ostra Ltd.", target=target, labels=["opposition"]),
    ]
    found = compared(made_run(rows)).answers
    named_by = [(one.speaker, one.addressee, dict(one.bases)) for one in found]
    assert named_by == [
        ("Kestria", "Ostra Ltd.", {"named": 2}),
        ("Ostra Ltd.", "Brellin", {"target": 1}),
    ]
    assert found[0].labels["denial"] == 1
    assert found[0].example.id == "u1"


def test_a_name_is_matched_whole_and_by_alias():
    actors = Actors.load()
    assert named("Veltrane’s cameras", ["Veltrane Inc.", "Vel"], actors) == ["Veltrane Inc."]
    assert named("They are not from the UN.", ["United Nations"], actors) == ["United Nations"]


def test_months_and_an_event(opposed):
    found = compared(opposed, event="2025-03-01")
    months = [(one.month, one.group, one.units) for one in found.months if one.group == "all"]
    assert months == [("2025-02", "all", 40), ("2025-03", "all", 40)]
    assert (found.event.before, found.event.after, found.event.undated) == (40, 40, 0)
    change = next(
        one for one in found.event.changes if one.group == "government" and one.contrast.label == "opposition"
    )
    assert change.contrast.difference.share == pytest.approx(change.after.naive - change.before.naive)


def test_the_day_of_the_event_counts_as_after_and_a_month_is_no_day(made_run, made_unit):
    dates = ["2025-03-13", "2025-03-14", "2025-03-14T08:00:00Z", "2025-03", None, "2025-31-03", "0001-01-01"]
    found = compared(made_run([made_unit(n, date=date) for n, date in enumerate(dates)]), event="2025-03-14").event
    assert (found.before, found.after, found.undated) == (1, 2, 4)


@pytest.mark.parametrize(
    ("day", "said"), [("soon", "write a day"), ("2025-13-01", "write a day"), ("2031-01-01", "on or after 2031")]
)
def test_an_event_that_cannot_be_is_refused(opposed, day, said):
    with pytest.raises(UsageError, match=said):
        compared(opposed, event=day)


def test_days_are_checked():
    assert course.day_of("2025-03-14") == "2025-03-14"


def test_typical_sentences_are_unflagged_sure_and_not_repeated(made_run, made_unit):
    rows = [made_unit(n, labels=["threat"], text="They will pay.") for n in range(3)]
    rows.append(made_unit(3, labels=["threat"], text="Flagged.", flags=["uncertain"]))
    rows.append(
        made_unit(4, labels=["threat"], text="Surer.") | {"scores": dict.fromkeys(codebooks.core().multi, 0.95)}
    )
    best = compared(made_run(rows)).reading.typical["company", "threat"]
    assert [one.unit.text for one in best] == ["Surer.", "They will pay."]


def test_stance_and_sentiment_part_where_the_tone_is_not_the_usual(opposed):
    found = compared(opposed).reading
    tone = next(one for one in found.tones if (one.group, one.label) == ("all", "opposition"))
    assert (tone.usual, tone.units) == ("negative", 30)
    parting = {key for key, best in found.parting.items() if best}
    assert ("opposition", "negative") not in parting
    assert ("compliance_claim", "positive") not in parting


def test_the_text_warns_that_shares_are_uncorrected(opposed):
    shown = text(compared(opposed))
    assert comparison.UNCORRECTED in shown
    assert "75 % [" in shown
    assert "Who answers whom" in shown


def test_columns_are_aligned():
    shown = aligned(Table("", ("a", "long head"), (("x|y", "1"), ("longer\nname", "22")), 1)).split("\n")
    assert len({len(line) for line in shown}) == 1
    assert "x/y" in shown[2]


def test_tables_hold_everything_and_no_formula(made_run, made_unit, tmp_path):
    rows = [made_unit(n, labels=["threat"], text="=HYPERLINK(1)", actor="@evil") for n in range(4)]
    write(compared(made_run(rows), by="actor"), tmp_path / "out")
    with (tmp_path / "out" / "sentences.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["label"] == "threat"]
    assert (row["text"], row["actor"], row["group"]) == ("'=HYPERLINK(1)", "'@evil", "'@evil")
    with (tmp_path / "out" / "profiles.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(codebooks.core().labels)


def test_with_a_coded_sheet_shares_are_corrected(opposed, table, tmp_path):
    """Coders find no opposition where the model saw it in every fourth document: the share comes down."""
    book = codebooks.core()
    rows = []
    for unit in read_run(opposed).units():
        given = set(unit.labels) if int(unit.id[1:]) % 3 else set()
        rows.append(
            {"id": unit.id, "text": unit.text, "document": unit.doc, "pi": "1"}
            | {name: int(name in given) for name in book.multi}
        )
    sheet = table(tmp_path / "coded.csv", rows)
    found = compared(opposed, coded=[str(sheet)])
    share = found.profiles.shares["government"]["opposition"]
    truth = [row["opposition"] for row in rows if int(row["id"][1:]) % 2]
    assert share.naive == 0.75
    assert share.estimate.share == pytest.approx(sum(truth) / len(truth), abs=1e-9)
    assert comparison.UNCORRECTED not in text(found)


def test_the_tone_is_the_sentiment_whichever_other_choice_stands_first(made_run, made_unit, tmp_path, topics):
    run = read_run(made_run([made_unit(n, labels=["support"], **topics.fields) for n in range(4)]))
    found = compare(run, topics.book, Question("actor_type"))
    (tones,) = [table for table in tables(found) if table.caption.startswith("Stance and sentiment")]
    assert tones.heads[3:] == ("negative", "neutral", "positive")
    assert tones.rows == (("support", "neutral", "4", "0.0 %", "100.0 %", "0.0 %"),)
    write(found, tmp_path / "out")
    with (tmp_path / "out" / "tones.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["neutral"] == "4"


def test_the_command_prints_writes_and_refuses(run, opposed, tmp_path):
    out = tmp_path / "tables"
    found = run("compare", opposed, "--by", "actor", "--event", "2025-03-01", "-o", out)
    assert found.code == 0, found.err
    assert "Kestria Trade Ministry" in found.out
    assert (out / "event.csv").exists()
    assert run("compare", opposed, "--by", "actor", "-o", out).code == 2
    assert run("compare", opposed, "--by", "actor", "-o", out, "--overwrite").code == 0
    assert not (out / "event.csv").exists(), "this comparison has no event"
    for path in out.glob("*.csv"):
        path.unlink()
    assert "comparison.md exists" in run("compare", opposed, "--by", "actor", "-o", out).complaint
    assert "no unit has a field 'colour'" in run("compare", opposed, "--by", "colour").complaint
    assert run("compare", tmp_path / "nowhere", "--by", "actor").code == 1
