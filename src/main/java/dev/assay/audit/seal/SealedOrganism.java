package dev.assay.audit.seal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.AtomicFolder;
import dev.assay.io.Json;
import dev.assay.io.JsonObject;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A folder for the auditing game: the subfolder {@code public} with the model and everything that the auditor may see, and
 * {@code seal.json} with the encrypted truth.
 *
 * <pre>
 * commitment = SHA-256(blinding ‖ truth)
 * sealed     = AES-256-GCM(key, nonce, blinding ‖ truth; commitment and hashes of the public files)
 * key        = PBKDF2-HMAC-SHA-256(passphrase, salt)
 * </pre>
 *
 * <p>The commitment fixes the truth before the game; publish it, and nobody can replace the truth afterwards. The 32 random bytes of the
 * blinding prevent a search for the truth by its hash.
 */
public final class SealedOrganism {
    /** The name of the file with the encrypted truth. */
    public static final String SEAL = "seal.json";

    /** The name of the folder with the public files. */
    public static final String PUBLIC = "public";

    private static final String FORMAT = "assay-sealed-organism";
    private static final int VERSION = 1;
    private static final int BLINDING_BYTES = 32;

    private final Path folder;
    private final String commitment;
    private final SealCipher cipher;
    private final byte[] sealed;
    private final SortedMap<String, String> files;

    private SealedOrganism(
            Path folder, String commitment, SealCipher cipher, byte[] sealed, SortedMap<String, String> files) {
        this.folder = folder;
        this.commitment = commitment;
        this.cipher = cipher;
        this.sealed = sealed;
        this.files = files;
    }

    /**
     * Writes a sealed organism.
     *
     * @param publicFiles the folder with the model and the public files, which are copied
     * @param truth what the organism hides
     * @param passphrase not empty; its strength protects the truth
     * @param target the folder of the sealed organism: absent or empty
     * @return the sealed organism
     * @throws IOException if it cannot be written; then the target is unchanged
     * @throws InvalidInputException if the passphrase or the folder of public files is empty, or the target has files
     */
    public static SealedOrganism seal(Path publicFiles, OrganismTruth truth, char[] passphrase, Path target)
            throws IOException {
        return seal(publicFiles, truth, passphrase, target, SealCipher.ITERATIONS);
    }

    /** Writes a sealed organism with a number of iterations of the key derivation. */
    static SealedOrganism seal(Path publicFiles, OrganismTruth truth, char[] passphrase, Path target, int iterations)
            throws IOException {
        InvalidInputException.require(
                passphrase.length > 0, "the passphrase is empty, expected at least one character");
        InvalidInputException.require(
                Files.isDirectory(publicFiles), () -> publicFiles + " is not a folder, expected the public files");
        InvalidInputException.require(
                !target.toAbsolutePath()
                        .normalize()
                        .startsWith(publicFiles.toAbsolutePath().normalize()),
                () -> target + " is inside " + publicFiles + ", expected another place for the sealed organism");
        requireEmpty(target);
        AtomicFolder.write(target, folder -> {
            Path copied = folder.resolve(PUBLIC);
            copy(publicFiles, copied);
            SortedMap<String, String> files = hashes(copied);
            InvalidInputException.require(
                    !files.isEmpty(), () -> publicFiles + " has no files, expected at least the model");
            byte[] plain = ByteBuffer.allocate(BLINDING_BYTES + truth.toBytes().length)
                    .put(SealRandom.bytes(BLINDING_BYTES))
                    .put(truth.toBytes())
                    .array();
            String commitment = hash(plain);
            SealCipher cipher = SealCipher.random(iterations);
            byte[] sealed = cipher.encrypt(passphrase, plain, bound(commitment, files));
            Files.writeString(folder.resolve(SEAL), Json.pretty(json(commitment, cipher, sealed, files)) + "\n");
        });
        return read(target);
    }

