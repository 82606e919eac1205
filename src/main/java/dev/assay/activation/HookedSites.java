package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.TokenBatch;
import java.util.List;

/** Sites of a model of Assay's, which runs no deeper than the deepest of them. */
record HookedSites(HookedTransformer transformer, List<HookPoint> points) implements SiteReader {
    HookedSites {
        if (points.isEmpty()) {
            throw new InvalidInputException("no hook point was given, expected at least one");
        }
        points = List.copyOf(points);
        points.forEach(transformer::width); // names the sites there are when one is missing
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
