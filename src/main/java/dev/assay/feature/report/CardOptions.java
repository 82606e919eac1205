package dev.assay.feature.report;

import java.util.function.IntPredicate;

/**
 * Options of a feature card.
 *
 * @param prefix of the ids and control names of the card, which keeps them unique in a page
 * @param top the largest number of strongest examples
 * @param each the largest number of examples per range
 * @param linked the related features that are links
 */
public record CardOptions(String prefix, int top, int each, IntPredicate linked) {
    /** Options of a card outside a dashboard: all examples and no links. */
    static CardOptions alone(String prefix) {
        return new CardOptions(prefix, Integer.MAX_VALUE, Integer.MAX_VALUE, latent -> false);
    }
}
