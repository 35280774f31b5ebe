"""Whether bytes hold a secret, in clear or as one would write it down."""

import base64


def forms_of(secret: bytes) -> set[bytes]:
    """The secret as bytes, in hexadecimal, and in base64 from each of its three beginnings."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for skipped in range(3):
        whole = secret[skipped : skipped + (len(secret) - skipped) // 3 * 3]
        found |= {base64.b64encode(whole), base64.urlsafe_b64encode(whole)}
    return found


def secrets_in(content: bytes, *secrets: bytes) -> list[int]:
    """Which of the secrets are in there, by their numbers."""
    return [n for n, secret in enumerate(secrets) if any(form in content for form in forms_of(secret))]
