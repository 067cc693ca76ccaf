"""The way in: a connection to the server, and ``deploy``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from primehub_deploy_ext.client import autowarm, cards, tables
from primehub_deploy_ext.client.brief import brief, with_brief_calls
from primehub_deploy_ext.client.creation import check_names, new_deployment, taken
from primehub_deploy_ext.client.discovery import find_server
from primehub_deploy_ext.client.handle import DEFAULT_TIMEOUT, DeploymentHandle
from primehub_deploy_ext.client.rest import RestClient
from primehub_deploy_ext.client.saving import SavedModel, save
from primehub_deploy_ext.client.submission import beside, stored_model
from primehub_deploy_ext.domain import names
from primehub_deploy_ext.domain.errors import AlreadyExists, InvalidInput, NotFound
from primehub_deploy_ext.domain.phases import Phase

Json = dict[str, Any]


@brief
def connect(url: str | None = None, token: str | None = None) -> Connection:
    """Connect to the Jupyter server that this kernel belongs to, or to another one.

    Parameters
    ----------
    url
        Base URL such as ``http://127.0.0.1:8888/``; found by itself when left out.
    token
        Its token.

    Raises
    ------
    ServerNotFound
        With all that was tried.
    """
    return Connection(RestClient(find_server(url, token)))


@brief
def deploy(
    model: Any,
    name: str,
    *,
    id: str | None = None,
    example: Any = None,
    group: str | None = None,
    instance_type: str | None = None,
    image: str = "",
    pull_secret: str = "",
    access: Literal["public", "private"] = "public",
    replicas: int = 1,
    env: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    description: str = "",
    update_message: str = "",
    wait: bool = True,
    timeout: float = DEFAULT_TIMEOUT,
    adapter: str | None = None,
    connection: Connection | None = None,
) -> DeploymentHandle:
    """Turn a trained model into an HTTP endpoint.

    Parameters
    ----------
    model
        A scikit-learn estimator, any object with ``predict``, or a function. Code of yours that it needs travels
        with it; installed libraries don't, since replicas run in this kernel's environment.
    name
        The title that people read.
    id
        Part of the endpoint's address; made from the name when left out.
    example
        A few rows of data as the model takes them (data frame, array, list, any JSON value for functions). From it
        come the types of inputs and outputs, and each replica must predict it before it serves. Without it,
        scikit-learn models are tried on a row of zeros.
    group
        Who owns it; your only or personal group when left out.
    instance_type
        Resources of one replica, see :meth:`Connection.instance_types`.
    image
        What the model runs in, made from the runner's, where the server's engine runs containers; empty: the one that
        is configured there. A warning (``LibrariesDiffer``) names what it has in other versions than this kernel.
    pull_secret
        Name of the group's login for the image's registry; empty: none.
    access
        ``"public"``: whoever reaches the endpoint may call it; ``"private"``: those who have a client's token, see
        :meth:`DeploymentHandle.add_client`.
    replicas
        Number of running copies.
    env
        Environment variables of the replicas, which the model also has here while the example is tried.
    metadata
        Labels for people.
    description, update_message
        What it is, and why this revision, for the history.
    wait
        Wait until it serves, showing how it comes along.
    timeout
        Seconds to wait.
    adapter
        How the model is called, ``"sklearn"`` or ``"callable"``; recognised when left out.
    connection
        Of :func:`connect`; a new one when left out.

    Raises
    ------
    InvalidInput
        Something about the model, the example or an option is wrong; the message names it.
    AlreadyExists
        The id is taken.
    QuotaExceeded
        The group's quota has no room; the message says quota, used, asked, left, and who uses it.
    DeploymentFailed
        The model doesn't come to serve: reason, message and the last lines of its log.
    DeploymentTimeout
        It takes longer; it goes on, and the message says how to go on waiting.
    """
    return (connection or connect()).deploy(
        model,
        name,
        id=id,
        example=example,
        group=group,
        instance_type=instance_type,
        image=image,
        pull_secret=pull_secret,
        access=access,
        replicas=replicas,
        env=env,
        metadata=metadata,
        description=description,
        update_message=update_message,
        wait=wait,
        timeout=timeout,
        adapter=adapter,
    )


@with_brief_calls
class Connection:
    """A Jupyter server with the extension, as seen from a notebook."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    @property
    def url(self) -> str:
        """Base URL of the server."""
        return self._rest.server.url

    def deploy(
        self,
        model: Any,
        name: str,
        *,
        id: str | None = None,
        example: Any = None,
        group: str | None = None,
        instance_type: str | None = None,
        image: str = "",
        pull_secret: str = "",
        access: Literal["public", "private"] = "public",
        replicas: int = 1,
        env: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
        description: str = "",
        update_message: str = "",
        wait: bool = True,
        timeout: float = DEFAULT_TIMEOUT,
        adapter: str | None = None,
    ) -> DeploymentHandle:
        """Turn a trained model into an HTTP endpoint on this server; see :func:`deploy`."""
        body = new_deployment(
            self._rest,
            name,
            id=id,
            group=group,
            pull_secret=pull_secret,
            replicas=replicas,
            instance_type=instance_type,
            access=access,
            env=env,
            metadata=metadata,
            description=description,
            update_message=update_message,
        )
        autowarm.hint(self._rest)
        stored = stored_model(self._rest, model, example=example, adapter=adapter, env=env, image=image)
        body["model"] = beside(stored, image)
        return self.create(body, wait=wait, timeout=timeout)

    def deploy_image(
        self,
        image: str,
        name: str,
        *,
        pull_secret: str = "",
        id: str | None = None,
        group: str | None = None,
        instance_type: str | None = None,
        access: Literal["public", "private"] = "public",
        replicas: int = 1,
        env: Mapping[str, str] | None = None,
        metadata: Mapping[str, str] | None = None,
        description: str = "",
        update_message: str = "",
        wait: bool = True,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> DeploymentHandle:
        """Turn an image that serves a model by itself into an HTTP endpoint; see :func:`deploy_image`."""
        body = new_deployment(
            self._rest,
            name,
            id=id,
            group=group,
            pull_secret=pull_secret,
            replicas=replicas,
            instance_type=instance_type,
            access=access,
            env=env,
            metadata=metadata,
            description=description,
            update_message=update_message,
        )
        body["model"] = {"image": image}
        return self.create(body, wait=wait, timeout=timeout)

    def create(self, body: Json, *, wait: bool = True, timeout: float = DEFAULT_TIMEOUT) -> DeploymentHandle:
        """Create what a body of ``POST deployments`` describes, as :meth:`deploy` and :meth:`deploy_image` do."""
        try:
            deployment = self._rest.create(body)
        except AlreadyExists as error:
            raise taken(body.get("id") or "", error) from error
        handle = DeploymentHandle(self._rest, deployment)
        return handle.wait(timeout) if wait else handle

    def save_model(
        self,
        model: Any,
        name: str,
        *,
        example: Any = None,
        group: str | None = None,
        description: str = "",
        adapter: str | None = None,
    ) -> SavedModel:
        """Store a model by a name, without an endpoint: the form *Create Deployment* offers it from then on.

        Saving under a name again makes its next version; a version never changes.

        Parameters
        ----------
        model, example, adapter
            As in :func:`deploy`.
        name
            What people call it.
        group
            Who may deploy it; your only or personal group when left out.
        description
            What it is.

        Raises
        ------
        InvalidInput
            Something about the model, the example or an option is wrong; the message names it.
        """
        check_names(self._rest, name, None)
        return save(self._rest, model, name, example=example, group=group, description=description, adapter=adapter)

    def models(self, search: str | None = None, *, group: str | None = None, limit: int | None = None) -> Any:
        """Return the models that your groups saved or deployed as a data frame, newest first.

        Parameters
        ----------
        search
            Part of a name, an id or the model's type.
        group
            Only those of this group.
        limit
            At most so many; 50 when left out.
        """
        found = self._rest.get("models", search=search, group=group, limit=limit)
        return tables.models_table(found["items"])

    def deployments(
        self,
        search: str | None = None,
        *,
        phase: str | Phase | list[str] | None = None,
        group: str | None = None,
        user: str | None = None,
        broken: bool = False,
        sort: str | None = None,
        limit: int | None = None,
    ) -> Any:
        """Return deployments as a data frame.

        Parameters
        ----------
        search
            Part of a name or id.
        phase
            ``"Deployed"``, ``"Failed"``, ``"Deploying"``, ``"Stopped"``, or several of them.
        group, user
            Who owns them, who deployed them.
        broken
            Only those that need attention.
        sort
            A field such as ``"name"`` or ``"-updated_at"``.
        limit
            At most so many.
        """
        phases = [phase] if isinstance(phase, str) else phase
        found = self._rest.deployments(
            search=search,
            status=",".join(str(one) for one in phases) if phases else None,
            group=group,
            user=user,
            broken=1 if broken else None,
            sort=sort,
            limit=limit,
        )
        return tables.deployments_table(found)

    def overview(self, group: str | None = None, limit: int = 50, timeout: float = 5.0) -> str:
        """Return deployments as an HTML table that needs no front end of ours."""
        return cards.deployments_html(self._rest.deployments(group=group, limit=limit, timeout=timeout))

    def card(self, id: str, timeout: float = 5.0) -> str:
        """Return one deployment as a piece of HTML that needs no front end of ours."""
        return cards.deployment_card(self._rest.deployment(id, timeout=timeout))

    def get(self, id_or_name: str) -> DeploymentHandle:
        """Return a deployment by its id, or by its name where only one has it.

        Raises
        ------
        NotFound
            When there is none.
        InvalidInput
            When several have the name; the message lists their ids.
        """
        if names.is_id(id_or_name):
            try:
                return DeploymentHandle(self._rest, self._rest.deployment(id_or_name))
            except NotFound:
                pass  # it may still be a name
        found = [item for item in self._rest.deployments(search=id_or_name) if item["name"] == id_or_name]
        if not found:
            raise NotFound(f"there is no deployment with the id or name {id_or_name!r}; see connect().deployments()")
        if len(found) > 1:
            ids = ", ".join(item["id"] for item in found)
            raise InvalidInput(f"{len(found)} deployments are named {id_or_name!r}; get one by its id: {ids}")
        return DeploymentHandle(self._rest, found[0])

    def health(self) -> Json:
        """Return the state of the server extension and its engine."""
        return dict(self._rest.get("health"))

    def me(self) -> Json:
        """Return who you are to this server: user, groups, whether you may change things, where groups come from."""
        return dict(self._rest.get("me"))

    def groups(self) -> Any:
        """Return your groups as a data frame: quota and usage of each, and whether Model Deployment is enabled."""
        return tables.groups_table(self._rest.get("groups")["items"])

    def instance_types(self, group: str | None = None) -> Any:
        """Return the sizes that a replica may have, as a data frame; the first is the default.

        Parameters
        ----------
        group
            Only those of this group; of all your groups when left out.
        """
        return tables.instance_types_table(self._rest.get("instance-types", group=group)["items"])

    def __repr__(self) -> str:
        found = f" ({self._rest.server.found_by})" if self._rest.server.found_by else ""
        return f"<Connection to {self.url}{found}>"
