"""Pictures that are divided into cells, one of which is chosen by mouse, finger or arrow keys."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from mnist_app.insight.charts.pictures import GAP

HTML = '<div class="cell-flow"></div>'
CSS, JS = (Path(__file__).with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".css", ".js"))
_show = st.components.v2.component("cells", html=HTML, css=CSS, js=JS, isolate_styles=False)


@dataclass(frozen=True)
class Cells:
    """A picture that is divided into cells.

    Attributes:
        url: the picture, from `ui.to_url`; all cells are alike in size.
        label: what it shows, for who does not see it.
        columns, rows, count: of its cells.
        side: of a cell in pixels of the screen.
        chosen: the cell that is outlined; None for none.
        names: what each cell is called when it is chosen; its number where left out.
        title, text: above and below.
        least: width that title and text have at least, in pixels.
        fixed: whether nothing can be chosen.
    """

    url: str
    label: str
    columns: int
    rows: int
    count: int
    side: int
    chosen: int | None = None
    names: tuple[str, ...] = ()
    title: str = ""
    text: str = ""
    least: int = 0
    fixed: bool = False


def show_cells(
    sheets: Sequence[Cells], key: str, on_choose: Callable[[int, int], None] = lambda *_: None, grown: str = ""
) -> None:
    """Show pictures one after the other.

    Args:
        sheets: the pictures.
        key: of the widget.
        on_choose: called with the number of the picture and of the cell when one is chosen.
        grown: key of the widget that shows a chosen cell grown, which the browser does at once; "" for none.
    """

    def choose() -> None:
        on_choose(*st.session_state[key]["chosen"])

    data = {"sheets": [asdict(sheet) for sheet in sheets], "grown": grown, "gap": GAP}
    _show(key=key, data=data, on_chosen_change=choose)
