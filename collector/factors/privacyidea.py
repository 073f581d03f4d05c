"""A privacyIDEA server as a source of tokens and of policies on how log-ons are checked; by REST, read only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

from collector.evidence import GapCause
from collector.factors import privacyidea_answers as answers
from collector.records.factors import FactorPolicy, Token
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.https import AnswerError, HttpsSettings, JsonAnswer, JsonApi, open_session, send
from config.sources import PrivacyIdeaSource

MAX_TOKENS = 1_000_000
_ROLE = "let an administrator policy of privacyIDEA (scope admin, adminuser {user}) hold the action {right}"


class Api(Protocol):
    """Asks the server; `collector.transport.https.JsonApi` in a run."""

    def get(self, path: str) -> JsonAnswer:
        """The answer to one GET; raises SourceError."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


class Login(Protocol):
    """Logs the reader in."""

    def renewed(self) -> str:
        """A new token for the server; raises SourceError."""
        ...

    @property
    def rights(self) -> frozenset[str]:
        """The reader's rights, by the answer to the log-in."""
        ...


class PasswordLogin:
    """POST /auth; implements `collector.transport.https.Token` and `Login`."""

    def __init__(self, settings: PrivacyIdeaSource, secret: Callable[[str], str], https: HttpsSettings) -> None:
        self._settings = settings
        self._secret = secret
        self._https = https
        self._token: str | None = None
        self._rights: frozenset[str] = frozenset()

    @property
    def rights(self) -> frozenset[str]:
        """The reader's rights, by the answer to the log-in."""
        return self._rights

    def current(self) -> str:
        """The token; it lives an hour by default."""
        return self._token or self.renewed()

    def renewed(self) -> str:
        """Log in; raises SourceError, never with the password or the token in it."""
        name = self._settings.user
        session = open_session(self._https)
        try:
            response = send(
                session,
                "POST",
                f"{self._settings.url.rstrip('/')}/auth",
                self._https,
                headers={"Accept": "application/json"},
                form={"username": name, "password": self._secret(self._settings.password)},
            )
        finally:
            session.close()
        try:
            body = json.loads(response.data)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            body = {}
        if response.status != 200:
            raise _refused_login(response.status, body, name)
        self._token, self._rights = read_login(answers.value_of(body))
        return self._token


def read_login(value: Any) -> tuple[str, frozenset[str]]:
    """The token and the rights in the answer to a log-in; raises SourceError."""
    held = value if isinstance(value, dict) else {}
    token, rights = held.get("token"), held.get("rights")
    if not isinstance(token, str) or not token or not isinstance(rights, list):
        raise SourceError(GapCause.MALFORMED, "the log-in gave no token", "check url in the settings")
    if held.get("role") != "admin":
        raise SourceError(
            GapCause.DENIED,
            "the reader is an ordinary user of privacyIDEA, who sees only their own tokens",
            "make it an administrator (pi-manage admin add) with the rights tokenlist, userlist and policyread",
        )
    return token, frozenset(map(str, rights))


def _refused_login(status: int, body: dict[str, Any], user: str) -> SourceError:
    code, words = answers.error_of(body)
    said = f"{status}{f', {code}: {words}' if words else ''}"
    if status in {401, 403}:
        return SourceError(
            GapCause.DENIED, f"the log-in as {user} was refused ({said})", "check user and password in the settings"
        )
    cause = GapCause.UNREACHABLE if status >= 500 else GapCause.UNSUPPORTED
    return SourceError(cause, f"the log-in was answered with {said}", "check url in the settings, and the server's log")


