"""Every error of kefu, as one tree with codes.

    KefuError
    ├── CallerError            the caller can mend it
    │   ├── BadInput           input.invalid         a message or request that is not well-formed
    │   ├── TooLarge           input.too_large       more than is accepted
    │   ├── TooMany            input.too_many        more often than is accepted
    │   ├── BadSignature       channel.bad_signature the sender's signature does not hold
    │   ├── NotSignedIn        access.not_signed_in  no valid token
    │   ├── NotAllowed         access.not_allowed    a valid token that may not do this
    │   ├── NotFound           access.not_found      nothing by that name that the caller may see
    │   ├── Overtaken          desk.overtaken        somebody else acted on what the caller had not seen
    │   ├── BadConfig          config.invalid        kefu.toml or the environment is wrong
    │   └── BadSkill           skill.invalid         a skill folder is wrong
    └── HouseError             ours, or the machine's
        ├── Conflict           store.conflict        someone else went on with the conversation first
        ├── Repeat             store.repeat          the message was committed before
        ├── StoreFailed        store.failed          the database can't be reached or refused
        ├── RecordsFailed      records.failed        the business's records can't be read or written
        ├── DeliveryFailed     channel.failed        the other end did not take the message
        ├── ModelMissing       model.missing         there is no trained model to serve
        ├── WriterFailed       writer.failed         the language model wrote nothing in time
        ├── RecordingFailed    recording.failed      the sound of a call can't be kept or read
        └── SpeechFailed       speech.failed         an engine that hears or speaks broke off

The first line of a class's docstring is its default advice. Translations by code
stand in `kefu/web/pages/messages.*.toml`.
"""

from __future__ import annotations

from typing import ClassVar


class KefuError(Exception):
    """Something went wrong in kefu.

    `message` says what is wrong and where, and what to do next. `code` is stable
    and may be relied upon; `status` is the HTTP status that it becomes.
    """

    code: ClassVar[str] = "kefu"
    status: ClassVar[int] = 500

    def __init__(self, message: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        super().__init__(self.message)


class CallerError(KefuError):
    """The request can't be served as it is; mend it and try again."""

    code = "input"
    status = 400


class BadInput(CallerError):
    """The request is not well-formed; compare it with /api/v1/docs."""

    code = "input.invalid"
    status = 422


class TooLarge(CallerError):
    """The request is larger than accepted; send less at once."""

    code = "input.too_large"
    status = 413


class TooMany(CallerError):
    """Too many requests in a short time; wait a little and try again."""

    code = "input.too_many"
    status = 429


class BadSignature(CallerError):
    """The signature does not match the body; check the channel's secret."""

    code = "channel.bad_signature"
    status = 401


class NotSignedIn(CallerError):
    """A valid token is needed; sign in again."""

    code = "access.not_signed_in"
    status = 401


class NotAllowed(CallerError):
    """This token does not permit that; ask the owner of the installation."""

    code = "access.not_allowed"
    status = 403


class NotFound(CallerError):
    """There is nothing by that name; check the address."""

    code = "access.not_found"
    status = 404


class Overtaken(CallerError):
    """Somebody else acted meanwhile; look at what they did, then do it again with the new version."""

    code = "desk.overtaken"
    status = 409


class BadConfig(CallerError):
    """The configuration is wrong; run `kefu doctor` to see where."""

    code = "config.invalid"


class BadSkill(CallerError):
    """A skill folder is wrong; run `kefu skill check` to see where."""

    code = "skill.invalid"


class HouseError(KefuError):
    """kefu could not do its work; try again, then look at the log."""

    code = "house"


class Conflict(HouseError):
    """The conversation went on elsewhere; load it again and redo the turn."""

    code = "store.conflict"
    status = 503


class Repeat(HouseError):
    """The message was committed before; its replies stand in the conversation."""

    code = "store.repeat"
    status = 409


class StoreFailed(HouseError):
    """The database did not answer; run `kefu doctor`."""

    code = "store.failed"
    status = 503


class RecordsFailed(HouseError):
    """The business's records did not answer; run `kefu doctor`."""

    code = "records.failed"
    status = 503


class DeliveryFailed(HouseError):
    """The other end did not take the message; it will be tried again."""

    code = "channel.failed"
    status = 502


class ModelMissing(HouseError):
    """No trained model was found; run `kefu train`."""

    code = "model.missing"
    status = 503


class WriterFailed(HouseError):
    """The language model wrote nothing that could be used; the answer goes out in its own words."""

    code = "writer.failed"
    status = 503


class RecordingFailed(HouseError):
    """The recording of a call can't be kept or read; look at the disk and at [security] recording_secret."""

    code = "recording.failed"
    status = 503


class SpeechFailed(HouseError):
    """A speech engine did not do its work; run `kefu voice doctor`."""

    code = "speech.failed"
    status = 503
