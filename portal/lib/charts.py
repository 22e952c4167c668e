"""Bar charts as plain numbers, for a template to draw as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 360, 120, 0.3
"""Of the drawing area in units of the SVG; the part of its share that a bar leaves free."""


@dataclass(frozen=True)
class Bar:
    label: str
    """Below the bar, short."""
    name: str
    """The same in full."""
    text: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True)
class Chart:
    title: str
    summary: str
    bars: list[Bar]
    top: str
    """What a bar of full height says."""
    is_empty: bool
    width: int = WIDTH
    height: int = HEIGHT


def bar_chart(title: str, summary: str, columns: Sequence[tuple[str, str, float | None, str]], *, most: int | None = None) -> Chart:
    """``columns``: label, full name, value (None: nothing to show) and the value in words. ``most``: the value that a bar of full
    height has; the highest one if None."""
    values = [value or 0 for _label, _name, value, _text in columns]
    highest = max(values, default=0)
    full = most or highest or 1
    share = WIDTH / max(len(columns), 1)
    bars = []
    for index, ((label, name, _value, text), value) in enumerate(zip(columns, values, strict=True)):
        height = max(round(HEIGHT * value / full), 2 if value else 0)
        bars.append(Bar(label, name, text, round(share * (index + GAP / 2)), HEIGHT - height, round(share * (1 - GAP)), height))
    top = str(most) if most else columns[values.index(highest)][3] if highest else ""
    return Chart(title, summary, bars, top, is_empty=not highest)
