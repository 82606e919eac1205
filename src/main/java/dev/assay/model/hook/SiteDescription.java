package dev.assay.model.hook;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A site and the axes of its activation.
 *
 * @param point the hook point
 * @param axes the axes, in order: {@code batch}, {@code position}, {@code query} and {@code key} where the size depends on the
 *     tokens, otherwise the size
 */
public record SiteDescription(HookPoint point, List<String> axes) {
    /** Copies the list. */
    public SiteDescription {
        axes = List.copyOf(axes);
    }

    /** {@return the description of a site of a shape with -1 for the axes that depend on the tokens} */
    public static SiteDescription of(HookPoint point, Shape shape) {
        List<String> open = new ArrayList<>(
                point.kind().isPairwise() ? List.of("batch", "query", "key") : List.of("batch", "position"));
        List<String> axes = new ArrayList<>();
        for (long size : shape.getShape()) {
            axes.add(size < 0 ? open.remove(0) : Long.toString(size));
        }
        return new SiteDescription(point, axes);
    }

    /** {@return the axes as text, for example {@code [batch, position, 512]}} */
    public String shape() {
        return "[" + String.join(", ", axes) + "]";
    }
}
