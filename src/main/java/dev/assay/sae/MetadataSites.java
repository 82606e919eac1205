package dev.assay.sae;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The sites that the metadata of a dictionary name, with their columns. */
record MetadataSites(SaeMetadata metadata, int dIn, int dOut, boolean transcodes) {
    /** Activations of these sites have an axis of heads. */
    private static final Pattern HEAD_SITE = Pattern.compile(".*attn\\.hook_(rot_)?[qkvz]");

    /**
     * Returns whether a dictionary reads all heads of one site, joined to one vector. Activations of the site have shape [..., heads,
     * d_head].
     */
    static boolean joinsHeads(SaeMetadata metadata) {
        return metadata.head().isEmpty()
                && metadata.hookName()
                        .filter(name -> HEAD_SITE.matcher(name).matches())
                        .isPresent();
    }

    static MetadataSites of(Dictionary dictionary) {
        return new MetadataSites(dictionary.metadata(), dictionary.dIn(), dictionary.dOut(), dictionary.transcodes());
    }

    /**
     * Returns the named sites.
     *
     * @return the sites, without written sites for a transcoder without a recorded target
     * @throws InvalidInputException if the file names no site, or widths that do not sum to d_in and d_out
     */
    Sites named() {
        if (metadata.hookNames().isEmpty()) {
            throw SaeMetadata.noSite();
        }
        List<Sites.Span> reads = spans(metadata.hookNames(), SaeMetadata.HOOK_NAME, SaeMetadata.HOOK_WIDTHS, dIn);
        return new Sites(reads, transcodes ? written() : reads);
    }

    /** Returns the sites of a dictionary that reads a given site; a transcoder writes those of its metadata. */
    Sites reading(String read) {
        Sites sites = Sites.of(read, dIn);
        return transcodes ? new Sites(sites.reads(), written()) : sites;
    }

    private List<Sites.Span> written() {
        return spans(metadata.hookNamesOut(), SaeMetadata.HOOK_NAME_OUT, SaeMetadata.HOOK_WIDTHS_OUT, dOut);
    }

    private List<Sites.Span> spans(List<String> names, String field, String widthsField, int width) {
        List<Integer> widths = new ArrayList<>();
        metadata.get(widthsField).ifPresent(values -> values.forEach(value -> widths.add(value.intValue())));
        if (widths.isEmpty()) {
            // Early files record no widths; equal widths are the only possible inference.
            names.forEach(name -> widths.add(width / names.size()));
        }
        List<Sites.Span> spans = Sites.spans(names, widths);
        int sum = widths.stream().mapToInt(Integer::intValue).sum();
        if (!names.isEmpty() && sum != width) {
            throw new InvalidInputException("the dictionary's cfg.json has the widths " + widths + " (metadata."
                    + widthsField + ") for the sites " + String.join(", ", names) + " (metadata." + field
                    + "), expected widths with the sum " + width);
        }
        return spans;
    }
}
