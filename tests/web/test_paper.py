from mnist_app.web.paper import HTML, PEN, SIZE


def test_the_paper_in_the_browser_has_the_size_and_the_pen_that_python_counts_on():
    assert f'viewBox="0 0 {SIZE[0]} {SIZE[1]}"' in HTML
    assert f'value="{PEN:.0f}"' in HTML
