"""The parts of pages that a link can hide."""

from hypothesis import given
from hypothesis import strategies as st

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.frame import PAGES
from lossviz.ui.state.hideable import HIDEABLE, NOTHING, parts_of, read_parts


def test_no_part_has_the_name_of_a_loss_as_both_are_hidden_by_the_same_parameter() -> None:
    assert not {*HIDEABLE, NOTHING} & {*LOSSES}


def test_every_part_is_of_pages_that_there_are() -> None:
    for part in HIDEABLE.values():
        assert {*part.pages} <= {*PAGES}
    assert all({"menu", "title"} <= {*parts_of(page)} for page in PAGES)


@given(texts=st.lists(st.text(max_size=20) | st.sampled_from(["menu,title", "form, menu", ","])))
def test_what_is_no_part_is_given_back_so_that_it_can_be_said(texts: list[str]) -> None:
    parts, others = read_parts(texts)
    assert {*parts} <= {*HIDEABLE, NOTHING}
    assert read_parts([",".join(parts)])[0] == parts
    for text in texts:
        assert text in others or any(name.strip() in parts for name in text.split(","))
