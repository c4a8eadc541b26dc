"""Every sentence on a loss's card is true of the loss as its paper defines it."""

import pytest

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from tests.support.card_claims import CARD_CLAIMS
from tests.support.claims import hold, plain_sentences
from tests.support.loss_cases import every_loss


def printed(loss: Loss) -> list[str]:
    """The sentences of a card, and the names of its parameters' values that equal no other loss."""
    texts = [loss.meaning, loss.when_to_use, loss.caveat]
    found = [sentence for text in texts for sentence in plain_sentences(text)]
    for parameter in loss.parameters:
        found += plain_sentences(parameter.meaning)
        found += [
            f"{parameter.name} = {special.value:.4g}: {special.name}"
            for special in parameter.special_values
            if not special.equals
        ]
    return found


@every_loss
def test_every_sentence_of_a_card_has_a_claim_and_no_claim_is_left_over(loss: Loss) -> None:
    assert loss.key
    assert set(CARD_CLAIMS[loss.key]) == set(printed(loss))


@pytest.mark.parametrize(
    ("key", "sentence"),
    [(key, sentence) for key, claims in CARD_CLAIMS.items() for sentence in claims],
)
def test_a_sentence_of_a_card_is_true(key: str, sentence: str) -> None:
    hold(CARD_CLAIMS[key][sentence], key)


def test_the_cards_stand_for_the_whole_catalogue() -> None:
    assert list(CARD_CLAIMS) == [*LOSSES]
