"""Contrast after WCAG 2.2, and colours adjusted until text in them reads well."""

import pytest

from lib.colour import DARK_GROUND, LIGHT_GROUND, contrast, luminance, readable_on, readable_variants, text_on

EVERY_KIND = [
    f"#{r:02x}{g:02x}{b:02x}" for r in range(0, 256, 51) for g in range(0, 256, 51) for b in range(0, 256, 51)
]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#FFFFFF", 8.59),
        ("#ffff00", "#ffffff", 1.07),
    ],
)
def test_contrast_is_that_of_the_standard(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


def test_luminance_goes_from_black_to_white():
    assert (luminance("#000000"), luminance("#ffffff")) == (0, pytest.approx(1))


@pytest.mark.parametrize(
    ("ground", "text"),
    [("#ffff00", "#000000"), ("#0b5563", "#ffffff"), ("#808080", "#000000"), ("#6a6a6a", "#ffffff")],
)
def test_text_is_black_or_white_whichever_reads_better(ground, text):
    assert text_on(ground) == text


def test_every_colour_has_readable_text_and_readable_links():
    for colour in EVERY_KIND:
        variants = readable_variants(colour)
        assert variants["--brand"] == colour
        assert contrast(variants["--brand-text"], colour) >= 4.5
        assert contrast(variants["--brand-link-light"], LIGHT_GROUND) >= 4.5
        assert contrast(variants["--brand-link-dark"], DARK_GROUND) >= 4.5


def test_a_readable_colour_is_left_alone_and_another_keeps_its_hue():
    assert readable_on("#0b5563", LIGHT_GROUND) == "#0b5563"
    red, green, blue = (int(readable_on("#ff8080", LIGHT_GROUND)[i : i + 2], 16) for i in (1, 3, 5))
    assert red > green == blue
