"""What kind of recording some bytes are, by how they begin; names lie. Pure.

The signatures are those of the WHATWG's MIME Sniffing standard and of the containers' own specifications. A video in MP4 or
WebM passes: vendors take its sound.
"""

LARGEST_RECORDING = 25 * 1024 * 1024  # bytes: what the vendors of the OpenAI protocol take
ENDINGS = {
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
}
EBML = b"\x1a\x45\xdf\xa3"
HEAD = 4096  # bytes within which a WebM names itself


def media_type(data: bytes) -> str:
    """The media type, or an empty text for what is no recording that can be sent on."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    if data[:4] == b"OggS":
        return "audio/ogg"
    if data[:4] == b"fLaC":
        return "audio/flac"
    if data[4:8] == b"ftyp":
        return "audio/mp4"
    if data[:4] == EBML and b"webm" in data[:HEAD]:
        return "audio/webm"
    return "audio/mpeg" if data[:3] == b"ID3" or _is_mpeg_frame(data) else ""


def _is_mpeg_frame(data: bytes) -> bool:
    """Eleven bits of synchronisation, then a version, layer II or III, a bit rate and a sampling rate that exist (ISO 11172-3,
    2.4.1.3). Nobody sends layer I, and UTF-16 begins like it.
    """
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return False
    version, layer = data[1] >> 3 & 3, data[1] >> 1 & 3
    return version != 1 and layer in (1, 2) and data[2] >> 4 not in (0, 15) and data[2] >> 2 & 3 != 3
