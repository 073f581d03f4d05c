"""Reasons that the checks on SSH share: what else sshd's configuration may demand than what it was asked about."""

from __future__ import annotations

from checks.finding import Reason, Text

OTHER_RULES = Reason(
    Text(
        "sshd kan kräva något annat av andra användare eller från andra adresser än frågan gällde: Match {lines}.",
        "sshd may demand something else of other users or from other addresses than it was asked about: Match {lines}.",
    ),
    Text(
        "Kräv två faktorer även i de Match-blocken, eller ta bort dem; ett nätverk är ingen faktor.",
        "Demand two factors in those Match blocks too, or remove them; a network is no factor.",
    ),
)
MATCHES_UNREAD = Reason(
    Text(
        "Om sshd kräver något annat av andra användare eller från andra adresser (Match) kunde inte läsas.",
        "Whether sshd demands something else of other users or from other addresses (Match) could not be read.",
    ),
    Text(
        "Låt läskontot läsa /etc/ssh/sshd_config och /etc/ssh/sshd_config.d.",
        "Let the reading account read /etc/ssh/sshd_config and /etc/ssh/sshd_config.d.",
    ),
)
