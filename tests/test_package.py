"""The package: what setuptools lists is what lies in the folders."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import communique

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = ("corpus", "models", "training", "inference", "analysis")


def folders() -> dict[str, Path]:
    """Every folder with an ``__init__.py``, by the name under which it is imported."""
    found = {}
    for top in ("communique", *ROOMS):
        for path in (ROOT / top).rglob("__init__.py"):
            parts = path.parent.relative_to(ROOT).parts
            if top == "communique" and len(parts) > 1 and parts[1] in ROOMS:
                continue  # the links
            found[".".join(parts if top == "communique" else ("communique", *parts))] = path.parent
    return found


def sources() -> list[Path]:
    return sorted({path.resolve() for folder in folders().values() for path in folder.glob("*.py")})


def test_the_list_of_packages_is_the_folders():
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(folders())


def test_the_package_directories_are_the_folders():
    listed = PROJECT["tool"]["setuptools"]["package-dir"]
    assert listed == {"communique": "communique"} | {f"communique.{room}": room for room in ROOMS}


def test_package_data_exist():
    for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items():
        for pattern in patterns:
            if (package, pattern) == ("communique.models", "core/*") and not (ROOT / "models" / "core").is_dir():
                continue  # the shipped model is built last
            assert list(folders()[package].glob(pattern)), f"{package} has no {pattern}"


@pytest.mark.parametrize("name", sorted(folders()))
def test_every_package_says_what_it_is(name):
    tree = ast.parse((folders()[name] / "__init__.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)


def test_every_module_says_what_it_is():
    assert not [path.name for path in sources() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("room", ROOMS)
def test_the_links_lead_to_the_folders(room):
    link = ROOT / "communique" / room
    assert link.is_symlink()
    assert os.readlink(link) == f"../{room}"
    assert link.resolve() == ROOT / room


def test_the_version_is_the_projects():
    assert communique.__version__ == version("communique") == PROJECT["project"]["version"]


def test_everything_public_is_there():
    for name in communique.__all__:
        assert getattr(communique, name) is not None
    with pytest.raises(AttributeError, match="strange"):
        _ = communique.strange


def test_importing_it_imports_nothing_heavy():
    code = "import sys, communique; communique.Document; print([n for n in ('torch', 'transformers', 'numpy', 'click') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_siblings_import_relatively():
    """An absolute import of ``corpus`` from the checkout would load a second copy."""
    odd = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            odd += [f"{path.name}: {name}" for name in names if name.split(".")[0] in (*ROOMS, "communique")]
    assert not odd


def test_no_work_at_import():
    """No heavy import at the top of what ``--help`` loads, and no torch outside functions anywhere."""
    odd = []
    for path in sources():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            odd += [
                f"{path.name}: {name}"
                for name in names
                if name.split(".")[0] in ("torch", "transformers", "peft", "ray")
            ]
    assert not odd


# --- the Python API


def test_load_predicts(tiny_model):
    model = communique.load(tiny_model)
    (found,) = model.predict(["We reject the ban and protest against it."])
    assert isinstance(found, communique.Prediction)
    assert "opposition" in found.labels
    assert model.predict_proba(["x"]).shape == (1, len(model.classes_))


def test_load_says_what_is_wrong(tmp_path):
    with pytest.raises(communique.CommuniqueError, match="nowhere"):
        communique.load(tmp_path / "nowhere")


def test_extract_takes_a_text_or_a_document():
    text = "“We oppose the levy,” said Maren Holt, president of the Brellin Chamber."
    (found,) = communique.extract(text)
    assert text[found.start : found.end] == found.text
    (other,) = communique.extract(communique.Document("d", text, title="Levy"))
    assert other.doc == "d"


def test_score_writes_a_run(tiny_model, tmp_path):
    (tmp_path / "a.txt").write_text("“We oppose the levy,” said Maren Holt of the Brellin Chamber.", encoding="utf-8")
    summary = communique.score(tmp_path / "a.txt", tmp_path / "run", model=tiny_model)
    assert summary.totals["units"] == 1
    summary = communique.score([str(tmp_path / "a.txt")], tmp_path / "b.jsonl", model=tiny_model, unit="statement")
    assert summary.totals["inputs"] == 1
    with pytest.raises(communique.CommuniqueError, match="word"):
        communique.score(tmp_path / "a.txt", tmp_path / "c", model=tiny_model, unit="word")
