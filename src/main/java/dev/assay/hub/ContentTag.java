package dev.assay.hub;

import dev.assay.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Verifies content against the hub's tag for it: the SHA-256 of a large file, or git's hash of a small one, the SHA-1 of
 * {@code "blob SIZE\0"} and the content. Other forms of tags, which mirrors can have, are not checked.
 */
final class ContentTag {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern GIT = Pattern.compile("[0-9a-f]{40}");

    private ContentTag() {}

    static boolean matches(Path file, String tag) throws IOException {
        if (SHA256.matcher(tag).matches()) {
            return tag.equals(Sha256.of(file));
        }
        return !GIT.matcher(tag).matches() || tag.equals(gitHash(file));
    }

    private static String gitHash(Path file) throws IOException {
        MessageDigest sha1 = sha1();
        sha1.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha1)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(sha1.digest());
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }
}
