"""A visitor without a browser: it speaks Streamlit's own protocol, as the JavaScript of its pages does."""

import html
import json
import re
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLs
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Navigation_pb2 import Navigation
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Subprotocol

Stroke = dict[str, Any]  # "width" of the pen, and the "points" that it went through, as the paper sends them
XSRF = "_streamlit_xsrf"
ANSWER = re.compile(r'<div role="status".*?</div></div>', re.DOTALL)  # what `ui.show_answer` shows
TAG = re.compile("<[^>]*>")
RERUNS = ForwardMsg.FINISHED_EARLY_FOR_RERUN  # another run follows by itself


@dataclass
class Run:
    """What one run of a page's script brought.

    Attributes:
        elements: all that it sent, in order.
        answer: the large answer with its sentence; "" where it sent none.
        answered: seconds from asking until the answer was there.
        seconds: until the script had ended.
        runs: how often the script ran; more than 1 where it asked to be run again.
        size: bytes that came.
    """

    elements: list[Element] = field(default_factory=list)
    answer: str = ""
    answered: float = float("nan")
    seconds: float = 0
    runs: int = 1
    size: int = 0

    @property
    def errors(self) -> list[str]:
        """What is shown as an error: exceptions, and what the page says in red."""
        said = [element.exception.message for element in self.elements if element.HasField("exception")]
        return said + [
            element.alert.body
            for element in self.elements
            if element.HasField("alert") and element.alert.format == element.alert.ERROR
        ]


