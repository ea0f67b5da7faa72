"""Nginx as in deploy/, in front of apps on this machine."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from serving import ROOT, Server, free_port

CONFIGS = [ROOT / "deploy" / name for name in ("nginx.conf", "processes.conf")]
PROCESSES = ("172.28.0.11:8501", "172.28.0.12:8501")  # that these know
CERTIFICATE = "/etc/letsencrypt/live/digits.example.org"
AROUND = "pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {temporary} {ours} }}"
OPENSSL = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
NO_NGINX = "no nginx: `apt-get install nginx-light`"
HERE = shutil.which("nginx")


def write_config(folder: Path, port: int, changes: dict[str, str]) -> Path:
    """Write a configuration with deploy/'s two files but for ports, certificate and `changes`; nginx must take it."""
    places = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([*OPENSSL, *places], check=True, capture_output=True)
    ours = "\n".join(path.read_text("utf-8") for path in CONFIGS)
    ports = {"listen 443 ssl": f"listen {port} ssl", "listen 80": f"listen {free_port()}"}
    for old, new in {CERTIFICATE: str(folder), **ports, **changes}.items():
        assert old in ours, old
        ours = ours.replace(old, new)
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    config = folder / "nginx.conf"
    config.write_text(AROUND.format(folder=folder, temporary=temporary, ours=ours), "utf-8")
    subprocess.run(["nginx", "-t", "-c", config], check=True, capture_output=True)
    return config


@contextmanager
def proxy(folder: Path, servers: Sequence[Server]) -> Iterator[str]:
    """Run nginx in front of two servers, or of one that stands for both, until the block ends; gives its address."""
    port = free_port()
    changes = {}
    for known, server in zip(PROCESSES, [*servers, *servers], strict=False):
        place = server.url.removeprefix("http://")
        changes |= {known: place, known.replace(".", r"\."): place.replace(".", r"\.")}
    config = write_config(folder, port, changes)
    with subprocess.Popen(["nginx", "-c", config, "-g", "daemon off;"]) as process:
        try:
            yield f"https://localhost:{port}"
        finally:
            process.terminate()
