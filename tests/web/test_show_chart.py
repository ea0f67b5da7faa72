from streamlit.testing.v1 import AppTest

from mnist_app.insight.slices import WORSE


def script() -> None:
    from mnist_app.insight.charts.evaluation import slices_chart
    from mnist_app.insight.slices import WORSE
    from mnist_app.web.charts import show_chart

    shares = {"accuracy": 0.9, "low": 0.85, "high": 0.95}
    spec = slices_chart([{"slice": "slant 5°", "digits": 1200, "misread": 120, "verdict": WORSE} | shares]).to_dict()
    show_chart(spec, "Accuracy of each slice", "slices")
    show_chart(spec, "The same, with a table of the page's own", "shown", table=False)


def test_a_chart_has_a_name_and_its_figures_folded_below():
    page = AppTest.from_function(script, default_timeout=60).run()
    named, other = page.get("vega_lite_chart")
    assert named.proto.alt == "Accuracy of each slice"
    assert other.proto.alt
    assert [folded.label for folded in page.expander] == ["Its figures"]
    assert not page.dataframe
    page.session_state["figures of slices"] = True
    (table,) = page.run().dataframe
    assert table.value.iloc[0].to_dict() == {
        "Slice": "slant 5°", "Digits": 1200, "Misread": 120, "Read right": 0.9, "At least": 0.85, "At most": 0.95,
        "Beside the others": WORSE,
    }  # fmt: skip
