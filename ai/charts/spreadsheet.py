"""A chart's table as CSV in UTF-8, for people's spreadsheets: the mark at the beginning lets all of them read the letters right.

Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
"""

import csv
import io
from datetime import date

from ai.charts.shapes import Cell, Table

BYTE_ORDER_MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def written(table: Table) -> str:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([_defused(column.title) for column in table.columns])
    lines.writerows([[_cell(value) for value in row] for row in table.rows])
    return BYTE_ORDER_MARK + out.getvalue()


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return _defused(value) if isinstance(value, str) else value


def _defused(text: str) -> str:
    """Spreadsheets look past spaces, too."""
    clean = text.replace("\x00", "")
    return f"'{clean}" if clean.lstrip(" ").startswith(FORMULA) else clean