class PrivacyIdea:
    """One privacyIDEA server; implements `collector.source.Source`. `connect` gives the connection; tests give theirs.

    Raises nothing at construction.
    """

    provides: frozenset[type[Record]] = frozenset({Token, FactorPolicy})

    def __init__(
        self,
        settings: PrivacyIdeaSource,
        secret: Callable[[str], str],
        *,
        connect: Callable[[], tuple[Login, Api]] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._secret = secret
        self._connect = connect or self._over_https
        self._now = now

    def _over_https(self) -> tuple[Login, Api]:
        https = HttpsSettings(timeout_seconds=self._settings.timeout_seconds, ca_file=self._settings.ca_file)
        login = PasswordLogin(self._settings, self._secret, https)
        return login, JsonApi(self._settings.url, login, https, scheme="")

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Every request; see `collector.source.Source`."""
        kinds = tuple(kind for kind in (Token, FactorPolicy) if kind in wanted)
        if not kinds:
            return
        target = self._settings.url
        yield Query(target, f"POST /auth as {self._settings.user}", kinds, rights="an administrator of privacyIDEA")
        yield Query(target, "GET /policy/", kinds, rights=answers.READ_POLICIES)
        if Token not in wanted:
            return
        if self._settings.person_key:
            yield Query(target, "GET /realm/", (Token,))
            for realm in self._settings.realms or ("<each>",):
                yield Query(target, _users(realm), (Token,), rights=answers.LIST_USERS)
        yield Query(target, self._tokens("<n>"), (Token,), rights=answers.LIST_TOKENS)

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read the wanted kinds; what is hidden from the reader is a gap that names the right."""
        wanted &= self.provides
        if not wanted:
            return
        login, api = self._connect()
        try:
            reading = _Reading(self._settings, login, api, recorder, wanted, self._now)
            reading.log_in()
            policies = reading.policies()
            if Token in wanted:
                reading.tokens(policies)
        finally:
            api.close()

    def diagnose(self) -> Iterable[Diagnosis]:
        """Log in and compare the rights with what reading takes."""
        target, user = self._settings.url, self._settings.user
        login, api = self._connect()
        try:
            login.renewed()
            yield Diagnosis(target, ok=True, text=f"logged in as {user}")
            for right in answers.NEEDED:
                if answers.EVERY_RIGHT in login.rights or right in login.rights:
                    yield Diagnosis(target, ok=True, text=f"holds the right {right}")
                else:
                    remedy = _ROLE.format(user=user, right=right)
                    yield Diagnosis(target, ok=False, text=f"lacks the right {right}", remedy=remedy)
            if more := sorted(login.rights - set(answers.NEEDED)):
                shown = "every right" if answers.EVERY_RIGHT in more else ", ".join(more)[:200]
                yield Diagnosis(
                    target,
                    ok=False,
                    text=f"may do more than read: {shown}",
                    remedy=f"leave {', '.join(answers.NEEDED)} alone in the administrator policy of {user}",
                )
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=f"{error.cause.value}: {error.detail}", remedy=error.remedy)
        finally:
            api.close()

    def _tokens(self, page: str) -> str:
        return _tokens(page, self._settings.page_size)


def _tokens(page: str, size: int) -> str:
    return f"GET /token/?page={page}&pagesize={size}&sortby=serial&sortdir=asc"


def _users(realm: str) -> str:
    return f"GET /user/?realm={realm if realm.startswith('<') else quote(realm, safe='')}"


