"""deploy/'s files for Docker, as far as they can be tried without it: what they name is there, and fits together."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from proxying import CONFIGS, HERE, NO_NGINX, PROCESSES, write_config
from serving import ROOT, Server, free_port
from streamlit import config

from mnist_app.collection.store import ADDRESS
from mnist_app.web import public
from mnist_app.web.api import description

DEPLOY = ROOT / "deploy"
SECRET = re.compile(r"\$\{(\w+):\?[^}]+\}")  # a variable that compose refuses to do without
WITH_DEFAULT = re.compile(r"\$\{\w+:-([^}]+)\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def apps(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that are processes of the app, by name."""
    return {name: service for name, service in compose["services"].items() if "build" in service}


def dockerfile() -> list[list[str]]:
    """Its instructions, in words."""
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def instruction(name: str) -> list[str]:
    """The JSON array that an instruction ends with."""
    return json.loads(next(re.search(r"\[.*]$", " ".join(words))[0] for words in dockerfile() if words[0] == name))


def address(service: dict[str, Any]) -> str:
    return service["networks"]["default"]["ipv4_address"]


def test_every_service_starts_again_is_watched_and_gets_no_more_rights(compose: dict[str, Any]):
    services = compose["services"]
    for name, service in services.items():
        assert ("build" in service) or re.fullmatch(r"[a-z]+:\d[\d.]*", service["image"]), f"{name}: a version"
        assert "healthcheck" in service or "build" in service, name
        assert service["restart"] == "unless-stopped"
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service.keys() & {"privileged", "network_mode", "pid", "cap_add", "user"}, name
        assert set(service.get("depends_on", ())) <= services.keys(), name
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"], "the only one seen outside"


def test_processes_of_the_app_cannot_write_and_have_what_they_need(apps: dict[str, dict[str, Any]]):
    known = {public.SETTING, ADDRESS, "FORWARDED_ALLOW_IPS"}
    known |= {option.env_var for option in config.get_config_options().values()}
    for service in apps.values():
        assert service["environment"].keys() <= known
        assert service["environment"].keys() >= {public.SETTING, ADDRESS, "STREAMLIT_SERVER_COOKIE_SECRET"}
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        build = service["build"]
        assert (DEPLOY / build["context"]).resolve() == ROOT
        assert (ROOT / build["dockerfile"]).is_file()


def test_nginx_knows_where_they_are_and_they_know_nginx(compose: dict[str, Any], apps: dict[str, dict[str, Any]]):
    port = next(words[1] for words in dockerfile() if words[0] == "EXPOSE")
    assert tuple(f"{address(service)}:{port}" for service in apps.values()) == PROCESSES
    told = (DEPLOY / "processes.conf").read_text("utf-8")
    assert set(re.findall(r"server (\S+?)(?: backup)?;", told)) == set(PROCESSES)
    assert set(re.findall(r"upstream (\w+)", told)) == {"next", *apps}
    for service in apps.values():
        assert service["environment"]["FORWARDED_ALLOW_IPS"] == address(compose["services"]["nginx"])
    (network,) = compose["networks"]["default"]["ipam"]["config"]
    start = network["subnet"].removesuffix("0/24")
    assert all(address(service).startswith(start) for service in (compose["services"]["nginx"], *apps.values()))


def test_the_database_is_the_one_that_the_app_asks(compose: dict[str, Any], apps: dict[str, dict[str, Any]]):
    known = compose["services"]["database"]["environment"]
    password = known["POSTGRES_PASSWORD"]
    assert SECRET.fullmatch(password)
    url = f"postgresql://{known['POSTGRES_USER']}:{password}@database/{known['POSTGRES_DB']}"
    for service in apps.values():
        assert service["environment"][ADDRESS] == url
        assert SECRET.fullmatch(service["environment"]["STREAMLIT_SERVER_COOKIE_SECRET"])
        assert service["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_all_that_is_mounted_is_there(compose: dict[str, Any]):
    mounts = [
        mount.rsplit(":ro", 1)[0] for service in compose["services"].values() for mount in service.get("volumes", ())
    ]
    for mount in mounts:
        source = WITH_DEFAULT.sub(r"\1", mount).split(":")[0]
        if source.startswith("./"):
            assert (DEPLOY / source).is_file(), mount
        else:
            assert source in compose["volumes"] or source == "/etc/letsencrypt", mount


@pytest.mark.skipif(not HERE, reason=NO_NGINX)
def test_nginx_takes_the_files_that_are_mounted(compose: dict[str, Any], tmp_path: Path):
    """In the order in which nginx reads that folder; only ports and the certificate are this machine's."""
    mounts = [mount.split(":") for mount in compose["services"]["nginx"]["volumes"] if "/etc/nginx/conf.d/" in mount]
    read = [DEPLOY / source for source, target, _ in sorted(mounts, key=lambda mount: mount[1])]
    assert read == CONFIGS
    write_config(tmp_path, free_port(), {})


def test_the_image_holds_what_is_there_and_is_a_normal_user():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8")
    for _, *sources, _ in (words for words in dockerfile() if words[0] == "COPY"):
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"\n!{source}\n" in ignored, source
    names = [words[0] for words in dockerfile()]
    user = next(words[1] for words in dockerfile() if words[0] == "USER")
    assert all(map(int, user.split(":"))), "neither root nor root's group"
    assert "RUN" not in names[names.index("USER") :]


def test_the_command_of_the_image_is_understood():
    program, verb, script, *options = instruction("CMD")
    assert (program, verb) == ("streamlit", "run")
    assert (ROOT / script).is_file()
    assert {option[2:].split("=")[0] for option in options} <= config.get_config_options().keys()


def test_the_check_of_the_image_tells_a_running_app_from_none(server: Server):
    python, *arguments = instruction("HEALTHCHECK")
    assert python == "python"
    assert "/api/health" in description.describe()["paths"]
    for place, well in ((server.url, True), (f"http://127.0.0.1:{free_port()}", False)):
        here = [argument.replace("http://127.0.0.1:8501", place) for argument in arguments]
        assert here != arguments
        done = subprocess.run([sys.executable, *here], capture_output=True, timeout=60, check=False)
        assert (done.returncode == 0) == well
