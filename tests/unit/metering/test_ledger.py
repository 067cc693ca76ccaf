"""Totals only grow, whatever begins at 0 again."""

from __future__ import annotations

import random

from primehub_deploy_ext.monitoring.ledger import Baselines


def test_what_grew_is_counted_once() -> None:
    baselines = Baselines({})
    assert baselines.increase("a", "envoy 1", (3, 1.5)) == (3, 1.5)
    assert baselines.increase("a", "envoy 1", (3, 1.5)) == (0, 0)
    assert baselines.increase("a", "envoy 1", (5, 2.0)) == (2, 0.5)


def test_another_process_began_at_zero_even_where_its_numbers_are_larger() -> None:
    baselines = Baselines({})
    baselines.increase("a", "envoy 1", (3,))
    assert baselines.increase("a", "envoy 2", (7,)) == (7,)


def test_numbers_that_fell_tell_of_a_restart_that_nobody_saw() -> None:
    baselines = Baselines({})
    baselines.increase("a", "envoy 1", (3, 9))
    assert baselines.increase("a", "envoy 1", (1, 10)) == (1, 10)


def test_totals_equal_the_truth_over_random_restarts() -> None:
    chance = random.Random(3)
    baselines, truth, total, counter, process = Baselines({}), 0, 0.0, 0, 0
    for _ in range(2000):
        if chance.random() < 0.05:
            process, counter = process + 1, 0
        grown = chance.randrange(5)
        counter, truth = counter + grown, truth + grown
        total += baselines.increase("a", str(process), (counter,))[0]
    assert total == truth


def test_only_what_changed_has_to_be_kept() -> None:
    baselines = Baselines({})
    baselines.increase("a", "1", (1,))
    baselines.increase("b", "1", (1,))
    baselines.kept()
    baselines.increase("a", "1", (2,))
    baselines.increase("b", "1", (1,))
    assert set(baselines.changed) == {"a"}
    baselines.forget(["b", "never"])
    assert baselines.gone == {"b"}
