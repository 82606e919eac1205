package dev.assay.audit.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.audit.diff.CrosscoderDiff;
import dev.assay.audit.diff.DictionaryDiff;
import dev.assay.audit.diff.FeatureChange;
import dev.assay.audit.diff.ModelDiff;
import dev.assay.audit.sample.Pooling;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.dialogue.DialogueFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The features of a dictionary and its controls in a base and a tuned model.
 *
 * @param tuned the name of the tuned model
 * @param tunedHash the SHA-256 of the tuned model, in hexadecimal
 * @param width the number of dimensions of the activations
 * @param level the false-discovery rate
 * @param diffs by pooling, the dictionary first
 * @param crosscoder the latents of a crosscoder of both models; empty without one
 */
record DiffResults(
        String tuned,
        String tunedHash,
        int width,
        double level,
        List<SourceDiff> diffs,
        List<CrosscoderDiff.CrosscoderLatent> crosscoder) {
    /** The comparison by one source. */
    record SourceDiff(AuditSource source, Pooling pooling, DictionaryDiff diff) {}

    static DiffResults of(
            AuditSubject subject,
            HookedTransformer tuned,
            AuditDocuments documents,
            AuditSettings settings,
            DialogueFormat format,
            int activeLatents,
            Optional<SparseAutoencoder> crosscoder)
            throws IOException {
        SparseAutoencoder dictionary = subject.dictionary();
        List<CrosscoderDiff.CrosscoderLatent> latents = crosscoder
                .map(both -> CrosscoderDiff.of(both, dictionary.dIn()))
                .orElse(List.of());
        List<SourceDiff> all = new ArrayList<>();
        try (SparseAutoencoder random = RandomFeatures.like(dictionary, activeLatents, settings.seed());
                SparseAutoencoder raw = RawActivations.like(dictionary)) {
            for (Pooling pooling : settings.poolings()) {
                List<DictionaryDiff> diffs = ModelDiff.of(subject.model(), tuned)
                        .dictionary(AuditSource.DICTIONARY.title(), dictionary)
                        .dictionary(AuditSource.RANDOM_FEATURES.title(), random)
                        .dictionary(AuditSource.ACTIVATIONS.title(), raw)
                        .pooling(pooling)
                        .test(settings.test())
                        .format(format)
                        .run(documents.documents());
                all.add(new SourceDiff(AuditSource.DICTIONARY, pooling, diffs.get(0)));
                all.add(new SourceDiff(AuditSource.RANDOM_FEATURES, pooling, diffs.get(1)));
                all.add(new SourceDiff(AuditSource.ACTIVATIONS, pooling, diffs.get(2)));
            }
        }
        return new DiffResults(
                tuned.name(), tuned.hash(), dictionary.dIn(), settings.falseDiscoveryRate(), all, latents);
    }

    String column(AuditSource source, int column) {
        return source == AuditSource.ACTIVATIONS ? RawActivations.name(column, width) : "feature " + column;
    }

    void put(ObjectNode json, AuditSubject subject, Path folder, int most) {
        json.put("tuned_model", tuned).put("tuned_model_hash", tunedHash);
        for (SourceDiff each : diffs) {
            DictionaryDiff diff = each.diff();
            ObjectNode node = json.withArray("diffs").addObject();
            node.put("source", each.source().title())
                    .put("control", each.source().isControl())
                    .put("pooling", each.pooling().toString());
            ContrastJson.putFinite(node, "base_fvu", diff.baseFvu());
            ContrastJson.putFinite(node, "tuned_fvu", diff.tunedFvu());
            node.put("base_l0", diff.baseL0())
                    .put("tuned_l0", diff.tunedL0())
                    .put("columns", diff.changes().size())
                    .put("tested", diff.tested())
                    .put("discoveries", diff.discoveries(level).size());
            diff.changes().stream().limit(most).forEach(change -> {
                ObjectNode feature = node.withArray("strongest").addObject();
                feature.put("column", column(each.source(), change.feature()))
                        .put("feature", change.feature())
                        .put("base_mean", change.baseMean())
                        .put("tuned_mean", change.tunedMean())
                        .put("base_frequency", change.baseFrequency())
                        .put("tuned_frequency", change.tunedFrequency());
                ContrastJson.putFinite(feature, "effect", change.effect());
                feature.put("statistic", change.statistic())
                        .put("p", change.pValue())
                        .put("q", change.qValue())
                        .put("family_p", change.familyPValue());
                if (each.source() == AuditSource.DICTIONARY) {
                    String address = subject.address(change.feature(), folder);
                    if (!address.isEmpty()) {
                        feature.put("page", address);
                    }
                    subject.explain(change.feature(), feature);
                }
            });
        }
        crosscoder.stream()
                .limit(most)
                .forEach(latent -> json.withArray("crosscoder")
                        .addObject()
                        .put("latent", latent.latent())
                        .put("base_norm", latent.baseNorm())
                        .put("tuned_norm", latent.tunedNorm())
                        .put("tuned_share", latent.tunedShare())
                        .put("cosine", latent.cosine()));
    }

    Map<String, String> tables() {
        Map<String, String> tables = new TreeMap<>();
        for (SourceDiff each : diffs) {
            CsvTable table = new CsvTable(
                    "column",
                    "name",
                    "base_mean",
                    "tuned_mean",
                    "base_frequency",
                    "tuned_frequency",
                    "effect",
                    "statistic",
                    "p",
                    "q",
                    "family_p");
            for (FeatureChange change : each.diff().changes()) {
                table.row(
                        change.feature(),
                        column(each.source(), change.feature()),
                        change.baseMean(),
                        change.tunedMean(),
                        change.baseFrequency(),
                        change.tunedFrequency(),
                        change.effect(),
                        change.statistic(),
                        change.pValue(),
                        change.qValue(),
                        change.familyPValue());
            }
            tables.put(CsvTable.fileName("diff", each.source().title(), each.pooling()), table.toString());
        }
        if (!crosscoder.isEmpty()) {
            CsvTable table = new CsvTable("latent", "base_norm", "tuned_norm", "tuned_share", "cosine");
            crosscoder.forEach(latent -> table.row(
                    latent.latent(), latent.baseNorm(), latent.tunedNorm(), latent.tunedShare(), latent.cosine()));
            tables.put("crosscoder", table.toString());
        }
        return tables;
    }
}
