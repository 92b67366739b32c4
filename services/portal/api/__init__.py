"""The REST interface under `/api/v1`: the services' contracts, spoken over HTTP.

JSON; refusals as RFC 9457 problems in the caller's language; `ETag` and `If-Match`;
`Idempotency-Key` on every unsafe request; OpenAPI generated from the contracts' own schemas.
"""

from services.portal.api.interface import PREFIX, install, openapi
from services.portal.api.problems import problem

__all__ = ["PREFIX", "install", "openapi", "problem"]
