package dev.assay.feature.report;

import java.util.function.IntPredicate;

/**
 * How a feature is drawn.
 *
 * @param prefix what the ids and the names of the card's controls begin with, so that they occur once in a page
 * @param top how many of the strongest examples are shown at most
 * @param each how many examples of each range are shown at most
 * @param linked which other features can be followed from here
 */
public record CardOptions(String prefix, int top, int each, IntPredicate linked) {
    /** Shows all that a report holds, by itself. */
    static CardOptions alone(String prefix) {
        return new CardOptions(prefix, Integer.MAX_VALUE, Integer.MAX_VALUE, latent -> false);
    }
}
