package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.Sites;
import dev.assay.tensor.Aten;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The sites that a dictionary reads and writes, as hook points of one model whose widths have been checked. A dictionary of one head
 * ({@code hook_head_index}) reads and writes the columns of that head; the others keep their activation.
 */
public final class AttachedSites {
    private final HookedTransformer model;
    private final Sites sites;
    private final List<SiteColumns> readColumns;
    private final List<SiteColumns> writtenColumns;

    private AttachedSites(HookedTransformer model, Sites sites, List<SiteColumns> reads, List<SiteColumns> writes) {
        this.model = model;
        this.sites = sites;
        this.readColumns = reads;
        this.writtenColumns = writes;
    }

    /**
     * Looks up the sites that the metadata of a dictionary name. Checks every field of the metadata that changes the meaning of the
     * dictionary.
     *
     * @param model the model
     * @param dictionary the dictionary
     * @return the sites as hook points
     * @throws InvalidInputException when the model lacks a site, a site or head has another width there, or a field cannot be applied
     */
    public static AttachedSites of(HookedTransformer model, Dictionary dictionary) {
        return of(model, dictionary, dictionary.sites());
    }

    /**
     * Looks up a site that replaces the one that the metadata of a dictionary name, with the same checks.
     *
     * @param model the model
     * @param dictionary the dictionary
     * @param point the site that is read, and written unless the dictionary is a transcoder
     * @return the sites as hook points
     * @throws InvalidInputException as {@link #of(HookedTransformer, Dictionary)}
     */
    public static AttachedSites of(HookedTransformer model, Dictionary dictionary, HookPoint point) {
        return of(model, dictionary, dictionary.sitesReading(point.name()));
    }

    private static AttachedSites of(HookedTransformer model, Dictionary dictionary, Sites sites) {
        MetadataCheck.check(model, dictionary);
        SaeMetadata metadata = dictionary.metadata();
        OptionalInt head = metadata.head();
        List<SiteColumns> reads = columns(model, sites.reads(), "reads", "hook_head_index", head);
        List<SiteColumns> writes = dictionary.transcodes()
                ? columns(model, sites.writes(), "writes", "hook_head_index_out", metadata.headOut())
                : columns(model, sites.writes(), "writes", "hook_head_index", head);
        return new AttachedSites(model, sites, reads, writes);
    }

    private static List<SiteColumns> columns(
            HookedTransformer model, List<Sites.Span> spans, String verb, String field, OptionalInt head) {
        List<SiteColumns> columns = new ArrayList<>();
        for (Sites.Span span : spans) {
            HookPoint point = HookPoint.parse(span.name());
            if (!model.has(point)) {
                throw new InvalidInputException("the dictionary " + verb + " " + point.name() + ", which "
                        + model.name() + " does not have, expected one of the sites that assay describe lists");
            }
            if (head.isPresent()) {
                columns.add(head(model, point, span, verb, field, head.getAsInt()));
                continue;
            }
            int width = model.width(point);
            if (width != span.width()) {
                throw new InvalidInputException("the dictionary " + verb + " " + span.width() + " columns of "
                        + point.name() + ", but that site of " + model.name() + " is " + width + " wide");
            }
            columns.add(new SiteColumns(point, 0, width, width));
        }
        return List.copyOf(columns);
    }

    private static SiteColumns head(
            HookedTransformer model, HookPoint point, Sites.Span span, String verb, String field, int head) {
        String stated = "the dictionary's cfg.json has metadata." + field + " " + head;
        Shape shape = model.shape(point); // [batch, position, heads, width of a head]
        if (shape.dimension() != 4 || point.kind().isPairwise()) {
            throw new InvalidInputException(stated + ", but " + point.name() + " has no heads, expected null");
        }
        int heads = (int) shape.get(2);
        int width = (int) shape.get(3);
        if (head >= heads) {
            throw new InvalidInputException(
                    stated + ", expected a head of " + point.name() + " of " + model.name() + ", 0 to " + (heads - 1));
        }
        if (span.width() != width) {
            throw new InvalidInputException(stated + " and " + verb + " " + span.width() + " columns of " + point.name()
                    + ", but a head of that site of " + model.name() + " is " + width + " wide");
        }
        return new SiteColumns(point, head * width, width, heads * width);
    }

    /** {@return the model} */
    public HookedTransformer model() {
        return model;
    }

    /** {@return the sites by name, with their columns} */
    public Sites sites() {
        return sites;
    }

    /** {@return the sites whose activations are encoded, at least one} */
    public List<HookPoint> reads() {
        return points(readColumns);
    }

    /** {@return the sites of the reconstruction; empty for a transcoder whose target is unknown} */
    public List<HookPoint> writes() {
        return points(writtenColumns);
    }

