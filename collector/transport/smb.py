"""Files on a share of a Windows or Samba server (MS-SMB2) by smbprotocol: signed, only read, bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport import kerberos

if TYPE_CHECKING:
    from config.sources import LdapSource

PORT = 445
MAX_FILE_BYTES = 4 * 1024 * 1024
"""Policies are some kilobytes."""


class Share(Protocol):
    """One share, for reading."""

    def read(self, path: str) -> bytes | None:
        r"""A file by its path below the share (`a\b\c`); None where there is none. Raises SourceError."""
        ...

    def close(self) -> None:
        """Leave the server; never raises."""


class SmbShare:
    r"""The share `\\host\name`, as the directory's reading account; implements `Share`."""

    def __init__(self, settings: LdapSource, secret: Callable[[str], str], name: str) -> None:
        self._settings = settings
        self._secret = secret
        self._name = name
        self._cache: dict[str, Any] = {}
        self._open = False

    def read(self, path: str) -> bytes | None:
        """See `Share.read`."""
        import smbclient  # type: ignore[import-untyped]
        from smbprotocol.exceptions import SMBException, SMBOSError, SMBResponseException  # type: ignore[import-untyped]
        from spnego.exceptions import SpnegoError

        where = f"\\\\{self._settings.host}\\{self._name}\\{path}"
        try:
            self._connect()
            with smbclient.open_file(where, mode="rb", share_access="r", connection_cache=self._cache) as file:
                data: bytes = file.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        except SMBOSError as error:
            if _is_absent(error):
                return None
            raise SourceError(
                GapCause.DENIED,
                f"{where}: {error.strerror}",
                "let the reading account read SYSVOL, as Authenticated Users may",
            ) from error
        except ImportError as error:
            raise kerberos.missing(where, error) from error
        except (SMBException, OSError, ValueError) as error:
            if isinstance(error.__cause__, SpnegoError) and self._settings.bind.method == "gssapi":
                raise kerberos.failure(error.__cause__, where) from error
            refused = isinstance(error, SMBResponseException)  # it answered: Samba with more than LOGON_FAILURE
            raise SourceError(
                GapCause.DENIED if refused else GapCause.UNREACHABLE,
                f"{where}: {error}",
                "let Styrk reach port 445 of the domain controller, and log on there",
            ) from error
        if len(data) > MAX_FILE_BYTES:
            raise SourceError(GapCause.TRUNCATED, f"{where}: larger than {MAX_FILE_BYTES} bytes")
        return data

    def close(self) -> None:
        """See `Share.close`."""
        import contextlib

        import smbclient

        with contextlib.suppress(Exception):  # leaving a server that may have gone: nothing more is wanted of it
            smbclient.reset_connection_cache(fail_on_error=False, connection_cache=self._cache)

    def _connect(self) -> None:
        import smbclient

        if self._open:
            return
        bind, host, seconds = self._settings.bind, self._settings.host, self._settings.timeout_seconds
        if bind.method == "gssapi":
            self._log_on_by_ticket()
        elif bind.method == "simple" and bind.user and bind.password is not None:
            smbclient.register_session(
                host,
                username=bind.user,
                password=self._secret(bind.password),
                connection_timeout=seconds,
                connection_cache=self._cache,
                auth_protocol="ntlm",
                require_signing=True,
            )
        else:
            raise SourceError(
                GapCause.UNSUPPORTED,
                f"Group Policy cannot be read as {bind.method}: a share knows a password or a Kerberos ticket only",
                "use bind.method gssapi, or simple with user@domain; or leave sysvol out",
            )
        self._open = True

    def _log_on_by_ticket(self) -> None:
        """Log on by Kerberos, to the server's name in the domain where that is not the host.

        `smbclient.register_session` takes no such name, so the connection is put where it looks for one.
        """
        from smbprotocol.connection import Connection  # type: ignore[import-untyped]
        from smbprotocol.session import Session  # type: ignore[import-untyped]

        host = self._settings.host
        connection = Connection(uuid4(), host, PORT, require_signing=True)
        connection.connect(timeout=self._settings.timeout_seconds)
        self._cache[f"{host.lower()}:{PORT}"] = connection
        name = self._settings.tls.server_name
        Session(connection, auth_protocol="kerberos", hostname_override=name, require_encryption=False).connect()


def _is_absent(error: Any) -> bool:
    """STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND (MS-ERREF 2.3)."""
    return error.ntstatus in {0xC0000034, 0xC000003A}
