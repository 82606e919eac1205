package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.attach.PromptTokens;
import dev.assay.attach.TokenTexts;
import dev.assay.model.Sampling;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Runs a prompt once per dose of the last edit of an {@link Intervention}.
 *
 * <pre>{@code
 * DoseTable table = Intervention.of(model, sae).steer(9, 1).doseResponse(0, 2, 4, 8).watch(" cat").continuing(20, sampling).run(prompt);
 * }</pre>
 */
public final class DoseResponse {
    private final Intervention intervention;
    private final List<Intervention> interventions;
    private final List<Double> doses;
    private final List<Integer> watched = new ArrayList<>();
    private int newTokens;
    private Sampling sampling = Sampling.greedy();

    DoseResponse(Intervention intervention, double... doses) {
        if (doses.length == 0) {
            throw new InvalidInputException("the dose response has no doses, expected at least one number");
        }
        this.intervention = intervention;
        this.doses = DoubleStream.of(doses).boxed().toList();
        this.interventions = this.doses.stream().map(intervention::withDose).toList();
    }

    /**
     * Adds next tokens to report: the table includes their logit and probability after the prompt.
     *
     * @param tokens the texts of single tokens
     * @return this
     * @throws InvalidInputException when a text is not a single token
     */
    public DoseResponse watch(String... tokens) {
        for (String token : tokens) {
            watched.add(TokenTexts.single(intervention.model(), token));
        }
        return this;
    }

    /**
     * Generates a continuation of the prompt for each dose; by default none is generated.
     *
     * @param tokens the number of tokens to generate
     * @param options the sampling options; every dose uses the same random numbers
     * @return this
     */
    public DoseResponse continuing(int tokens, Sampling options) {
        newTokens = tokens;
        sampling = options;
        return this;
    }

    /**
     * Runs the prompt without edits and with each dose.
     *
     * @param prompt the prompt, tokenized as in {@link Intervention#run(String)}
     * @return a baseline row and one row per dose, in the given order
     * @throws InvalidInputException as {@link Intervention#run(String)}
     */
    public DoseTable run(String prompt) {
        PromptTokens read = intervention.read(prompt);
        List<DoseTable.Row> rows = new ArrayList<>();
        DoseTable.Row baseline = null;
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            NDArray unedited = intervention.logits(read);
            for (int i = 0; i < interventions.size(); i++) {
                try (InterventionResult result = interventions.get(i).run(read, unedited)) {
                    List<TokenShift> shifts = watched.stream()
                            .map(token -> result.shift(read.length() - 1, token))
                            .toList();
                    baseline = baseline == null ? baseline(result, shifts, read) : baseline;
                    rows.add(row(i, result, shifts, read));
                }
            }
        }
        return new DoseTable(prompt, intervention.toString(), baseline, rows);
    }

    private DoseTable.Row row(int i, InterventionResult result, List<TokenShift> shifts, PromptTokens prompt) {
        List<DoseTable.Watched> tokens = shifts.stream()
                .map(shift -> new DoseTable.Watched(shift.text(), shift.editedLogit(), shift.editedProbability()))
                .toList();
        String text = newTokens == 0 ? "" : interventions.get(i).editedText(prompt, newTokens, sampling);
        return new DoseTable.Row(doses.get(i), result.editedLoss(), result.meanDivergence(), tokens, text);
    }

    private DoseTable.Row baseline(InterventionResult result, List<TokenShift> shifts, PromptTokens prompt) {
        List<DoseTable.Watched> tokens = shifts.stream()
                .map(shift -> new DoseTable.Watched(shift.text(), shift.baselineLogit(), shift.baselineProbability()))
                .toList();
        String text = newTokens == 0 ? "" : intervention.continued(prompt, newTokens, sampling);
        return new DoseTable.Row(Double.NaN, result.baselineLoss(), 0, tokens, text);
    }
}