    private static List<HookPoint> points(List<SiteColumns> columns) {
        return columns.stream().map(SiteColumns::point).toList();
    }

    /**
     * Returns the sites of the reconstruction, which splices and edits act on.
     *
     * @return at least one
     * @throws InvalidInputException when the target of a transcoder is unknown
     */
    public List<HookPoint> requiredWrites() {
        if (writtenColumns.isEmpty()) {
            throw new InvalidInputException("the dictionary is a transcoder, and its cfg.json does not name the site"
                    + " that it predicts (metadata.hook_name_out), expected one such as blocks.2.hook_mlp_out");
        }
        return writes();
    }

    /**
     * Returns the sites of the reconstruction, for effects on the residual stream behind the last block.
     *
     * @return at least one, all of them before the final norm
     * @throws InvalidInputException as {@link #requiredWrites()}, or when a site is part of the final norm
     */
    public List<HookPoint> writesBeforeFinalNorm() {
        for (HookPoint point : requiredWrites()) {
            if (point.kind() == HookPoint.Kind.LN_FINAL_NORMALIZED) {
                throw new InvalidInputException("the dictionary is one of " + point
                        + ", which is part of the final norm, expected a site before it, such as"
                        + " blocks.2.hook_resid_post");
            }
        }
        return writes();
    }

    /**
     * Returns the one site that is read.
     *
     * @return the site
     * @throws InvalidInputException when there are several
     */
    public HookPoint read() {
        return single(reads(), "reads");
    }

    /**
     * Returns the one site that is written.
     *
     * @return the site
     * @throws InvalidInputException as {@link #requiredWrites()}, or when there are several
     */
    public HookPoint written() {
        return single(requiredWrites(), "writes");
    }

    private static HookPoint single(List<HookPoint> points, String verb) {
        if (points.size() > 1) {
            throw new InvalidInputException("the dictionary " + verb + " " + points.size() + " sites (" + points.get(0)
                    + " and others), expected one");
        }
        return points.get(0);
    }

    /** {@return all sites without repetition, to be read in one run} */
    public HookPoint[] all() {
        return Stream.concat(reads().stream(), writes().stream()).distinct().toArray(HookPoint[]::new);
    }

    /** {@return whether the reconstruction belongs to other sites than the input} */
    public boolean transcodes() {
        return sites.transcodes();
    }

    /**
     * Returns whether the directions of the dictionary are parts of the residual stream, so that the final norm and the unembedding
     * apply to them.
     *
     * @return false for several written sites, or none
     */
    public boolean writesToResidual() {
        return writtenColumns.size() == 1
                && isPartOfResidual(writtenColumns.get(0).point().kind());
    }

    private static boolean isPartOfResidual(HookPoint.Kind kind) {
        return switch (kind) {
            case EMBED, POS_EMBED, RESID_PRE, ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST -> true;
            default -> false;
        };
    }

    /**
     * Returns the activations that the dictionary encodes.
     *
     * @param cache of a run, with the sites that are read
     * @return [n, d_in], one row per position
     */
    public NDArray input(ActivationCache cache) {
        return rows(cache, readColumns);
    }

    /**
     * Returns the activations that the dictionary reconstructs: the input, or the target of a transcoder.
     *
     * @param cache of a run, with the written sites
     * @return [n, d_out], one row per position
     */
    public NDArray target(ActivationCache cache) {
        return rows(cache, writtenColumns);
    }

    private static NDArray rows(ActivationCache cache, List<SiteColumns> columns) {
        NDList parts = new NDList();
        columns.forEach(each -> parts.add(each.select(cache.get(each.point()))));
        return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 1);
    }

    /**
     * Returns rows of the one written site with all of its columns.
     *
     * @param rows what the dictionary writes, [n, d_out]
     * @return [n, width of the site], 0 in the columns of other heads; the rows themselves unless the dictionary is one of a single head
     * @throws InvalidInputException when there are several written sites
     */
    public NDArray widened(NDArray rows) {
        written();
        return writtenColumns.get(0).widened(rows);
    }

    /** Returns the columns that are read, one entry per site. */
    List<SiteColumns> readColumns() {
        return readColumns;
    }

    /** Returns the columns that are written, one entry per site. */
    List<SiteColumns> writtenColumns() {
        requiredWrites();
        return writtenColumns;
    }

    /** Returns the columns of a written site, from rows [n, d_out]. */
    NDArray columns(NDArray rows, int site) {
        Sites.Span span = sites.writes().get(site);
        if (sites.writes().size() == 1) {
            return rows;
        }
        return Aten.contiguous(rows.get(new NDIndex(":, {}:{}", span.offset(), span.offset() + span.width())));
    }
}
