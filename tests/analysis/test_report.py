"""The report: hostile texts stay text, the policy allows one script, the numbers are there, and a browser agrees."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import shutil
import subprocess
import time
import urllib.request
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from communique.analysis.comparison import Question, compare
from communique.analysis.report import figures, methods
from communique.analysis.report.browser import READABLE
from communique.analysis.report.page import write
from communique.analysis.run import read_run
from communique.corpus import codebook as codebooks

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)"><!-- {{ 7 * 7 }} \u2028 =1+1'


class Page(HTMLParser):
    """What a page holds: its elements with their attributes, the text of each script, and all text beside them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        else:
            self.text += data


def written(folder, out, book=None, **question):
    write(read_run(folder), book or codebooks.core(), Question(**{"by": "actor_type"} | question), out)
    return Page(out.read_text(encoding="utf-8"))


@pytest.fixture
def many(made_run, made_unit):
    """A hundred documents of three groups over five months, with targets, flags and every tone."""
    kinds, tones = ("company", "government", "ngo"), ("negative", "neutral", "positive")
    target = {"text": "Ostra", "start": 0, "end": 5, "actor": "Ostra", "kind": "claim"}
    rows = [
        made_unit(
            n, actor_type=kinds[n % 3], actor=("Ostra", "Kestria", "Rights Watch Brellin")[n % 3], date=f"2025-0{1 + n % 5}-10",
            labels=[codebooks.core().multi[n % 14]], sentiment=tones[n % 3], target=target if n % 3 else None,
            flags=["uncertain"] if n % 10 == 0 else [],
        )
        for n in range(100)
    ]  # fmt: skip
    return made_run(rows)


@pytest.fixture
def hostile(made_run, made_unit):
    rows = [
        made_unit(
            n, text=f"{HOSTILE} {n}", actor=f"$\\frac{{ {HOSTILE}", speaker=HOSTILE, actor_type=f"_\ud800\x07{HOSTILE}", title=HOSTILE,
            publisher=HOSTILE, labels=["threat"], date=f"2025-0{1 + n % 3}-01", meta={"column": HOSTILE},
        )
        for n in range(6)
    ]  # fmt: skip
    return made_run(rows)


def test_the_policy_allows_one_script_and_one_style_and_no_request(many, tmp_path):
    page = written(many, tmp_path / "report.html")
    (policy,) = [
        found["content"] for tag, found in page.elements if found.get("http-equiv") == "Content-Security-Policy"
    ]
    _, script = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for _, found in page.elements:
        assert not [name for name in found if name.startswith("on") or name == "style"]
        for name in ("src", "href", "action"):
            assert (found.get(name) or "#").startswith(("data:image/svg+xml;base64,", "#"))


def test_hostile_texts_stay_text(hostile, tmp_path):
    page = written(hostile, tmp_path / "report.html")
    assert [found.get("type") for tag, found in page.elements if tag == "script"] == ["application/json", None]
    assert all(found["src"].startswith("data:") for tag, found in page.elements if tag == "img")
    assert f"{HOSTILE} 0" in page.text
    data = json.loads(page.scripts[0])
    assert data["statements"][0][5][0][0] == f"{HOSTILE} 0"
    assert not re.search("[<>&\u2028]", page.scripts[0])


def test_hostile_names_do_not_break_figures_or_tables(hostile, tmp_path):
    written(hostile, tmp_path / "report.html", by="actor_type")
    files = tmp_path / "report_files"
    for svg in files.glob("*.svg"):
        ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    assert (files / "profiles.png").read_bytes().startswith(b"\x89PNG")
    assert "threat" in (files / "profiles.csv").read_text(encoding="utf-8-sig")


def test_figures_stand_beside_the_page_in_three_formats(many, tmp_path):
    written(many, tmp_path / "report.html", event="2025-03-01")
    names = {path.name for path in (tmp_path / "report_files").iterdir()}
    figures = ("profiles", "sentiment", "tones", "timeline", "event")
    assert names >= {f"{name}.{suffix}" for name in figures for suffix in ("png", "svg", "csv")}


