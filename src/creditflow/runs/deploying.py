"""Registers the work pool and the deployments of an embedded installation, over REST and at once.

The same names as in prefect.yaml, which is for installations with a Prefect of their own;
a test holds the two together. Loads no Prefect: `prefect deploy` takes some ten seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say

POOL: Final = "creditflow"
WARM: Final = "creditflow-warm"

TOLD_APART_BY: Final = (
    "entrypoint",
    "version",
    "work_pool_name",
    "description",
    "parameter_openapi_schema",
)

Schema = dict[str, object]


@dataclass(frozen=True, slots=True)
class Deployment:
    """A flow that can be started by name."""

    name: str
    entrypoint: str
    description: str
    parameters: tuple[tuple[str, Schema], ...]
    """JSON schema by name, in order; one with a default is optional."""
    only_one: bool = False
    """Whether a second run is cancelled while one is executed."""

    def body(self, flow_id: str, pool: str, version: str) -> dict[str, object]:
        """Write it as Prefect's API wants it. Schedules are left out, and so left alone."""
        properties: dict[str, Schema] = {
            name: {"title": name, "position": place, **schema}
            for place, (name, schema) in enumerate(self.parameters)
        }
        return {
            "name": self.name,
            "flow_id": flow_id,
            "entrypoint": self.entrypoint,
            "description": self.description,
            "version": version,
            "tags": ["creditflow"],
            "work_pool_name": pool,
            "enforce_parameter_schema": True,
            "parameter_openapi_schema": {
                "title": "Parameters",
                "type": "object",
                "properties": properties,
                "required": [name for name, schema in self.parameters if "default" not in schema],
            },
            **(
                {
                    "concurrency_limit": 1,
                    "concurrency_options": {"collision_strategy": "CANCEL_NEW"},
                }
                if self.only_one
                else {}
            ),
        }


DEPLOYMENTS: Final = (
    Deployment(
        name="review-customer",
        entrypoint="creditflow.flows.review_customer.review_customer",
        description="Carries one case from evaluation to letter.",
        parameters=(("case_id", {"type": "string"}),),
    ),
    Deployment(
        name="review-portfolio",
        entrypoint="creditflow.flows.review_portfolio.review_portfolio",
        description="Finds who is due for review on a day and opens their cases.",
        parameters=(("on", {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),),
        only_one=True,
    ),
)


def ensure_deployments(
    url: str,
    auth: str | None = None,
    *,
    version: str,
    pool: str = POOL,
    pool_type: str = WARM,
    deployments: Sequence[Deployment] = DEPLOYMENTS,
) -> dict[str, str]:
    """Make the work pool and the deployments where they are missing; deployment id by name.

    `url` ends in /api, `auth` is `user:password`. May be called at every start: what is there
    keeps its id, its schedules and its runs. Raises Unavailable.
    """
    user, _, secret = (auth or "").partition(":")
    try:
        with httpx.Client(
            base_url=url,
            auth=httpx.BasicAuth(user, secret) if auth else None,
            timeout=30.0,
            trust_env=False,
        ) as prefect:
            _ensure_pool(prefect, pool, pool_type)
            return {one.name: _ensure(prefect, one, pool, version) for one in deployments}
    except httpx.HTTPError as error:
        raise Unavailable(
            say("Prefect at {url} cannot be set up: {error}", url=url, error=str(error))
        ) from error


def _ensure_pool(prefect: httpx.Client, pool: str, pool_type: str) -> None:
    answer = prefect.post("/work_pools/", json={"name": pool, "type": pool_type})
    if answer.status_code != httpx.codes.CONFLICT:  # It is there, whatever its type.
        answer.raise_for_status()


def _ensure(prefect: httpx.Client, wanted: Deployment, pool: str, version: str) -> str:
    flow = prefect.post("/flows/", json={"name": wanted.name}).raise_for_status().json()
    body = wanted.body(flow["id"], pool, version)
    there = prefect.get(f"/deployments/name/{wanted.name}/{wanted.name}")
    if there.status_code == httpx.codes.NOT_FOUND:
        made = prefect.post("/deployments/", json=body).raise_for_status().json()
        return str(made["id"])
    known = there.raise_for_status().json()
    # Creating it again would remove the schedules that people gave it; updating does not.
    if any(known[field] != body[field] for field in TOLD_APART_BY):
        news = {field: value for field, value in body.items() if field not in {"name", "flow_id"}}
        prefect.patch(f"/deployments/{known['id']}", json=news).raise_for_status()
    return str(known["id"])
