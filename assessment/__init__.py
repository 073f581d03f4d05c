"""Stage 3, map: findings become judgements on requirements, claims and waivers. Pure, as the checks are."""
