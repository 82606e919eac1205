package dev.assay.text;

import dev.assay.InvalidInputException;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Which documents of a corpus are held out: kept apart from training, for measurements.
 *
 * @param rule how they are chosen
 * @param every of so many documents one is held out: at least 2, or 0 to hold none out
 */
public record HoldOut(Rule rule, int every) {
    /** How the documents that are held out are chosen. */
    public enum Rule {
        /** The first of every so many, by their index in the corpus. */
        POSITION,
        /**
         * Those whose text has a hash that is a multiple of {@code every}. Equal texts are on one side, wherever they stand, and order,
         * mixing and shuffling change nothing. The share of documents is close to one of {@code every}, not just that.
         */
        HASH
    }

    // The 64-bit offset basis and prime of FNV-1a (Fowler, Noll, Vo).
    private static final long FNV_BASIS = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    /** Checks the number. */
    public HoldOut {
        Objects.requireNonNull(rule, "rule");
        if (every < 0 || every == 1) {
            throw new InvalidInputException("one of " + every + " documents held out, expected 0 or at least 2");
        }
    }

    /**
     * Tells whether a document is held out.
     *
     * @param index its index in the corpus
     * @param text gives its text, if that is needed
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

    /** Returns a hash of a text that is the same everywhere and always: FNV-1a over its UTF-16 units, low byte first, then mixed. */
    static long hash(String text) {
        long hash = FNV_BASIS;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            hash = (hash ^ (unit & 0xFF)) * FNV_PRIME;
            hash = (hash ^ (unit >> 8)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /** The finaliser of MurmurHash3 (Appleby): the low bits of FNV-1a alone depend on the low bits of the text alone. */
    private static long mix(long hash) {
        long mixed = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
