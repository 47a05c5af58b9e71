"""The settings that manifests give are the settings that services read: none missing, none misspelt."""

import base64
import os
from typing import Any

import msgspec
import pytest

from libs.service.run import Settings
from parlor.parts import PARTS, load_all, settings_of
from parlor.serving import LogSettings
from tests.deploy.manifests import KUBECTL, Manifest, containers, of_kind, rendered

pytestmark = pytest.mark.skipif(
    KUBECTL is None and "CI" not in os.environ, reason="kubectl is not on this machine; it renders the overlays"
)

DEPLOYED = sorted(PARTS)
LATER = {"ALEXA_ROOTS"}
"""Read from a volume that is only filled when the pod starts."""
OF_THE_POD = {"metadata.name": "mixer-7c9d6b8f5d-x2x7k", "status.podIP": "10.1.2.3"}
OF_LIBRARIES = {"OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX"}


def environ(part: str) -> dict[str, str]:
    """What the container of this part sees; a secret that it reads as `…_FILE` stands there as its content."""
    manifests = rendered("dev")
    (deployment,) = (d for d in of_kind(manifests, "Deployment") if d["metadata"]["name"] == part)
    template = deployment["spec"]["template"]
    (container,) = (c for c in containers(template) if c.get("args") == ["serve", part])
    given: dict[str, str] = {}
    for source in container["envFrom"]:
        (config,) = (c for c in of_kind(manifests, "ConfigMap") if named(c, source["configMapRef"]["name"]))
        given |= config["data"]
    given |= {each["name"]: each.get("value") or OF_THE_POD[field(each)] for each in container["env"]}
    return {name: value for name, value in given.items() if name not in LATER | OF_LIBRARIES}


def field(variable: Manifest) -> str:
    """What of its pod a variable tells (the downward API)."""
    return str(variable["valueFrom"]["fieldRef"]["fieldPath"])


def named(manifest: Manifest, name: str) -> bool:
    """Whether this is its name."""
    return bool(manifest["metadata"]["name"] == name)


def secret_file(part: str, path: str) -> bytes:
    """The content of a file that a Secret brings into the pod."""
    manifests = rendered("dev")
    (deployment,) = (d for d in of_kind(manifests, "Deployment") if d["metadata"]["name"] == part)
    spec: dict[str, Any] = deployment["spec"]["template"]["spec"]
    folder, _, file = path.rpartition("/")
    (mount,) = (m for c in spec["containers"] for m in c["volumeMounts"] if m["mountPath"] == folder)
    (volume,) = (v for v in spec["volumes"] if v["name"] == mount["name"])
    (secret,) = (s for s in of_kind(manifests, "Secret") if named(s, volume["secret"]["secretName"]))
    return base64.b64decode(secret["data"][file])


def classes(part: str) -> list[type[msgspec.Struct]]:
    """Everything that the part reads its settings into."""
    return [LogSettings, Settings, *settings_of(part)]


@pytest.mark.parametrize("part", DEPLOYED)
def test_a_service_starts_with_the_settings_that_its_manifest_gives(
    part: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp(part)
    given = environ(part)
    for number, name in enumerate(name for name, value in given.items() if value.startswith("/run/secrets/")):
        file = folder / str(number)
        file.write_bytes(secret_file(part, given[name]))
        given[name] = str(file)

    assert len(load_all(classes(part), given)) == len(classes(part))


def test_no_manifest_gives_a_setting_that_nobody_reads() -> None:
    read = {field.name.upper() for part in DEPLOYED for each in classes(part) for field in msgspec.structs.fields(each)}
    given = {name for part in DEPLOYED for name in environ(part)}

    assert {name for name in given if name not in read and name.removesuffix("_FILE") not in read} == set()
