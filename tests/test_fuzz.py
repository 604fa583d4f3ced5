"""A short part of the campaign with mutated inputs, and whether it finds what it is there to find."""

import random

import pytest

from campaigns import fuzz, inputs

#: Inputs of each kind that the short part has.
COUNT = 6


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> fuzz.Campaign:
    return fuzz.Campaign(tmp_path_factory.mktemp("fuzz"))


def test_mutated_inputs_harm_nothing_else(campaign: fuzz.Campaign) -> None:
    draw = random.Random(0)
    kinds = [kind for kind in inputs.KINDS if kind != "settings"] * COUNT
    batches = [[inputs.mutated(kind, number, draw) for number, kind in enumerate(kinds)]]
    batches += [[inputs.mutated("settings", number, draw)] for number in range(3)]
    found = [(guilty, result.wrong) for batch in batches for guilty, result in campaign.findings(batch)]
    assert found == []


def test_the_guilty_input_is_found(campaign: fuzz.Campaign) -> None:
    post = b"Title: Another\nDate: 2026-01-02\nSlug: citing\n\nIt takes the page of another post."
    guilty = inputs.Input("posts", "guilty", "Words.\n", {"content/another.md": post})
    [(found, result)] = campaign.findings([inputs.Input("posts", "innocent", "Words.\n"), guilty])
    assert found == [guilty]
    assert "citing.md" in result.wrong["changed"]