class _Reading:
    """One reading of one server."""

    def __init__(
        self,
        settings: PrivacyIdeaSource,
        login: Login,
        api: Api,
        recorder: Recorder,
        wanted: frozenset[type[Record]],
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._login = login
        self._api = api
        self._recorder = recorder
        self._wanted = wanted
        self._now = now

    def log_in(self) -> None:
        """Log in, and say as whom; raises SourceError."""
        user = self._settings.user
        self._recorder.ran(f"POST /auth as {user}", self._wanted)
        self._login.renewed()
        self._recorder.identity(f"{user}, administrator of privacyIDEA")

    def policies(self) -> Any:
        """The policies as answered, recorded where they are wanted; None where they may not be read."""
        if not self._may(answers.READ_POLICIES):
            if FactorPolicy in self._wanted:
                self._lacks(FactorPolicy, answers.READ_POLICIES)
            return None
        value = self._get("GET /policy/", self._wanted)
        if FactorPolicy in self._wanted:
            for policy in answers.factor_policies(value):
                self._recorder.add(policy)
            self._recorder.complete(FactorPolicy)
        return value

    def tokens(self, policies: Any) -> None:
        """Every token, and what may be hidden from the reader."""
        if not self._may(answers.LIST_TOKENS):  # privacyIDEA would answer 200 with an empty list
            self._lacks(Token, answers.LIST_TOKENS)
            return
        if policies is None:
            self._lacks(Token, answers.READ_POLICIES, "limits of tokenlist", "whether tokens are hidden is not known: ")
        elif hidden := answers.hidden_tokens(policies, self._settings.user):
            self._recorder.gap(
                Token,
                GapCause.TRUNCATED,
                f"tokenlist is limited, and other tokens are hidden without a word: {hidden}",
                remedy="grant tokenlist without realm, resolver, user and conditions",
                subject="limits of tokenlist",
            )
        keys = dict(self._keys()) if self._settings.person_key else {}
        self._pages(keys)

    def _pages(self, keys: dict[answers.Owner, str | None]) -> None:
        seen: set[str] = set()
        nameless = unread = number = count = 0
        more = True
        while more:
            number += 1
            text = _tokens(str(number), self._settings.page_size)
            page = answers.token_page(self._get(text, (Token,)), keys)
            count, more = page.count, page.more
            if count > MAX_TOKENS:
                raise SourceError(GapCause.TRUNCATED, f"{count} tokens; {MAX_TOKENS} are read at most")
            for token in page.tokens:
                if token.serial not in seen:
                    seen.add(token.serial)
                    self._recorder.add(token)
            nameless, unread = nameless + page.nameless, unread + page.unread
            if more and not page.tokens:
                raise SourceError(GapCause.TRUNCATED, f"page {number} of the tokens is empty, and not the last", _AGAIN)
        if len(seen) != count:
            self._recorder.gap(
                Token,
                GapCause.TRUNCATED,
                f"the server counts {count} tokens; {len(seen)} were read",
                remedy=_AGAIN,
                subject="pages",
            )
        hidden = {"user"} if nameless else set()
        hidden |= {"valid_until"} if unread else set()
        if hidden:
            self._recorder.unreadable(Token, sorted(hidden))
        self._recorder.complete(Token, source_count=count)

    def _keys(self) -> Iterator[tuple[answers.Owner, str | None]]:
        """The key of every owner; a realm whose users cannot be listed is a gap."""
        attribute = self._settings.person_key or ""
        if not self._may(answers.LIST_USERS):
            self._lacks(Token, answers.LIST_USERS, "keys of the owners")
            return
        known = answers.realms_with_users(self._get("GET /realm/", (Token,)))
        found = False
        for realm in self._settings.realms or tuple(known):
            if realm.casefold() not in {each.casefold() for each in known}:
                self._users_gap(realm, f"the server shows no realm {realm} to this reader", _NO_REALM)
                continue
            keys = answers.keys_of_owners(self._get(_users(realm), (Token,)), realm, attribute)
            if not keys and known.get(realm, True):
                self._users_gap(realm, f"the server names no user in the realm {realm}, without an error", _EMPTY)
            found |= any(key is not None for key in keys.values())
            yield from keys.items()
        if not found:
            self._recorder.unreadable(Token, ("person_key",))

    def _users_gap(self, realm: str, detail: str, remedy: str) -> None:
        self._recorder.gap(Token, GapCause.ABSENT, detail, remedy=remedy, subject=f"users of {realm}")

    def _may(self, right: str) -> bool:
        return answers.EVERY_RIGHT in self._login.rights or right in self._login.rights

    def _lacks(self, kind: type[Record], right: str, subject: str | None = None, before: str = "") -> None:
        user = self._settings.user
        self._recorder.gap(
            kind,
            GapCause.DENIED,
            f"{before}{user} lacks the right {right}",
            remedy=_ROLE.format(user=user, right=right),
            subject=subject,
        )

    def _get(self, text: str, kinds: Iterable[type[Record]]) -> Any:
        """`result.value` of one request; raises SourceError, with the named right where one is missing."""
        self._recorder.ran(text, kinds)
        try:
            answer = self._api.get(text.removeprefix("GET "))
        except AnswerError as error:
            if error.status in {401, 403}:
                raise SourceError(GapCause.DENIED, error.detail, _NEEDS.format(user=self._settings.user)) from error
            raise
        if answer.sent is not None:
            self._recorder.clock(answer.sent, self._now())
        return answers.value_of(answer.body)


_AGAIN = "scan again; tokens may have been made or removed meanwhile"
_NEEDS = "let an administrator policy (scope admin, adminuser {user}) hold tokenlist, userlist and policyread"
_NO_REALM = "correct realms in the settings, or grant userlist without a realm"
_EMPTY = (
    "test the realm's resolver in privacyIDEA: one that cannot reach its directory gives an empty list, and so does an"
    " LDAP resolver whose AUTHTYPE is not written exactly Simple"
)