    private static void requireEmpty(Path target) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            InvalidInputException.require(
                    Files.isDirectory(target), () -> target + " is a file, expected a folder for the sealed organism");
            try (Stream<Path> entries = Files.list(target)) {
                InvalidInputException.require(
                        entries.findAny().isEmpty(), () -> target + " has files, expected an absent or empty folder");
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> paths;
        try (Stream<Path> walked = Files.walk(from)) {
            paths = walked.toList();
        }
        for (Path path : paths) {
            Path copied = to.resolve(from.relativize(path).toString());
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || path.equals(from)) {
                Files.createDirectories(copied);
            } else {
                InvalidInputException.require(
                        Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS),
                        () -> path + " is a link or a special file, expected files and folders only");
                Files.copy(path, copied);
            }
        }
    }

    /** Returns the SHA-256 of every file below a folder by its path with slashes. */
    private static SortedMap<String, String> hashes(Path folder) throws IOException {
        SortedMap<String, String> hashes = new TreeMap<>();
        List<Path> paths;
        try (Stream<Path> walked = Files.walk(folder)) {
            paths = walked.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
        for (Path path : paths) {
            String name = folder.relativize(path).toString().replace('\\', '/');
            hashes.put(name, Sha256.of(path));
        }
        return hashes;
    }

    private static String hash(byte[] bytes) {
        return new Sha256().add(ByteBuffer.wrap(bytes)).hex();
    }

    /** Returns the data that the encryption authenticates: a change of a public file makes the seal invalid. */
    private static byte[] bound(String commitment, SortedMap<String, String> files) {
        StringBuilder text = new StringBuilder(FORMAT + "\n" + VERSION + "\n" + commitment + "\n");
        files.forEach((name, hash) -> text.append(hash)
                .append(' ')
                .append(name.length())
                .append(' ')
                .append(name)
                .append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode json(
            String commitment, SealCipher cipher, byte[] sealed, SortedMap<String, String> files) {
        Base64.Encoder base64 = Base64.getEncoder();
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("format", FORMAT).put("version", VERSION).put("commitment", commitment);
        json.put("key_derivation", "PBKDF2WithHmacSHA256").put("iterations", cipher.iterations());
        json.put("salt", base64.encodeToString(cipher.salt()));
        json.put("cipher", "AES-256-GCM").put("nonce", base64.encodeToString(cipher.nonce()));
        json.put("truth", base64.encodeToString(sealed));
        ObjectNode hashes = json.putObject("files");
        files.forEach(hashes::put);
        return json;
    }

    /**
     * Opens the folder of a sealed organism without its truth.
     *
     * @param folder the folder
     * @return the sealed organism
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if {@value #SEAL} is missing or unusable
     */
    public static SealedOrganism read(Path folder) throws IOException {
        Path file = folder.resolve(SEAL);
        InvalidInputException.require(
                Files.isRegularFile(file), () -> folder + " has no " + SEAL + ", expected a sealed organism");
        JsonObject json = JsonObject.read(file);
        if (!json.text("format").equals(FORMAT)) {
            throw json.unexpected("format", FORMAT);
        }
        if (json.integer("version") != VERSION) {
            throw json.unexpected("version", Integer.toString(VERSION));
        }
        SortedMap<String, String> files = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : json.object("files").node().properties()) {
            files.put(entry.getKey(), json.object("files").text(entry.getKey()));
        }
        try {
            SealCipher cipher = new SealCipher(bytes(json, "salt"), json.integer("iterations"), bytes(json, "nonce"));
            return new SealedOrganism(folder, json.text("commitment"), cipher, bytes(json, "truth"), files);
        } catch (InvalidInputException e) {
            throw e.getMessage().startsWith(file.toString())
                    ? e
                    : new InvalidInputException(file + ": " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(JsonObject json, String field) {
        try {
            return Base64.getDecoder().decode(json.text(field));
        } catch (IllegalArgumentException e) {
            if (e instanceof InvalidInputException) {
                throw e;
            }
            throw json.unexpected(field, "bytes in Base64");
        }
    }

    /** {@return the SHA-256 commitment to the truth, in hexadecimal} */
    public String commitment() {
        return commitment;
    }

    /** {@return the folder of the public files} */
    public Path publicFiles() {
        return folder.resolve(PUBLIC);
    }

    /**
     * Compares the public files with the hashes of the seal.
     *
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if a file was changed, added or removed, naming it
     */
    public void verifyFiles() throws IOException {
        InvalidInputException.require(
                Files.isDirectory(publicFiles()),
                () -> folder + " has no folder " + PUBLIC + ", expected the public files");
        SortedMap<String, String> found = hashes(publicFiles());
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = publicFiles().resolve(file.getKey());
            InvalidInputException.require(
                    found.containsKey(file.getKey()), () -> path + " is missing, expected it as when it was sealed");
            InvalidInputException.require(
                    file.getValue().equals(found.get(file.getKey())), () -> path + " was changed after it was sealed");
        }
        found.keySet().removeAll(files.keySet());
        InvalidInputException.require(
                found.isEmpty(),
                () -> publicFiles().resolve(found.firstKey()) + " was added after the organism was sealed");
    }

    /**
     * Decrypts the truth and verifies the commitment.
     *
     * @param passphrase the passphrase
     * @return the truth
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the passphrase is wrong, or the seal or a public file was changed
     */
    public OrganismTruth reveal(char[] passphrase) throws IOException {
        verifyFiles();
        Path file = folder.resolve(SEAL);
        byte[] plain;
        try {
            plain = cipher.decrypt(passphrase, sealed, bound(commitment, files));
        } catch (InvalidInputException e) {
            throw new InvalidInputException(file + ": " + e.getMessage(), e);
        }
        InvalidInputException.require(
                plain.length > BLINDING_BYTES && hash(plain).equals(commitment),
                () -> file + ": the truth does not match the commitment " + commitment);
        JsonNode truth = Json.mapper()
                .readTree(new String(Arrays.copyOfRange(plain, BLINDING_BYTES, plain.length), StandardCharsets.UTF_8));
        return OrganismTruth.read(JsonObject.of(file, (ObjectNode) truth));
    }

    /**
     * Decrypts the truth and scores guesses.
     *
     * @param passphrase the passphrase
     * @param guesses the guesses, the most certain first
     * @return precision, recall and ranks
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException as {@link #reveal}
     */
    public GuessScore open(char[] passphrase, List<Guess> guesses) throws IOException {
        return GuessScoring.of(reveal(passphrase), guesses);
    }
}
