"""A released slider runs parts of the curve page, which then shows what the whole page would."""

from collections.abc import Mapping

import pytest

from tests.support.protocol_visitor import ProtocolVisitor, protocol_visitor
from tests.support.run_async import run_async

CURVES = "penalty_curves"
# The card that changes is the last: a word that it says no more is marked in a later card when
# all of the page runs.
FOCAL = "loss=cross_entropy&loss=inverse_power:k%3D0.2&loss=focal:gamma%3D2.0"
OWN = "loss=p**-a%2Bb%2A(1-p);%20a%3D0.4;%20b%3D1.0&loss=cross_entropy"


def shown(visitor: ProtocolVisitor) -> Mapping[tuple[int, ...], bytes]:
    """What the page shows, by its place; but for the link to share, which is made when it is asked
    for.
    """
    return {
        place: drawn.element.SerializeToString(deterministic=True)
        for place, drawn in visitor.elements.items()
        if drawn.kind != "code"
    }


@pytest.mark.parametrize(
    ("query", "slider", "values"),
    [
        ("", "slider inverse_power k", [0.5, 1.5, 0.2, 2.0]),
        (FOCAL, "slider focal gamma", [0.0, 1.5]),
        (f"{FOCAL}&view=weight&view=penalty&log=y&K=10", "slider focal gamma", [5.0, 0.5]),
        (OWN, "slider p**-a+b*(1-p) b", [0.0, 2.5]),
    ],
    ids=["the article's", "two with sliders", "two logarithmic views", "typed"],
)
def test_after_a_release_the_page_shows_what_it_shows_when_all_of_it_runs(
    app_url: str, query: str, slider: str, values: list[float]
) -> None:
    async def visit() -> None:
        async with protocol_visitor(app_url, CURVES, query) as visitor:
            await visitor.rerun()  # a field says once what it begins with
            for value in values:
                before = shown(visitor)
                await visitor.trigger(slider, "value", value)
                after = shown(visitor)
                await visitor.rerun()
                assert not visitor.exceptions
                assert after != before
                assert after == shown(visitor)

    run_async(visit())


def test_a_value_that_makes_no_loss_is_taken_back_everywhere(app_url: str) -> None:
    async def visit() -> None:
        async with protocol_visitor(app_url, CURVES) as visitor:
            await visitor.trigger("slider inverse_power k", "value", 1e9)
            after = shown(visitor)
            assert any(drawn.kind == "alert" for drawn in visitor.elements.values())
            await visitor.rerun()  # the message is over
            assert len(shown(visitor)) == len(after) - 1
            assert not visitor.exceptions

    run_async(visit())
