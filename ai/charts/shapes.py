"""What a chart is: a title, a unit, one plain sentence, pictures, and the table behind them."""

from dataclasses import dataclass
from datetime import date

from ai.charts.drawing import Interval, Plot, Row

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is for programs and stays, `title` is for people and says the unit."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def records(self) -> list[dict[str, Cell]]:
        """The rows as programs read them."""
        names = [column.key for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture of the dashboard. Without `plots`, `rows` and `intervals` there is nothing to draw; `reading` says so."""

    key: str
    title: str
    unit: str
    reading: str
    table: Table
    plots: tuple[Plot, ...] = ()
    rows: tuple[Row, ...] = ()
    intervals: tuple[tuple[str, tuple[Interval, ...]], ...] = ()
    legend: tuple[tuple[str, str], ...] = ()  # series and its name
    scale: tuple[str, ...] = ("0 %", "50 %", "100 %")  # under the intervals
    note: str = ""
    is_wide: bool = False

    @property
    def is_drawn(self) -> bool:
        return bool(self.plots or self.rows or self.intervals)
