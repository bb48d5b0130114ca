"""The state: a training killed at any moment ends in the weights of one that never was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.corpus.errors import CommuniqueError, UsageError
from communique.training import dataset, loop, state
from communique.training.fit import fit
from communique.training.state import Store, fingerprint


@pytest.fixture(scope="module")
def recipe(tiny_recipe):
    return replace(tiny_recipe, epochs=2, batch=32, rate=1e-3)


@pytest.fixture(scope="module")
def data(recipe):
    return dataset.load(recipe)


def weights(model):
    return {name: value.clone() for name, value in model.network.state_dict().items()}


def same(one, other):
    return all((one[name] == other[name]).all() for name in one)


class Tick:
    """Dies at the batch numbered `die_at`, counted over all of the training."""

    def __init__(self, killed, die_at=None):
        self.killed, self.die_at, self.calls = killed, die_at, 0

    def __call__(self, _units):
        self.calls += 1
        if self.calls == self.die_at:
            raise self.killed


@pytest.fixture(scope="module")
def some(data):
    return data.where([n % 2 == 0 for n in range(len(data))])


@pytest.fixture(scope="module")
def whole(recipe, some):
    """For every way to train: the weights, the progress and the number of batches of an uninterrupted training."""
    found = {}
    for name, options in WAYS.items():
        tick, told = Tick(None), []
        model = loop.train(replace(recipe, **options), some, told.append, tick)
        found[name] = weights(model), told, tick.calls
    return found


WAYS = {
    "full": {},
    "lora": {"method": "lora", "rank": 4},
    "few-shot": {"method": "few-shot"},
    "accumulate": {"accumulate": 2, "warm_start": False},
    "average": {"average": 2, "warm_start": False},
}


@settings(max_examples=10)
@given(st.sampled_from(sorted(WAYS)), st.data())
def test_killed_anywhere_it_ends_the_same(whole, recipe, some, killed, tmp_path_factory, way, draw):
    chosen, (expected, told, calls) = replace(recipe, **WAYS[way]), whole[way]
    die_at = draw.draw(st.integers(1, calls))
    folder = tmp_path_factory.mktemp("state") / "model.training"

    def store():
        found = Store(folder, fingerprint(chosen, some), every=0.0)
        found.begin(resume=True, overwrite=False)
        return found

    with pytest.raises(killed):
        loop.train(chosen, some, lambda _: None, Tick(killed, die_at), store())
    again = []
    assert same(expected, weights(loop.train(chosen, some, again.append, store=store())))
    assert [(one.epoch, one.loss, one.dev_score) for one in again] == [
        (one.epoch, one.loss, one.dev_score) for one in told
    ]


def test_a_finished_training_leaves_its_log_and_no_state(recipe, tmp_path):
    fit(recipe, tmp_path / "model")
    lines = [json.loads(line) for line in (tmp_path / "model" / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines if "dev_score" in line] == [1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("resume", [True, False])
def test_a_folder_of_the_users_own_is_not_removed(recipe, tmp_path, resume):
    own = tmp_path / "model.training" / "notes.txt"
    own.parent.mkdir()
    own.write_text("mine")
    with pytest.raises(UsageError, match=r"model\.training.*notes\.txt.*another -o"):
        fit(recipe, tmp_path / "model", resume=resume, overwrite=not resume)
    assert own.read_text() == "mine"


def test_an_unfinished_training_is_not_lost(recipe, tmp_path, killed):
    out = tmp_path / "model"
    with pytest.raises(killed):
        fit(recipe, out, tick=Tick(killed, 9))
    assert not out.exists()
    with pytest.raises(UsageError, match=r"--resume.*--overwrite"):
        fit(recipe, out)
    fit(recipe, out, resume=True)
    fit(recipe, tmp_path / "other")
    for name in ("model.safetensors", "calibration.json"):
        assert (out / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    scores = [json.loads((tmp_path / name / "metrics.json").read_text())["training"] for name in ("model", "other")]
    assert [p["dev_score"] for p in scores[0]] == [p["dev_score"] for p in scores[1]]


def test_a_kill_while_the_model_is_written_is_no_harm(recipe, tmp_path, killed, monkeypatch):
    from communique.training import fit as fits

    def die(*_):
        raise killed

    monkeypatch.setattr(fits, "describe", die)
    with pytest.raises(killed):
        fit(recipe, tmp_path / "model")
    assert not (tmp_path / "model").exists()
    monkeypatch.undo()
    told = []
    fit(recipe, tmp_path / "model", resume=True, report=told.append)
    assert [progress.epoch for progress in told] == [1, 2]


def test_a_kill_while_the_model_is_moved_is_no_harm(recipe, tmp_path, killed, monkeypatch):
    """Some files stand in the model folder already, others not yet."""
    from communique.training import fit as fits

    moved, replace_ = [], fits.os.replace

    def die(source, target):
        if "model.training/model" in str(source):
            moved.append(target)
            if len(moved) == 4:
                raise killed
        replace_(source, target)

    monkeypatch.setattr(fits.os, "replace", die)
    with pytest.raises(killed):
        fit(recipe, tmp_path / "model")
    monkeypatch.undo()
    assert 0 < len(list((tmp_path / "model").iterdir())) < 6
    fit(recipe, tmp_path / "model", resume=True)
    assert (tmp_path / "model" / "model.safetensors").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_training_that_never_began_leaves_nothing(recipe, tmp_path):
    with pytest.raises(CommuniqueError, match="fp16"):
        fit(replace(recipe, device="cpu", precision="fp16"), tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("change", [{"rate": 2e-3}, {"seed": 5}])
def test_another_recipe_is_not_continued(recipe, tmp_path, killed, change):
    with pytest.raises(killed):
        fit(recipe, tmp_path / "model", tick=Tick(killed, 9))
    with pytest.raises(CommuniqueError, match=next(iter(change))):
        fit(replace(recipe, **change), tmp_path / "model", resume=True)


def test_a_damaged_state_is_named(recipe, data, tmp_path):
    store = Store(tmp_path / "m.training", fingerprint(recipe, data))
    store.begin(resume=False, overwrite=False)
    store.folder.mkdir()
    store.file.write_bytes(b"\x80\x04pickle")
    with pytest.raises(CommuniqueError, match=r"damaged.*--overwrite"):
        store.read()


def test_a_log_is_cut_to_what_the_state_knows(tmp_path):
    store = Store(tmp_path / "m.training", {})
    store.begin(resume=False, overwrite=False)
    store.note(epoch=1)
    store.save({}, {})
    store.note(epoch=2)
    again = Store(store.folder, {})
    again.begin(resume=True, overwrite=False)
    assert again.read() == ({}, {})
    assert (again.log.read_text(), again.lines) == ('{"epoch": 1}\n', 1)


def test_no_pickle_is_written(recipe, tmp_path, killed):
    with pytest.raises(killed):
        fit(recipe, tmp_path / "model", tick=Tick(killed, 9))
    assert {path.suffix for path in (tmp_path / "model.training").iterdir()} == {".safetensors", ".jsonl"}
    assert state.EVERY > 0


# --- what decides the epochs


def test_patience_ends_a_training_that_gains_nothing(recipe, data, monkeypatch):
    scores = iter([0.5, 0.6, 0.4, 0.4, 0.9])
    monkeypatch.setattr(loop, "dev_score", lambda *_: next(scores))
    told = []
    loop.train(replace(recipe, epochs=5, patience=2, warm_start=False), data, told.append)
    assert [progress.epoch for progress in told] == [1, 2, 3, 4]


def test_an_average_is_that_of_the_last_epochs(recipe, data, monkeypatch):
    seen = []
    monkeypatch.setattr(loop, "dev_score", lambda model, _: seen.append(weights(model)) or 0.5)
    found = weights(loop.train(replace(recipe, epochs=3, average=2, warm_start=False), data, lambda _: None))
    for name, value in found.items():
        if value.is_floating_point():
            assert value.numpy() == pytest.approx(((seen[1][name] + seen[2][name]) / 2).numpy(), abs=1e-6)


def test_batches_that_are_gathered_make_one_step(recipe, data, monkeypatch):
    from communique.training import schedule

    steps = []
    build = schedule.optimiser
    monkeypatch.setattr(schedule, "optimiser", lambda network, chosen, n: steps.append(n) or build(network, chosen, n))
    loop.train(replace(recipe, epochs=1, accumulate=3, warm_start=False), data, lambda _: None)
    assert steps == [2]  # 126 units, 4 batches


def test_lower_layers_learn_slower(recipe, data):
    from communique.training import network, schedule

    found, _ = schedule.optimiser(network.fresh(recipe, data).network, replace(recipe, layer_decay=0.5, warmup=0.0), 10)
    rates = {group["lr"] for group in found.param_groups}
    assert sorted(rates) == pytest.approx([1e-3 / 8 * 2, 1e-3 / 2, 1e-3, 2e-3])


def test_half_precision_trains_as_well(recipe, data):
    told = []
    loop.train(replace(recipe, precision="bf16", epochs=1), data, told.append)
    assert told[0].loss > 0


def test_precision_and_device_are_the_machines(recipe):
    from communique.training import hardware

    assert hardware.choose(replace(recipe, device="cpu")).precision == "fp32"
    with pytest.raises(CommuniqueError, match=r"fp16.*cuda"):
        hardware.choose(replace(recipe, device="cpu", precision="fp16"))
    import torch

    if not torch.cuda.is_available():
        with pytest.raises(CommuniqueError, match=r"cuda.*cpu"):
            hardware.choose(replace(recipe, device="cuda"))
