"""The Ray engine: the same bytes as the local runner, on two nodes, with one of them lost, and resumed."""

from __future__ import annotations

import json
import threading

import pytest

from communique.corpus.errors import CommuniqueError, UsageError
from communique.inference import api, chunks, journal, ray_engine, runner
from communique.inference.chunks import Options
from communique.inference.execution import Execution
from communique.inference.predictor import load

FINAL = ("statements.jsonl", "units.jsonl", "errors.jsonl", "summary.json")
SENTENCES = Options(unit="sentence")


@pytest.fixture
def source(tmp_path, monkeypatch):
    """Three shards of rows, some of them bad, one id repeated in another shard."""
    monkeypatch.setattr(chunks, "SHARD_INPUTS", 40)
    rows = [
        {"id": n, "text": f"We {verb} the {thing} number {n % 97}."}
        for n, (verb, thing) in enumerate([("oppose", "ban"), ("welcome", "levy"), ("read", "ruling")] * 40)
    ]
    rows[10]["text"] = rows[50]["text"] = ""
    rows[100]["id"] = 3
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def contents(folder):
    return {name: (folder / name).read_bytes() for name in FINAL}


# --- without a cluster


def test_without_ray_the_remedy_is_named(tmp_path, fake, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"communique\[ray\]"):
        ray_engine.score([], tmp_path / "run", fake(), source="core")


@pytest.mark.parametrize("options", [{"engine": "dask"}, {"address": "auto"}])
def test_an_engine_or_address_that_cannot_be_is_refused(tmp_path, options):
    with pytest.raises(UsageError, match=next(iter(options.values()))):
        api.score_to(["x"], tmp_path / "run", **options)


@pytest.fixture
def by_hand(monkeypatch, fake):
    """Replace the cluster by a loop in this process, which may end early; return the names that it was given."""
    given: list[list[str]] = []

    def on(end_after=None):
        def label(names, folder, execution, source, options):
            given.append(list(names))
            actor = ray_engine.ShardLabeller.__new__(ray_engine.ShardLabeller)
            actor.folder, actor.predictor, actor.options = folder, fake(), options
            actor.actors, actor.marker = options.load_actors(), None
            for n, name in enumerate(reversed(names)):  # the last is finished first
                if n == end_after:
                    raise KeyboardInterrupt
                actor({"name": [name]})
                yield name

        monkeypatch.setattr(ray_engine, "_label_on_cluster", label)
        return given

    from contextlib import nullcontext

    monkeypatch.setattr(ray_engine, "_connected", lambda _: nullcontext())
    return on


def test_shards_in_any_order_give_the_local_runners_bytes(source, tmp_path, fake, by_hand):
    runner.score([str(source)], tmp_path / "local", fake(), SENTENCES)
    by_hand()
    ray_engine.score([str(source)], tmp_path / "ray", fake(), SENTENCES, source="core")
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    assert not (tmp_path / "ray" / journal.SHARDS).exists()


def test_actors_of_ones_own_are_targets_too(source, tmp_path, fake, by_hand):
    (tmp_path / "mine.yaml").write_text("company:\n  Tellmar Works: [Tellmar]\n", encoding="utf-8")
    source.write_text("".join(json.dumps({"text": f"We oppose Tellmar's plan {n}."}) + "\n" for n in range(9)))
    options = Options(unit="sentence", actors=str(tmp_path / "mine.yaml"))
    runner.score([str(source)], tmp_path / "local", fake(), options)
    by_hand()
    ray_engine.score([str(source)], tmp_path / "ray", fake(), options, source="core")
    assert b'"Tellmar Works"' in contents(tmp_path / "local")["units.jsonl"]
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")


def test_a_finished_shard_is_not_done_again(source, tmp_path, fake, by_hand):
    runner.score([str(source)], tmp_path / "local", fake(), SENTENCES)
    given = by_hand(end_after=2)
    with pytest.raises(KeyboardInterrupt):
        ray_engine.score([str(source)], tmp_path / "ray", fake(), SENTENCES, source="core")
    by_hand()
    ray_engine.score([str(source)], tmp_path / "ray", fake(), SENTENCES, source="core", resume=True)
    assert [len(names) for names in given] == [3, 1]
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")


def test_a_run_of_one_engine_is_not_resumed_by_the_other(source, tmp_path, fake, by_hand):
    by_hand(end_after=1)
    with pytest.raises(KeyboardInterrupt):
        ray_engine.score([str(source)], tmp_path / "ray", fake(), SENTENCES, source="core")
    with pytest.raises(CommuniqueError, match="engine"):
        runner.score([str(source)], tmp_path / "ray", fake(), SENTENCES, resume=True)


def test_a_node_finds_the_model_and_the_actors_wherever_it_works(source, tmp_path, fake, monkeypatch):
    from contextlib import nullcontext

    given = []

    def label(_names, _folder, _execution, model, options):
        given.append((model, options.actors))
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(ray_engine, "_label_on_cluster", label)
    monkeypatch.setattr(ray_engine, "_connected", lambda _: nullcontext())
    monkeypatch.chdir(tmp_path)
    for name in ("my-model", "core"):  # `core` is the shipped model, whatever is called so here
        (tmp_path / name).mkdir()
    (tmp_path / "mine.yaml").write_text("company: [Halden Roe]", encoding="utf-8")
    for n, model in enumerate(["my-model", "core"]):
        with pytest.raises(KeyboardInterrupt):
            ray_engine.score([str(source)], tmp_path / f"run{n}", fake(), Options(actors="mine.yaml"), source=model)
    actors = str(tmp_path / "mine.yaml")
    assert given == [(str(tmp_path / "my-model"), actors), ("core", actors)]


# --- on a cluster


@pytest.fixture
def cluster():
    """Two nodes of one processor each, on this machine."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'communique[ray]'")
    import ray
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 80_000_000})
    second = found.add_node(num_cpus=1, object_store_memory=80_000_000)
    ray.init(address=found.address, log_to_driver=False)
    yield found, second
    ray.shutdown()
    found.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("lose_a_node", [False, True])
def test_two_nodes_give_the_rows_of_one(source, tiny_model, tmp_path, cluster, lose_a_node):
    nodes, second = cluster
    predictor = load(tiny_model, Execution("cpu", "fp32", 1))
    runner.score([str(source)], tmp_path / "local", predictor, SENTENCES)
    if lose_a_node:
        threading.Timer(2.0, lambda: nodes.remove_node(second, allow_graceful=False)).start()
    ray_engine.score([str(source)], tmp_path / "ray", predictor, SENTENCES, source=tiny_model)
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
