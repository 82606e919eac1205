package dev.assay.feature.study;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.FeatureContributions;
import dev.assay.attach.FeatureContributions.Coded;
import dev.assay.attach.ForwardBatches;
import dev.assay.attach.LogitDivergence;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenTexts;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The next-token logits that the ablation of a feature moves: x' = x − s · c_j d_j at every token, with the whole rest of the model
 * recomputed. Changes are means over the tokens on which the feature is active.
 *
 * @param latent the latent
 * @param tokens the number of tokens with an active feature
 * @param divergence the mean of KL(model ‖ ablated model) over these tokens, in nats
 * @param lowered the tokens whose logits ablation lowers most: those that the feature promotes
 * @param raised the tokens whose logits ablation raises most: those that the feature suppresses
 */
public record AblationLogits(int latent, int tokens, double divergence, List<Move> lowered, List<Move> raised)
        implements Displayable {
    /** Copies the lists. */
    public AblationLogits {
        lowered = List.copyOf(lowered);
        raised = List.copyOf(raised);
    }

    /**
     * The change of one logit.
     *
     * @param token its id
     * @param text its text
     * @param change the ablated logit minus the logit
     */
    public record Move(int token, String text, double change) {}

    /**
     * Ablates a feature on contexts.
     *
     * @param attached the dictionary
     * @param latent the latent
     * @param contexts token ids, all of one length
     * @param most the number of tokens per direction
     * @return the changes
     * @throws InvalidInputException if the feature does not exist or is not active on the contexts
     */
    public static AblationLogits of(AttachedDictionary attached, int latent, List<int[]> contexts, int most) {
        attached.require(latent);
        HookedTransformer model = attached.model();
        double[] sums = new double[model.config().vocabularySize()];
        double divergence = 0;
        int tokens = 0;
        int length = contexts.get(0).length;
        int step = ForwardBatches.withLogits(model, length, ForwardBatches.FLOAT64_LOGIT, ForwardBatches.CONTEXTS);
        for (int first = 0; first < contexts.size(); first += step) {
            List<int[]> batch = contexts.subList(first, Math.min(contexts.size(), first + step));
            try (NDManager manager = TorchEngine.newManager(model.device());
                    Scope scope = Scope.open();
                    Autograd off = Autograd.off()) {
                long[] ids = batch.stream()
                        .flatMapToInt(Arrays::stream)
                        .asLongStream()
                        .toArray();
                NDArray input = manager.create(ids, new Shape(batch.size(), length));
                FeatureContributions contributions = new FeatureContributions(attached);
                Coded coded;
                try (ActivationCache cache = model.cache(input, attached.sites().all())) {
                    NDArray x = attached.sites().input(cache).toType(DataType.FLOAT32, false);
                    coded = contributions.encode(x, ids, length);
                }
                long[] same = new long[ids.length];
                Arrays.fill(same, latent);
                NDArray latents = manager.create(same);
                float[] codes = contributions.codes(coded, latents).toFloatArray();
                long[] active = IntStream.range(0, codes.length)
                        .filter(i -> codes[i] > 0)
                        .asLongStream()
                        .toArray();
                if (active.length == 0) {
                    continue;
                }
                NDArray rows = manager.create(active);
                NDArray before = rows(model.forward(input), rows);
                NDArray after;
                try (HookScope edit = new Splice(attached.sites())
                        .subtract(model.hooks(), contributions.contributions(coded, latents))
                        .open()) {
                    after = rows(model.forward(input), rows);
                }
                double[] change = after.sub(before).sum(new int[] {0}).toDoubleArray();
                Arrays.setAll(sums, token -> sums[token] + change[token]);
                divergence += LogitDivergence.sum(before, after);
                tokens += active.length;
            }
        }
        int count = tokens;
        InvalidInputException.require(
                count > 0,
                () -> "latent " + latent + " of " + attached.sites().sites()
                        + " is not active on the contexts, expected contexts on which it is active");
        TokenTexts texts = TokenTexts.of(model);
        List<Move> moves = IntStream.range(0, sums.length)
                .mapToObj(token -> new Move(token, texts.text(token), sums[token] / count))
                .sorted(Comparator.comparingDouble(Move::change))
                .toList();
        int shown = Math.min(most, moves.size());
        return new AblationLogits(
                latent,
                tokens,
                divergence / tokens,
                moves.subList(0, shown),
                moves.subList(moves.size() - shown, moves.size()).stream()
                        .sorted(Comparator.comparingDouble(Move::change).reversed())
                        .toList());
    }

    private static NDArray rows(NDArray logits, NDArray rows) {
        return Aten.indexSelect(logits.reshape(-1, logits.getShape().get(2)), 0, rows)
                .toType(DataType.FLOAT64, false);
    }

    private static Table table(String caption, List<Move> moves) {
        Table table = Table.of(caption).words("token").numbers("change of logit");
        moves.forEach(move -> table.row(Cell.token(move.text()), Cell.number(move.change())));
        return table;
    }

    private HtmlSection section() {
        return HtmlSection.titled("Ablation")
                .paragraph(String.format(
                        Locale.ROOT, "%,d tokens with the feature, mean KL %.4f nats.", tokens, divergence))
                .sideBySide(table("Lowered by ablation", lowered), table("Raised by ablation", raised));
    }

    /** Returns both tables as lines. */
    @Override
    public String toString() {
        return section().toString();
    }

    @Override
    public String toHtml() {
        return section().toHtml();
    }

    /**
     * Returns the fields as JSON.
     *
     * @return an object
     */
    public ObjectNode toJson() {
        return Json.mapper().valueToTree(this);
    }
}
