package dev.assay.model.training;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.model.HookBuilder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The loss of a batch: the next-token loss plus weighted terms. */
final class TrainingLoss {
    private final HookedTransformer model;
    private final List<WeightedTerm> terms;
    private final Set<HookPoint> points = new LinkedHashSet<>();

    /**
     * The numbers of a batch.
     *
     * @param total the minimised loss
     * @param nextToken the next-token loss, in nats per token
     * @param terms the terms by name, without their weights
     */
    record Values(double total, double nextToken, Map<String, Double> terms) {}

    /** Checks that the names of the terms differ and that the model has their sites. */
    TrainingLoss(HookedTransformer model, List<WeightedTerm> terms) {
        this.model = model;
        this.terms = terms;
        Set<String> names = new HashSet<>();
        for (WeightedTerm weighted : terms) {
            String name = weighted.term().name();
            InvalidInputException.require(names.add(name), () -> "duplicate loss term \"" + name + "\"");
            InvalidInputException.require(
                    Double.isFinite(weighted.weight()),
                    "the weight of the loss term " + name,
                    weighted.weight(),
                    "a finite number");
            weighted.term().hookPoints().forEach(model::width);
            points.addAll(weighted.term().hookPoints());
        }
    }

    /** Computes the loss of a batch and adds its gradients to those of the parameters. */
    Values backward(TokenRows rows) {
        HookBuilder hooks = model.hooks();
        try (Autograd gradients = Autograd.recording();
                ActivationCache activations = new ActivationCache()) {
            points.forEach(point -> hooks.read(point, activations::put));
            try (HookScope open = hooks.open()) {
                NDArray tokens = rows.toArray(model.manager());
                NDArray logits = model.forward(tokens.get(":, :-1"));
                NDArray nextToken = LanguageModelLoss.of(logits, tokens, rows);
                NDArray total = nextToken;
                Map<String, Double> values = new LinkedHashMap<>();
                LossTermContext context = new LossTermContext(logits, rows, activations);
                for (WeightedTerm weighted : terms) {
                    NDArray value = weighted.term().loss(context);
                    total = total.add(Aten.mul(value, weighted.weight()));
                    values.put(weighted.term().name(), (double) value.getFloat());
                }
                gradients.backward(total);
                return new Values(total.getFloat(), nextToken.getFloat(), values);
            }
        }
    }
}
