"""The loop: the same recipe gives the same weights, and the data are seen as the recipe says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from communique.corpus.errors import CommuniqueError, UsageError
from communique.models.inputs import Encoded, Example
from communique.training import dataset, feed, loop, network, objective, schedule
from communique.training.fit import fit
from communique.training.recipe import Recipe


@pytest.fixture(scope="module")
def quick(tiny_recipe):
    return replace(tiny_recipe, epochs=1)


@pytest.fixture(scope="module")
def data(quick):
    return dataset.load(quick)


def trained(recipe, data, report=lambda _: None):
    return loop.train(recipe, data, report)


def logits_of(classifier, rows):
    return classifier.network(**classifier.tensors(rows)).logits


def weights(classifier):
    return {name: value.clone() for name, value in classifier.network.state_dict().items()}


def same(one, other):
    return all((one[name] == other[name]).all() for name in one)


@pytest.mark.parametrize(
    "options", [{}, {"rank": 4}, {"method": "lora", "rank": 4}, {"warm_start": False, "smoothing": 0.1}]
)
def test_the_same_recipe_gives_the_same_weights(quick, data, options):
    import torch

    recipe = replace(quick, **options)
    first = weights(trained(recipe, data))
    torch.rand(7)
    assert same(first, weights(trained(recipe, data)))


def test_another_seed_gives_other_weights(quick, data):
    assert not same(weights(trained(quick, data)), weights(trained(replace(quick, seed=2), data)))


def test_files_are_the_same_byte_for_byte(quick, tmp_path):
    for name in ("one", "two"):
        fit(quick, tmp_path / name)
    for name in (
        "model.safetensors",
        "calibration.json",
        "config.json",
        "codebook.yaml",
        "recipe.toml",
        "tokenizer.json",
    ):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_the_best_epoch_is_kept(tiny_recipe, data, monkeypatch):
    scores = iter([0.2, 0.9, 0.3])
    kept = []

    def score(classifier, _dev):
        kept.append(weights(classifier))
        return next(scores)

    monkeypatch.setattr(loop, "dev_score", score)
    found = weights(trained(replace(tiny_recipe, epochs=3), data))
    assert same(found, kept[1])
    assert not same(found, kept[2])


def test_progress_is_told(tiny_recipe, data):
    told, ticks = [], []
    loop.train(replace(tiny_recipe, epochs=2, warm_start=False), data, told.append, ticks.append)
    assert [progress.epoch for progress in told] == [1, 2]
    assert all(math.isfinite(progress.loss) and 0 <= progress.dev_score <= 1 for progress in told)
    assert sum(ticks) == 2 * len(data.split("train"))


def test_a_fresh_head_begins_at_the_labels_shares(quick, data):
    classifier = network.fresh(quick, data)
    network.set_prior(classifier, data.split("train"))
    share = data.split("train").truth.mean(axis=0)
    bias = classifier.network.classifier.bias.detach().numpy()[:2]
    assert 1 / (1 + np.exp(-bias)) == pytest.approx(share, abs=1e-6)


def test_what_no_adapter_holds_does_not_move(quick, data):
    recipe = replace(quick, rank=4, warm_start=False)
    before, after = weights(network.fresh(recipe, data)), weights(trained(recipe, data))
    moved = {name for name in before if not (before[name] == after[name]).all()}
    assert "classifier.weight" in moved
    assert any("attention" in name for name in moved)
    assert not [
        name
        for name in moved
        if "embeddings" in name or "LayerNorm" in name or (name.endswith("dense.bias") and "encoder" in name)
    ]


# --- what is shown


@pytest.mark.parametrize(("dropout", "kept"), [(0.0, 400), (0.5, 200)])
def test_context_is_left_out_as_often_as_the_recipe_says(dropout, kept):
    import random

    rng = random.Random(1)
    shown = [feed.shown(Example("x", "Before.", "Ostra"), rng, dropout) for _ in range(400)]
    assert abs(sum(bool(one.before) for one in shown) - kept) < 50
    assert abs(sum(bool(one.speaker) for one in shown) - kept) < 50
    assert {one.text for one in shown} == {"x"}


def test_batches_hold_every_row_once(quick):
    rows = [Encoded(n, (1,) * (n % 17 + 1), (0,) * (n % 17 + 1)) for n in range(1000)]
    first = list(feed.batches(rows, quick, 0))
    assert sorted(n for batch in first for n in batch) == list(range(1000))
    assert all(len(batch) <= quick.batch for batch in first)
    assert first == list(feed.batches(rows, quick, 0))
    assert first != list(feed.batches(rows, quick, 1))


def test_the_rate_rises_and_falls(quick, data):
    import torch

    optimiser, rates_of = schedule.optimiser(
        network.fresh(quick, data).network, replace(quick, warmup=0.2, rate=1e-3), 10
    )
    rates = []
    for _ in range(10):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        rates_of.step()
    assert rates[:2] == pytest.approx([5e-4, 1e-3])
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert 0 < rates[-1] < 2.6e-4
    assert isinstance(optimiser, torch.optim.AdamW)


# --- the loss


def test_the_loss_leaves_out_what_nobody_judged(quick, data):
    """Whatever stands in the truth of an unjudged label, the loss is the same."""
    import torch

    torch.manual_seed(0)
    part = data.split("dev")
    classifier = network.fresh(quick, part)
    classifier.network.eval()
    rows = classifier.encode(part.examples)
    truth, known, *choices = objective.targets(part)
    known[:, 1] = 0
    one = objective.loss(logits_of(classifier, rows), [truth, known, *choices], part, quick)
    truth[:, 1] = 1 - truth[:, 1]
    assert one.item() == objective.loss(logits_of(classifier, rows), [truth, known, *choices], part, quick).item()
    choices[0][:] = -1
    assert torch.isfinite(objective.loss(logits_of(classifier, rows), [truth, known, *choices], part, quick))


def test_the_loss_by_hand(quick, data):
    import torch

    part = data.where([n < 4 for n in range(len(data))])
    classifier = network.fresh(quick, part)
    classifier.network.eval()
    rows = classifier.encode(part.examples)
    logits = torch.tensor(classifier.logits(part.examples))
    truth, _, choice = objective.targets(part)
    p = torch.sigmoid(logits[:, :2])
    cross = -(truth * p.log() + (1 - truth) * (1 - p).log()).mean() * 2
    chosen = -torch.log_softmax(logits[:, 2:], dim=1)[torch.arange(4), choice].mean()
    found = objective.loss(
        logits_of(classifier, rows), objective.targets(part), part, replace(quick, single_weight=0.5)
    )
    assert found.item() == pytest.approx((cross + 0.5 * chosen).item(), abs=1e-4)


# --- what cannot be trained


def with_splits(tmp_path, table, quick, keep):
    from communique.corpus.annotations import read_coded
    from communique.corpus.codebook import load

    units = read_coded([quick.data], load(quick.codebook))
    rows = [
        {"id": u.id, "text": u.text, "document": u.document, "split": u.split, "labels": ",".join(u.labels) or "no label", "sentiment": u.choices["sentiment"]}
        for u in units
        if u.split in keep
    ]  # fmt: skip
    return replace(quick, data=str(table(tmp_path / "part.csv", rows)))


@pytest.mark.parametrize(("keep", "missing"), [(["train"], "dev"), (["dev", "test"], "train")])
def test_an_empty_split_is_named(quick, tmp_path, table, keep, missing):
    with pytest.raises(CommuniqueError, match=missing):
        fit(with_splits(tmp_path, table, quick, keep), tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("method", ["full", "linear"])
def test_a_group_that_nobody_answered_in_dev_is_not_scored(quick, data, method):
    units = [replace(unit, choices={}) if unit.split == "dev" else unit for unit in data.units]
    trained(replace(quick, method=method), dataset.Dataset(tuple(units), data.codebook))


def test_a_dev_part_that_can_choose_nothing_is_refused(quick, data):
    units = [replace(u, choices={}, labels=frozenset()) if u.split == "dev" else u for u in data.units]
    with pytest.raises(CommuniqueError, match=r"dev holds no positive.*stratified"):
        trained(quick, dataset.Dataset(tuple(units), data.codebook))


def test_no_test_split_is_no_harm(quick, tmp_path, table):
    fit(with_splits(tmp_path, table, quick, ["train", "dev"]), tmp_path / "model")
    assert "### test" not in (tmp_path / "model" / "README.md").read_text()


def test_what_stands_there_is_not_overwritten(quick, tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(UsageError, match="--overwrite"):
        fit(quick, tmp_path)


CHOICES = "name: c\ngroups:\n- {name: topic, choice: single, labels: [ban, levy]}\n"
LABELS = "name: m\ngroups:\n- {name: topic, labels: [ban, levy]}\n"


@pytest.mark.parametrize("scheme", [LABELS, CHOICES])
def test_ones_own_scheme_trains(quick, tmp_path, table, scheme, run):
    """Multi-choice alone, and single-choice alone: from `train` to `evaluate`."""
    rows = [
        {"id": f"u{n}", "text": f"The {thing} of May.", "document": f"d{n}", "split": ("train", "train", "dev", "test")[n % 4], "labels": thing}
        for n in range(64)
        for thing in [("ban", "levy")[n // 4 % 2]]
    ]  # fmt: skip
    (tmp_path / "book.yaml").write_text(scheme)
    recipe = replace(quick, data=str(table(tmp_path / "c.csv", rows)), codebook=str(tmp_path / "book.yaml"))
    from communique.training.recipe import dump

    (tmp_path / "r.toml").write_text(dump(recipe))
    assert run("train", tmp_path / "r.toml", "-o", tmp_path / "model").code == 0
    assert run("evaluate", tmp_path / "model", "--data", recipe.data).code == 0
    found = run("score", recipe.data, "--unit", "sentence", "-o", tmp_path / "out.csv", "--model", tmp_path / "model")
    assert found.code == 0


# --- other architectures: any encoder takes the base's place by name

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 96,
}
FAMILIES = {
    "distilbert": {"dim": 32, "n_layers": 1, "n_heads": 2, "hidden_dim": 64, "max_position_embeddings": 96},
    "roberta": SMALL | {"max_position_embeddings": 98},
    "electra": SMALL | {"embedding_size": 16},
    "deberta-v2": SMALL | {"position_buckets": 16, "relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "modernbert": SMALL | {"reference_compile": False},
}


@pytest.fixture(scope="module")
def family(request, tiny_base, tmp_path_factory):
    """The folder of an untrained base of another architecture."""
    import torch
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp(request.param)
    tokenizer = AutoTokenizer.from_pretrained(str(tiny_base))
    if request.param in ("distilbert", "roberta", "modernbert"):
        tokenizer.model_input_names = ["input_ids", "attention_mask"]
    config = AutoConfig.for_model(
        request.param, vocab_size=len(tokenizer), pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3,
        **FAMILIES[request.param],
    )  # fmt: skip
    AutoModel.from_config(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return folder


WAYS = {"whole": {}, "compressed": {"rank": 32}, "lora": {"method": "lora", "rank": 4}}


@pytest.mark.parametrize(
    ("family", "way"),
    [(name, way) for name in FAMILIES for way in WAYS],
    indirect=["family"],
)
def test_another_architecture_trains_and_is_saved_as_it_was_trained(family, way, quick, data, tmp_path):
    recipe = replace(quick, base=str(family), **WAYS[way])
    fitted = trained(recipe, data)
    from communique.models.classifier import load
    from communique.training.fit import save

    save(fitted, recipe, data, tmp_path / "model")
    examples = [Example("We oppose it.", "Before.", "Ostra"), Example("We welcome the ban.")]
    assert np.allclose(load(tmp_path / "model").logits(examples), fitted.logits(examples), atol=2e-2)


def test_the_default_recipe_is_the_bundled_base():
    assert Recipe().base == "sentence-transformers/all-MiniLM-L6-v2"
