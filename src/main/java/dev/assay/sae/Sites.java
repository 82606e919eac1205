package dev.assay.sae;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The sites that a dictionary reads and writes. An autoencoder writes the sites that it reads; a transcoder reads one site and predicts
 * another. Several sites are concatenated, in order, to the input of width d_in or the reconstruction of width d_out.
 *
 * @param reads the encoded sites, at least one
 * @param writes the reconstructed sites; empty for a transcoder without a recorded target
 */
public record Sites(List<Span> reads, List<Span> writes) {
    /**
     * A site's columns in the concatenated vector.
     *
     * @param name the site: a hook point's name, or the name of an output of an exported model
     * @param offset the first column
     * @param width the number of columns
     */
    public record Span(String name, int offset, int width) {
        /** Checks the ranges. */
        public Span {
            if (name.isEmpty() || offset < 0 || width < 1) {
                throw new InvalidInputException("the site \"" + name + "\" has offset " + offset + " and width " + width
                        + ", expected a non-empty name, an offset of at least 0 and a width of at least 1");
            }
        }
    }

    /** Checks that the spans of each side are consecutive and distinct. */
    public Sites {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
        if (reads.isEmpty()) {
            throw new InvalidInputException("the dictionary reads no site, expected at least one");
        }
        requireConsecutive(reads);
        requireConsecutive(writes);
    }

    private static void requireConsecutive(List<Span> spans) {
        int next = 0;
        Set<String> names = new HashSet<>();
        for (Span span : spans) {
            if (span.offset() != next) {
                throw new InvalidInputException("the columns of " + span.name() + " start at " + span.offset()
                        + ", expected " + next + ", the end of the previous site");
            }
            if (!names.add(span.name())) {
                throw new InvalidInputException("duplicate site " + span.name() + ", expected each site once");
            }
            next += span.width();
        }
    }

    /**
     * Returns the sites of an autoencoder of one site.
     *
     * @param name the site
     * @param width d_in
     * @return the sites
     */
    public static Sites of(String name, int width) {
        return concatenated(List.of(name), List.of(width));
    }

    /**
     * Returns the sites of an autoencoder of several concatenated sites.
     *
     * @param names the sites, in the order of the columns
     * @param widths their widths
     * @return the sites
     */
    public static Sites concatenated(List<String> names, List<Integer> widths) {
        List<Span> spans = spans(names, widths);
        return new Sites(spans, spans);
    }

    /**
     * Returns the sites of a transcoder.
     *
     * @param reads the encoded sites
     * @param writes the predicted sites; empty if unknown
     * @return the sites
     */
    public static Sites transcoder(List<Span> reads, List<Span> writes) {
        return new Sites(reads, writes);
    }

    /**
     * Assigns consecutive columns to sites.
     *
     * @param names the sites, in the order of the columns
     * @param widths their widths
     * @return one span per site
     */
    public static List<Span> spans(List<String> names, List<Integer> widths) {
        if (names.size() != widths.size()) {
            throw new InvalidInputException("the sites " + String.join(", ", names) + " have " + widths.size()
                    + " widths, expected " + names.size());
        }
        List<Span> spans = new ArrayList<>();
        int offset = 0;
        for (int i = 0; i < names.size(); i++) {
            spans.add(new Span(names.get(i), offset, widths.get(i)));
            offset += widths.get(i);
        }
        return spans;
    }

    /**
     * Returns the total width of the read sites.
     *
     * @return d_in
     */
    public int dIn() {
        return width(reads);
    }

    /**
     * Returns the total width of the written sites.
     *
     * @return d_out; 0 if the written sites are unknown
     */
    public int dOut() {
        return width(writes);
    }

    private static int width(List<Span> spans) {
        return spans.stream().mapToInt(Span::width).sum();
    }

    /**
     * Returns whether the reconstruction belongs to other sites than the input.
     *
     * @return true for a transcoder
     */
    public boolean transcodes() {
        return !reads.equals(writes);
    }

    /**
     * Returns the names of the encoded sites.
     *
     * @return the names in the order of the columns
     */
    public List<String> readNames() {
        return reads.stream().map(Span::name).toList();
    }

    /**
     * Returns the names of the reconstructed sites.
     *
     * @return the names in the order of the columns
     */
    public List<String> writeNames() {
        return writes.stream().map(Span::name).toList();
    }

    /**
     * Returns the distinct names of all sites: the read sites, then the written sites.
     *
     * @return the names of the activations that training needs
     */
    public List<String> names() {
        return Stream.concat(reads.stream(), writes.stream())
                .map(Span::name)
                .distinct()
                .toList();
    }

    /** {@return the sites as text, such as {@code blocks.1.ln2.hook_normalized → blocks.1.hook_mlp_out}} */
    @Override
    public String toString() {
        String read = String.join(", ", readNames());
        if (!transcodes()) {
            return read;
        }
        return read + " → " + (writes.isEmpty() ? "unknown" : String.join(", ", writeNames()));
    }
}
