package dev.assay.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.attach.NextTokenLoss;
import dev.assay.checkpoint.ComparisonReport;
import dev.assay.checkpoint.ExpectedTensors;
import dev.assay.model.Generator;
import dev.assay.model.HookedTransformer;
import dev.assay.model.Sampling;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookPoint.Kind;
import dev.assay.model.hook.HookScope;
import dev.assay.model.internal.network.SequenceGeometry;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Compares a model with a reference implementation: a safetensors file of inputs and results, written by
 * {@code scripts/export_reference.py}.
 */
public final class ModelVerification {
    private static final Pattern SITE = Pattern.compile("([a-z_]+)\\.(\\d{1,6})");
    private static final Map<String, Kind> SITES = Map.of(
            "hidden_states", Kind.RESID_PRE,
            "resid_post", Kind.RESID_POST,
            "resid_mid", Kind.RESID_MID,
            "attn_out", Kind.ATTN_OUT,
            "mlp_out", Kind.MLP_OUT,
            "mlp_post", Kind.MLP_POST,
            "attn_pattern", Kind.PATTERN,
            "attn_z", Kind.Z);

    private final HookedTransformer model;
    private final ExpectedTensors expected;

    private ModelVerification(HookedTransformer model, ExpectedTensors expected) {
        this.model = model;
        this.expected = expected;
    }

    /**
     * Runs the inputs of a file and compares all results.
     *
     * @param model the model
     * @param file inputs and results of the reference; a {@code meta.json} in its folder can name the edited sites
     * @param tolerance the largest absolute difference that passes
     * @return the report
     * @throws dev.assay.InvalidInputException if the file does not fit the model
     * @throws IOException if reading fails
     */
    public static ComparisonReport compare(HookedTransformer model, Path file, double tolerance) throws IOException {
        try (Autograd off = Autograd.off();
                ExpectedTensors expected = ExpectedTensors.open(file, model.manager())) {
            EditedSites edited = EditedSites.read(file, model);
            new ModelVerification(model, expected).compareAll(edited);
            return expected.report(tolerance);
        }
    }

    private void compareAll(EditedSites edited) {
        compareLogits("", "input_ids", "attention_mask");
        compareSites();
        compareLogits("right.", "input_ids", "right.attention_mask");
        compareLogits("left.", "left.input_ids", "left.attention_mask");
        compareLeftPositions();
        compareSteered(edited.steer());
        compareAblated(edited.ablate());
        compareGreedy();
    }

    /** Compares logits and losses of one run. Values at padding are meaningless and 0 in the file. */
    private void compareLogits(String prefix, String tokensName, String maskName) {
        if (!expected.has(prefix + "logits") && !expected.has(prefix + "loss")) {
            return;
        }
        try (Scope scope = Scope.open()) {
            NDArray tokens = expected.load(tokensName);
            NDArray mask = expected.has(maskName) ? expected.load(maskName) : null;
            NDArray logits = model.forward(tokens, mask); // [batch, position, V]
            compareLogits(prefix, logits, tokens, mask);
        }
    }

    private void compareLogits(String prefix, NDArray logits, NDArray tokens, NDArray mask) {
        NDArray kept = mask == null
                ? logits
                : logits.mul(mask.toType(DataType.FLOAT32, false).expandDims(-1));
        compare(prefix + "logits", kept);
        NDArray losses = NextTokenLoss.perToken(NextTokenLoss.predictions(logits), NextTokenLoss.targets(tokens))
                .reshape(tokens.getShape().get(0), -1); // [batch, position − 1]
        compare(prefix + "loss", logits.getManager().create(new float[] {(float) mean(losses, mask)}));
        compare(prefix + "loss_per_token", losses);
    }

    /** Returns the mean, in float64, over the positions that are real and whose next token is; the mask may be null. */
    private static double mean(NDArray losses, NDArray mask) {
        NDArray real = mask == null ? null : mask.toType(DataType.FLOAT32, false);
        NDArray kept = real == null ? losses.onesLike() : real.get(":, :-1").mul(real.get(":, 1:"));
        NDArray weights = kept.toType(DataType.FLOAT64, false);
        return losses.toType(DataType.FLOAT64, false).mul(weights).sum().getDouble()
                / weights.sum().getDouble();
    }

