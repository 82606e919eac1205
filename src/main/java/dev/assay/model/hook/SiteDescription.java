package dev.assay.model.hook;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A site and what its activation looks like.
 *
 * @param point the site
 * @param axes its axes, in order: {@code batch}, {@code position}, {@code query} and {@code key} for those that depend on the
 *     tokens, and the others' sizes
 */
public record SiteDescription(HookPoint point, List<String> axes) {
    /** Keeps the list from changing. */
    public SiteDescription {
        axes = List.copyOf(axes);
    }

    /** Describes a site of a shape with -1 for the axes that depend on the tokens. */
    public static SiteDescription of(HookPoint point, Shape shape) {
        List<String> open = new ArrayList<>(
                point.kind().isPairwise() ? List.of("batch", "query", "key") : List.of("batch", "position"));
        List<String> axes = new ArrayList<>();
        for (long size : shape.getShape()) {
            axes.add(size < 0 ? open.remove(0) : Long.toString(size));
        }
        return new SiteDescription(point, axes);
    }

    /**
     * Returns the axes as people write them.
     *
     * @return for example {@code [batch, position, 512]}
     */
    public String shape() {
        return "[" + String.join(", ", axes) + "]";
    }
}
