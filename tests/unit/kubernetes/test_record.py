"""What is written on a deployment about its revisions, what wishes make of it, and the history behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from primehub_deploy_ext.domain.errors import Conflict
from primehub_deploy_ext.domain.mask import MASK
from primehub_deploy_ext.domain.models import DeploymentSpec, Model, UpdateDeployment
from primehub_deploy_ext.domain.phases import Action, Outcome, Reason
from primehub_deploy_ext.engines.kubernetes import words
from primehub_deploy_ext.engines.kubernetes.api.patches import changed_since
from primehub_deploy_ext.engines.kubernetes.books.history import outcome_patch, page_object, pages_of, revisions_of
from primehub_deploy_ext.engines.kubernetes.books.record import Entry, Record, now, read_record
from primehub_deploy_ext.engines.kubernetes.books.specs import dump_small, is_whole, load_small
from primehub_deploy_ext.engines.kubernetes.books.wishes import Plan, Wish, first_entry, next_entry, updated

SPEC = DeploymentSpec(model=Model(image="web:1"), replicas=2)
OTHER = SPEC.model_copy(update={"model": Model(image="web:2")})


def began(spec: DeploymentSpec = SPEC) -> Record:
    entry = first_entry(spec, "ada", "", "iris-1-abc")
    return Record(entry, entry)


def wished(
    record: Record, base: DeploymentSpec, spec: DeploymentSpec, action: Action = Action.UPDATE, **more: Any
) -> Plan:
    plan = next_entry("iris", record, base, more.pop("serving", None), lambda _: spec, Wish(action, "bob", **more))
    assert plan is not None
    return plan


def annotated(record: Record) -> dict[str, Any]:
    return {"labels": {words.MANAGED_BY: words.MANAGER}, "annotations": {words.RECORD: record.dump()}}


def test_a_record_is_read_as_it_was_written() -> None:
    record = began().succeeded()
    failed = record.wish(wished(record, SPEC, OTHER).entry).failed(Reason.MODEL_LOAD_FAILED, "no")
    for one in (began(), record, failed):
        assert read_record(annotated(one)) == one


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"latest": {"number": "x"}}'])
def test_a_record_that_somebody_broke_is_none(text: str) -> None:
    metadata = {"labels": {words.MANAGED_BY: words.MANAGER}, "annotations": {words.RECORD: text}}
    assert read_record(metadata) is None
    assert read_record({"annotations": {words.RECORD: began().dump()}}) is None


def test_what_fails_goes_back_to_what_serves() -> None:
    serving = began().succeeded()
    record = serving.wish(wished(serving, SPEC, OTHER).entry).failed(Reason.CRASH_LOOP, "again and again")
    assert (record.target.number, record.latest.number) == (1, 2)
    assert (record.latest.outcome, record.latest.reason) == (Outcome.FAILED, Reason.CRASH_LOOP)
    assert not record.never_ran


def test_a_first_revision_that_fails_leaves_nothing_to_go_back_to() -> None:
    assert began().failed(Reason.CRASH_LOOP, "again").never_ran


def test_words_and_numbers_keep_the_template_and_a_restart_makes_a_new_one() -> None:
    record = began().succeeded()
    words_only = wished(record, SPEC, SPEC.model_copy(update={"description": "better"}))
    assert (words_only.fresh, words_only.entry.template, words_only.entry.order) == (False, 1, "iris-1-abc")
    assert words_only.entry.changes == ["description"]
    assert wished(record, SPEC, SPEC, Action.RESTART).entry.template == 2
    assert wished(record, SPEC, OTHER).fresh


def test_what_is_made_private_while_nothing_of_it_runs_starts_from_a_template_of_its_own() -> None:
    record, private = began().succeeded(), SPEC.model_copy(update={"access": "private"})

    def made(base: DeploymentSpec, spec: DeploymentSpec, *, idle: bool) -> Plan | None:
        return next_entry("iris", record, base, None, lambda _: spec, Wish(Action.UPDATE, "bob"), idle=idle)

    # Its pods may be older than that replicas check who calls, and there is none that could be asked.
    closed = made(SPEC, private, idle=True)
    assert closed is not None
    assert (closed.fresh, closed.entry.template, closed.entry.order) == (True, 2, "")
    # Replicas that run say for themselves that they know, and are not restarted.
    for plan in (made(SPEC, private, idle=False), made(private, SPEC, idle=True)):
        assert plan is not None
        assert (plan.fresh, plan.entry.template) == (False, 1)


def test_values_that_can_not_be_read_are_never_replaced_by_what_stands_for_them() -> None:
    hidden = SPEC.model_copy(update={"env": {"TOKEN": MASK, "MODE": "fast"}})
    record = began(hidden).succeeded()
    with pytest.raises(Conflict, match="the values of TOKEN of iris can't be read"):
        wished(record, hidden, hidden, Action.RESTART)
    with pytest.raises(Conflict):
        wished(record, hidden, OTHER.model_copy(update={"env": hidden.env}))
    # What is to stop can always be stopped.
    assert wished(began(hidden).failed(Reason.CRASH_LOOP, "no"), hidden, hidden, Action.STOP).fresh
    # Its pods stay, and the Secret with the values; or the values are given anew.
    assert not wished(record, hidden, hidden.model_copy(update={"replicas": 5}), Action.SCALE).fresh
    assert wished(record, hidden, OTHER.model_copy(update={"env": {"TOKEN": "new"}})).fresh


def test_a_rollback_to_what_serves_takes_up_its_replicas_again() -> None:
    serving = began().succeeded()
    failed = serving.wish(wished(serving, SPEC, OTHER).entry)
    back = wished(failed, OTHER, SPEC, Action.ROLLBACK, serving=SPEC, rollback_to=1)
    assert (back.entry.number, back.entry.template, back.fresh) == (3, 1, False)


def test_what_changes_nothing_is_no_revision() -> None:
    record = began().succeeded()
    wish = Wish(Action.SCALE, "bob")
    assert next_entry("iris", record, SPEC, None, lambda spec: spec, wish) is None


def test_who_saw_another_revision_is_refused() -> None:
    with pytest.raises(Conflict, match=r"revision 1 \(create by ada\), you saw 7"):
        wished(began(), SPEC, OTHER, if_match=7)


def test_a_stopped_deployment_is_started_not_restarted() -> None:
    stopped = SPEC.model_copy(update={"stopped": True})
    with pytest.raises(Conflict, match="start it instead"):
        wished(began(stopped), stopped, stopped, Action.RESTART)


def test_an_update_replaces_what_was_sent_and_nothing_else() -> None:
    changed = updated(SPEC, UpdateDeployment(description="words", pull_secret=""), None)
    assert changed == SPEC.model_copy(update={"description": "words"})


def test_values_of_the_environment_are_in_no_annotation_and_no_page() -> None:
    spec = SPEC.model_copy(update={"env": {"TOKEN": "hunter2"}})
    page = page_object("iris", "team", began(spec).target, spec, {})
    assert "hunter2" not in dump_small(spec) + json.dumps(page)
    assert load_small(dump_small(spec)).env == {"TOKEN": MASK}


def test_an_example_too_large_for_an_annotation_is_left_to_the_page() -> None:
    model = Model(image="web:1", example={"inputs": ["x" * 200_000]})
    text = dump_small(SPEC.model_copy(update={"model": model}))
    assert len(text) < 10_000
    assert not is_whole(text)
    assert load_small(text).model.example is None


def test_history_tells_what_was_superseded_what_failed_and_what_came_of_the_rest() -> None:
    first = began()
    second = first.wish(wished(first, SPEC, OTHER).entry)
    third = second.wish(wished(second, OTHER, SPEC).entry)
    done = third.succeeded()
    entries = [(first.target, SPEC), (second.target, OTHER), (third.target, SPEC)]
    pages = pages_of(page_object("iris", "team", entry, spec, {"spec": {"a": "<&>"}}) for entry, spec in entries)
    assert pages[0].pod == {"spec": {"a": "<&>"}}
    found = revisions_of(pages, done, SPEC)
    assert [(r.number, r.outcome) for r in found] == [
        (3, Outcome.SUCCEEDED),
        (2, Outcome.SUPERSEDED),
        (1, Outcome.SUPERSEDED),
    ]
    assert found[1].finished_at == found[0].created_at
    assert found[0].duration is not None


def test_the_newest_revision_is_told_before_its_page_is_there() -> None:
    (only,) = revisions_of([], began(), SPEC)
    assert (only.number, only.outcome, only.spec) == (1, Outcome.IN_PROGRESS, SPEC)


def test_a_page_says_how_it_ended() -> None:
    failed = began().failed(Reason.MODEL_LOAD_FAILED, "corrupt").latest
    body = page_object("iris", "team", failed, SPEC, {})
    body["metadata"]["annotations"] = outcome_patch(failed, ["last", "words"])["metadata"]["annotations"]
    (page,) = pages_of([body, {"metadata": {"name": "other"}, "data": {}}])
    assert page.log_tail == ["last", "words"]
    assert (page.entry.outcome, page.entry.message) == (Outcome.FAILED, "corrupt")


def test_pages_are_bytes_that_the_api_server_leaves_as_they_are() -> None:
    spec = SPEC.model_copy(update={"description": "größer <b> & kleiner"})
    text = page_object("iris", "team", began(spec).target, spec, {})["data"]["page"]
    assert text.isascii()
    assert not set(text) & set("<>&")
    assert json.loads(text)["spec"]["description"] == "größer <b> & kleiner"


def test_a_patch_is_no_more_than_what_changed() -> None:
    before = {
        "metadata": {"resourceVersion": "7", "annotations": {"a": "1", "b": "2"}},
        "spec": {"x": [1], "y": {"z": 1}},
    }
    after = {"metadata": {"resourceVersion": "7", "annotations": {"a": "1"}}, "spec": {"x": [1, 2], "y": {"z": 1}}}
    assert changed_since(before, after) == {
        "metadata": {"annotations": {"b": None}, "resourceVersion": "7"},
        "spec": {"x": [1, 2]},
    }


def test_an_entry_is_a_revision_with_its_duration() -> None:
    entry = Entry(number=1, template=1, order="", action=Action.CREATE, user="ada", created_at=now(), replicas=1)
    assert entry.revision(SPEC).duration is None
    assert (entry.finished(Outcome.SUCCEEDED).revision(SPEC).duration or 0) >= 0
