"""How well whole pages are read: a section of the page Evaluation, from the figures of `page_exam`."""

import streamlit as st

from mnist_app import tables
from mnist_app.digits.generated.pages import FAMILIES
from mnist_app.insight.charts.evaluation import pages_chart
from mnist_app.web import ui
from mnist_app.web.charts import show_chart

COLUMNS = {
    "page": st.column_config.TextColumn("On the page"),
    "pages": st.column_config.NumberColumn("Pages", format="localized", help="That the program drew."),
    "exact": st.column_config.NumberColumn(
        "No mistake", format=ui.PERCENT, help="Every digit is read right, and nothing else is taken for one."
    ),
    "read": st.column_config.NumberColumn("Digits read right", format=ui.PERCENT, help="Of all that are on the pages."),
    "false_per_page": st.column_config.NumberColumn(
        "False digits", format="%.2f", help="Digits on a page that are read where there is none."
    ),
}


def describe(total: tables.Row) -> str:
    """Say in words how well pages are read.

    Args:
        total: the first row of `page_exam.summarize`, of all pages.
    """
    said = [
        f"Of {total['pages']:,} pages that the program drew, none of which was learnt from, **{total['exact']:.1%}** "
        f"are read without a mistake (95% interval: {total['exact_low']:.1%} to {total['exact_high']:.1%})."
    ]
    if total["digits"]:
        said.append(f"**{total['read']:.1%}** of the {total['digits']:,} digits on them are read right.")
    said.append(f"On a page, **{total['false_per_page']:.2f}** digits are read where there is none.")
    if total["empty_pages"]:
        said.append(f"**{total['refused']:.1%}** of the {total['empty_pages']:,} pictures without a digit are refused.")
    return " ".join(said)


@ui.remember(max_entries=8)
def draw(rows: list[tables.Row]) -> dict:
    """The specification of the chart by kind of page."""
    return pages_chart(rows).to_dict()


def show(rows: list[tables.Row]) -> None:
    """Show how well pages are read: in words, by kind of page, and all figures as CSV."""
    total, *families = rows
    st.header("On whole pages")
    st.write(describe(total))
    kinds = [{"page": FAMILIES[row["family"]].hint.capitalize()} | row for row in families if row["family"] in FAMILIES]
    show_chart(
        draw(kinds),
        "Dot chart: share of pages read without a mistake by kind; the table below has the same figures",
        "whole pages",
        table=False,
    )
    st.dataframe(
        ui.in_percent(kinds, "exact", "read"),
        column_config=COLUMNS,
        column_order=list(COLUMNS),
        hide_index=True,
        height="content",
        placeholder="–",
        alt="Table: how well each kind of page is read",
    )
    ui.offer_csv(lambda: rows, "whole_pages", "All figures with their intervals")
