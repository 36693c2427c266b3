"""Bytes in a JSON body."""

from base64 import b64decode

from pydantic import Base64Encoder, EncodedBytes
from pydantic_core import PydanticCustomError


class _StrictEncoder(Base64Encoder):
    @classmethod
    def decode(cls, data):
        """Return the bytes that ``data`` stands for; lines may be broken as in a mail."""
        try:
            return b64decode(data.translate(None, b"\r\n"), validate=True)
        except ValueError:
            raise PydanticCustomError("base64_decode", "Base64 is needed.") from None


#: For ``Annotated[bytes, ...]``. Python alone passes over characters that are not Base64's:
#: a file that was cut or mixed up on its way would be taken for another.
STRICT_BASE64 = EncodedBytes(encoder=_StrictEncoder)
