"""Files that the browser shows and the server does not have, or has no more: whoever sent them hears so."""

from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from mnist_app.web import doors

LOST = (
    "The server no longer has what you sent: it was started anew, or did not hear from this page for long. "
    "Remove it here, and send it once more."
)


def say_lost(key: str) -> bool:
    """Say so where it is so.

    Args:
        key: of a widget that takes files, which stands on the page.

    Returns:
        Whether files are lost.
    """
    held: Any = st.session_state[key]
    missing = [file.file_id for file in (held if isinstance(held, list) else [held]) if isinstance(file, DeletedFile)]
    too_many = [file for file in missing if file in doors.NOT_TAKEN]
    if too_many:
        st.warning(f"{len(too_many)} of the files came to nothing. {doors.TOO_MUCH}", icon=":material/block:")
    if len(too_many) < len(missing):
        st.warning(LOST, icon=":material/sync_problem:")
    return bool(missing)
