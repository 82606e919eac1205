package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.audit.sample.Pooling;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Settings of a search in training documents.
 *
 * @param training the training documents as labelled JSON lines; empty for those of the run's feature store
 * @param documentPooling the pooling of training documents; for a feature store {@code mean}, {@code max} or {@code sum} without roles
 * @param features the number of features that rank documents, at least 1
 * @param wanted the identifiers of documents whose ranks are reported
 * @param outcomes tokens whose probability after the prompts is measured while a feature is steered; empty for no steering
 * @param strengths the strengths of steering, in units of the activation of a feature
 * @param steered the number of features that are steered, at least 1
 */
public record TraceSettings(
        Optional<Path> training,
        Pooling documentPooling,
        int features,
        List<String> wanted,
        List<String> outcomes,
        List<Double> strengths,
        int steered) {
    /** The documents of the feature store by their largest activation of 10 features, without steering. */
    public static final TraceSettings DEFAULT = new TraceSettings(
            Optional.empty(), Pooling.max(), 10, List.of(), List.of(), List.of(1.0, 2.0, 4.0, 8.0), 3);

    /** Checks the numbers. */
    public TraceSettings {
        wanted = List.copyOf(wanted);
        outcomes = List.copyOf(outcomes);
        strengths = List.copyOf(strengths);
        InvalidInputException.requireAtLeast(1, "the number of features that rank documents", features);
        InvalidInputException.requireAtLeast(1, "the number of steered features", steered);
    }

    /** {@return the same settings with training documents of a file} */
    public TraceSettings withTraining(Path file) {
        return new TraceSettings(Optional.of(file), documentPooling, features, wanted, outcomes, strengths, steered);
    }

    /** {@return the same settings with documents whose ranks are reported} */
    public TraceSettings withWanted(String... ids) {
        return new TraceSettings(training, documentPooling, features, List.of(ids), outcomes, strengths, steered);
    }

    /** {@return the same settings with tokens whose probability is measured while a feature is steered} */
    public TraceSettings withOutcomes(String... tokens) {
        return new TraceSettings(training, documentPooling, features, wanted, List.of(tokens), strengths, steered);
    }

    /** Adds the settings to a result. */
    void put(ObjectNode json) {
        json.put("training", training.map(Path::toString).orElse("feature store of the run"))
                .put("document_pooling", documentPooling.toString())
                .put("ranking_features", features);
    }
}
