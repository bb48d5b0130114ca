"""How the model runs: asked of the processor, forced by the user, or kept from the run that is resumed."""

from __future__ import annotations

import json

import pytest

from communique.corpus.errors import CommuniqueError, UsageError
from communique.inference import execution
from communique.inference.chunks import Options
from communique.inference.execution import Execution, choose
from communique.inference.predictor import load
from communique.inference.runner import score


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def machine(monkeypatch):
    """Make a processor: whether it has bf16 instructions, and how much faster it is with them."""

    def make(*, instructions: bool, gain: float) -> list[str]:
        timed: list[str] = []

        def rate(dtype, **_):
            timed.append(str(dtype))
            return gain if "bfloat16" in str(dtype) else 1.0

        monkeypatch.setattr(execution, "multiplies_bf16", lambda: instructions)
        monkeypatch.setattr(execution, "product_rate", rate)
        return timed

    return make


@pytest.mark.parametrize(
    ("instructions", "gain", "chosen"), [(True, 5.0, "bf16"), (True, 1.1, "fp32"), (False, 5.0, "fp32")]
)
def test_bf16_is_taken_where_the_processor_has_it_and_is_faster_with_it(machine, instructions, gain, chosen):
    timed = machine(instructions=instructions, gain=gain)
    assert choose().precision == chosen
    assert bool(timed) == instructions, "what the processor cannot do is not timed"


def test_a_forced_precision_is_not_timed(machine):
    timed = machine(instructions=True, gain=5.0)
    assert choose("fp32").precision == "fp32"
    assert not timed


def test_what_an_interrupted_run_chose_is_kept(machine):
    machine(instructions=True, gain=5.0)
    assert choose("auto", {"device": "cpu", "precision": "fp32"}).precision == "fp32"
    assert choose("bf16", {"device": "cpu", "precision": "fp32"}).precision == "bf16"
    assert choose("auto", {"device": "cuda", "precision": "fp16"}).precision == "bf16"


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_a_precision_that_does_not_run_here_is_refused_by_name(precision):
    with pytest.raises(UsageError, match=precision):
        choose(precision)


@pytest.mark.parametrize(("quota", "threads"), [("100000 100000", 1), ("max 100000", 4), ("50000 100000", 1), ("", 4)])
def test_threads_stay_within_a_containers_quota(tmp_path, monkeypatch, quota, threads):
    import torch

    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(execution, "_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    assert execution.available_threads() == threads


def test_a_product_has_a_rate():
    import torch

    assert execution.product_rate(torch.float32, size=32, tries=2) > 0


@pytest.mark.parametrize(("precision", "within"), [("fp32", 1e-6), ("bf16", 0.15)])
def test_the_network_runs_in_the_chosen_precision(tiny_model, classifier, precision, within):
    predictor = load(tiny_model, Execution("cpu", precision, 1))
    assert (
        next(predictor.classifier.network.parameters())
        .dtype.__str__()
        .endswith({"fp32": "32", "bf16": "bfloat16"}[precision])
    )
    texts = ["We oppose the ban.", "We welcome the levy and the ruling."]
    assert abs(predictor.classifier.predict_proba(texts) - classifier.predict_proba(texts)).max() < within


@pytest.mark.parametrize("changed", [{"precision": "bf16"}, {"threads": 2}])
def test_a_run_is_not_resumed_in_another_precision_or_with_other_threads(tmp_path, fake, killed, changed):
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"text": "We oppose it."}) + "\n")
    with pytest.raises(killed):
        score([str(path)], tmp_path / "run", fake(die_at=0), Options("sentence"))
    other = fake()
    other.execution = Execution(**changed)
    with pytest.raises(CommuniqueError, match=next(iter(changed))):
        score([str(path)], tmp_path / "run", other, Options("sentence"), resume=True)
