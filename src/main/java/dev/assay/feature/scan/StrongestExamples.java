package dev.assay.feature.scan;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The strongest examples of one latent in {@link ScanExample#ORDER}. The result does not depend on the order in which they are offered. */
final class StrongestExamples {
    private final ScanExample[] examples;
    private final boolean onePerDocument;
    private int size;

    StrongestExamples(int most, boolean onePerDocument) {
        this.examples = new ScanExample[most];
        this.onePerDocument = onePerDocument;
    }

    /** Adds the strongest activation of a context, unless enough are stronger. */
    void offer(float value, long document, long position, Supplier<ScanExample> example) {
        if (examples.length == 0
                || size == examples.length && !precedes(value, document, position, examples[size - 1])) {
            return;
        }
        if (onePerDocument) {
            int same = 0;
            while (same < size && examples[same].document() != document) {
                same++;
            }
            if (same < size) {
                if (!precedes(value, document, position, examples[same])) {
                    return;
                }
                System.arraycopy(examples, same + 1, examples, same, size - same - 1);
                size--;
            }
        }
        size = Math.min(size + 1, examples.length);
        int slot = size - 1;
        for (; slot > 0 && precedes(value, document, position, examples[slot - 1]); slot--) {
            examples[slot] = examples[slot - 1];
        }
        examples[slot] = example.get();
    }

    private static boolean precedes(float value, long document, long position, ScanExample other) {
        if (value != other.value()) {
            return value > other.value();
        }
        return document < other.document() || document == other.document() && position < other.position();
    }

    void addAll(List<ScanExample> others) {
        others.forEach(other -> offer(other.value(), other.document(), other.position(), () -> other));
    }

    List<ScanExample> list() {
        return List.of(Arrays.copyOf(examples, size));
    }
}
