package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the documented commands whose inputs come with Assay or are written by an earlier command, and compares their output with the block
 * below. {@link DocumentationShell#obstacle} decides which are run; the others are only parsed ({@link DocumentedCommandsTest}).
 * {@code target/documented-commands.txt} lists them with their times. On a processor that rounds sums otherwise than the recording one, only the
 * words of the output are compared.
 */
@Tag("documentation")
class DocumentedOutputTest {
    /** What runs today; fewer would mean that commands or outputs are no longer recognised. */
    private static final int BLOCKS = 18;

    private static final int COMMANDS = 31;
    private static final int COMPARED = 4;

    @TempDir
    private Path folder;

    private final List<String> log = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private boolean exact;

    @Test
    @Timeout(3600)
    void documentedCommandsPrintTheStatedOutput() throws Exception {
        exact = repeatsTheProbe();
        DocumentationShell shell = new DocumentationShell(folder);
        Set<MarkdownFile.Block> blocks = new LinkedHashSet<>();
        int commands = 0;
        int compared = 0;
        for (MarkdownFile page : MarkdownFile.all()) {
            List<MarkdownFile.Command> all = page.commands();
            for (int i = 0; i < all.size(); i++) {
                MarkdownFile.Command command = all.get(i);
                Optional<String> printed = run(shell, command, all);
                if (printed.isEmpty()) {
                    continue;
                }
                commands++;
                blocks.add(command.block());
                boolean last = i + 1 == all.size() || all.get(i + 1).block() != command.block();
                Optional<MarkdownFile.Block> stated = last ? outputBelow(page, command.block()) : Optional.empty();
                if (stated.isPresent()) {
                    compared++;
                    compare(stated.get(), printed.get());
                }
            }
        }
        log.add(blocks.size() + " blocks with " + commands + " commands ran, " + compared + " outputs were compared");
        Files.write(Path.of("target/documented-commands.txt"), log);
        assertEquals(List.of(), failures);
        String summary = String.join("\n", log);
        assertTrue(blocks.size() >= BLOCKS && commands >= COMMANDS && compared >= COMPARED, summary);
    }

    /** Runs a command unless there is an obstacle; returns what it prints. */
    private Optional<String> run(
            DocumentationShell shell, MarkdownFile.Command command, List<MarkdownFile.Command> page) throws Exception {
        Optional<DocumentationShell.Invocation> invocation = DocumentationShell.Invocation.of(command.words());
        if (invocation.isEmpty()) {
            log.add("not a command of Assay  " + command);
            return Optional.empty();
        }
        List<String> quick = new ArrayList<>(command.words());
        quick.add("--quick");
        Optional<String> obstacle =
                page.stream().anyMatch(other -> other.words().equals(quick))
                        ? Optional.of("the page has a quick version")
                        : shell.obstacle(invocation.get());
        if (obstacle.isPresent()) {
            log.add("parsed only (" + obstacle.get() + ")  " + command);
            return Optional.empty();
        }
        long start = System.nanoTime();
        try {
            String printed = shell.run(invocation.get());
            log.add(String.format(Locale.ROOT, "ran in %.1f s  %s", (System.nanoTime() - start) / 1e9, command));
            return Optional.of(printed);
        } catch (AssertionError failed) {
            log.add("failed  " + command);
            failures.add(command + ": " + failed.getMessage());
            return Optional.empty();
        }
    }

    /** Returns the first fenced block without a language between a shell block and the next shell block. */
    private static Optional<MarkdownFile.Block> outputBelow(MarkdownFile page, MarkdownFile.Block shell) {
        List<MarkdownFile.Block> blocks = page.blocks();
        return blocks.subList(blocks.indexOf(shell) + 1, blocks.size()).stream()
                .takeWhile(block -> !block.isShell())
                .filter(block -> block.fenced() && block.language().isEmpty())
                .findFirst();
    }

    /** Checks that the stated lines are printed in this order; others may be between them. A last column "seconds" is not compared. */
    private void compare(MarkdownFile.Block stated, String printed) {
        List<String> lines = stated.text()
                .lines()
                .filter(line -> !line.isBlank() && !line.equals("…"))
                .toList();
        if (!exact) {
            String words = lines.get(0).replaceAll("[^\\p{L} ]", " ");
            for (String word : words.strip().split(" +")) {
                if (!printed.contains(word)) {
                    failures.add(stated + ": not printed: " + word + "\nbut\n" + printed);
                }
            }
            return;
        }
        boolean timed = lines.get(0).endsWith(" seconds");
        List<String> found =
                printed.lines().map(line -> comparable(line, timed)).toList();
        int position = 0;
        for (String line : lines) {
            int at = found.subList(position, found.size()).indexOf(comparable(line, timed));
            if (at < 0) {
                failures.add(stated + ": not printed: " + line + "\nbut\n" + printed);
                return;
            }
            position += at + 1;
        }
    }

    private static String comparable(String line, boolean timed) {
        return timed ? line.strip().replaceFirst("\\s+\\S+$", "") : line.strip();
    }

    private static boolean repeatsTheProbe() throws IOException {
        JsonNode recorded = Json.mapper()
                .readTree(Files.readString(Path.of("src/test/resources/golden/0.1.0/expected.json")))
                .get("processor_probe");
        long[] ids = new long[4 * 32];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 1 + i * 37L % 1000;
        }
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                HookedTransformer model = HookedTransformer.load("assay/stories");
                ActivationCache cache = model.cache(manager.create(ids, new Shape(4, 32)), HookPoint.residPost(3))) {
            float[] values = cache.get(HookPoint.residPost(3)).toFloatArray();
            for (int i = 0; i < recorded.size(); i++) {
                if (values[values.length - recorded.size() + i]
                        != recorded.get(i).floatValue()) {
                    return false;
                }
            }
            return true;
        }
    }
}
