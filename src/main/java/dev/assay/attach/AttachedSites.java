package dev.assay.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.Sites;
import dev.assay.tensor.Aten;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The sites that a dictionary reads and writes, as hook points of one model whose widths have been checked. */
public final class AttachedSites {
    private final HookedTransformer model;
    private final Sites sites;
    private final List<HookPoint> reads;
    private final List<HookPoint> writes;

    private AttachedSites(HookedTransformer model, Sites sites) {
        this.model = model;
        this.sites = sites;
        this.reads = points(model, sites.reads(), "reads");
        this.writes = points(model, sites.writes(), "writes");
    }

    /**
     * Looks up sites in a model.
     *
     * @param model the model
     * @param sites the sites of a dictionary
     * @return the sites as hook points
     * @throws InvalidInputException when the model lacks a site, or a site has another width there
     */
    public static AttachedSites of(HookedTransformer model, Sites sites) {
        return new AttachedSites(model, sites);
    }

    private static List<HookPoint> points(HookedTransformer model, List<Sites.Span> spans, String verb) {
        List<HookPoint> points = new ArrayList<>();
        for (Sites.Span span : spans) {
            HookPoint point = HookPoint.parse(span.name());
            if (!model.has(point)) {
                throw new InvalidInputException("the dictionary " + verb + " " + point.name() + ", which "
                        + model.name() + " does not have, expected one of the sites that assay describe lists");
            }
            if (model.width(point) != span.width()) {
                throw new InvalidInputException("the dictionary " + verb + " " + span.width() + " columns of "
                        + point.name() + ", but that site of " + model.name() + " is " + model.width(point) + " wide");
            }
            points.add(point);
        }
        return List.copyOf(points);
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
        return reads;
    }

    /** {@return the sites of the reconstruction; empty for a transcoder whose target is unknown} */
    public List<HookPoint> writes() {
        return writes;
    }

    /**
     * Returns the sites of the reconstruction, which splices and edits act on.
     *
     * @return at least one
     * @throws InvalidInputException when the target of a transcoder is unknown
     */
    public List<HookPoint> requiredWrites() {
        if (writes.isEmpty()) {
            throw new InvalidInputException("the dictionary is a transcoder, and its cfg.json does not name the site"
                    + " that it predicts (metadata.hook_name_out), expected one such as blocks.2.hook_mlp_out");
        }
        return writes;
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
        return writes;
    }

    /**
     * Returns the one site that is read.
     *
     * @return the site
     * @throws InvalidInputException when there are several
     */
    public HookPoint read() {
        return single(reads, "reads");
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
        return Stream.concat(reads.stream(), writes.stream()).distinct().toArray(HookPoint[]::new);
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
        return writes.size() == 1 && isPartOfResidual(writes.get(0).kind());
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
        return rows(cache, reads, sites.reads());
    }

    /**
     * Returns the activations that the dictionary reconstructs: the input, or the target of a transcoder.
     *
     * @param cache of a run, with the written sites
     * @return [n, d_out], one row per position
     */
    public NDArray target(ActivationCache cache) {
        return rows(cache, writes, sites.writes());
    }

    private static NDArray rows(ActivationCache cache, List<HookPoint> points, List<Sites.Span> spans) {
        NDList parts = new NDList();
        for (int i = 0; i < points.size(); i++) {
            parts.add(cache.get(points.get(i)).reshape(-1, spans.get(i).width()));
        }
        return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 1);
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
