"""The colours of both themes against WCAG 2.2 AA: 4.5:1 for text, 3:1 for the edges of controls."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static/css/tokens.css").read_text()
PAIRS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", TOKENS))
TEXT = [
    ("ink", ("paper", "panel", "sunken", "raised", "marked", "accent-wash")),
    ("ink-soft", ("paper", "panel", "sunken", "raised")),
    ("accent", ("paper", "panel", "sunken", "accent-wash")),
    ("on-accent", ("accent", "accent-strong")),
    ("verified", ("paper", "panel", "verified-wash")),
    ("draft", ("paper", "panel", "draft-wash")),
    ("alert", ("paper", "panel", "alert-wash")),
    *[(name, ("sunken",)) for name in ("code-word", "code-text", "code-number", "code-name", "code-note")],
]
EDGES = [("edge", ("paper", "panel", "raised"))]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("rules", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_it_can_be_read_in_both_themes(theme, rules, least):
    side = {"light": 0, "dark": 1}[theme]
    colour = {name: pair.split(", ")[side] for name, pair in PAIRS.items()}
    found = [(fore, back, round(contrast(colour[fore], colour[back]), 2)) for fore, backs in rules for back in backs]
    assert [case for case in found if case[2] < least] == []
