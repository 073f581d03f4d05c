"""Answers of a privacyIDEA server, recorded and played again; neither holds the server's tokens for its API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from collector.evidence import GapCause
from collector.factors.privacyidea import Api, Login
from collector.source import SourceError
from collector.transport.https import AnswerError, JsonAnswer

RIGHTS = "POST /auth"


class Recording:
    """Asks the real server and keeps what it answers; implements `Login` and `Api`."""

    def __init__(self, login: Login, api: Api) -> None:
        self._login = login
        self._api = api
        self.answers: dict[str, Any] = {}

    def renewed(self) -> str:
        token = self._login.renewed()
        self.answers[RIGHTS] = sorted(self._login.rights)
        return token

    @property
    def rights(self) -> frozenset[str]:
        return self._login.rights

    def get(self, path: str) -> JsonAnswer:
        answer = self._api.get(path)
        self.answers[path] = {"result": answer.body["result"]}
        return answer

    def close(self) -> None:
        self._api.close()


class Recorded:
    """Answers as recorded; implements `Login` and `Api`. A path may be made to fail, or to answer something else."""

    def __init__(self, answers: Mapping[str, Any], *, instead: Mapping[str, Any] | None = None) -> None:
        self._answers = {**answers, **(instead or {})}
        self.asked: list[str] = []
        self.closed = False

    def renewed(self) -> str:
        answer = self._answers[RIGHTS]
        if isinstance(answer, SourceError):
            raise answer
        return "a token"

    @property
    def rights(self) -> frozenset[str]:
        return frozenset(self._answers[RIGHTS])

    def get(self, path: str) -> JsonAnswer:
        self.asked.append(path)
        if path not in self._answers:
            raise AnswerError(404, "905", "not recorded", "recorded.example.test")
        answer = self._answers[path]
        if isinstance(answer, SourceError):
            raise answer
        body = json.loads(json.dumps(answer))
        return JsonAnswer(body, json.dumps(body).encode(), None)

    def close(self) -> None:
        self.closed = True


def lost() -> SourceError:
    """What a server that went away in mid-scan gives."""
    return SourceError(GapCause.UNREACHABLE, "recorded.example.test answered 503, after 6 tries")