    /** Compares the sites of one run. Patterns have a separate run, so that the other sites are computed by fused attention. */
    private void compareSites() {
        Map<String, HookPoint> points = new LinkedHashMap<>();
        Map<String, HookPoint> patterns = new LinkedHashMap<>();
        for (String name : expected.names()) {
            HookPoint point = site(name);
            if (point != null && model.has(point)) {
                (point.kind() == Kind.PATTERN ? patterns : points).put(name, point);
            }
        }
        compareSites(points);
        compareSites(patterns);
        compareBeforePostNorm("attn_out_prenorm", Kind.LN1_POST_SCALE, Kind.LN1_POST_NORMALIZED);
        compareBeforePostNorm("mlp_out_prenorm", Kind.LN2_POST_SCALE, Kind.LN2_POST_NORMALIZED);
        compareFinalNorm();
    }

    /** Compares the input of a norm after one half of a block: its normalised vector times its scale. */
    private void compareBeforePostNorm(String tensor, Kind scaleSite, Kind normalizedSite) {
        for (int i = 0; i < model.config().layers(); i++) {
            String name = tensor + "." + i;
            HookPoint scale = new HookPoint(scaleSite, i);
            HookPoint normalized = new HookPoint(normalizedSite, i);
            if (expected.has(name) && model.has(scale)) {
                try (Scope scope = Scope.open();
                        ActivationCache cache = model.cache(expected.load("input_ids"), scale, normalized)) {
                    compare(name, cache.get(normalized).mul(cache.get(scale)));
                }
            }
        }
    }

    /** Compares the last of Hugging Face's hidden states, which is the output of the final norm. */
    private void compareFinalNorm() {
        int layers = model.config().layers();
        String name = "hidden_states." + layers;
        HookPoint last = HookPoint.residPost(layers - 1);
        if (!expected.has(name)) {
            return;
        }
        try (Scope scope = Scope.open();
                ActivationCache cache = model.cache(expected.load("input_ids"), last)) {
            compare(name, model.finalNorm(cache.get(last)));
        }
    }

    private void compareSites(Map<String, HookPoint> points) {
        if (points.isEmpty()) {
            return;
        }
        try (Scope scope = Scope.open();
                ActivationCache cache =
                        model.cache(expected.load("input_ids"), points.values().toArray(HookPoint[]::new))) {
            points.forEach((name, point) -> compare(name, cache.get(point)));
        }
    }

    private static HookPoint site(String name) {
        Matcher matcher = SITE.matcher(name);
        if (!matcher.matches() || !SITES.containsKey(matcher.group(1))) {
            return null;
        }
        return new HookPoint(SITES.get(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    private void compareLeftPositions() {
        if (!expected.has("left.position_ids")) {
            return;
        }
        try (Scope scope = Scope.open()) {
            NDArray mask = expected.load("left.attention_mask");
            SequenceGeometry geometry = SequenceGeometry.of(expected.load("left.input_ids"), mask, List.of(), false);
            compare("left.position_ids", geometry.positions());
        }
    }

    private void compareSteered(HookPoint point) {
        if (!expected.has("steer.vector")) {
            return;
        }
        try (Scope scope = Scope.open()) {
            NDArray vector = expected.load("steer.vector"); // [D]
            try (HookScope hooks =
                    model.hooks().edit(point, (x, site) -> x.add(vector)).open()) {
                compareLogits("steer.", "input_ids", "attention_mask");
            }
        }
    }

    private void compareAblated(HookPoint point) {
        try (HookScope hooks =
                model.hooks().edit(point, (x, site) -> x.zerosLike()).open()) {
            compareLogits("ablate.", "input_ids", "attention_mask");
        }
    }

    private void compareGreedy() {
        if (!expected.has("greedy.output_ids")) {
            return;
        }
        try (Scope scope = Scope.open()) {
            NDArray prompts = expected.load("input_ids");
            int rows = (int) prompts.getShape().get(0);
            int length = (int) prompts.getShape().get(1);
            int added = (int) expected.load("greedy.output_ids").getShape().get(1) - length;
            // The reference attends to all tokens, even beyond the context length.
            Generator generator = new Generator(model.config().longestSequence(), model::lastLogits);
            List<int[]> rowsOfIds = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                rowsOfIds.add(prompts.get(row).toType(DataType.INT32, false).toIntArray());
            }
            long[] flat = generator.continueTexts(rowsOfIds, added, Sampling.greedy()).stream()
                    .flatMapToInt(IntStream::of)
                    .asLongStream()
                    .toArray();
            compare("greedy.output_ids", prompts.getManager().create(flat, new Shape(rows, length + added)));
        }
    }

    /** Compares a tensor if the file has it. */
    private void compare(String name, NDArray computed) {
        if (expected.has(name)) {
            expected.compare(name, computed);
        }
    }
}
