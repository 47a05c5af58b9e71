"""What a cluster would only tell us too late: strict schemas, cross references, and the security we promise."""

import os
from typing import Any

import kubernetes_validate
import pytest

from parlor.embedded.permissions import USERS, authorization
from tests.deploy.manifests import K8S, KUBECTL, OVERLAYS, Manifest, containers, name, of_kind, pods, rendered, selects

pytestmark = pytest.mark.skipif(
    KUBECTL is None and "CI" not in os.environ, reason="kubectl is not on this machine; it renders the overlays"
)

KUBERNETES = "1.33"


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    return rendered(request.param)


def references(template: Manifest, kind: str) -> set[str]:
    """Names of ConfigMaps or Secrets that a pod needs."""
    volume, source, key = {
        "ConfigMap": ("configMap", "configMapRef", "name"),
        "Secret": ("secret", "secretRef", "secretName"),
    }[kind]
    mounted = {v[volume][key] for v in template["spec"].get("volumes", []) if volume in v}
    loaded = {e[source]["name"] for c in containers(template) for e in c.get("envFrom", []) if source in e}
    return mounted | loaded


def test_there_is_an_overlay_to_try_parlor_with() -> None:
    assert "dev" in OVERLAYS


def test_every_object_satisfies_the_strict_schema(manifests: tuple[Manifest, ...]) -> None:
    for manifest in manifests:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_every_configmap_and_secret_that_a_pod_names_exists(manifests: tuple[Manifest, ...]) -> None:
    for kind in ("ConfigMap", "Secret"):
        there = {manifest["metadata"]["name"] for manifest in of_kind(manifests, kind)}
        for workload, template in pods(manifests):
            missing = references(template, kind) - there
            assert not missing, f"{name(workload)} needs {kind} {missing}"


def test_every_service_account_exists(manifests: tuple[Manifest, ...]) -> None:
    there = {manifest["metadata"]["name"] for manifest in of_kind(manifests, "ServiceAccount")}
    assert {template["spec"]["serviceAccountName"] for _, template in pods(manifests)} <= there


def test_selectors_find_pods(manifests: tuple[Manifest, ...]) -> None:
    labels = [template["metadata"]["labels"] for _, template in pods(manifests)]
    for workload in of_kind(manifests, "Deployment", "StatefulSet"):
        assert selects(workload["spec"]["selector"], workload["spec"]["template"]["metadata"]["labels"]), name(workload)
    for service in of_kind(manifests, "Service"):
        assert any(selects({"matchLabels": service["spec"]["selector"]}, one) for one in labels), name(service)
    for budget in of_kind(manifests, "PodDisruptionBudget"):
        assert any(selects(budget["spec"]["selector"], one) for one in labels), name(budget)
    for policy in of_kind(manifests, "NetworkPolicy"):
        assert any(selects(policy["spec"]["podSelector"], one) for one in labels), name(policy)


def test_services_point_at_declared_ports(manifests: tuple[Manifest, ...]) -> None:
    for service in of_kind(manifests, "Service"):
        declared = {
            (port["name"], port.get("protocol", "TCP"))
            for _, template in pods(manifests)
            if selects({"matchLabels": service["spec"]["selector"]}, template["metadata"]["labels"])
            for container in containers(template)
            for port in container.get("ports", [])
        }
        for port in service["spec"]["ports"]:
            assert (port["targetPort"], port.get("protocol", "TCP")) in declared, name(service)


def test_stateful_sets_have_their_service(manifests: tuple[Manifest, ...]) -> None:
    services = {manifest["metadata"]["name"] for manifest in of_kind(manifests, "Service")}
    assert {workload["spec"]["serviceName"] for workload in of_kind(manifests, "StatefulSet")} <= services


def test_mounts_have_volumes_and_probes_have_ports(manifests: tuple[Manifest, ...]) -> None:
    for workload, template in pods(manifests):
        claims = workload["spec"].get("volumeClaimTemplates", [])
        volumes = {v["name"] for v in template["spec"].get("volumes", [])} | {c["metadata"]["name"] for c in claims}
        for container in containers(template):
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes, name(workload)
            ports = {port["name"] for port in container.get("ports", [])}
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                check = container.get(probe, {})
                target = check.get("httpGet", check.get("tcpSocket", {})).get("port")
                assert target is None or target in ports, f"{name(workload)} {probe}"


def test_servers_have_three_probes(manifests: tuple[Manifest, ...]) -> None:
    for workload in of_kind(manifests, "Deployment", "StatefulSet"):
        for container in workload["spec"]["template"]["spec"]["containers"]:
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container), name(workload)


