package dev.assay.examples;

import ai.djl.ndarray.NDArray;
import dev.assay.model.HookBuilder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.ActivationEditor;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.util.Locale;

/** Reads a running model, takes a part of it away, and steers what it writes. It takes a few seconds. */
public final class HookTour {
    private static final String PROMPT = "One sunny morning, Nora was in the garden.";

    private HookTour() {}

    /**
     * Runs the example.
     *
     * @param args none
     * @throws IOException when the model cannot be read
     */
    public static void main(String[] args) throws IOException {
        try (HookedTransformer model = HookedTransformer.load("assay/stories")) {
            read(model);
            edit(model);
            steer(model);
        }
    }

    /** A hook that reads sees the activation in the middle of the run. */
    private static void read(HookedTransformer model) {
        System.out.println("How long the residual stream is at the last token, block by block:");
        HookBuilder hooks = model.hooks();
        for (int block = 0; block < model.config().layers(); block++) {
            hooks.read(HookPoint.residPost(block), (activation, site) -> {
                float length = lastPosition(activation).norm().getFloat();
                System.out.printf(Locale.ROOT, "  %-26s %6.2f%n", site.point(), length);
            });
        }
        try (Scope scope = Scope.open(); // closes every array that is made in here
                HookScope open = hooks.open()) {
            model.observe(model.tokens(PROMPT));
        }
    }

    /** A hook that edits returns what the model goes on with. */
    private static void edit(HookedTransformer model) {
        System.out.println();
        System.out.println("untouched:                " + story(model));
        ActivationEditor zero = (activation, site) -> activation.zerosLike();
        try (HookScope open = model.hooks().edit(HookPoint.mlpOut(0), zero).open()) {
            System.out.println("without the first MLP:    " + story(model));
        }
    }

    /** The difference of two activations is a direction: here from a girl of the stories to a boy. */
    private static void steer(HookedTransformer model) {
        HookPoint point = HookPoint.residPost(2);
        try (Scope scope = Scope.open()) {
            NDArray boy = lastActivation(model, point, "One sunny morning, Max was in the garden.");
            NDArray girl = lastActivation(model, point, PROMPT);
            NDArray direction = boy.sub(girl); // [width]
            try (HookScope open = model.hooks()
                    .edit(point, (activation, site) -> activation.add(direction))
                    .open()) {
                System.out.println("steered from Nora to Max: " + story(model));
            }
        }
    }

    private static NDArray lastActivation(HookedTransformer model, HookPoint point, String text) {
        try (ActivationCache cache = model.cache(model.tokens(text), point)) {
            return lastPosition(cache.get(point)).duplicate();
        }
    }

    /** [batch, position, width] → [width], of the first sequence. */
    private static NDArray lastPosition(NDArray activation) {
        return activation.get(0).get(-1);
    }

    private static String story(HookedTransformer model) {
        int[] prompt = model.tokenizer().encode(PROMPT);
        return model.tokenizer().decode(model.generate(prompt, 24)).replace('\n', ' ');
    }
}
