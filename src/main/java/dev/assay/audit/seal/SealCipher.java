package dev.assay.audit.seal;

import dev.assay.InvalidInputException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256 in Galois/counter mode under a key derived from a passphrase by PBKDF2 with HMAC-SHA-256.
 *
 * @param salt of the key derivation
 * @param iterations of the key derivation
 * @param nonce of the encryption, 12 bytes
 */
record SealCipher(byte[] salt, int iterations, byte[] nonce) {
    /** The number of iterations that OWASP recommends for PBKDF2 with HMAC-SHA-256 (2023). */
    static final int ITERATIONS = 600_000;

    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final int KEY_BITS = 256;
    private static final int TAG_BITS = 128;
    private static final int FEWEST_ITERATIONS = 1000;
    private static final int MOST_ITERATIONS = 10_000_000;

    SealCipher {
        InvalidInputException.require(
                iterations >= FEWEST_ITERATIONS && iterations <= MOST_ITERATIONS,
                "the number of iterations of the key derivation",
                iterations,
                FEWEST_ITERATIONS + " to " + MOST_ITERATIONS);
        InvalidInputException.require(nonce.length == NONCE_BYTES, "the size of the nonce", nonce.length, "12 bytes");
    }

    static SealCipher random(int iterations) {
        return new SealCipher(SealRandom.bytes(SALT_BYTES), iterations, SealRandom.bytes(NONCE_BYTES));
    }

    byte[] encrypt(char[] passphrase, byte[] plain, byte[] bound) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, passphrase, bound).doFinal(plain);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime has no AES-GCM or PBKDF2", e);
        }
    }

    /** Decrypts bytes; fails if the passphrase is wrong, or the bytes or the bound data were changed. */
    byte[] decrypt(char[] passphrase, byte[] encrypted, byte[] bound) {
        try {
            return cipher(Cipher.DECRYPT_MODE, passphrase, bound).doFinal(encrypted);
        } catch (AEADBadTagException e) {
            throw new InvalidInputException("the passphrase is wrong, or the seal was changed", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime has no AES-GCM or PBKDF2", e);
        }
    }

    private Cipher cipher(int mode, char[] passphrase, byte[] bound) throws GeneralSecurityException {
        PBEKeySpec key = new PBEKeySpec(passphrase, salt, iterations, KEY_BITS);
        byte[] derived = {};
        try {
            derived = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(key)
                    .getEncoded();
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(derived, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(bound);
            return cipher;
        } finally {
            key.clearPassword();
            Arrays.fill(derived, (byte) 0);
        }
    }
}