class StreamlitClient:
    """A visitor with one open tab.

    Attributes:
        session: the session's id; "" before the first run.
        shown: the elements that are on the page, by their place.
    """

    def __init__(self, url: str, patience: float = 60) -> None:
        """Open the app's address as a browser does, and connect; `visit` then shows a page.

        Args:
            url: of the app, such as "http://127.0.0.1:8501".
            patience: seconds to wait for anything that the server sends.

        Raises:
            OSError: nobody answers there.
        """
        self.url, self._patience = url, patience
        self.session = ""
        self.shown: dict[tuple[int, ...], Delta] = {}
        self._jar = CookieJar()
        self._web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self._widgets: dict[str, WidgetState] = {}
        self._pages: dict[str, str] = {}  # the hash of each page by its address
        self._state = ClientState()
        self._cache: dict[str, tuple[int, ForwardMsg]] = {}  # large messages, with the run that brought them last
        self._run = 0
        for path in ("", "_stcore/health"):  # they set the cookies
            self._web.open(f"{url}/{path}", timeout=patience).close()
        self.connect()

    def connect(self) -> None:
        """Connect, after a connection was lost to the same session if the server still has it; it runs nothing yet."""
        offered = ["streamlit", self.cookies.get(XSRF, ""), *([self.session] if self.session else [])]
        self._socket = connect(
            f"ws{self.url.removeprefix('http')}/_stcore/stream",
            origin=self.url,
            subprotocols=[Subprotocol(each) for each in offered],
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())},
            compression=None,
            ping_interval=None,  # a browser asks for no sign of life, however long a busy server takes
            max_size=None,
            proxy=None,
            open_timeout=self._patience,
        )

    def close(self) -> None:
        """Close the tab."""
        self._socket.close()

    def visit(self, address: str = "", **query: str) -> Run:
        """Open a page by its address, such as "upload"; "" is the first one."""
        known = self._pages.get(address, "")
        self._state.Clear()
        self._state.query_string = urlencode(query)
        self._state.page_script_hash, self._state.page_name = known, "" if known else address
        self._state.context_info.url = urljoin(f"{self.url}/", address)
        return self._ask()

    def again(self) -> Run:
        """Have the open page run again with all that lies on it, as a browser does that has connected again."""
        return self._ask()

    def draw(self, strokes: list[Stroke], key: str = "drawing") -> Run:
        """Tell the page what lies on its paper; the pen was lifted just now."""
        return self._set(key, json_value=json.dumps({"strokes": strokes}))

    def upload(self, files: dict[str, bytes], key: str = "files") -> Run:
        """Give files to a page in place of those that it has, as a browser does after they were chosen.

        Raises:
            urllib.error.HTTPError: the server takes none of them.
        """
        widget, _ = self.find(key)
        before = self._widgets.get(widget, WidgetState()).file_uploader_state_value.uploaded_file_info
        now = FileUploaderState()
        for name, place in zip(files, self._ask_for_places(list(files)), strict=True):
            self._send_file(place, name, files[name])
            now.uploaded_file_info.add(file_id=place.file_id, name=name, size=len(files[name]), file_urls=place)
        for info in before:
            self._send("DELETE", info.file_urls.delete_url)
        return self._set(key, file_uploader_state_value=now)

    def click(self, key: str) -> Run:
        """Press a button of the page.

        Raises:
            LookupError: there is none with this key.
        """
        run = self._set(key, trigger_value=True)
        for state in self._widgets.values():
            if state.trigger_value:
                state.trigger_value = False  # pressed once
        return run

    def find(self, key: str) -> tuple[str, str]:
        """The id of the widget with this key on the page, and of the fragment that it stands in.

        Raises:
            LookupError: there is none.
        """
        for delta in self.shown.values():
            if (name := _widget(delta)).endswith(f"-{key}"):
                return name, delta.fragment_id
        raise LookupError(f"There is no widget {key!r} on this page.")

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self._jar}

    def _set(self, key: str, **value: Any) -> Run:
        name, fragment = self.find(key)
        self._widgets[name] = WidgetState(id=name, **value)
        return self._ask(fragment)

    def _ask_for_places(self, names: list[str]) -> list[FileURLs]:
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.extend(names)
        self._socket.send(message.SerializeToString())
        while True:
            answer, _ = self._receive()
            if answer.file_urls_response.response_id == message.file_urls_request.request_id:
                return list(answer.file_urls_response.file_urls)

    def _send_file(self, place: FileURLs, name: str, content: bytes) -> None:
        border = uuid.uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        head += "Content-Type: application/octet-stream\r\n\r\n"
        body = head.encode() + content + f"\r\n--{border}--\r\n".encode()
        self._send("PUT", place.upload_url, body, f"multipart/form-data; boundary={border}")

    def _send(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> None:
        headers = {"Content-Type": kind, "X-Xsrftoken": self.cookies[XSRF]}
        request = urllib.request.Request(urljoin(self.url, path), body, headers, method=method)
        self._web.open(request, timeout=self._patience).close()

    def _receive(self) -> tuple[ForwardMsg, int]:
        data = self._socket.recv(timeout=self._patience)
        if not isinstance(data, bytes):
            raise TypeError("Streamlit sends no text.")
        return ForwardMsg.FromString(data), len(data)

    def _ask(self, fragment: str = "") -> Run:
        """Have the page, or a fragment of it, run with the widgets as they are, and take what it shows.

        Raises:
            websockets.ConnectionClosed: the server, or what stands in front of it, hung up.
            TimeoutError: it sends nothing more.
        """
        message = BackMsg(rerun_script=self._state)
        message.rerun_script.widget_states.widgets.extend(self._widgets.values())
        message.rerun_script.fragment_id = fragment
        message.rerun_script.cached_message_hashes.extend(self._cache)
        run = Run()
        touched: set[tuple[int, ...]] = set()
        start = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while True:
            received, size = self._receive()
            run.size += size
            kind = received.WhichOneof("type")
            if kind == "new_session":
                self.session = received.new_session.initialize.session_id
                self._run += 1
            elif kind == "navigation":
                self._arrive(received.navigation)
            elif kind in ("delta", "ref_hash"):
                path, delta = self._take(received)
                touched.add(path)
                if delta.HasField("new_element"):
                    run.elements.append(delta.new_element)
                    if found := ANSWER.search(delta.new_element.html.body):
                        run.answer = html.unescape(TAG.sub(" ", found[0])).strip()
                        run.answered = time.perf_counter() - start
            elif kind == "script_finished" and received.script_finished == RERUNS:
                run.runs += 1
            elif kind == "script_finished":
                run.seconds = time.perf_counter() - start
                self._forget(touched, fragment)
                return run

    def _arrive(self, navigation: Navigation) -> None:
        self._pages = {page.url_pathname: page.page_script_hash for page in navigation.app_pages}
        self._state.page_script_hash = navigation.page_script_hash

    def _take(self, message: ForwardMsg) -> tuple[tuple[int, ...], Delta]:
        """Put an element where it belongs; one that the server knows to be here already comes as its hash."""
        path = tuple(message.metadata.delta_path)
        if message.HasField("ref_hash"):
            _, kept = self._cache[message.ref_hash]
            self._cache[message.ref_hash] = (self._run, kept)
            delta = kept.delta
        else:
            delta = message.delta
            if message.metadata.cacheable:
                self._cache[message.hash] = (self._run, message)
        if delta.HasField("new_element"):
            self.shown[path] = delta
        elif delta.HasField("add_block"):
            self.shown.pop(path, None)
        return path, delta

    def _forget(self, touched: set[tuple[int, ...]], fragment: str) -> None:
        """Take away what the run, of the page or of a fragment, showed no more, and old messages."""
        self.shown = {
            path: delta
            for path, delta in self.shown.items()
            if path in touched or (fragment and delta.fragment_id != fragment)
        }
        self._cache = {key: (run, kept) for key, (run, kept) in self._cache.items() if self._run - run <= 2}
        widgets = set(map(_widget, self.shown.values()))
        self._widgets = {name: state for name, state in self._widgets.items() if name in widgets}


def _widget(delta: Delta) -> str:
    """The id of the widget that an element is; "" where it is none."""
    return getattr(getattr(delta.new_element, delta.new_element.WhichOneof("type")), "id", "")
