import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.web import doors
from mnist_app.web.lost_files import LOST


def page() -> None:
    import streamlit as st
    from streamlit.runtime.uploaded_file_manager import DeletedFile

    from mnist_app.web.lost_files import say_lost

    files = [DeletedFile(name) if name else None for name in st.query_params.get_all("gone")]
    st.session_state["files"] = files if len(files) > 1 else files[0]
    st.write(say_lost("files"))


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ([""], []),
        (["forgotten"], [LOST]),
        (["refused", "refused too"], [f"2 of the files came to nothing. {doors.TOO_MUCH}"]),
        (["refused", "forgotten"], [f"1 of the files came to nothing. {doors.TOO_MUCH}", LOST]),
    ],
)
def test_whoever_sent_what_the_server_does_not_have_hears_why(gone, said):
    doors.NOT_TAKEN.extend(["refused", "refused too"])
    shown = AppTest.from_function(page)
    shown.query_params["gone"] = gone
    shown.run()
    assert [box.value for box in shown.warning] == said
    assert shown.markdown[0].value == f"`{bool(said)}`"
