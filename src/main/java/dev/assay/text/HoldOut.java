package dev.assay.text;

import dev.assay.InvalidInputException;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The documents of a corpus that are kept out of training, for evaluation.
 *
 * @param rule the selection rule
 * @param every one of every N documents is held out: N at least 2, or 0 to hold out none
 */
public record HoldOut(Rule rule, int every) {
    /** A rule that selects held-out documents. */
    public enum Rule {
        /** The first of every N documents, by their index in the corpus. */
        POSITION,
        /**
         * Documents whose text has a hash that is a multiple of N. Equal texts are always in the same split, and neither order, mixing nor
         * shuffling changes the split. The share of held-out documents is approximately 1 / N.
         */
        HASH
    }

    // The 64-bit offset basis and prime of FNV-1a (Fowler, Noll, Vo).
    private static final long FNV_BASIS = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    /** Checks the interval. */
    public HoldOut {
        Objects.requireNonNull(rule, "rule");
        if (every < 0 || every == 1) {
            throw new InvalidInputException(
                    "one of every " + every + " documents is held out, expected 0 or at least 2");
        }
    }

    /**
     * Returns whether a document is held out.
     *
     * @param index its index in the corpus
     * @param text supplies its text; called only if the rule needs it
     */
    boolean holds(long index, Supplier<String> text) {
        if (every == 0) {
            return false;
        }
        return switch (rule) {
            case POSITION -> index % every == 0;
            case HASH -> Long.remainderUnsigned(hash(text.get()), every) == 0;
        };
    }

    /** Returns a platform-independent hash of a text: FNV-1a over its UTF-16 units, low byte first, then mixed. */
    static long hash(String text) {
        long hash = FNV_BASIS;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            hash = (hash ^ (unit & 0xFF)) * FNV_PRIME;
            hash = (hash ^ (unit >> 8)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /** Finaliser of MurmurHash3 (Appleby). Without it the low bits of FNV-1a depend only on the low bits of the text. */
    private static long mix(long hash) {
        long mixed = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
