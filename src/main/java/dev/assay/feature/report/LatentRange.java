package dev.assay.feature.report;

import dev.assay.InvalidInputException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Consecutive latents of a dictionary.
 *
 * @param first the first latent
 * @param end the end of the range, exclusive
 */
public record LatentRange(int first, int end) {
    private static final Pattern ITEM = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

    /**
     * Reads a list such as {@code 3,17,40-44}, whose ranges include their last latent.
     *
     * @param list latents and ranges, separated by commas
     * @return the ranges in the order of the list
     * @throws InvalidInputException if an item is neither a latent nor an ascending range
     */
    public static List<LatentRange> parse(String list) {
        return List.of(list.split(",", -1)).stream()
                .map(item -> parseItem(item.strip(), list))
                .toList();
    }

    private static LatentRange parseItem(String item, String list) {
        Matcher parts = ITEM.matcher(item);
        if (parts.matches()) {
            int first = Integer.parseInt(parts.group(1));
            int last = parts.group(2) == null ? first : Integer.parseInt(parts.group(2));
            if (first <= last) {
                return new LatentRange(first, last + 1);
            }
        }
        throw new InvalidInputException("the list of features \"" + list + "\" has the item \"" + item
                + "\", expected latents and ascending ranges such as 3,17,40-44");
    }
}
