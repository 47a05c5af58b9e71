"""The other end's SRTP."""

import pylibsrtp

from services.media.transport.srtp import LibSrtp, NotAuthentic


class WholeSrtp(LibSrtp):
    """Sound as well as reports."""

    def protect(self, packet: bytes) -> bytes:
        """An RTP packet as it goes out."""
        return self._out.protect(packet)

    def unprotect(self, packet: bytes) -> bytes:
        """The RTP packet that came. Raises NotAuthentic."""
        try:
            return self._in.unprotect(packet)
        except (pylibsrtp.Error, ValueError) as fault:
            raise NotAuthentic(str(fault)) from fault
