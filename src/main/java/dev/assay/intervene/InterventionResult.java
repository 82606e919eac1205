package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.attach.LogitDivergence;
import dev.assay.attach.NextTokenLoss;
import dev.assay.attach.PromptTokens;
import dev.assay.attach.TokenTexts;
import dev.assay.io.Json;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.view.Displayable;
import dev.assay.view.HtmlSection;
import dev.assay.view.Shading;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * The effects of edits on one prompt: logits, losses, KL divergences and activation changes. Closing the result closes its logits; all
 * other values remain available.
 */
public final class InterventionResult implements AutoCloseable, Displayable {
    private static final int SHOWN = 8;

    private final PromptTokens prompt;
    private final TokenTexts texts;
    private final String edits;
    private final NDArray baseline;
    private final NDArray edited;
    private final List<Double> baselineLosses;
    private final List<Double> editedLosses;
    private final List<Double> divergences;
    private final List<SiteChange> changes;
    private final List<TokenShift> predictions;

    InterventionResult(
            PromptTokens prompt,
            TokenTexts texts,
            String edits,
            NDArray baseline,
            NDArray edited,
            List<SiteChange> changes) {
        this.prompt = prompt;
        this.texts = texts;
        this.edits = edits;
        this.baseline = Scope.detached(() -> baseline.reshape(baseline.getShape()));
        this.edited = Scope.detached(() -> edited.reshape(edited.getShape()));
        this.baselineLosses = losses(baseline, prompt);
        this.editedLosses = losses(edited, prompt);
        this.divergences = list(LogitDivergence.inFloat64(baseline, edited));
        this.changes = List.copyOf(changes);
        this.predictions = predictions(prompt.length() - 1, SHOWN);
    }

    /** Returns {@code −log p(token i + 1)} for each position i except the last, from logits [position, V]. */
    private static List<Double> losses(NDArray logits, PromptTokens tokens) {
        int predicted = tokens.length() - 1;
        try (Scope scope = Scope.open()) {
            NDArray next = logits.getManager().create(Arrays.copyOfRange(tokens.ids(), 1, tokens.length()));
            return list(NextTokenLoss.inFloat64(logits.get(new NDIndex("0:{}", predicted)), next));
        }
    }

    private static List<Double> list(double... numbers) {
        return DoubleStream.of(numbers).boxed().toList();
    }

