"""What the settings of every source have."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""Lower-case ASCII letters, digits and hyphens: it becomes a folder name in the bundle."""


SecretReference = Annotated[
    str, StringConstraints(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|cred:[A-Za-z0-9._-]+)$")
]
"""Where a secret is kept: `env:NAME`, `file:/path` or `cred:NAME` (systemd LoadCredential). Never the secret itself."""


class Strict(BaseModel):
    """No unknown keys, no silent conversions, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SourceSettings(Strict):
    """What every source has."""

    id: Identifier
    controlled_by: Annotated[str, Field(min_length=1)] = "own"
    """`own`, or the supplier who runs the system."""
    tags: tuple[Identifier, ...] = ()
    """Names for scopes: `critical`, a supplier, a site."""
