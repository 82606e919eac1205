package dev.assay.audit.seal;

import java.security.SecureRandom;

/** Salts, nonces and blinding values, which must be unpredictable and therefore have no seed. */
final class SealRandom {
    private SealRandom() {}

    /** Returns random bytes of the operating system. */
    static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
