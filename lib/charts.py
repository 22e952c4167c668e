"""Bar charts as plain numbers, for a template to draw as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 360, 120, 0.3
"""Of the drawing area in units of the SVG; the part of its share that a bar leaves free."""
ABOVE, AXIS = 4, 14
"""Between a bar and its number; beside the bars for the numbers of an axis."""


@dataclass(frozen=True)
class Column:
    """``value`` None: there is nothing to show."""

    label: str
    """Below the bar, short."""
    name: str
    """The same in full."""
    value: float | None
    text: str
    """The value in words."""
    short: str
    """The value above the bar."""
    url: str = ""
    """Address of the rows behind the bar."""


@dataclass(frozen=True)
class Bar:
    label: str
    name: str
    text: str
    short: str
    x: int
    y: int
    width: int
    height: int
    is_minor: bool
    """Goes without labels where there is little room."""
    url: str

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def label_y(self) -> int:
        return self.y - ABOVE


@dataclass(frozen=True)
class Tick:
    y: int
    label: str


@dataclass(frozen=True)
class Chart:
    title: str
    summary: str
    bars: list[Bar]
    ticks: list[Tick]
    is_empty: bool
    now: str = ""
    """The latest value, and what it is to be compared with."""
    against: str = ""
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def has_links(self) -> bool:
        return any(bar.url for bar in self.bars)

    @property
    def view_box(self) -> str:
        axis = AXIS if self.ticks else 0
        return f"{-axis} -22 {WIDTH + axis} {HEIGHT + 50}"


@dataclass(frozen=True)
class Scale:
    lowest: float
    highest: float

    def height_of(self, value: float | None) -> int:
        """At least a line where there is something, even if it is the least that there can be."""
        if value is None or (value == 0 and self.lowest == 0):
            return 0
        share = (value - self.lowest) / (self.highest - self.lowest)
        return min(HEIGHT, max(2, round(HEIGHT * share)))


def bar_chart(
    title: str,
    summary: str,
    columns: Sequence[Column],
    *,
    axis: tuple[int, int] | None = None,
    now: str = "",
    against: str = "",
) -> Chart:
    """``axis``: the least and the highest value that there can be, whole numbers that are shown beside the
    bars; without it the bars begin at zero."""
    values = [column.value for column in columns if column.value]
    scale = Scale(*axis) if axis else Scale(0, max(values, default=1))
    bars = [_bar(index, len(columns), column, scale) for index, column in enumerate(columns)]
    ticks = (
        [
            Tick(HEIGHT - round(HEIGHT * (n - axis[0]) / (axis[1] - axis[0])), str(n))
            for n in range(axis[0], axis[1] + 1)
        ]
        if axis
        else []
    )
    return Chart(title, summary, bars, ticks, is_empty=not values, now=now, against=against)


def _bar(index: int, count: int, column: Column, scale: Scale) -> Bar:
    share, height = WIDTH / count, scale.height_of(column.value)
    return Bar(
        column.label,
        column.name,
        column.text,
        column.short,
        x=round(share * (index + GAP / 2)),
        y=HEIGHT - height,
        width=round(share * (1 - GAP)),
        height=height,
        is_minor=(count - 1 - index) % 2 == 1,
        url=column.url,
    )
