"""Where the cluster is, and how deployments look there: by configuration file or by environment.

Each setting has a variable too: ``PRIMEHUB_DEPLOY_KUBE_`` and its name in capitals (``…_RUNNER_IMAGE``); lists are
separated by commas, objects are JSON. A value in the configuration wins.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Enum, Float, Int, List, TraitError, TraitType, Unicode
from traitlets.config import Configurable

if TYPE_CHECKING:
    from primehub_deploy_ext.engines.kubernetes.api.access import Source

_VARIABLES = "PRIMEHUB_DEPLOY_KUBE_"


def variable_of(setting: str) -> str:
    """Return what the environment calls a setting."""
    return _VARIABLES + setting.upper()


class KubernetesSettings(Configurable):
    """Settings of the Kubernetes engine (``c.KubernetesSettings.…``)."""

    # ------------------------------------------------------------------ the cluster

    kubeconfig = Unicode(
        "",
        config=True,
        help="""A kubeconfig file. Empty: that of $KUBECONFIG, else the service account of this pod, else
        ~/.kube/config.""",
    )
    context = Unicode("", config=True, help="Context of the kubeconfig. Empty: the current one.")
    namespaces = List(
        Unicode(),
        config=True,
        help="""Namespaces that are managed. Empty: those with the label primehub-deploy.io/group or, where they may
        not be listed, that of the kubeconfig's context.""",
    )
    instance_types = Unicode(
        "",
        config=True,
        help="""`<namespace>/<name>` of a ConfigMap with instance types, which is made when it is not there. Empty:
        built-in ones.""",
    )
    primehub_namespace = Unicode("", config=True, help="Where PrimeHub's InstanceType objects are, such as `hub`.")
    cluster_domain = Unicode("cluster.local", config=True, help="The DNS domain of the cluster's services.")

    # ------------------------------------------------------------------ replicas

    runner_image = Unicode(
        "",
        config=True,
        help="""The image that stored models run in, made from images/runner of this project. Empty: only models that
        are images, or have one, can be deployed.""",
    )
    runner_pull_secret = Unicode("", config=True, help="Name of the pull secret for the runner image, in each group.")
    image_pull_policy = Enum(
        ("", "Always", "IfNotPresent", "Never"), "", config=True, help="Empty: what Kubernetes takes by the tag."
    )
    service_account = Unicode("", config=True, help="Replicas run as this service account. Empty: `default`.")
    pod_spec = Dict(
        config=True,
        help="""What is merged into the specification of each pod, in Kubernetes' words: `securityContext`,
        `affinity`, `priorityClassName`, …""",
    )
    progress_deadline = Int(
        600, min=10, config=True, help="Seconds without progress after which a roll-out is given up."
    )
    trial_limit = Float(
        120.0,
        min=5,
        config=True,
        help="Seconds that a model may take to be ready, and to answer, when it is tried out.",
    )
    linger = Float(
        5.0,
        min=0,
        config=True,
        help="""Seconds for which a replica that ends still takes requests, until every proxy knows that it ends.""",
    )
    drain_limit = Float(30.0, min=1, config=True, help="Seconds that requests in flight are given at its end.")
    history_limit = Int(100, min=2, config=True, help="Revisions that are kept of each deployment.")

    # ------------------------------------------------------------------ models

    artifact_root = Unicode(
        "",
        config=True,
        help="""Where stored models are, by an fsspec URL that this server can write: `s3://bucket/models`,
        `file:///srv/models`, …""",
    )
    artifact_days = Float(
        0.0,
        min=0,
        config=True,
        help="""Days after which a stored model goes that no deployment, revision or saved model refers to; 0: never.
        For a server that may see all namespaces, where no other cluster has models in the same root.""",
    )
    artifact_options = Dict(config=True, help="Options of this server for the artifact root: endpoint, credentials.")
    artifact_volume = Dict(
        config=True,
        help="""A volume of Kubernetes with the artifact root's files, where it is a folder:
        `{"persistentVolumeClaim": {"claimName": "models"}}`. Empty: replicas fetch from the artifact root's URL.""",
    )
    artifact_secret = Unicode(
        "",
        config=True,
        help="""Name of a Secret in each group whose keys are the variables by which replicas reach the artifact root:
        AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, …""",
    )

    # ------------------------------------------------------------------ flavors and the way in

    flavor = Unicode("plain", config=True, help="How deployments are made: `plain`, `kserve`, `seldon` or `primehub`.")
    flavors = Dict(config=True, help="The flavor of each group that has another: `{group: flavor}`.")
    route = Enum(
        ("", "gateway", "ingress", "kserve"),
        "",
        config=True,
        help="""How deployments are reached from outside: by an HTTPRoute of `gateway`, by an Ingress of
        `ingress_class`, by the way that KServe makes to each InferenceService (its `status.url`), or not at all.""",
    )
    public_url = Unicode(
        "", config=True, help="What the gateway or ingress is called outside: `https://models.example.com`."
    )
    gateway = Unicode("", config=True, help="The Gateway of HTTPRoutes: `namespace/name` or `namespace/name/section`.")
    ingress_class = Unicode("", config=True, help="The class of Ingresses. Empty: the cluster's default.")
    ingress_annotations = Dict(config=True, help="Annotations of Ingresses, for what their controller needs.")
    reach = Enum(
        ("auto", "service", "proxy"),
        "auto",
        config=True,
        help="""How this server calls endpoints (Try it, the client's predict): `service`: by cluster IP; `proxy`: by
        the API server; `auto`: by cluster IP where it can be reached.""",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        configured = set(self.config.get("KubernetesSettings", {})) | set(kwargs)
        for name, trait in self.traits(config=True).items():
            text = os.environ.get(variable_of(name))
            if text and name not in configured:
                setattr(self, name, _parsed(trait, name, text))

    def source(self) -> Source:
        """Return where the cluster is."""
        from primehub_deploy_ext.engines.kubernetes.api.access import Source

        return Source(kubeconfig=self.kubeconfig, context=self.context)

    def flavor_of(self, group: str) -> str:
        """Return how deployments of a group are made."""
        return str(self.flavors.get(group, self.flavor))


def _parsed(trait: TraitType[Any, Any], name: str, text: str) -> Any:
    if isinstance(trait, Dict):
        try:
            return json.loads(text)
        except ValueError as error:
            raise TraitError(f"{variable_of(name)} is no JSON object: {error}") from error
    if isinstance(trait, List):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(trait, (Int, Float)):
        return type(trait.default_value)(text)
    return text
