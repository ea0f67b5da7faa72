"""How the pages show a chart: with a name for who does not see it, and its figures folded below."""

from typing import Any

import streamlit as st


def show_chart(spec: dict[str, Any], name: str, key: str, table: bool = True, **selection: Any) -> None:
    """Show a chart.

    Args:
        spec: its specification, as `to_dict` gives it.
        name: what it shows, for who does not see it.
        key: of the chart; another chart has another one, the same with other figures the same.
        table: whether its figures can be unfolded below it; not where the page shows them anyway.
        **selection: `on_select` and `selection_mode` of a chart that can be clicked on.
    """
    st.vega_lite_chart(spec=spec, alt=name, key=key, **selection)
    if not table:
        return
    folded = st.expander("Its figures", on_change="rerun", key=f"figures of {key}", icon=":material/table:")
    if folded.open:
        with folded:
            show_figures(spec, name)


def show_figures(spec: dict[str, Any], name: str) -> None:
    """Show the figures of a chart as a table."""
    from mnist_app.insight.charts.figures import figures  # pandas takes 65 MB, and Draw has no table

    rows, formats = figures(spec)
    columns = {title: _column(form) for title, form in formats.items() if form}
    st.dataframe(rows, column_config=columns, hide_index=True, alt=f"Table: {name}")


def _column(form: str) -> Any:
    """How a column is written whose tooltip has this format."""
    return st.column_config.NumberColumn(
        format="percent" if "%" in form else "localized" if "," in form else f"%{form}"
    )
