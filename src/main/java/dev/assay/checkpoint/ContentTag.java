package dev.assay.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Checks a content against the hub's tag for it: the SHA-256 of a large file; for a small one git's hash, the SHA-1 of
 * {@code "blob SIZE\0"} and the content. Tags of any other form, which mirrors may have, say nothing about the content.
 */
final class ContentTag {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern GIT = Pattern.compile("[0-9a-f]{40}");
    private static final int BUFFER = 1 << 16;

    private ContentTag() {}

    static boolean matches(Path file, String tag) throws IOException {
        if (SHA256.matcher(tag).matches()) {
            return tag.equals(digest(file, digest("SHA-256")));
        }
        if (GIT.matcher(tag).matches()) {
            MessageDigest sha1 = digest("SHA-1");
            sha1.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
            return tag.equals(digest(file, sha1));
        }
        return true;
    }

    private static String digest(Path file, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
