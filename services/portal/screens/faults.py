"""What a verification can find wrong, in the language of the page.

The kernel names a fault in English. Here stands each of its sentences as a pattern; a test holds
this list against the kernel's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.portal.language import gettext, mark

FAULTS = (
    # a commit, or what is missing in its place
    mark("the commit is missing"),
    mark("the commit was there a moment ago and is gone"),
    mark("the commit is missing, or stands there twice"),
    mark("it is not stored as a commit is"),
    mark("a field is missing or of another kind"),
    mark("does not follow position %(position)s"),
    mark("the chain is broken"),
    mark("the stream's chain is broken"),
    mark("it is of another stream"),
    mark("it does not stand behind the one before"),
    mark("versions of the stream do not continue"),
    mark("versions do not count the events"),
    mark("recorded before the one in front"),
    mark("the hash is not that of the content"),
    mark("what an event holds is no JSON"),
    mark("The ledger holds nothing of this stream."),
    # its proof
    mark("the proof that it stands in the log is missing"),
    mark("its proof is that of something else"),
    mark("there is a proof for a commit that is not in the bundle"),
    mark("there is no entry %(index)s in a tree of %(size)s"),
    mark("the inclusion proof is too long"),
    mark("the inclusion proof is too short"),
    mark("the inclusion proof leads to another root"),
    mark("a tree of %(old)s is not the beginning of one of %(size)s"),
    mark("the roots differ"),
    mark("the consistency proof is too long"),
    mark("the consistency proof is too short"),
    mark("the consistency proof does not begin at the old root"),
    mark("the consistency proof leads to another root"),
    mark("this is no proof of inclusion (tlog-proof)"),
    mark("the proof of inclusion names no index"),
    # a checkpoint, or a key
    mark("checkpoint %(number)s is not what its note says"),
    mark("checkpoint %(number)s: %(reason)s"),
    mark("the commits up to here are not those that checkpoint %(number)s was signed over"),
    mark("what is stored as checkpoint %(number)s is no checkpoint"),
    mark("the kept checkpoint is of another log: %(origin)s"),
    mark("the kept checkpoint has the same size and another root"),
    mark("the checkpoint is not one of the service %(service)s"),
    mark("the bundle is signed by the key %(used)s, and yours is %(known)s"),
    mark("the note is not signed by a known key (known: %(known)s)"),
    mark("the signature of %(name)s is not one over this text"),
    mark("the note holds no checkpoint (origin, size, root)"),
    mark("the checkpoint's size is %(size)s"),
    mark("this is no signed note"),
    mark("a signature of the note is cut short"),
    mark("this is no vkey of an Ed25519 key (name+id+base64)"),
    mark("the id in the vkey of %(name)s is not that of its key"),
    mark("the key of %(name)s is no Ed25519 key"),
    mark("%(name)s is no name of a key"),
    mark("%(text)s is no base64"),
    mark("%(text)s is no hash in base64"),
    mark("%(text)s is no hash of 32 bytes in base64"),
    mark("%(text)s is not the one way to write its bytes in base64"),
    mark("a hash has %(size)s bytes"),
)

_PLACE = re.compile(r"%\\\((\w+)\\\)s")


@dataclass(frozen=True)
class Fault:
    """A fault in words; `known` where they are in the language of the page."""

    text: str
    known: bool


def fault_words(fault: str) -> Fault:
    """Return a fault of the kernel in the language of the page; an unknown one as it is."""
    for sentence, pattern in _PATTERNS:
        if found := pattern.fullmatch(fault):
            values = found.groupdict()
            if "reason" in values:
                values["reason"] = fault_words(values["reason"]).text
            return Fault(gettext(sentence, **values), known=True)
    return Fault(fault, known=False)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(sentence)), re.DOTALL)


_PATTERNS = tuple((sentence, _pattern(sentence)) for sentence in FAULTS)
