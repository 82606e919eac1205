package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.TokenBatch;
import java.util.List;

/** Activations of a {@link HookedTransformer}, which runs to the deepest site. */
record HookedSites(HookedTransformer transformer, List<HookPoint> points) implements SiteReader {
    HookedSites {
        if (points.isEmpty()) {
            throw new InvalidInputException("the list of hook points is empty, expected at least one");
        }
        points = List.copyOf(points);
        points.forEach(transformer::width); // reports the known sites when one is missing
    }

    @Override
    public String model() {
        return transformer.name();
    }

    @Override
    public String precision() {
        return transformer.precision().toString();
    }

    @Override
    public List<String> sites() {
        return points.stream().map(HookPoint::name).toList();
    }

    @Override
    public List<Integer> widths() {
        return points.stream().map(transformer::width).toList();
    }

    @Override
    public String hash() {
        return transformer.hash();
    }

    @Override
    public Device device() {
        return transformer.device();
    }

    @Override
    public NDArray read(TokenBatch batch) {
        NDArray tokens = batch.toArray(transformer.manager());
        try (ActivationCache cache = transformer.cache(tokens, points.toArray(HookPoint[]::new))) {
            return SiteReader.join(points.stream().map(cache::get).toList());
        }
    }
}