def test_pods_are_restricted(manifests: tuple[Manifest, ...]) -> None:
    for workload, template in pods(manifests):
        spec = template["spec"]
        security = spec["securityContext"]
        assert spec["automountServiceAccountToken"] is False, name(workload)
        assert spec["enableServiceLinks"] is False, name(workload)
        assert security["runAsNonRoot"] is True, name(workload)
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name(workload)
        for container in containers(template):
            restricted(container, name(workload))


def restricted(container: dict[str, Any], where: str) -> None:
    """Fails unless the container can't write its image, has no capability, and has a request and a memory limit."""
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is True, where
    assert security["allowPrivilegeEscalation"] is False, where
    assert security["capabilities"] == {"drop": ["ALL"]}, where
    assert {"cpu", "memory"} <= set(container["resources"]["requests"]), where
    assert "memory" in container["resources"]["limits"], where


def test_no_image_floats(manifests: tuple[Manifest, ...]) -> None:
    for workload, template in pods(manifests):
        for container in containers(template):
            tag = container["image"].rpartition(":")[2]
            assert ":" in container["image"], name(workload)
            assert tag != "latest", name(workload)


def test_pods_drain_within_their_grace(manifests: tuple[Manifest, ...]) -> None:
    for deployment in of_kind(manifests, "Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        waits = [c["lifecycle"]["preStop"]["exec"]["command"] for c in spec["containers"] if "lifecycle" in c]
        assert waits, name(deployment)
        assert all(int(command[1]) + 30 < spec["terminationGracePeriodSeconds"] for command in waits), name(deployment)


def test_whatever_runs_twice_survives_a_drained_node(manifests: tuple[Manifest, ...]) -> None:
    budgets = of_kind(manifests, "PodDisruptionBudget")
    for deployment in of_kind(manifests, "Deployment"):
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert any(selects(budget["spec"]["selector"], labels) for budget in budgets), name(deployment)
        assert deployment["spec"]["template"]["spec"]["topologySpreadConstraints"], name(deployment)


def test_a_room_always_has_a_mixer_to_go_on_with_and_senders_reach_the_one_that_has_it() -> None:
    manifests = rendered("../base")
    (mixer,) = [one for one in of_kind(manifests, "Deployment") if name(one) == "Deployment/mixer"]
    assert mixer["spec"]["replicas"] == 2
    assert mixer["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    (container,) = containers(mixer["spec"]["template"])
    fields = {one["name"]: one["valueFrom"]["fieldRef"]["fieldPath"] for one in container["env"] if "valueFrom" in one}
    assert fields == {"MIXER_NAME": "metadata.name", "RTP_HOST": "status.podIP"}
    assert "Service/mixer" not in {name(one) for one in manifests}, "it would send packets to any mixer"


def edges(manifests: tuple[Manifest, ...]) -> set[tuple[str, str]]:
    """Which workload may reach which by the policies: allowed to leave there and allowed to come in here."""
    labels = {workload["metadata"]["name"]: template["metadata"]["labels"] for workload, template in pods(manifests)}
    allowed: dict[str, set[tuple[str, str]]] = {"Ingress": set(), "Egress": set()}
    for policy in of_kind(manifests, "NetworkPolicy"):
        for direction, key, peer in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
            for rule in policy["spec"].get(key, []):
                for here, mine in labels.items():
                    if not selects(policy["spec"]["podSelector"], mine):
                        continue
                    for side in rule.get(peer, []):
                        there = [n for n, its in labels.items() if selects(side.get("podSelector", {}), its)]
                        inside = "namespaceSelector" not in side
                        allowed[direction] |= {(here, other) for other in there if inside}
    return {(a, b) for a, b in allowed["Egress"] if (b, a) in allowed["Ingress"]}


def test_policies_open_just_the_paths_that_the_services_use(manifests: tuple[Manifest, ...]) -> None:
    services = {"rooms", "presence", "edge", "mixer", "alexa-gateway"}
    migrations = {name for w, _ in pods(manifests) if (name := w["metadata"]["name"]).startswith("migrations")}
    to_postgres = {(one, "postgres") for one in {"rooms", "presence"} | migrations}

    assert edges(manifests) == {(one, "nats") for one in services} | to_postgres


def test_the_migrations_job_is_named_by_the_version_that_it_runs(manifests: tuple[Manifest, ...]) -> None:
    (job,) = of_kind(manifests, "Job")
    tag = job["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2]

    assert job["metadata"]["name"] == f"migrations-{tag.replace('.', '-')}"
    assert f'version = "{tag}"' in (K8S.parents[1] / "pyproject.toml").read_text()


def test_the_dev_cluster_has_the_permissions_that_one_machine_has() -> None:
    written = (K8S / "overlays/dev/secrets/nats-auth.conf").read_text()

    assert written == authorization({user: f"dev-only-{user}" for user in USERS}) + "\n"
