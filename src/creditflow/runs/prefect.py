"""Reaches Prefect runs by name over Prefect's REST API, without loading Prefect.

Nothing personal goes to Prefect: parameters are ids and dates. Nothing that Prefect
answers decides anything: a state is a hint for the reconciler.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx

from creditflow.domain.errors import NotFound, Unavailable
from creditflow.domain.sentences import say
from creditflow.runs.doorbell import ring
from creditflow.runs.state_types import IN_HAND, TERMINAL

BATCH: Final = 200
"""How many runs Prefect returns at most for one question."""

BUSY_PAUSES: Final = (0.05, 0.1, 0.2, 0.4)
"""Seconds to wait before asking again when the server is too busy to answer. An embedded
one never is (see `serving`); one on SQLite that somebody else started often is."""


class PrefectRuns:
    """The port `Runs` over HTTP; threads may share one."""

    def __init__(
        self,
        url: str,
        auth: str | None = None,
        *,
        doorbell: Path | None = None,
        timeout: float = 10.0,
    ) -> None:
        """`url` ends in /api; `auth` is `user:password`; `timeout` in seconds per call."""
        user, _, secret = (auth or "").partition(":")
        self._url = url
        self._doorbell = doorbell
        self._deployments: dict[str, str] = {}
        # trust_env is off: a proxy from the environment has no business on the way to Prefect.
        self._http = httpx.Client(
            base_url=url,
            auth=httpx.BasicAuth(user, secret) if auth else None,
            timeout=timeout,
            trust_env=False,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def start(
        self,
        deployment: str,
        parameters: Mapping[str, str],
        *,
        key: str,
        tags: Sequence[str] = (),
        name: str | None = None,
    ) -> str:
        """Start a run of `deployment` once per `key`, and return its id.

        A deployment named `review-customer` belongs to the flow of the same name; another
        is written `flow/deployment`. Raises NotFound for a deployment that Prefect does not
        know and Unavailable when Prefect does not answer.
        """
        wanted = {
            "parameters": dict(parameters),
            "idempotency_key": key,
            "tags": list(tags),
            **({"name": name} if name else {}),
        }
        answer = self._create(deployment, wanted)
        if answer.status_code == httpx.codes.NOT_FOUND:
            # It was deployed again under a new id since we looked.
            self._deployments.pop(deployment, None)
            answer = self._create(deployment, wanted)
        self._expect(answer)
        self._ring()
        return str(answer.json()["id"])

    def nudge(self, run: str) -> None:
        """Resume a suspended run; one that waits for nobody is left alone.

        A run that is being executed right now may be about to suspend, having looked before
        the decision was there. So that no nudge is lost, this raises Unavailable for it, as
        it does when Prefect is busy, refuses or does not answer: try again in a moment.
        """
        answer = self._post(f"/flow_runs/{run}/resume", {})
        if not answer.is_success and run not in self.states([run]):
            return  # Gone for good (Prefect says 500 then); the reconciler starts another.
        self._expect(answer)
        said = answer.json()  # A refusal comes with status 200 too.
        if said["status"] == "ACCEPT":
            self._ring()
        elif said["status"] == "ABORT":
            if self.states([run]).get(run) == "RUNNING":
                raise Unavailable(
                    say("Run {run} is being executed and may be about to wait.", run=run)
                )
        else:
            reason = str((said.get("details") or {}).get("reason", said["status"]))
            raise Unavailable(
                say("Prefect did not resume run {run}: {reason}", run=run, reason=reason)
            )

    def states(self, runs: Iterable[str]) -> dict[str, str]:
        """Prefect's state type (SCHEDULED, RUNNING, PAUSED …) by run id; unknown ones are absent.

        Raises Unavailable.
        """
        wanted = sorted(set(runs))
        found: dict[str, str] = {}
        for first in range(0, len(wanted), BATCH):
            ids = wanted[first : first + BATCH]
            question = {"flow_runs": {"id": {"any_": ids}}, "limit": BATCH}
            answer = self._expect(self._post("/flow_runs/filter", question))
            found |= {str(run["id"]): str(run["state_type"]) for run in answer.json()}
        return found

    def cancel(self, run: str) -> None:
        """Cancel a run; one that is over or unknown is left alone. Raises Unavailable.

        One that a worker holds becomes CANCELLING, and the worker stops it; any other is
        CANCELLED at once.
        """
        state = self.states([run]).get(run)
        if state is None or state in TERMINAL:
            return
        aim = "CANCELLING" if state in IN_HAND else "CANCELLED"
        wish = {"state": {"type": aim, "message": "No longer needed."}}
        self._expect(self._post(f"/flow_runs/{run}/set_state", wish))

    def alive(self) -> bool:
        """Whether Prefect answers, and to our password."""
        try:
            return self._http.get("/admin/version").is_success
        except httpx.TransportError:
            return False

    def _create(self, deployment: str, wanted: Mapping[str, object]) -> httpx.Response:
        return self._post(f"/deployments/{self._id_of(deployment)}/create_flow_run", wanted)

    def _id_of(self, deployment: str) -> str:
        """Look up the deployment's id, once: it changes only when somebody deletes it."""
        if deployment not in self._deployments:
            path = deployment if "/" in deployment else f"{deployment}/{deployment}"
            answer = self._call("GET", f"/deployments/name/{path}")
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise NotFound(
                    say(
                        "Prefect knows no deployment {deployment}. "
                        "`creditflow doctor` tells how to register it.",
                        deployment=deployment,
                    )
                )
            self._deployments[deployment] = str(self._expect(answer).json()["id"])
        return self._deployments[deployment]

    def _post(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return self._call("POST", path, body)

    def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> httpx.Response:
        """Ask, and ask again when Prefect was busy or hung up: all questions may be repeated."""
        for pause in (*BUSY_PAUSES, None):
            try:
                answer = self._http.request(method, path, json=body)
                if pause is None or answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer
            except httpx.TransportError as error:
                hung_up = isinstance(error, httpx.ReadError | httpx.RemoteProtocolError)
                if pause is None or not hung_up:
                    raise self._away(error) from error
            time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _away(self, error: Exception) -> Unavailable:
        name = type(error).__name__
        return Unavailable(
            say("Prefect at {url} does not answer ({error}).", url=self._url, error=name)
        )

    def _expect(self, answer: httpx.Response) -> httpx.Response:
        """Return the answer if it is a good one."""
        if answer.is_success:
            return answer
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise Unavailable(say("Prefect at {url} does not accept our password.", url=self._url))
        raise Unavailable(
            say(
                "Prefect at {url} answered {status}: {answer}",
                url=self._url,
                status=str(answer.status_code),
                answer=answer.text[:200],
            )
        )

    def _ring(self) -> None:
        if self._doorbell is not None:
            ring(self._doorbell)