    /** Returns the mean, or NaN for an empty list. */
    private static double mean(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /**
     * Returns the text of each token of the prompt.
     *
     * @return [position]
     */
    public List<String> tokens() {
        return prompt.texts();
    }

    /**
     * Returns the logits without edits.
     *
     * @return [position, V], closed with the result
     */
    public NDArray baselineLogits() {
        return baseline;
    }

    /**
     * Returns the logits with the edits.
     *
     * @return [position, V], closed with the result
     */
    public NDArray editedLogits() {
        return edited;
    }

    /**
     * Returns the loss {@code −ln p} of each token except the first, without edits.
     *
     * @return in nats; entry i is the loss of token i + 1
     */
    public List<Double> baselineLosses() {
        return baselineLosses;
    }

    /**
     * Returns the loss {@code −ln p} of each token except the first, with the edits.
     *
     * @return in nats; entry i is the loss of token i + 1
     */
    public List<Double> editedLosses() {
        return editedLosses;
    }

    /**
     * Returns the mean loss without edits.
     *
     * @return in nats; NaN for a prompt of one token
     */
    public double baselineLoss() {
        return mean(baselineLosses);
    }

    /**
     * Returns the mean loss with the edits.
     *
     * @return in nats; NaN for a prompt of one token
     */
    public double editedLoss() {
        return mean(editedLosses);
    }

    /**
     * Returns {@code KL(p ‖ q)} at each position, where p and q are the next-token distributions without and with the edits.
     *
     * @return in nats, [position]
     */
    public List<Double> divergences() {
        return divergences;
    }

    /**
     * Returns the mean of {@link #divergences} over all positions.
     *
     * @return in nats
     */
    public double meanDivergence() {
        return mean(divergences);
    }

    /**
     * Returns the change of the activations at each edited site.
     *
     * @return in the order of computation
     */
    public List<SiteChange> changes() {
        return changes;
    }

    /**
     * Returns the change of one next token's logit and probability.
     *
     * @param position the position of the prediction
     * @param token the token id
     * @return the token's logits and probabilities
     */
    public TokenShift shift(int position, int token) {
        return shifts(position, new long[] {token}).get(0);
    }

    /**
     * Returns the next tokens with the largest change in probability, in descending order.
     *
     * @param position the position of the prediction
     * @param count the maximum number of tokens
     * @return the tokens' logits and probabilities
     */
    public List<TokenShift> predictions(int position, int count) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray difference = row(edited, position)
                    .softmax(-1)
                    .sub(row(baseline, position).softmax(-1))
                    .abs();
            int shown = (int) Math.min(count, difference.size());
            return shifts(position, Aten.topKSorted(difference, shown).indices().toLongArray());
        }
    }

    private List<TokenShift> shifts(int position, long[] tokens) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray ids = baseline.getManager().create(tokens);
            List<double[]> columns = new ArrayList<>();
            for (NDArray logits : List.of(row(baseline, position), row(edited, position))) {
                NDArray probabilities =
                        logits.toType(DataType.FLOAT64, true).logSoftmax(-1).exp();
                float[] chosen = Aten.indexSelect(logits, 0, ids).toFloatArray();
                double[] wide = new double[chosen.length];
                for (int i = 0; i < wide.length; i++) {
                    wide[i] = chosen[i];
                }
                columns.add(wide);
                columns.add(Aten.indexSelect(probabilities, 0, ids).toDoubleArray());
            }
            List<TokenShift> shifts = new ArrayList<>();
            for (int i = 0; i < tokens.length; i++) {
                int token = (int) tokens[i];
                shifts.add(new TokenShift(
                        token,
                        texts.text(token),
                        columns.get(0)[i],
                        columns.get(2)[i],
                        columns.get(1)[i],
                        columns.get(3)[i]));
            }
            return shifts;
        }
    }

    private static NDArray row(NDArray logits, int position) {
        return logits.get(new NDIndex("{}", position)); // [V]
    }

    /**
     * Returns the metrics and one line per token, for a terminal.
     *
     * @return lines, each terminated by a newline
     */
    @Override
    public String toString() {
        return edits + "\n" + summary() + "\n\n" + tokenTable().toText() + "\nnext token after the prompt\n"
                + predictionTable().toText();
    }

    @Override
    public String toHtml() {
        return HtmlSection.titled("Intervention")
                .paragraph(edits)
                .paragraph(summary())
                .tokens(shadedPrompt())
                .table(tokenTable())
                .paragraph("Next token after the prompt:")
                .table(predictionTable())
                .toHtml();
    }

    private String summary() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s   KL(baseline ‖ edited) %.4f nats",
                prompt.length() < 2
                        ? "no loss: the prompt has one token, and none is predicted"
                        : String.format(Locale.ROOT, "loss %.4f → %.4f nats", baselineLoss(), editedLoss()),
                meanDivergence()));
        changes.forEach(change ->
                text.append(String.format(Locale.ROOT, "   ‖change‖ %.4g at %s", change.meanNorm(), change.point())));
        return text.toString();
    }

    private Table tokenTable() {
        double largest =
                divergences.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        Table table = Table.of("")
                .numbers("position")
                .words("token")
                .numbers("loss", "with edits", "KL of the next", "‖change‖ / ‖x‖");
        for (int i = 0; i < prompt.length(); i++) {
            int position = i;
            double share = changes.stream()
                    .mapToDouble(change -> change.shares().get(position))
                    .max()
                    .orElse(0);
            table.row(
                    Cell.integer(i),
                    Cell.token(tokens().get(i)),
                    Cell.number(i == 0 ? Double.NaN : baselineLosses.get(i - 1)),
                    Cell.number(i == 0 ? Double.NaN : editedLosses.get(i - 1)),
                    Cell.number(divergences.get(i)).tinted(divergences.get(i), largest),
                    Cell.number(share));
        }
        return table;
    }

    private Table predictionTable() {
        Table table = Table.of("").words("token").numbers("probability", "with edits", "logit", "with edits");
        for (TokenShift shift : predictions) {
            table.row(
                    Cell.token(shift.text()),
                    Cell.number(shift.baselineProbability()),
                    Cell.number(shift.editedProbability()).tinted(shift.editedProbability(), 1),
                    Cell.number(shift.baselineLogit()),
                    Cell.number(shift.editedLogit()));
        }
        return table;
    }

    /** Returns the prompt as HTML, each token shaded by the KL divergence of its next-token prediction. */
    private String shadedPrompt() {
        double largest =
                divergences.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < prompt.length(); i++) {
            double kl = divergences.get(i);
            html.append(Shading.signed(
                    tokens().get(i), largest == 0 ? 0 : kl / largest, String.format(Locale.ROOT, "KL %.4f nats", kl)));
        }
        return html.toString();
    }

    /**
     * Returns the metrics, the values of each position and the next-token predictions after the prompt as JSON.
     *
     * @return an object; the mean of an empty list is null
     */
    public ObjectNode toJson() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("edits", edits);
        json.put("baseline_loss", finite(baselineLoss()));
        json.put("edited_loss", finite(editedLoss()));
        json.put("kl_divergence", finite(meanDivergence()));
        json.set("tokens", Json.mapper().valueToTree(tokens()));
        json.set("baseline_losses", Json.mapper().valueToTree(baselineLosses));
        json.set("edited_losses", Json.mapper().valueToTree(editedLosses));
        json.set("kl_divergences", Json.mapper().valueToTree(divergences));
        for (SiteChange change : changes) {
            ObjectNode site = json.withArray("changes")
                    .addObject()
                    .put("site", change.point().name());
            site.set("norms", Json.mapper().valueToTree(change.norms()));
            site.set("shares", Json.mapper().valueToTree(change.shares()));
        }
        json.set("predictions", Json.mapper().valueToTree(predictions));
        return json;
    }

    private static Double finite(double number) {
        return Double.isFinite(number) ? number : null;
    }

    @Override
    public void close() {
        baseline.close();
        edited.close();
    }
}
