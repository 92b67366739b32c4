"""The picture of a random string that a person types (mã xác nhận, B07).

The letters are those that nobody confuses (no O and 0, no I and 1, no S and 5). An answer is kept
hashed, for ten minutes, and is looked at once: right or wrong, the next try needs a new picture.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from captcha.image import ImageCaptcha
from pymongo.collection import Collection

from services.identity.contract import Captcha
from services.identity.credentials import Offload

LETTERS = "ACDEFHJKLMNPRTUVWXY34679"
LENGTH = 5
LIFETIME = timedelta(minutes=10)

_EXPIRES_AT = "expires_at"
_INK = (20, 50, 90)
_PAPER = (250, 250, 245)


class Captchas:
    """The pictures that wait for their answer."""

    def __init__(self, collection: Collection[dict[str, Any]], offload: Offload) -> None:
        self._collection = collection
        self._offload = offload

    def ensure_indexes(self) -> None:
        """Create the index by which the database drops what has expired."""
        self._collection.create_index(_EXPIRES_AT, expireAfterSeconds=0)

    def issue(self, now: datetime) -> Captcha:
        """Return a new picture."""
        text = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        captcha = secrets.token_urlsafe(16)
        picture = self._offload(_draw, text)
        expires_at = now + LIFETIME
        self._collection.insert_one(
            {"_id": captcha, "answer": digest_of_answer(captcha, text), _EXPIRES_AT: expires_at}
        )
        return Captcha(captcha, base64.b64encode(picture).decode(), expires_at)

    def redeem(self, captcha: str, text: str, now: datetime) -> bool:
        """Whether `text` answers the picture; uses it up either way."""
        found = self._collection.find_one_and_delete({"_id": captcha})
        if found is None or found[_EXPIRES_AT] <= now:
            return False
        return secrets.compare_digest(found["answer"], digest_of_answer(captcha, text))


def digest_of_answer(captcha: str, text: str) -> str:
    """Return the form in which an answer is kept; capitals and spaces make no difference."""
    letters = "".join(text.split()).upper()
    return hashlib.sha256(f"{captcha}\n{letters}".encode()).hexdigest()


def _draw(text: str) -> bytes:
    image = ImageCaptcha(width=240, height=80, font_sizes=(52, 58, 64))
    image.character_rotate = (-18, 18)
    # letters are blended in by their lightness: without this a dark ink would come out pale
    image.lookup_table = [min(255, lightness * 5) for lightness in range(256)]
    picture: bytes = image.generate(text, bg_color=_PAPER, fg_color=_INK).getvalue()
    return picture
