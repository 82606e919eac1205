package dev.assay.fuzz;

import dev.assay.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Damages files of every kind that Assay reads, one file at a time, and reads them. Each must be refused with one sentence, or load. A file
 * with checksums must load to the same values or be refused.
 */
final class FileFuzz {
    /** No case may take longer: a hang. */
    private static final long LONGEST_NANOS = 20_000_000_000L;

    private static final int LONGEST_MESSAGE = 2000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<Kind> kinds;
    private final long seed;

    FileFuzz(List<Kind> kinds, long seed) {
        this.kinds = kinds;
        this.seed = seed;
    }

    /** Reads files and returns a text of all values. */
    @FunctionalInterface
    interface Reading {
        String run() throws IOException;
    }

    /**
     * A kind of file.
     *
     * @param name its name
     * @param share its share of all cases
     * @param files the files that are damaged in turn
     * @param checked whether all values are protected by checksums
     * @param reading reads the files
     */
    record Kind(String name, double share, List<Path> files, boolean checked, Reading reading) {}

    /** Counts of one kind. */
    static final class Count {
        private int loaded;
        private int refused;
        private double seconds;

        int cases() {
            return loaded + refused;
        }

        int refused() {
            return refused;
        }

        @Override
        public String toString() {
            return String.format(
                    "%6d cases, %6d refused, %6d loaded, %6.1f s of CPU", cases(), refused, loaded, seconds);
        }
    }

    /**
     * Runs about this number of cases.
     *
     * @return the counts by kind
     * @throws AssertionError for the first case that is neither refused with one sentence nor loaded
     */
    Map<String, Count> run(int cases) throws IOException {
        double shares = kinds.stream().mapToDouble(Kind::share).sum();
        Map<String, Count> counts = new LinkedHashMap<>();
        for (Kind kind : kinds) {
            counts.put(kind.name(), run(kind, (int) Math.ceil(cases * kind.share() / shares)));
        }
        return counts;
    }

    private Count run(Kind kind, int cases) throws IOException {
        String sound = kind.reading().run();
        Count count = new Count();
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < cases; i++) {
            Path file = kind.files().get(i % kind.files().size());
            byte[] original = Files.readAllBytes(file);
            Mutator mutator = new Mutator(
                    new SplittableRandom(seed * 1_000_003 + kind.name().hashCode() * 31L + i));
            byte[] damaged = damaged(file, original, mutator);
            Files.write(file, damaged);
            attempt(
                    kind,
                    kind.name() + " case " + i + " of seed " + seed + " (" + file.getFileName() + ")",
                    sound,
                    count);
            Files.write(file, original);
        }
        count.seconds = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
        return count;
    }

    private static byte[] damaged(Path file, byte[] original, Mutator mutator) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".json")) {
            return mutator.json(original);
        }
        if (name.endsWith(".safetensors") && mutator.chance(2)) {
            int length = (int)
                    ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN).getLong();
            return mutator.safetensors(
                    Arrays.copyOfRange(original, Long.BYTES, Long.BYTES + length),
                    Arrays.copyOfRange(original, Long.BYTES + length, original.length));
        }
        return mutator.chance(2) ? mutator.flipped(original) : mutator.bytes(original);
    }

    private static void attempt(Kind kind, String name, String sound, Count count) {
        long start = System.nanoTime();
        try {
            String found = kind.reading().run();
            if (kind.checked() && !found.equals(sound)) {
                throw new AssertionError(name + ": damaged values were used");
            }
            count.loaded++;
        } catch (InvalidInputException | IOException | UncheckedIOException | InvalidPathException refused) {
            String message = String.valueOf(refused.getMessage());
            if (message.isBlank() || message.lines().count() != 1 || message.length() > LONGEST_MESSAGE) {
                throw new AssertionError(name + " is not refused with one sentence", refused);
            }
            count.refused++;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError bug) {
            throw new AssertionError(name, bug);
        }
        if (System.nanoTime() - start > LONGEST_NANOS) {
            throw new AssertionError(name + " took more than " + LONGEST_NANOS / 1e9 + " s");
        }
    }
}
