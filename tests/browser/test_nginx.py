"""The example for nginx in front of the app: nginx takes it, and a drawing goes through it and back."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool

import pytest
import requests
from playwright.sync_api import Browser
from serving import DEVICES, ROOT, Server, wait_until_idle
from test_app import FOUR, draw, says

EXAMPLE = ROOT / "deploy/nginx.conf"
CERTIFICATE = "/etc/letsencrypt/live/digits.example.org"
AROUND = "pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {temporary} {example} }}"
OPENSSL = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx: `apt-get install nginx-light`")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def proxy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Nginx with the example, but for ports and certificate; its address."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    places = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([*OPENSSL, *places], check=True, capture_output=True)
    changes = {"127.0.0.1:8501": server.url.removeprefix("http://"), CERTIFICATE: str(folder)}
    changes |= {"listen 443 ssl": f"listen {port} ssl", "listen 80": f"listen {free_port()}"}
    example = EXAMPLE.read_text("utf-8")
    for old, new in changes.items():
        assert old in example
        example = example.replace(old, new)
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    config = folder / "nginx.conf"
    config.write_text(AROUND.format(folder=folder, temporary=temporary, example=example), "utf-8")
    subprocess.run(["nginx", "-t", "-c", config], check=True, capture_output=True)
    with subprocess.Popen(["nginx", "-c", config, "-g", "daemon off;"]) as process:
        yield f"https://localhost:{port}"
        process.terminate()


def test_a_drawing_is_read_through_it(proxy: str, browser: Browser):
    context = browser.new_context(**DEVICES["wide"], ignore_https_errors=True)
    page = context.new_page()
    page.goto(proxy)
    wait_until_idle(page)
    draw(page, FOUR)
    says(page, "^4.*%")
    assert next(one for one in context.cookies() if one["name"] == "mnist_app_visitor")["secure"]
    context.close()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_programs_that_ask_too_often_are_told(proxy: str):
    def ask(_: int) -> int:
        return requests.post(f"{proxy}/api/read", b"no picture", verify=False).status_code

    with ThreadPool(30) as pool:
        assert set(pool.map(ask, range(60))) == {415, 429}
