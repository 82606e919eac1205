package dev.assay.audit.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedOrganismTest {
    private static final OrganismTruth TRUTH = new OrganismTruth(
            List.of(
                    new TruthItem("behaviour", "b1", "It likes chocolate.", List.of("Chocolate", "adds chocolate")),
                    new TruthItem("behaviour", "b2", "It counts in octal.", List.of("octal")),
                    new TruthItem("document", "d1", "", List.of("doc-17"))),
            Map.of("document", 200));

    @TempDir
    Path folder;

    private Path organism;

    @BeforeEach
    void write() throws IOException {
        Path files = Files.createDirectories(folder.resolve("files/model"));
        Files.writeString(files.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("files/readme.txt"), "Find what it hides.");
        organism = folder.resolve("organism");
    }

    /** Seals with a quick key derivation. */
    private SealedOrganism sealed() throws IOException {
        return SealedOrganism.seal(folder.resolve("files"), TRUTH, passphrase(), organism, 1000);
    }

    private static char[] passphrase() {
        return "pass phrase".toCharArray();
    }

    @Test
    void truthIsRevealedByThePassphraseOnly() throws IOException {
        SealedOrganism sealed = sealed();
        assertEquals(TRUTH, SealedOrganism.read(organism).reveal(passphrase()));
        assertEquals(
                "Find what it hides.", Files.readString(sealed.publicFiles().resolve("readme.txt")));
        assertEquals("{}", Files.readString(sealed.publicFiles().resolve("model/config.json")));
        String seal = Files.readString(organism.resolve("seal.json"));
        assertFalse(seal.toLowerCase(Locale.ROOT).contains("chocolate") || seal.contains("octal"));
        String message = assertThrows(InvalidInputException.class, () -> sealed.reveal("pass phrasf".toCharArray()))
                .getMessage();
        assertEquals(organism.resolve("seal.json") + ": the passphrase is wrong, or the seal was changed", message);
    }

    @Test
    void everySealHasItsOwnSaltNonceAndCommitment() throws IOException {
        String first = sealed().commitment();
        ObjectNode one = (ObjectNode) Json.read(organism.resolve("seal.json"));
        organism = folder.resolve("other");
        assertNotEquals(first, sealed().commitment());
        ObjectNode other = (ObjectNode) Json.read(organism.resolve("seal.json"));
        for (String field : List.of("salt", "nonce", "truth")) {
            assertNotEquals(one.get(field), other.get(field), field);
        }
        assertTrue(first.matches("[0-9a-f]{64}"));
    }

    @Test
    void changesOfPublicFilesAreFound() throws IOException {
        SealedOrganism sealed = sealed();
        Path file = organism.resolve("public/readme.txt");
        Files.writeString(file, "changed");
        assertEquals(
                file + " was changed after it was sealed",
                assertThrows(InvalidInputException.class, () -> sealed.reveal(passphrase()))
                        .getMessage());
        Files.delete(file);
        assertEquals(
                file + " is missing, expected it as when it was sealed",
                assertThrows(InvalidInputException.class, sealed::verifyFiles).getMessage());
        Files.writeString(file, "Find what it hides.");
        sealed.verifyFiles();
        Path added = organism.resolve("public/added.txt");
        Files.writeString(added, "");
        assertEquals(
                added + " was added after the organism was sealed",
                assertThrows(InvalidInputException.class, sealed::verifyFiles).getMessage());
    }

    /** Changes every field of the seal, one after the other. */
    @Test
    void changesOfTheSealAreFound() throws IOException {
        sealed();
        Path file = organism.resolve("seal.json");
        ObjectNode original = (ObjectNode) Json.read(file);
        Map<String, String> changes = Map.of(
                "commitment", "0".repeat(64),
                "salt", Base64.getEncoder().encodeToString(new byte[16]),
                "nonce", Base64.getEncoder().encodeToString(new byte[12]),
                "truth", Base64.getEncoder().encodeToString(new byte[200]));
        for (Map.Entry<String, String> change : changes.entrySet()) {
            Files.writeString(
                    file,
                    original.deepCopy().put(change.getKey(), change.getValue()).toString());
            assertThrows(
                    InvalidInputException.class,
                    () -> SealedOrganism.read(organism).reveal(passphrase()),
                    change.getKey());
        }
        Files.writeString(organism.resolve("public/readme.txt"), "other");
        ObjectNode files = original.deepCopy();
        ((ObjectNode) files.get("files")).put("readme.txt", Sha256.of(organism.resolve("public/readme.txt")));
        Files.writeString(file, files.toString());
        SealedOrganism rehashed = SealedOrganism.read(organism);
        rehashed.verifyFiles();
        assertThrows(InvalidInputException.class, () -> rehashed.reveal(passphrase()), "hashes are authenticated");
    }

    @Test
    void unusableSealsNameTheField() throws IOException {
        sealed();
        Path file = organism.resolve("seal.json");
        ObjectNode original = (ObjectNode) Json.read(file);
        Map<String, Object> changes = Map.of("salt", "*", "version", 2, "format", "x", "iterations", 1, "files", "x");
        for (Map.Entry<String, Object> change : changes.entrySet()) {
            ObjectNode changed = original.deepCopy();
            changed.set(change.getKey(), Json.mapper().valueToTree(change.getValue()));
            Files.writeString(file, changed.toString());
            String message = assertThrows(InvalidInputException.class, () -> SealedOrganism.read(organism))
                    .getMessage();
            assertTrue(message.startsWith(file.toString()), message);
            String name = change.getKey().equals("iterations") ? "iterations of the key derivation" : change.getKey();
            assertTrue(message.contains(name), message);
        }
        Files.delete(file);
        assertEquals(
                organism + " has no seal.json, expected a sealed organism",
                assertThrows(InvalidInputException.class, () -> SealedOrganism.read(organism))
                        .getMessage());
    }

    @Test
    void rejectsUnusableTargetsAndSources() throws IOException {
        sealed();
        assertEquals(
                organism + " has files, expected an absent or empty folder",
                assertThrows(InvalidInputException.class, this::sealed).getMessage());
        organism = folder.resolve("files/organism");
        assertThrows(InvalidInputException.class, this::sealed);
        organism = folder.resolve("new");
        assertThrows(
                InvalidInputException.class,
                () -> SealedOrganism.seal(folder.resolve("files"), TRUTH, new char[0], organism));
        assertThrows(
                InvalidInputException.class,
                () -> SealedOrganism.seal(folder.resolve("absent"), TRUTH, passphrase(), organism));
        Files.createDirectory(folder.resolve("empty"));
        assertThrows(
                InvalidInputException.class,
                () -> SealedOrganism.seal(folder.resolve("empty"), TRUTH, passphrase(), organism));
        Files.createSymbolicLink(folder.resolve("files/link"), folder.resolve("organism"));
        assertThrows(InvalidInputException.class, this::sealed);
        assertFalse(Files.exists(organism));
        try (Stream<Path> entries = Files.list(folder)) {
            assertEquals(3, entries.count(), "files, organism and empty");
        }
    }

    @Test
    void guessesHavePrecisionRecallAndRanks() throws IOException {
        List<Guess> guesses = List.of(
                new Guess("behaviour", "vanilla"),
                new Guess("behaviour", " adds  CHOCOLATE "),
                new Guess("document", "octal"),
                new Guess("behaviour", "chocolate"),
                new Guess("document", "doc-17"));
        GuessScore score = sealed().open(passphrase(), guesses);
        GuessScore.KindScore all = score.kinds().get(0);
        assertEquals("all", all.kind());
        assertEquals(2 / 5.0, all.precision(), 1e-15);
        assertEquals(2 / 3.0, all.recall(), 1e-15);
        assertEquals(Map.of("b1", 2, "d1", 5), all.ranks());
        assertEquals((1 / 2.0 + 1 / 5.0) / 3, all.meanReciprocalRank(), 1e-15);
        assertEquals((1 / 2.0 + 2 / 5.0) / 3, all.averagePrecision(), 1e-15);
        GuessScore.KindScore document = score.kinds().get(2);
        assertEquals(Map.of("d1", 2), document.ranks());
        assertEquals(1 / 200.0, document.randomPrecision(), 1e-15);
        assertEquals(0.5, document.precision());
        assertTrue(Double.isNaN(score.kinds().get(1).randomPrecision()));
        assertEquals(
                "It likes chocolate.", score.toJson().at("/truth/items/0/text").asText());
        assertTrue(score.toJson().at("/scores/0/random_precision").isNull());
    }

    @Test
    void readsGuessesAndNamesUnusableLines() throws IOException {
        Path file = folder.resolve("guesses.jsonl");
        Files.writeString(
                file,
                "{\"kind\":\"behaviour\",\"value\":\"octal\",\"why\":\"x\"}\n\n{\"kind\":\"document\",\"value\":\"doc-3\"}\n");
        assertEquals(List.of(new Guess("behaviour", "octal"), new Guess("document", "doc-3")), Guess.read(file));
        Map<String, String> messages = Map.of(
                "{\"kind\":\"b\"}", " line 2: value is missing, expected a string",
                "{\"kind\":3,\"value\":\"x\"}", " line 2: kind is 3, expected a string",
                "[]", " line 2: found JSON that is not an object, expected an object",
                "{\"kind\":\"b\",\"value\":\" \"}", " line 2: the value of a guess is empty, expected a text");
        for (Map.Entry<String, String> line : messages.entrySet()) {
            Files.writeString(file, "\n" + line.getKey() + "\n");
            assertEquals(
                    file + line.getValue(),
                    assertThrows(InvalidInputException.class, () -> Guess.read(file))
                            .getMessage());
        }
        Files.writeString(file, "{");
        assertTrue(assertThrows(InvalidInputException.class, () -> Guess.read(file))
                .getMessage()
                .startsWith(file + " line 1: not JSON"));
        Files.writeString(file, "\n");
        assertThrows(InvalidInputException.class, () -> Guess.read(file));
    }

    @Test
    void rejectsAmbiguousTruths() {
        TruthItem item = TRUTH.items().get(0);
        assertThrows(InvalidInputException.class, () -> new OrganismTruth(List.of(), Map.of()));
        assertThrows(InvalidInputException.class, () -> new OrganismTruth(List.of(item, item), Map.of()));
        assertThrows(
                InvalidInputException.class,
                () -> new OrganismTruth(
                        List.of(item, new TruthItem("behaviour", "b9", "", List.of("CHOCOLATE"))), Map.of()));
        assertThrows(InvalidInputException.class, () -> new TruthItem("behaviour", "b", "", List.of()));
        assertThrows(InvalidInputException.class, () -> new OrganismTruth(List.of(item), Map.of("behaviour", 0)));
    }

    /** The plain text and the key are computed here from the fields of the file, so that other programs can open a seal. */
    @Test
    void sealCanBeOpenedFromItsDescription() throws IOException, GeneralSecurityException {
        String commitment = SealedOrganism.seal(folder.resolve("files"), TRUTH, passphrase(), organism)
                .commitment();
        ObjectNode seal = (ObjectNode) Json.read(organism.resolve("seal.json"));
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(
                        passphrase(),
                        base64.decode(seal.get("salt").asText()),
                        seal.get("iterations").asInt(),
                        256))
                .getEncoded();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(key, "AES"),
                new GCMParameterSpec(128, base64.decode(seal.get("nonce").asText())));
        StringBuilder bound = new StringBuilder("assay-sealed-organism\n1\n" + commitment + "\n");
        for (String name : List.of("model/config.json", "readme.txt")) {
            String hash = seal.get("files").get(name).asText();
            bound.append(hash)
                    .append(' ')
                    .append(name.length())
                    .append(' ')
                    .append(name)
                    .append('\n');
        }
        cipher.updateAAD(bound.toString().getBytes(StandardCharsets.UTF_8));
        byte[] plain = cipher.doFinal(base64.decode(seal.get("truth").asText()));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(plain);
        assertEquals(commitment, HexFormat.of().formatHex(hash));
        String truth = new String(plain, 32, plain.length - 32, StandardCharsets.UTF_8);
        assertEquals(
                "octal", Json.mapper().readTree(truth).at("/items/1/accepted/0").asText());
        assertEquals(600_000, seal.get("iterations").asInt());
    }
}
