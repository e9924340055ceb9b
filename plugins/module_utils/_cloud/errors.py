# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception that users see, and text without secrets. Private to this collection."""

from __future__ import annotations

import importlib
import re
import sys
import typing as t
from urllib.parse import unquote, urlsplit, urlunsplit

MESSAGE_LENGTH = 500  # characters of a server's message
MASK = "********"

# Names of secrets in JSON: their values are removed whatever they are.
SECRET_KEYS = re.compile(
    r"psk|pre_?shared|shared_?key|secret|passw|passphrase|passcode|token|private_?key|_sk$|^sk$",
    re.IGNORECASE,
)
# Names of secrets in text, which can be part of a sentence.
_SECRET_WORDS = re.compile(
    r"psk|pre[-_ ]?shared[-_ ]?key|shared[-_ ]?(?:key|secret)|secret|password|passphrase"
    r"|(?:auth|access|subject|security)[-_]?token|private[-_]?key",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"[\w.-]*(?:\\*[\"']|&quot;|&#3[49];|&#x2[27];|%22|%27)?\s*(?:[:=>]|%3A|%3D|\b(?:is|was)\b)",
    re.IGNORECASE,
)


# Control characters, those that change the direction of text, and halves of surrogate pairs.
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)


class VpnError(Exception):
    """Error with a message for the user. It contains no secrets.

    `status` is the HTTP status of the response, if any; `forbidden` means that the user lacks a
    permission; `temporary` that the same call can succeed later, after `retry_after` seconds if the
    server said so; `unprocessed` that the server has not processed the request, so that it can be
    repeated whatever it changes; `request_id` is the server's.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        forbidden: bool = False,
        temporary: bool = False,
        retry_after: float | None = None,
        unprocessed: bool = False,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.forbidden = forbidden
        self.temporary = temporary
        self.retry_after = retry_after
        self.unprocessed = unprocessed
        self.request_id = request_id


_PACKAGES = {"openstack": "openstacksdk", "socks": "PySocks", "yaml": "PyYAML"}


def import_library(name: str, needed_by: str) -> t.Any:
    """Import a library that only some options need. Raises VpnError if it is missing."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        top = name.partition(".")[0]
        package = _PACKAGES.get(top, top)
        raise VpnError(
            f"The Python library {package} is not installed for {sys.executable}: {needed_by} "
            f"requires it. Install it (python -m pip install {package}), or set "
            "ansible_python_interpreter to a Python that has it, such as "
            f"ansible_playbook_python. The import failed with: {one_line(str(error))}."
        ) from error


def redact_url(url: str) -> str:
    """Return the URL without its query and user information, either of which can be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(invalid URL)"
    shown = (parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")
    return one_line(urlunsplit(shown))


def url_secrets(url: str) -> tuple[str, ...]:
    """Return the user information of a URL, however malformed, and its password."""
    user_information = url.rpartition("@")[0].rpartition("//")[2]
    password = user_information.partition(":")[2]
    found = (user_information, password, unquote(password))
    return tuple(secret for secret in found if secret)


def one_line(text: str) -> str:
    """Return text on one line without invisible characters, cut to MESSAGE_LENGTH."""
    text = " ".join(_INVISIBLE.sub(" ", text).split())
    return text if len(text) <= MESSAGE_LENGTH else text[:MESSAGE_LENGTH] + "…"


def mask(text: str, secrets: t.Iterable[str]) -> str:
    """Return the text with stars instead of each secret, however it is escaped.

    Secrets of less than four characters remain, because they could be part of any word.
    """
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= 4:
            text = re.sub("".join(map(_spellings, secret)), MASK, text)
    return text


def _spellings(character: str) -> str:
    """Return a pattern for a character as it is, and escaped for JSON, Python, URLs or HTML."""
    if character.isalnum() and character.isascii():
        return character
    import html.entities  # because only messages need it

    code = ord(character)
    alternatives = [
        "".join(f"%(?i:{byte:02x})" for byte in character.encode("utf-8", "surrogatepass")),
        rf"\\+x(?i:{code:02x})" if code < 256 else rf"\\+U(?i:{code:08x})",
        "".join(rf"\\+u(?i:{unit:04x})" for unit in _utf16(code)),
        rf"&#0*{code};",
        rf"&#[xX]0*(?i:{code:x});",
    ]
    if code in html.entities.codepoint2name:
        alternatives.append(f"&{html.entities.codepoint2name[code]};")
    if character == " ":
        alternatives.append(r"\+")
    if character in "\n\r\t":
        alternatives.append(r"\\+" + {"\n": "n", "\r": "r", "\t": "t"}[character])
    alternatives.append(r"\\*" + re.escape(character))  # last, because % and & begin the others
    return f"(?:{'|'.join(alternatives)})"


def _utf16(code: int) -> tuple[int, ...]:
    if code < 0x10000:
        return (code,)
    return (0xD800 + (code - 0x10000 >> 10), 0xDC00 + (code - 0x10000 & 0x3FF))


def mask_named(text: str) -> str:
    """Return a text with stars instead of what follows the name of a secret.

    After `psk: ` and the like the rest of the text is masked, because where the value ends cannot
    be known; after the name alone, everything in quotation marks.
    """
    match = _SECRET_WORDS.search(text)
    if match is None:
        return text
    head, tail = text[: match.end()], text[match.end() :]
    separator = _SEPARATOR.match(tail)
    if separator:
        return head + tail[: separator.end()] + " " + MASK
    quoted = re.compile(r"(?<!\w)(\\*[\"'`]|&quot;|&#39;).*?(?:\1|$)(?!\w)", re.DOTALL)
    return head + mask_named(quoted.sub(MASK, tail))


def mask_keys(value: t.Any) -> t.Any:
    """Return JSON data with stars instead of values whose keys are names of secrets."""
    if isinstance(value, dict):
        return {
            key: MASK if SECRET_KEYS.search(str(key)) and one else mask_keys(one)
            for key, one in value.items()
        }
    return [mask_keys(one) for one in value] if isinstance(value, list) else value


def secrets_in(value: t.Any) -> tuple[str, ...]:
    """Return all values in a dictionary, at any depth, whose keys are names of secrets."""
    found: list[str] = []

    def collect(one: t.Any, secret: bool) -> None:
        if isinstance(one, dict):
            for key, inner in one.items():
                collect(inner, secret or bool(SECRET_KEYS.search(str(key))))
        elif isinstance(one, (list, tuple)):
            for inner in one:
                collect(inner, secret)
        elif secret and one not in (None, ""):
            found.append(str(one))

    collect(value, False)
    return tuple(found)
