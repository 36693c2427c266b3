"""The one certificate that chains of Apple Pay tokens may end in."""

from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

#: SHA-256 of Apple Root CA - G3. Source: https://www.apple.com/certificateauthority/
FINGERPRINT = "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179"
_FILE = Path(__file__).resolve().parents[1] / "data" / "apple_root_ca_g3.pem"


@cache
def apple_root():
    """Return Apple Root CA - G3.

    :raise ValueError: the file holds another certificate
    """
    root = x509.load_pem_x509_certificate(_FILE.read_bytes())
    if root.fingerprint(SHA256()).hex() != FINGERPRINT:
        raise ValueError("This is not Apple Root CA - G3.")
    return root