def test_a_share_that_cannot_be_corrected_is_in_no_figure(many, tmp_path):
    """Nothing of the NGOs is coded; what the model says of them must not stand among corrected shares."""
    units = [json.loads(line) for line in (many / "units.jsonl").read_text(encoding="utf-8").splitlines()]
    judged = [unit for unit in units if unit["actor_type"] != "ngo"]
    coded = [unit | {"labels": ";".join(unit["labels"])} for unit in judged]
    with (tmp_path / "coded.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text", "labels", "sentiment"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(coded)
    found = compare(read_run(many), codebooks.core(), Question("actor_type", [str(tmp_path / "coded.csv")]))
    (axes,) = figures._profiles(found).axes
    drawn = [np.asarray(bars.lines[0].get_xdata(), dtype=float) for bars in axes.containers]
    assert {name for name, values in zip(found.largest, drawn, strict=True) if np.isnan(values).all()} == {"ngo"}
    captions = {one.name: one.caption for one in figures.figures(found)}
    assert "corrected" in captions["sentiment"]


def test_the_page_is_read_without_the_script(many, tmp_path):
    page = written(many, tmp_path / "report.html")
    assert page.text.count("Sentence number 0 of the run.") >= 1
    articles = [tag for tag, _ in page.elements if tag == "article"]
    assert len(articles) == READABLE
    assert f"The first {READABLE} statements" in page.text
    assert len(json.loads(page.scripts[0])["statements"]) == 100
    assert any(tag == "form" and "hidden" in found for tag, found in page.elements)


def test_the_methods_have_the_numbers_that_a_referee_asks_for(many, tmp_path):
    text = written(many, tmp_path / "report.html").text
    for number in (
        "a" * 64,
        codebooks.core().digest,
        "core 1.0",
        "100 units (sentences) of 100 documents",
        "10 (10.0%) uncertain",
    ):
        assert number in text
    assert "2025-01-10 to 2025-05-10" in text
    assert "not found beside the run" in text
    assert "conditional on this extraction" in text
    assert '"inputs_sha256"' in text


def test_the_methods_of_the_shipped_model_have_its_evaluation(made_run, made_unit, tmp_path):
    from communique.models import folder

    core = folder.ModelFolder(folder.CORE)
    run = made_run([made_unit(n) for n in range(3)], model_sha256=core.digest())
    test = json.loads(core.metrics.read_text(encoding="utf-8"))["evaluation"]["test"]
    text = written(run, tmp_path / "report.html").text
    assert f"On {test['n']} test sentences of {test['documents']} documents" in text
    assert f"macro-F1 {test['macro_f1']['value']:.3f}" in text
    assert "not by humans" in text


def test_a_run_of_one_unit_without_anything_known_makes_a_page(made_run, made_unit, tmp_path):
    bare = dict.fromkeys(("speaker", "actor", "actor_type", "title", "date", "publisher"))
    page = written(made_run([made_unit(0, **bare, labels=[])]), tmp_path / "report.html")
    assert "None of them is dated" in page.text
    assert "Unresolved speaker" in page.text


def test_many_groups_are_shown_together(made_run, made_unit, tmp_path):
    page = written(
        made_run([made_unit(n, actor=f"Actor {n % 9}", labels=["threat"]) for n in range(30)]),
        tmp_path / "r.html",
        by="actor",
    )
    assert "Every group" in page.text
    assert "Of 9 groups the 6 largest are compared" in page.text


def test_the_sentiment_is_shown_whichever_other_choice_stands_first(made_run, made_unit, tmp_path, topics):
    rows = [made_unit(n, labels=["trade", "support"], **topics.fields) for n in range(4)]
    page = written(made_run(rows), tmp_path / "r.html", topics.book)
    assert json.loads(page.scripts[0])["sentiments"] == ["negative", "neutral", "positive"]
    with (tmp_path / "r_files" / "sentiment.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["negative", "neutral", "positive"]


@pytest.mark.parametrize("groups", [1, 9])
def test_a_codebook_without_several_choices_has_a_page(made_run, made_unit, tmp_path, groups):
    book = codebooks.core()
    alone = replace(book, groups=tuple(group for group in book.groups if group.choice == "single"))
    rows = [made_unit(n, actor=f"Actor {n % groups}", scores={}, date=f"2025-0{1 + n % 2}-01") for n in range(20)]
    written(made_run(rows), tmp_path / "r.html", alone, by="actor", event="2025-02-01")
    assert {path.stem for path in (tmp_path / "r_files").glob("*.svg")} == {"sentiment", "timeline"}


def test_figures_that_are_not_known_are_dashes(many, monkeypatch, tmp_path):
    unknown = {"value": None, "low": None, "high": None}
    label = {"name": "threat", "support": 0, "precision": None, "recall": None, "f1": unknown}
    test = {"n": 3, "documents": 1, "labels": [label], "macro_f1": unknown, "micro_f1": unknown}
    monkeypatch.setattr(methods, "_test", lambda _: test)
    assert "macro-F1 –, micro-F1 –" in written(many, tmp_path / "r.html").text
    assert methods.interval({"value": None, "low": None, "high": None}) == "–"
    assert methods.interval({"value": 0.5, "low": None, "high": None}, 2) == "0.50"
    assert methods.interval({"value": 0.5, "low": 0.4, "high": 0.6}) == "0.500 [0.400, 0.600]"


def test_what_nobody_coded_is_not_drawn_as_corrected(made_run, made_unit, table, tmp_path):
    """The model's own share of a label that no coder judged is no corrected one."""
    run = made_run([made_unit(n, labels=["threat", "denial"], date=f"2025-0{1 + n % 2}-01") for n in range(40)])
    rows = [{"id": f"u{n}", "text": f"Sentence number {n} of the run.", "threat": n % 2, "pi": 1} for n in range(40)]
    found = compare(
        read_run(run), codebooks.core(), Question("actor_type", coded=[str(table(tmp_path / "c.csv", rows))])
    )
    shares = found.profiles.shares["company"]
    assert figures._estimated(shares["threat"]) == pytest.approx(50)
    assert np.isnan(figures._estimated(shares["denial"]))
    drawn = {one.name: one for one in figures.figures(found)}
    assert "corrected by the units coded by hand" in drawn["sentiment"].caption


def test_flags_are_counted_among_all_that_was_labelled(many):
    run, book = read_run(many), codebooks.core()
    found = compare(run, book, Question("actor_type"))
    half = np.arange(100) < 50
    frame = replace(found.frame.where(half), left_out=frozenset(found.frame.ids[50:]))
    corpus, *_, flags, _ = methods.methods(run, replace(found, frame=frame)).paragraphs
    assert "10 (10.0%) uncertain" in flags
    assert "50 units (sentences) of 50 documents were labelled. 50 more, which the model has learned from" in corpus


def test_days_and_months_that_are_none_make_no_timeline(made_run, made_unit, tmp_path):
    dates = ("2019-31-12", "0001-01-01", "2019-11-30", "2019-12-01")
    page = written(made_run([made_unit(n, date=date) for n, date in enumerate(dates)]), tmp_path / "r.html")
    assert "1 have no date" in page.text
    with (tmp_path / "r_files" / "timeline.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["month"] for row in csv.DictReader(file)} == {"2019-11", "2019-12"}


def test_the_command_writes_and_refuses(run, many, tmp_path):
    out = tmp_path / "report.html"
    assert run("report", many, "-o", out).code == 0
    assert out.exists()
    assert "exists" in run("report", many, "-o", out).complaint
    folder = tmp_path / "report_files"
    for name in ("older.svg", "older.png", "older.csv", "mine.csv"):
        (folder / name).write_text("x")
    assert run("report", many, "-o", out, "--overwrite").code == 0
    assert not list(folder.glob("older.*")), "a figure of an older report"
    assert (folder / "mine.csv").exists()
    out.unlink()
    assert "report_files exists" in run("report", many, "-o", out).complaint
    assert run("report", many, "-o", tmp_path / "report.pdf").code == 2


# --- in a browser


class Browser:
    """Chromium by way of chromedriver, spoken to in the WebDriver protocol (W3C)."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        self.session = "/session"
        self.session = f"/session/{self.ask('', {'capabilities': {'alwaysMatch': wanted}})['sessionId']}"

    def ask(self, path, body=None, method="POST"):
        content = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.base}{self.session}{path}", content, method=method)
        with urllib.request.urlopen(request, timeout=240) as answer:
            return json.loads(answer.read())["value"]

    def open(self, page):
        """Open a page and wait until its script has run: chromedriver may answer before a large page is read to its end."""
        self.ask("/url", {"url": page.as_uri()})
        for _ in range(1200):
            if self.run("return [location.href, document.readyState]") == [page.as_uri(), "complete"]:
                return
            time.sleep(0.1)
        raise TimeoutError(page)

    def run(self, script):
        return self.ask("/execute/sync", {"script": script, "args": []})

    def log(self, kind):
        return self.ask("/se/log", {"type": kind})


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = shutil.which("chromedriver")
    if not driver or not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no Chromium with chromedriver here: apt-get install chromium chromium-driver")
    out = tmp_path_factory.mktemp("driver") / "log"
    with out.open("w") as log:
        process = subprocess.Popen([driver, "--port=0"], stdout=log, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            if found := re.search(r"on port (\d+)\.", out.read_text()):
                break
            time.sleep(0.1)
        assert found, out.read_text()
        opened = Browser(int(found[1]))
        yield opened
        opened.ask("", method="DELETE")
    finally:
        process.terminate()
        process.wait()


def requested(browser):
    """Return the addresses asked for, apart from data and the page itself."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    urls = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith(("data:", "file:"))]


@pytest.mark.slow
def test_in_a_browser_filters_work_and_nothing_is_asked_or_complained_of(browser, many, tmp_path):
    written(many, tmp_path / "report.html")
    browser.open(tmp_path / "report.html")
    assert browser.run("return document.getElementById('count').textContent") == "100 sentences in 100 statements"
    assert browser.run("return document.querySelectorAll('article').length") == 25
    set_to = "const set = (id, value) => { document.getElementById(id).value = value; };"
    filtered = "document.getElementById('filters').dispatchEvent(new Event('input')); return new Promise((done) => setTimeout(() => done(document.getElementById('count').textContent), 1500));"
    assert browser.run(f"{set_to} set('search', 'number 7'); {filtered}") == "11 sentences in 11 statements"
    assert browser.run("return document.querySelector('mark').textContent") == "number 7"
    assert browser.run(f"{set_to} set('actor', 'kestria'); {filtered}").startswith("5 sentences")
    assert browser.run(f"{set_to} set('label', '13'); set('search', 'nowhere'); {filtered}").startswith("No statement")
    browser.run("document.getElementById('filters').reset()")
    opened = "const first = document.querySelector('article details'); first.open = true; return new Promise((done) => setTimeout(() => done(first.querySelectorAll('meter').length), 1000));"
    browser.run("return new Promise((done) => setTimeout(done, 500));")
    assert browser.run(opened) == len(codebooks.core().labels)
    assert browser.log("browser") == []
    assert requested(browser) == []


@pytest.mark.slow
def test_in_a_browser_hostile_texts_show_as_text(browser, hostile, tmp_path):
    written(hostile, tmp_path / "report.html")
    browser.open(tmp_path / "report.html")
    shown = browser.run("return document.querySelector('article .t').textContent")
    assert shown == f"{HOSTILE} 0"
    assert browser.run("return document.scripts.length") == 2
    assert browser.run("return [...document.images].filter((one) => !one.naturalWidth).length") == 0
    assert browser.log("browser") == []


@pytest.mark.slow
def test_fifty_thousand_units_make_a_page(made_run, made_unit, browser, tmp_path):
    kinds = ("company", "government", "ngo")
    rows = [
        made_unit(n, doc=f"d{n // 10}", statement=f"d{n // 10}:s{n % 10 // 3}", actor=f"Actor {n % 400}", actor_type=kinds[n % 3], labels=["threat"] * (n % 2))
        for n in range(50_000)
    ]  # fmt: skip
    written(made_run(rows), tmp_path / "report.html")
    browser.open(tmp_path / "report.html")
    assert browser.run("return document.getElementById('count').textContent") == "50000 sentences in 20000 statements"
    assert browser.run("return document.querySelectorAll('article').length") == 25
    assert browser.log("browser") == []
